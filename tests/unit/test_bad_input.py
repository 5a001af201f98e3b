"""Bad input ends in a clear error (where, what, what to do), exit 2, no traceback, never a release."""

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """
request_date: 2026-03-10
requester: {kind: ice_ero, identity_verified: true}
instrument: {kind: written_request, signed: true, judicial: false}
purpose: civil_immigration_enforcement
programs: [medicaid]
elements_requested: [address_residential]
"""

CASES = {
    "broken YAML": ("programs: [snap\n", "r.yaml:2: not valid YAML"),
    "an empty file": ("", "r.yaml: the file is empty"),
    "a list, not a mapping": ("- a\n", "r.yaml:1: a request must be a mapping of facts"),
    "two documents": (GOOD + "---\n" + GOOD, "not valid YAML"),
    "a misspelt key": (GOOD + "purpse: audit\n", "r.yaml:8: unknown key `purpse`; did you mean `purpose`?"),
    "a misspelt section": (GOOD + "statments: {felony: true}\n", "unknown key `statments`; did you mean `statements`?"),
    "a misspelt fact": (
        GOOD.replace("identity_verified", "identity_verifed"),
        "unknown key `requester.identity_verifed`; did you mean `requester.identity_verified`?",
    ),
    "an unknown element": (
        GOOD.replace("address_residential", "adress_residential"),
        "unknown code `adress_residential` of elements; did you mean `address_residential`?",
    ),
    "an unknown purpose": (GOOD.replace("civil_immigration_enforcement", "audits"), "did you mean `audit`?"),
    "an unknown requester": (GOOD.replace("ice_ero", "ice_hero"), "unknown code `ice_hero` of requesters"),
    "an unknown program": (GOOD.replace("[medicaid]", "[medicade]"), "did you mean `medicaid`?"),
    "an impossible date": (GOOD.replace("2026-03-10", "2026-02-30"), "there is no such day"),
    "an impossible date, quoted": (GOOD.replace("2026-03-10", "'2026-02-30'"), "there is no such day"),
    "no date of receipt": (GOOD.replace("request_date: 2026-03-10\n", ""), "`request_date` is missing"),
    "the same key twice": (GOOD + "purpose: audit\n", "key `purpose` stands twice"),
    "two answers to one fact": (GOOD + "unknown: [purpose]\n", "two answers to one fact: `purpose`"),
    "an ambiguous yes": (GOOD.replace("signed: true", "signed: yes"), "ambiguous; write true or false"),
    "an unknown flag": (GOOD + "flags: [optout]\n", "unknown flag `optout`; did you mean `opt_out`?"),
    "a fact set by the program": (GOOD + "as_of: 2026-03-10\n", "unknown key `as_of`"),
    "nothing asked for": (GOOD.replace("[address_residential]", "[]"), "`elements_requested` is missing or empty"),
    "a group without difference": (GOOD + "groups: {}\n", "`groups` must map each group's name"),
    "a group that changes the requester": (GOOD + "groups: {a: {purpose: audit}}\n", "a group cannot change `purpose`"),
    "a negative count": (GOOD + "subjects: {count: -1}\n", "must be a whole number, 0 or more"),
    "a tag": (GOOD + "holder: !!python/name:os.system agency\n", "tags like `!name` are not allowed"),
}  # fmt: skip


def ostiary(*args: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).parent / "ostiary"), *map(str, args)]
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)


@pytest.mark.parametrize(("text", "message"), CASES.values(), ids=CASES.keys())
def test_a_bad_request_file(tmp_path, text, message):
    (tmp_path / "r.yaml").write_text(text)
    done = ostiary("decide", "r.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_a_value_that_may_be_a_persons_is_not_repeated(tmp_path):
    (tmp_path / "r.yaml").write_text(GOOD.replace("ice_ero", "Maria de la Cruz 900-12-3456"))
    done = ostiary("decide", "r.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "Cruz" not in done.stderr
    assert "900" not in done.stderr


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("decide", "nowhere.yaml"), "nowhere.yaml: cannot be read"),
        (("decide", "r.yaml", "--as-of", "soon"), "--as-of must be a day like 2026-03-10"),
        (("decide", "r.yaml", "--packs", "nowhere"), "nowhere: is no pack and holds none"),
        (("law", "show", "us.snap.E.fleing"), "did you mean `us.snap.E.fleeing`?"),
        (("lint", "us-ill"), "no pack `us-ill` in the bundle; did you mean `us-il`?"),
        (("check", "r.yaml"), "must be a list of scenarios"),
        (("decide",), "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_bad_option(tmp_path, args, message):
    (tmp_path / "r.yaml").write_text(GOOD)
    done = ostiary(*args, cwd=tmp_path)

    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_law_is_answered_as_not_found(tmp_path):
    (tmp_path / "r.yaml").write_text(GOOD + "asserted_authority: [il_refugee_act]\nasserted_text: 8 U.S.C. § 1360(b)\n")
    done = ostiary("decide", "r.yaml", cwd=tmp_path)

    assert done.returncode == 11
    assert "Not found in the register" in done.stdout
    assert "departments and agencies of the" in done.stdout


def test_json_is_accepted_as_yaml(tmp_path):
    import json

    import yaml

    data = yaml.safe_load(GOOD.replace("2026-03-10", "'2026-03-10'"))
    (tmp_path / "r.json").write_text(json.dumps(data))
    assert ostiary("decide", "r.json", cwd=tmp_path).returncode == 11


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ("1-usda-july-2025.yaml", 12),
        ("4-form-i-205.yaml", 12),
        ("5-detainer.yaml", 11),
        ("8-own-request.yaml", 10),
    ],
)
def test_the_exit_status_says_what_may_leave(file, status):
    examples = Path(__file__).resolve().parents[2] / "examples"
    assert ostiary("decide", examples / file).returncode == status


def test_a_fault_inside_the_engine_withholds_and_says_so(tmp_path):
    """A sabotaged interpreter, run as the command: nothing leaves, exit 70, no traceback."""
    (tmp_path / "r.yaml").write_text(GOOD)
    sabotage = (
        "import sys; from ostiary.decide import interpret\n"
        "def broken(*a): raise ZeroDivisionError\n"
        "interpret._judge = broken\n"
        "from ostiary.cli.main import main\n"
        "sys.argv = ['ostiary', 'decide', 'r.yaml', '--json']; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", sabotage], capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 70
    assert '"reason": "engine_error"' in done.stdout
    assert '"outcome": "release"' not in done.stdout
    assert "call the operator" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unforeseen_fault_of_the_command_shows_nothing(tmp_path):
    (tmp_path / "r.yaml").write_text(GOOD)
    sabotage = (
        "import sys; from ostiary.cli import deciding\n"
        "def broken(*a, **k): raise ZeroDivisionError('900-12-3456')\n"
        "deciding.run = broken\n"
        "from ostiary.cli.main import main\n"
        "sys.argv = ['ostiary', 'decide', 'r.yaml']; main()\n"
    )
    done = subprocess.run([sys.executable, "-c", sabotage], capture_output=True, text=True, cwd=tmp_path, check=False)

    assert done.returncode == 70
    assert "nothing is released" in done.stderr
    assert "900" not in done.stderr
    assert done.stdout == ""


def test_a_pack_that_does_not_load(tmp_path):
    (tmp_path / "r.yaml").write_text(GOOD)
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "pack.yaml").write_text("name: ours\nversion: 1.0\n")
    done = ostiary("decide", "r.yaml", "--packs", "ours", cwd=tmp_path)

    assert done.returncode == 2
    assert "ours/pack.yaml:2: a number with a point or exponent is ambiguous; quote it" in done.stderr
    assert done.stdout == ""
