"""How the time of a screen grows with people, with elements asked for, and with rules. Each row against its first."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable
from typing import Any

from bench.rolls import asked, law, made, plan_of, roll_of
from bench.table import load, show
from ostiary.decide.population import screen
from ostiary.law.bundle import Bundle
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import Roll

PEOPLE, ELEMENTS, PACKS = (100_000, 300_000, 1_000_000), (10, 30, None), ("us-federal", "us-il", "demo-agency")
MIDDLE = 300_000


def once(bundle: Bundle, roll: Roll, name: str, elements: int | None = None) -> tuple[float, dict[str, Any]]:
    """Seconds from a request that was read to JSON on its way out."""
    request = asked(bundle, name)
    engine = DuckEngine(roll)
    start = time.perf_counter()
    plan = plan_of(bundle, request, roll, elements)
    found = screen(plan, engine)
    json.dumps(found.to_json())
    span = time.perf_counter() - start
    size = {"values": found.total(), "copies": len(plan.class_of), "signatures": len(found.signatures)}
    return span, size


def grown(runs: dict[str, Callable[[], tuple[float, dict[str, Any]]]], what: str, times: int) -> list[dict[str, Any]]:
    spans: dict[str, list[float]] = {label: [] for label in runs}
    sizes: dict[str, dict[str, Any]] = {}
    for turn in range(times):
        for label in runs if turn % 2 == 0 else reversed(runs):
            span, sizes[label] = runs[label]()
            spans[label].append(span)
    first = min(next(iter(spans.values())))
    return [
        {
            "what grows": what,
            "to": label,
            **sizes[label],
            "seconds": round(min(found), 3),
            "ratio": round(min(found) / first, 2),
        }
        for label, found in spans.items()
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--request", choices=("usda", "cms"), default="cms")
    parser.add_argument("--people", type=int, nargs="+", default=list(PEOPLE))
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    name = given.request
    bundle = law()
    rolls = {size: roll_of(bundle, made(size)) for size in {*given.people, MIDDLE}}
    bundles = {pack: law(pack) for pack in PACKS}
    rows = grown(
        {f"{size:,}": lambda size=size: once(bundle, rolls[size], name) for size in given.people}, "people", given.times
    )
    rows += grown(
        {
            str(count or f"all {len(bundle.words.elements)}"): lambda count=count: once(
                bundle, rolls[MIDDLE], name, count
            )
            for count in ELEMENTS
        },
        "elements",
        given.times,
    )
    rows += grown(
        {
            f"{len(held.rules)} rules ({'+'.join(pack.name for pack in held.packs)})": lambda held=held: once(
                held, rolls[MIDDLE], name
            )
            for held in bundles.values()
        },
        "rules",
        given.times,
    )
    if given.json:
        print(json.dumps({"load": load(), "request": name, "scaling": rows}, indent=2))
        return 0
    print(f"How a screen grows; best of {given.times} in turn; elements and rules over {MIDDLE:,} people.")
    show(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
