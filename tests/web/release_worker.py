"""A worker that packs, checks, seals and hands over until it is killed: `python -m tests.web.release_worker ROSTER LIFE`.

Whatever it finds half-way it takes on from there. After LIFE seconds of its own computing it is killed outright, at
whatever it does then; 0 lets it finish.
"""

import datetime as dt
import json
import os
import signal
import sys
from pathlib import Path

import django


def main(roster, life):
    data, walks = begun(roster)
    signal.signal(signal.SIGPROF, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    signal.setitimer(signal.ITIMER_PROF, life)
    for walk in walks:
        while step(walk, Path(data["taken"]) / f"{walk.id}.ostiary"):
            pass


def begun(roster):
    """The file that a worker begins with, and its dockets on a desk of this process; all that takes long is read."""
    django.setup()
    from ostiary_web import wiring
    from tests.web import released, walking  # noqa: F401 - read first: they take longer than most lives

    wiring.bundle()
    data = json.loads(Path(roster).read_text())
    desk = walking.Desk(Path(data["folder"]), pace=dt.timedelta(seconds=1))
    desk.who = {name: walking.Reference(reference) for name, reference in data["who"].items()}
    desk.now, desk.signers = dt.datetime.fromisoformat(data["now"]), Path(data["signers"])
    walks = []
    for one in data["dockets"]:
        walk = walking.Walk.__new__(walking.Walk)
        walk.desk, walk.id, walk.anew, walk.key = desk, one["id"], False, Path(one["key"])
        walk.person = {"address_line1": one["street"]}
        walks.append(walk)
    return data, walks


def step(walk, copy):
    """The next step of a docket on its way out; False at the end."""
    from ostiary_web.casework import queries_work
    from ostiary_web.casework.actions import offering
    from ostiary_web.casework.jobs_release import finish_sealed_packages
    from tests.web import released

    desk, docket = walk.desk, walk.docket
    desk.now = max(desk.now, docket.last_at)
    state = str(docket.state)
    if state == "cleared":
        found = queries_work.latest(walk.id, "package")
        number = found.number if found is not None and found.under_way else released.asked_to_pack(walk)
        released.work(walk, number)
    elif state == "packaged":
        check_or_agree(walk)
    elif state == "sealed":
        finish_sealed_packages()
        released.released(walk)
    elif state in ("released", "receipted") and not copy.exists():
        finish_sealed_packages()
        secret = released.linked(walk)
        released.signed(walk, secret)
        _, path = offering.take(secret=secret, at=desk.minute())
        part = copy.with_suffix(".part")
        part.write_bytes(path.read_bytes())
        part.rename(copy)
    else:
        return False
    return True


def check_or_agree(walk):
    from ostiary_web.casework.actions import handing_over, packing
    from ostiary_web.casework.docket.roles import Role
    from tests.web import released

    package, desk = walk.docket.package, walk.desk
    if package.passed is None:
        released.checked(walk)
        return
    missing = {Role.RELEASE_OFFICER, Role.KEY_HOLDER} - {role for _, role in package.agreed}
    if missing:
        role = min(missing)
        packing.agree(docket=walk.id, by=desk.by(role), role=role, at=desk.minute())
    else:
        handing_over.seal(docket=walk.id, by=desk.by(Role.RELEASE_OFFICER), at=desk.minute())


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
