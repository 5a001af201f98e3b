"""What units, container file, proxy and how-to pages name is there: commands, options, settings, files, users."""

import argparse
import re
import shlex
import subprocess

import pytest
import typer
from django.core.management import get_commands, load_command_class

from ostiary.cli.main import app
from ostiary_web.environment import VARIABLES
from tests.conftest import ROOT
from tests.install.pages import blocks
from tests.install.units import Unit, read_unit

DEPLOY = ROOT / "deploy"
HOW_TO = ROOT / "docs" / "how-to"
PAGES = [HOW_TO / f"{name}.md" for name in ("install", "upgrade", "rotate-keys", "two-machines", "run-a-witness")]
UNITS = [read_unit(path) for path in sorted((DEPLOY / "systemd").iterdir())]
SERVICES = [unit for unit in UNITS if unit.name.endswith(".service")]
KNOWN = {one.name for one in VARIABLES}
NEEDED = {one.name for one in VARIABLES if one.need in ("always", "outside")}
PROGRAMS = ("ostiary", "ostiary-web", "ostiary-witness", "ostiary-verify")


def commands_of(text):
    """Each call of one of our programs in some shell, as its words: `ostiary-web log start`."""
    joined = re.sub(r"\\\n\s*", " ", text)
    for line in joined.splitlines():
        for part in re.split(r"&&|\|\||[;|]|\$\(", line.partition(" # ")[0]):
            words = _words(part)
            at = next(
                (n for n, word in enumerate(words) if word.rpartition("/")[2] in PROGRAMS and _runs(words, n)), None
            )
            if at is not None:
                yield [words[at].rpartition("/")[2], *words[at + 1 :]]


def _words(part):
    try:
        return shlex.split(part.strip().rstrip(")"))
    except ValueError:
        return part.split()


def _runs(words, at):
    """Whether a word is what is run: the first, or after what only hands on."""
    if words[at - 1 : at] == ["-u"]:  # a user of the same name
        return False
    before = [word for word in words[:at] if not word.startswith("-") and "=" not in word]
    return not before or before[0] in ("ostiary-run", "runuser", "export") or before[0].endswith("runuser")


def fault_of(words):
    """What is wrong with a call, empty if nothing: its command or an option is not there."""
    program, *rest = words
    find = {"ostiary": _of_typer, "ostiary-web": _of_django}.get(program, _of_help)
    return find(program, [word for word in rest if word])


def _of_typer(program, rest):
    found = typer.main.get_command(app)
    while hasattr(found, "commands"):
        if not rest or rest[0] not in found.commands:
            return f"ostiary has no command {rest[:1]}"
        found, rest = found.commands[rest[0]], rest[1:]
    options = {name for one in found.params for name in (*one.opts, *one.secondary_opts)}
    return _unknown(rest, options)


def _of_django(program, rest):
    apps = get_commands()
    if not rest or rest[0] not in apps:
        return f"ostiary-web has no command {rest[:1]}"
    parser = load_command_class(apps[rest[0]], rest[0]).create_parser("ostiary-web", rest[0])
    rest = rest[1:]
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            if not rest or rest[0] not in action.choices:
                return f"this command has no verb {rest[:1]}"
            parser, rest = action.choices[rest[0]], rest[1:]
            break
    return _unknown(rest, set(parser._option_string_actions))


def _of_help(program, rest):
    verbs = [rest[0]] if program == "ostiary-witness" else []
    said = subprocess.run(
        [ROOT / ".venv" / "bin" / program, *verbs, "--help"], capture_output=True, text=True, check=False
    )
    return said.stderr[:200] if said.returncode else _unknown(rest, set(re.findall(r"--[a-z-]+", said.stdout)))


def _unknown(rest, options):
    odd = [word for word in rest if word.startswith("--") and word.partition("=")[0] not in options]
    return f"no option {odd}" if odd else ""


def shell_of(page):
    """Blocks marked as shell, and those that are only indented (they hold words to fill in)."""
    text = page.read_text()
    indented = "\n".join(line[4:] for line in text.splitlines() if line.startswith("    "))
    return "\n".join([*(block.text for block in blocks(page)), indented])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_command_of_a_page_is_there_with_its_options(page):
    calls = list(commands_of(shell_of(page)))

    assert calls
    assert [(words, fault) for words in calls if (fault := fault_of(words))] == []


def test_a_command_that_is_not_there_is_found_out():
    text = "ostiary-run ostiary-web log begin\nostiary log fsck --fast\nx=$(ostiary-witness init d --named w)\nostiary-web serve --port 1"

    assert [bool(fault_of(words)) for words in commands_of(text)] == [True, True, True, False]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_what_a_unit_runs_is_there(unit):
    for line in unit.all("ExecStart"):
        program = line.split()[0]
        if program.startswith("/opt/ostiary/bin/"):
            assert [fault_of(words) for words in commands_of(line)] == [""]
        else:
            script = DEPLOY / "bin" / program.rpartition("/")[2]
            assert [fault_of(words) for words in commands_of(script.read_text())] == ["", ""]


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_unit_has_a_user_without_rights_and_is_shut_in(unit):
    page = (HOW_TO / "install.md").read_text()

    assert re.search(rf"^useradd --system .* {unit.one('User')}$", page, re.M)
    assert unit.one("ProtectSystem") == "strict"
    assert unit.one("CapabilityBoundingSet") == ""
    assert {unit.one(name) for name in ("NoNewPrivileges", "PrivateTmp", "ProtectHome", "PrivateDevices")} == {"yes"}
    for place in unit.one("ReadWritePaths").split():
        assert re.search(rf"^install -d .*{place}\b", page, re.M), f"{place} is made by no step"


def test_what_copies_the_log_has_a_user_of_its_own_and_can_write_nothing():
    unit = read_unit(DEPLOY / "elsewhere" / "ostiary-copy.service")
    page = (HOW_TO / "two-machines.md").read_text()

    assert re.search(rf"^useradd --system .* {unit.one('User')}$", page, re.M)
    assert unit.one("ProtectSystem") == "strict"
    assert unit.one("CapabilityBoundingSet") == ""
    assert unit.all("ReadWritePaths") == unit.all("Environment") == []


def test_each_block_for_several_machines_says_where_it_runs():
    assert [str(one) for one in blocks(HOW_TO / "two-machines.md") if not one.place] == []


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_has_no_secret_and_no_setting_of_its_own(unit):
    assert unit.all("Environment") == []
    assert set(unit.all("EnvironmentFile")) <= {"/etc/ostiary/settings"}
    assert "OSTIARY_" not in unit.text


def test_each_timer_has_its_service_and_both_are_switched_on():
    page = (HOW_TO / "install.md").read_text()
    timers = [unit for unit in UNITS if unit.name.endswith(".timer")]

    assert {unit.name.replace(".timer", ".service") for unit in timers} <= {unit.name for unit in SERVICES}
    for unit in UNITS:
        if unit.all("WantedBy"):
            assert re.search(rf"^systemctl enable --now .*\b{re.escape(unit.name)}", page, re.M)


def test_the_example_of_settings_names_each_one_and_gives_none():
    lines = [line.lstrip("#") for line in (DEPLOY / "settings.example").read_text().splitlines() if "OSTIARY_" in line]

    assert {line for line in lines if not line.endswith("=")} == set()
    assert {line.rstrip("=") for line in lines} == KNOWN - {"OSTIARY_DEMO"}
    active = {
        line.rstrip("=")
        for line in (DEPLOY / "settings.example").read_text().splitlines()
        if line.startswith("OSTIARY_")
    }
    assert active == NEEDED


def test_the_page_sets_each_setting_that_is_needed_and_knows_no_other():
    text = next(block.text for block in blocks(HOW_TO / "install.md") if "/etc/ostiary/settings <<" in block.text)
    given = dict(line.split("=", 1) for line in text.splitlines() if line.startswith("OSTIARY_"))

    assert NEEDED <= set(given) <= KNOWN
    assert "umask 077" in text
    assert given["OSTIARY_SECRET_KEY"].startswith("$(openssl rand")
    everywhere = {name for page in PAGES for name in re.findall(r"\bOSTIARY_[A-Z_]+", page.read_text())}
    assert everywhere <= KNOWN


def test_the_container_file_copies_what_is_there_and_runs_as_nobody_special():
    text = (DEPLOY / "Containerfile").read_text()
    copied = [word for line in re.findall(r"^COPY (?!--from)(.*)$", text, re.M) for word in line.split()[:-1]]
    let_in = {line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")}
    command = re.findall(r"^CMD (\[.*\])$", text, re.M)[-1]

    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert set(copied) == let_in
    assert re.search(r"^USER 10001:10001$", text, re.M)
    assert fault_of(re.findall(r'"([^"]*)"', command)) == ""
    assert "OSTIARY_SECRET_KEY" not in text
    assert not re.search(r"^(ENV|ARG) .*(SECRET|PASSWORD|KEY)", text, re.M)


def test_the_proxy_says_itself_what_the_desk_believes_of_it():
    text = (DEPLOY / "nginx" / "ostiary.conf").read_text()

    assert text.count("proxy_set_header X-Forwarded-Proto https;") == text.count("proxy_pass ") == 1
    assert text.count("proxy_set_header X-Forwarded-For $remote_addr;") == 1
    assert text.count("Strict-Transport-Security") == 1  # of the log; the desk says its own
    assert text.count("access_log off;") == text.count("server {")


def test_the_lock_brings_what_an_agency_on_postgresql_needs():
    lock = (ROOT / "requirements.lock").read_text()

    assert [
        name for name in ("psycopg", "adbc-driver-postgresql", "granian", "weasyprint") if f"\n{name}==" not in lock
    ] == []


def test_a_units_file_is_read_with_its_repeated_keys():
    unit = Unit.read("x.service", "[Service]\n# no\nExecStart=/a b\nExecStart=/c\n\n[Install]\nWantedBy=x\n")

    assert unit.all("ExecStart") == ["/a b", "/c"]
    assert unit.one("WantedBy") == "x"
