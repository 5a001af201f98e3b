"""The desk's pages under load: 30 requests a second on PostgreSQL, and how long each answer took.

    python -m bench.desk [--rate 30] [--seconds 30] [--json]

A seeded desk (the demonstration's, on this machine's PostgreSQL, which syncs to disk), served by a process more than
there are cores, of one thread each. Officials log in with both factors; then requests come at an even pace whether or
not the last was answered, and each is timed from the moment it was due, so that a server that falls behind cannot hide
it. What loads the desk runs on the same cores. The limits: p95 at most 150 ms, no error. Last: what a page weighs on
its way to a browser.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import http.client
import itertools
import json
import os
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.postgres import postgres

from bench.table import show
from ostiary_web.demo import seed
from ostiary_web.demo.place import Place
from ostiary_web.demo.running import free_port, running
from ostiary_web.demo.visiting import Visitor

LIMIT = 150.0  # milliseconds, of the slowest but one in twenty
WHO = (
    "intake", "verifier", "reviewer_counsel", "reviewer_privacy", "lead_counsel", "decider", "custodian",
    "release_officer",
)  # fmt: skip
# How often each page is asked for, of ten.
MIX = ("docket",) * 5 + ("queue",) * 3 + ("facts",) + ("all",)
AHEAD = 48  # requests that may be on their way at once
_LOADED = re.compile(r'(?:href|src)="(/static/[^"]+)"')


@dataclass(frozen=True)
class OnServer(Place):
    """A demonstration whose database is a PostgreSQL."""

    url: str = ""

    def environment(self) -> dict[str, str]:
        """As the demonstration's, but for the database."""
        return super().environment() | {"OSTIARY_DATABASE_URL": self.url}


@dataclass(frozen=True)
class Answered:
    """One request. ``took``: milliseconds since it was due."""

    page: str
    status: int
    took: float


class Caller(threading.local):
    """A connection for each thread, kept open as a browser keeps it."""

    line: http.client.HTTPConnection | None = None

    def get(self, home: str, path: str, cookie: str, **more: str) -> tuple[int, bytes, http.client.HTTPMessage]:
        """Status, body as sent, headers."""
        for _ in range(2):  # a kept connection may have been closed meanwhile
            if self.line is None:
                self.line = http.client.HTTPConnection(urlsplit(home).netloc, timeout=60)
            try:
                self.line.request("GET", path, headers={"Cookie": cookie, **more})
                answer = self.line.getresponse()
                return answer.status, answer.read(), answer.headers
            except (http.client.HTTPException, OSError):
                self.line = None
        return 0, b"", http.client.HTTPMessage()


CALLER = Caller()


def cookies(home: str, place: Place) -> list[str]:
    """Each official's cookies after a log-in with both factors."""
    found = []
    for who in WHO:
        visitor = Visitor(home)
        visitor.log_in(place.log_in(who))
        found.append(visitor.cookies())
    return found


def paths(home: str, cookie: str) -> Iterator[tuple[str, str]]:
    """Name and path of one page after another: every docket in turn."""
    _, page, _ = CALLER.get(home, "/desk/?show=open", cookie)
    numbers = sorted(set(re.findall(rb"/desk/(\d{4}-\d{6})/", page)))
    dockets = itertools.cycle(number.decode() for number in numbers)
    for kind in itertools.cycle(MIX):
        number = next(dockets)
        yield kind, {
            "docket": f"/desk/{number}/", "facts": f"/desk/{number}/facts/", "queue": "/desk/?show=mine",
            "all": "/desk/?show=open",
        }[kind]  # fmt: skip


def loaded(home: str, people: Sequence[str], rate: float, seconds: float) -> list[Answered]:
    """Ask at an even pace; every answer."""
    start, count = time.perf_counter() + 0.5, int(rate * seconds)

    def ask(number: int, page: str, path: str, cookie: str) -> Answered:
        due = start + number / rate
        time.sleep(max(0.0, due - time.perf_counter()))
        status, _, _ = CALLER.get(home, path, cookie)
        return Answered(page, status, (time.perf_counter() - due) * 1000)

    wanted = zip(range(count), paths(home, people[0]), itertools.cycle(people))
    with ThreadPoolExecutor(AHEAD) as pool:
        return list(pool.map(lambda one: ask(one[0], *one[1], one[2]), wanted))


def weight(home: str, path: str, cookie: str) -> dict[str, Any]:
    """What one page weighs: its own bytes and those of the files it loads, as sent to a browser that takes gzip."""
    _, body, headers = CALLER.get(home, path, cookie, **{"Accept-Encoding": "gzip"})
    page = gzip.decompress(body) if headers.get("Content-Encoding") == "gzip" else body
    files = {found.decode() for found in re.findall(_LOADED.pattern.encode(), page)}
    sent = {one: len(CALLER.get(home, one, cookie, **{"Accept-Encoding": "br, gzip"})[1]) for one in files}
    return {"page": path, "html_kb": len(body) / 1024, "files": len(files), "files_kb": sum(sent.values()) / 1024}


def rows(answers: Sequence[Answered]) -> list[dict[str, Any]]:
    """Per page, and for all."""
    found = []
    for page in (*dict.fromkeys(MIX), "every page"):
        mine = sorted(one.took for one in answers if page in (one.page, "every page"))
        bad = sum(one.status != 200 for one in answers if page in (one.page, "every page"))
        p95 = mine[min(len(mine) - 1, int(len(mine) * 0.95))]
        found.append(
            {"page": page, "asked": len(mine), "errors": bad, "median_ms": statistics.median(mine), "p95_ms": p95,
             "most_ms": mine[-1]}
        )  # fmt: skip
    return found


def measured(rate: float, seconds: float) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Seed, serve, warm up, load."""
    with postgres(fast=False, socket=True) as url, tempfile.TemporaryDirectory() as folder:
        place = OnServer(Path(folder) / "desk", url)
        place.lay_out()
        seed.made_up_roll(place)
        seed.in_use(place)
        seed.fill(place, say=lambda text: print(text, file=sys.stderr))
        from django.db import connections

        connections.close_all()
        gc.collect()
        gc.freeze()  # what seeded is not looked through for garbage while requests are timed
        workers = str((os.cpu_count() or 1) + 1)
        with running(place, free_port(0), "--workers", workers, "--threads", "1") as site:
            Visitor(site.home).wait_until_well()
            people = cookies(site.home, place)
            loaded(site.home, people, rate / 2, 20)  # each process judges each docket once a day
            found = rows(loaded(site.home, people, rate, seconds))
            some = dict(itertools.islice(paths(site.home, people[0]), 10))
            return found, [weight(site.home, path, people[0]) for path in (*some.values(), "/request/")]


def main() -> int:
    """Print both tables; 1 if a limit is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=30.0, help="requests a second")
    parser.add_argument("--seconds", type=float, default=30.0, help="for how long")
    parser.add_argument("--json", action="store_true", help="as data")
    given = parser.parse_args()
    answers, weights = measured(given.rate, given.seconds)
    if given.json:
        print(json.dumps({"rate": given.rate, "limit_ms": LIMIT, "pages": answers, "weights": weights}, indent=2))
    else:
        show(answers)
        show(weights)
    total = answers[-1]
    return int(total["p95_ms"] > LIMIT or total["errors"] > 0)


if __name__ == "__main__":
    sys.exit(main())
