"""A hundred dockets walked on PostgreSQL by a worker that is killed again and again: nothing is lost or done twice."""

import json
import os
import random
import signal
import subprocess
import sys

import pytest

from ostiary_web.casework import queries
from ostiary_web.casework.replaying import replay_all
from ostiary_web.ledger_link import publishing
from tests import postgres as server
from tests.conftest import ROOT
from tests.web import walking

KINDS = ("court", "ice_hsi", "local_police", "legislator_federal")


def walked(tmp_path, count, kills, seed):
    """Walk this many dockets; kill the worker this often, each time after a random number of its lines."""
    environment = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(server, "FAST", ())  # it keeps what is committed, or the log would refuse it
        with server.postgres() as url, walking.a_desk(tmp_path / "desk", url) as desk:
            bodies = {kind: walking.a_body(desk, kind) for kind in KINDS}
            publishing.publish()
            roster = tmp_path / "roster.json"
            who = {name: one.reference for name, one in desk.who.items()}
            data = {"folder": str(desk.folder), "who": who, "bodies": bodies, "now": desk.minute().isoformat()}
            roster.write_text(json.dumps(data))
            environment = {**os.environ, **desk.environment, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}  # noqa: TID251
            deaths = until_finished(roster, count, kills, random.Random(seed), environment)
            yield desk, deaths


def until_finished(roster, count, kills, chance, environment):
    deaths = 0
    while True:
        life = f"{chance.uniform(0.05, 4.0):.3f}" if deaths < kills else "0"
        line = [sys.executable, "-m", "tests.web.walk_worker", str(roster), str(count), str(deaths), life]
        worker = subprocess.run(line, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if worker.returncode == 0:
            return deaths
        assert worker.returncode == -signal.SIGKILL, worker.stderr[-2000:]
        deaths += 1


def check(desk, count):
    rows = queries.queue()
    ends = {str(row.state) for row in rows}
    assert len(rows) == count
    assert ends <= {"denied", "disposed", "recalled", "withdrawn"}
    dockets, events, faults = replay_all()
    assert (dockets, faults) == (count, [])
    for row in rows:
        acts = [one.act for one in queries.history(row.pseudonym)]
        assert acts.count("release") <= 1
        assert acts.count("seal") <= 1
        assert len(acts) == len(set(acts)) or {act for act in acts if acts.count(act) > 1} <= {"agree_to_seal"}
    assert walking.verified(desk) == 0
    return events


@pytest.mark.long
def test_a_hundred_dockets_survive_a_worker_killed_forty_times(tmp_path, django_db_blocker, capsys):
    with django_db_blocker.unblock():
        for desk, deaths in walked(tmp_path, 100, 40, 7):
            events = check(desk, 100)
            with capsys.disabled():
                print(f"\n100 dockets, {events} events, {deaths} kills: whole")
