"""The demonstration: seeded through the actions alone, logged in to with both factors, its log verified by an outsider."""

import collections
import json
import os
import re
import subprocess
import sys
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

from ostiary_web.casework import queries
from ostiary_web.casework.docket.roles import OFFICIALS
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.replaying import replay_all
from ostiary_web.demo import place as places
from ostiary_web.demo import running, stories
from ostiary_web.demo.main import main
from ostiary_web.demo.place import Place
from ostiary_web.demo.visiting import Visitor
from ostiary_web.environment import read
from ostiary_web.ledger_link.models import Step
from ostiary_web.staff.models import Person
from tests.conftest import ROOT
from tests.web.walking import on

# Nobody waits in it: the machine leaves it in the breath in which it enters.
PASSED_THROUGH = {State.JUDGED}


def demo(*words, **more):
    """The command, as from a shell that knows no desk."""
    line = [sys.executable, "-c", "from ostiary_web.command import main; main()", "demo", *words]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OSTIARY", "DJANGO"))}  # noqa: TID251
    return subprocess.run(line, cwd=ROOT, env=inherited, capture_output=True, text=True, check=False, **more)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A seeded desk: once for all tests of this file."""
    folder = tmp_path_factory.mktemp("demo") / "desk"
    done = demo("--folder", str(folder), "seed")
    assert done.returncode == 0, done.stderr
    return Place(folder)


@pytest.fixture
def seeded(desk, django_db_blocker):
    """The same, as the desk that is asked."""
    with django_db_blocker.unblock(), on(read(desk.environment())):
        yield desk


class TestDockets:
    """What is found at the desk."""

    def test_each_docket_came_to_what_its_story_says(self, seeded):
        told = stories.read().stories
        rows = sorted(queries.queue(), key=lambda row: row.number)
        ends = collections.Counter(one.ends for one in told)

        # And the appeal that was linked to one of them.
        assert collections.Counter(str(row.state) for row in rows) == ends + collections.Counter({"received": 1})
        assert len(rows) >= 30

    def test_every_state_is_there(self, seeded):
        assert {row.state for row in queries.queue()} == set(State) - PASSED_THROUGH

    def test_every_track_and_every_kind_of_docket_is_there(self, seeded):
        dockets = [queries.docket(row.pseudonym) for row in queries.queue()]

        assert {one.track for one in dockets} == {"", "adverse", "own", "program", "emergency"}
        assert {one.kind for one in dockets} == set(DocketKind)
        assert any(one.on_hold for one in dockets)
        assert any(one.challenges for one in dockets)
        assert any(one.notice and one.notice.kind == "delayed" for one in dockets)
        assert any(clock.ran_out for one in dockets for clock in one.clocks)
        assert any(one.linked for one in dockets)

    def test_one_is_written_in_chinese(self, seeded):
        said = [text for row in queries.queue() for text in queries.said_of_subjects(row.pseudonym).values()]

        assert len([text for text in said if text and re.search(r"[\u4e00-\u9fff]", text)]) == 1
        # Whoever else is named is of the made-up roll, with a number of a kind that was never issued.
        assert len([text for text in said if text and re.search(r"number 9\d\d-[0-4]\d-\d{4}", text)]) >= 28

    def test_every_docket_is_what_its_events_make_it_and_the_log_has_the_same(self, seeded):
        dockets, events, faults = replay_all()

        assert (faults, dockets) == ([], len(queries.queue()))
        assert events > 200

    def test_nothing_is_back_dated(self, seeded):
        """Every entry of the log is later than the one before, over some months, and none lies ahead."""
        times = list(Step.objects.order_by("index").values_list("at", flat=True))

        assert times == sorted(times)
        assert 115 < (times[-1] - times[0]).days < 125
        assert times[-1].timestamp() < time.time()


class TestLog:
    """An outsider, with the exported files and nothing else."""

    def test_it_verifies(self, desk):
        command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(desk.folder / "export")]
        command += ["--policy", str(desk.folder / "witness-policy")]

        assert subprocess.run(command, capture_output=True, check=False).returncode == 0

    def test_it_does_not_once_a_byte_is_changed(self, desk, tmp_path):
        subprocess.run(["cp", "-r", str(desk.folder / "export"), str(tmp_path / "export")], check=True)
        file = max(
            (tmp_path / "export" / "tile" / "entries").rglob("*"), key=lambda path: path.is_file() and len(path.name)
        )
        data = bytearray(file.read_bytes())
        data[len(data) // 2] ^= 1
        file.write_bytes(data)
        command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(tmp_path / "export")]
        command += ["--policy", str(desk.folder / "witness-policy")]

        assert subprocess.run(command, capture_output=True, check=False).returncode != 0


class TestLogIns:
    """One for each role, with a second factor, for the folder's owner alone."""

    def test_there_is_one_for_each_role(self, seeded):
        found = seeded.log_ins()

        assert {one.value for one in OFFICIALS} | {"administrator"} <= set(found)
        assert {one.mail for one in found.values()} == set(Person.objects.values_list("mail", flat=True))
        assert len({one.password for one in found.values()} | {one.secret for one in found.values()}) == 2 * len(found)

    def test_nobody_else_reads_them(self, desk):
        assert desk.folder.stat().st_mode & 0o777 == 0o700
        assert {(desk.folder / name).stat().st_mode & 0o777 for name in ("log-ins.json", "secret", "log.key")} == {
            0o600
        }

    def test_the_code_is_the_one_that_the_log_in_takes(self, desk):
        one = desk.log_in("decider")

        for at in (0, 59, 1_111_111_109, 2_000_000_000):
            assert one.code(at) == format_hotp_value(hotp_value(one.secret, at // 30))

    def test_a_code_is_asked_for_by_role_or_address(self, desk, capsys):
        folder = ["--folder", str(desk.folder)]
        assert main([*folder, "code", "decider"]) == main([*folder, "code", "decider@agency.example"]) == 0
        assert re.fullmatch(r"(\d{6}\n){2}", capsys.readouterr().out)

        assert main([*folder, "code", "nobody"]) != 0
        assert "nobody is called so here; choose from administrator" in capsys.readouterr().err

    def test_before_the_seed_nobody_is_there(self, tmp_path, capsys):
        assert main(["--folder", str(tmp_path), "people"]) != 0
        assert "not been seeded" in capsys.readouterr().err

    def test_an_older_seed_is_not_taken_for_this_one(self, desk, tmp_path, monkeypatch):
        assert desk.is_seeded()
        monkeypatch.setattr(places, "version", lambda: "another")
        assert not desk.is_seeded()
        assert not Place(tmp_path).is_seeded()


def test_site_and_worker_start_are_visited_and_stop(desk):
    with running.running(desk, running.free_port(0)) as site:
        visitor = Visitor(site.home)
        well = visitor.wait_until_well()
        stranger = Visitor(site.home).get("/desk/")
        half_way = Visitor(site.home).post(
            "/account/login/?next=/desk/", login=desk.log_in("intake").mail, password=desk.log_in("intake").password
        )
        inside = visitor.log_in(desk.log_in("intake"))
    ended = (site.server.returncode, site.worker.returncode)

    assert (well.status, well.text.splitlines()[0]) == (200, "well"), (desk.folder / "lines").read_text()
    assert "/account/login/" in stranger.address
    assert "/account/second-factor/" in half_way.address or "authenticate" in half_way.address
    assert len(inside.numbers) >= 2
    assert ended == (0, 0)
    assert json.dumps(desk.log_in("intake").password) not in (desk.folder / "lines").read_text()


def test_a_port_that_is_taken_is_not_waited_for():
    first = running.free_port(0)
    import socket

    with socket.socket() as taken:
        taken.bind((running.ADDRESS, first))
        taken.listen()

        assert running.free_port(first) != first


@pytest.mark.long
def test_with_the_same_number_the_same_happens(desk, tmp_path, django_db_blocker):
    assert demo("--folder", str(tmp_path / "desk"), "seed").returncode == 0
    found = []
    with django_db_blocker.unblock():
        for one in (desk, Place(tmp_path / "desk")):
            with on(read(one.environment())):
                rows = sorted(queries.queue(), key=lambda row: row.number)
                acts = [[event.act for event in queries.history(row.pseudonym)] for row in rows]
                said = [queries.said_of_subjects(row.pseudonym) for row in rows]
                found.append([(row.number, row.state, row.body) for row in rows] + acts + said)

    assert found[0] == found[1]
    assert Place(tmp_path / "desk").log_in("decider") != desk.log_in("decider")
