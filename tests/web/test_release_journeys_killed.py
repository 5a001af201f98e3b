"""Packing, sealing and handing over by a worker that is killed again and again: one release each, whole."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from ostiary_web.casework import kept, models, queries
from ostiary_web.casework.replaying import replay_all
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import history
from tests.conftest import ROOT
from tests.web.pages_desk import to_this_day
from tests.web.released import a_releasing_desk, cleared, opened, walking
from tests.web.walking import verified

pytestmark = pytest.mark.long  # minutes: the journeys go the same ways at every commit


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


@pytest.mark.long
@pytest.mark.parametrize(("dockets", "kills"), [(2, 12)])
def test_releases_survive_a_worker_that_is_killed_at_any_step(tmp_path, django_db_blocker, capsys, dockets, kills):
    with django_db_blocker.unblock(), a_releasing_desk(tmp_path / "desk") as desk:
        to_this_day(desk)  # what the recipients open is asked by the machine's own clock
        walks = [cleared(walking(desk), place) for place in range(dockets)]
        publishing.publish()
        taken, roster = tmp_path / "taken", tmp_path / "roster.json"
        taken.mkdir()
        data = {
            "folder": str(desk.folder), "who": {name: one.reference for name, one in desk.who.items()},
            "now": desk.minute().isoformat(), "dockets": [walk.id for walk in walks], "taken": str(taken),
        }  # fmt: skip
        roster.write_text(json.dumps(data))
        environment = {**os.environ, **desk.environment, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}  # noqa: TID251
        deaths = until_finished(roster, kills, random.Random(11), environment)
        check(desk, walks, taken)
        with capsys.disabled():
            print(
                f"\n{dockets} releases, {sum(len(queries.history(walk.id)) for walk in walks)} events, {deaths} kills"
            )
