"""Packing, sealing and handing over by a worker that is killed again and again: one release each, whole."""

import json
import os
import random
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from ostiary_web.casework import kept, models, queries
from ostiary_web.casework.replaying import replay_all
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import history
from tests.conftest import ROOT
from tests.web.pages_desk import to_this_day
from tests.web.released import a_releasing_desk, agreed, checked, cleared, opened, packed, walking
from tests.web.walking import a_database, verified

pytestmark = pytest.mark.long  # minutes: the journeys go the same ways at every commit


PARTS = ["package", "check", "agree 1", "agree 2", "seal", "finish and release", "hand over"]


def until_finished(roster, kills, chance, environment):
    """Start the worker until it ends well; how often it was killed."""
    deaths = 0
    while True:
        life = f"{chance.uniform(0.02, 2.5):.3f}" if deaths < kills else "0"
        line = [sys.executable, "-m", "tests.web.release_worker", str(roster), life]
        worker = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if worker.returncode == 0:
            return deaths
        assert worker.returncode == -signal.SIGKILL, worker.stderr[-3000:]
        deaths += 1


def check(desk, walks, taken):
    _, _, faults = replay_all()
    assert faults == []
    for walk in walks:
        kinds = [entry.kind for entry in history(walk.id)]
        assert walk.state == "receipted"
        for kind in ("release.packaged", "release.checked", "release.sealed", "release.delivered"):
            assert kinds.count(kind) == 1, kind
        assert models.Release.objects.filter(docket_id=walk.id).count() == 1
        assert models.Disclosed.objects.filter(of__docket_id=walk.id).count() == 1
        folder = opened(walk, taken / f"{walk.id}.ostiary")
        assert walk.person["address_line1"] in (folder / "released.csv").read_text()
    assert verified(desk) == 0
    kept.sweep_old(float("inf"))
    streets = [walk.person["address_line1"].encode() for walk in walks]
    private = [one for one in kept.folder("releases").rglob("*") if one.is_file()]
    work = list(kept.folder("work").rglob("payload*"))
    assert work == []  # no key and no payload is left outside the packages
    assert not any(street in one.read_bytes() for one in private for street in streets)
    assert len([one for one in private if one.suffix == ".ostiary"]) == len(walks)


def a_roster(desk, walks, taken):
    """The file that a worker begins with."""
    dockets = [{"id": walk.id, "key": str(walk.key), "street": walk.person["address_line1"]} for walk in walks]
    data = {
        "folder": str(desk.folder), "who": {name: one.reference for name, one in desk.who.items()},
        "now": desk.minute().isoformat(), "dockets": dockets, "taken": str(taken), "signers": str(desk.signers),
    }  # fmt: skip
    taken.mkdir()
    roster = desk.folder / "roster.json"
    roster.write_text(json.dumps(data))
    return roster


def killed_before_each_step(desk, roster, *sabotage):
    line = [sys.executable, "-m", "tests.web.release_killed", str(roster), *sabotage]
    environment = {**os.environ, **desk.environment, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}  # noqa: TID251
    return subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_a_release_survives_a_death_before_each_of_its_steps(tmp_path, django_db_blocker, capsys, request):
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        desk = to_this_day(stack.enter_context(a_releasing_desk(tmp_path / "desk", url)))
        walk = cleared(walking(desk))
        publishing.publish()
        done = killed_before_each_step(desk, a_roster(desk, [walk], tmp_path / "taken"))
        assert done.returncode == 0, done.stderr[-3000:]
        deaths = json.loads(done.stdout)
        assert list(deaths) == PARTS
        assert min(deaths.values()) >= 3
        check(desk, [walk], tmp_path / "taken")
        with capsys.disabled():
            print("\n" + ", ".join(f"{name}: {count} deaths" for name, count in deaths.items()))


@pytest.mark.parametrize("sabotage", ["the file before the entry", "a second package"])
def test_a_wrong_order_is_found_by_some_death(tmp_path, django_db_blocker, sabotage):
    with django_db_blocker.unblock(), a_releasing_desk(tmp_path / "desk") as desk:
        walk = agreed(checked(packed(cleared(walking(to_this_day(desk))))))
        publishing.publish()
        done = killed_before_each_step(desk, a_roster(desk, [walk], tmp_path / "taken"), sabotage)
        assert done.returncode == 1
        assert "a check after a death failed" in done.stderr
        assert "nothing_is_half" in done.stderr


@pytest.mark.parametrize(("dockets", "kills"), [(2, 12)])
def test_releases_survive_a_worker_that_is_killed_at_any_step(tmp_path, django_db_blocker, capsys, dockets, kills):
    with django_db_blocker.unblock(), a_releasing_desk(tmp_path / "desk") as desk:
        to_this_day(desk)  # what the recipients open is asked by the machine's own clock
        walks = [cleared(walking(desk), place) for place in range(dockets)]
        publishing.publish()
        taken = tmp_path / "taken"
        roster = a_roster(desk, walks, taken)
        environment = {**os.environ, **desk.environment, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}  # noqa: TID251
        deaths = until_finished(roster, kills, random.Random(11), environment)
        check(desk, walks, taken)
        with capsys.disabled():
            print(
                f"\n{dockets} releases, {sum(len(queries.history(walk.id)) for walk in walks)} events, {deaths} kills"
            )
