"""A worker that walks dockets until it is killed: `python -m tests.web.walk_worker ROSTER COUNT SEED LIFE`.

Whatever it finds half-way it takes on from there. After LIFE seconds of its own computing it is killed outright, at
whatever it does then: in a transaction, between two, while it exports; 0 lets it finish.
"""

import datetime as dt
import json
import os
import random
import signal
import sys
from pathlib import Path

import django


def main(roster, count, seed, life):
    django.setup()
    from ostiary_web import wiring
    from tests.web import walking

    wiring.bundle()  # read first: it takes longer than most lives, and nothing happens meanwhile

    data = json.loads(Path(roster).read_text())
    desk = walking.Desk(Path(data["folder"]))
    desk.who = {name: walking.Reference(reference) for name, reference in data["who"].items()}
    desk.now = dt.datetime.fromisoformat(data["now"])
    chance = random.Random(seed)
    signal.signal(signal.SIGPROF, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    signal.setitimer(signal.ITIMER_PROF, life)
    for place in range(count):
        walk = walking.taken_on(desk, f"worker-{place}", data["bodies"], place)
        while walking.next_act(walk, place, chance):
            pass


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
