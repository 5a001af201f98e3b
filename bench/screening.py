"""A whole roll screened, against a query written by hand for that one request, on the same files in the same run.

Ours compiles the request, asks DuckDB once, judges every signature and explains it in full. The query by hand gives
counts alone. The numbers of both must be equal, copy by copy and outcome by outcome.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.rolls import CACHE, EXAMPLES, ROOT, asked, law, made, roll_of, widened
from bench.table import load, show
from ostiary.decide import sql
from ostiary.decide.compile import compile_request
from ostiary.decide.population import Screen, screen
from ostiary.law.bundle import Bundle
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import Roll

BENCH = ROOT / "bench"
Answers = Counter[tuple[str, str, str, str]]


class _Timed:
    """A roll's engine that notes how long its queries take."""

    dialect = "duckdb"

    def __init__(self, engine: DuckEngine) -> None:
        self.engine, self.spent = engine, 0.0

    def query(self, text: str) -> Any:
        start = time.perf_counter()
        found = self.engine.query(text)
        self.spent += time.perf_counter() - start
        return found


def ours(bundle: Bundle, name: str, roll: Roll) -> tuple[dict[str, float], Screen]:
    """Seconds of each step, from a request that was read to JSON on its way out."""
    request = asked(bundle, name)
    group = widened(request.groups[0], roll, bundle)
    engine = _Timed(DuckEngine(roll))
    cpu = time.process_time()
    start = time.perf_counter()
    plan = compile_request(bundle, group, request.as_of, roll)
    compiled = time.perf_counter()
    found = screen(plan, engine)
    screened = time.perf_counter()
    json.dumps(found.to_json())
    end = time.perf_counter()
    return {
        "compile": compiled - start,
        "sql": engine.spent,
        "judge": screened - compiled - engine.spent,
        "json": end - screened,
        "total": end - start,
        "cpu": time.process_time() - cpu,
    }, found


def by_hand(name: str, roll: Roll) -> tuple[float, float, Answers]:
    """Seconds, processor seconds, and the answers, of the query by hand."""
    engine = DuckEngine(roll)
    text = (BENCH / f"screening_{name}.sql").read_text()
    cpu, start = time.process_time(), time.perf_counter()
    table = engine.query(text)
    span, cpu = time.perf_counter() - start, time.process_time() - cpu
    rows = zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True)
    return span, cpu, Counter({tuple(row[:4]): row[4] for row in rows})


def answers(found: Screen) -> Answers:
    counted: Answers = Counter()
    for line in found.lines:
        copy = line.copy
        counted[copy.program, copy.element, copy.source, f"{line.outcome.value}/{line.reason.value}"] += line.values
    return counted


def measured(bundle: Bundle, name: str, path: Path, times: int) -> dict[str, Any]:
    roll = roll_of(bundle, path)
    spans: list[dict[str, float]] = []
    hand: list[float] = []
    hand_cpu: list[float] = []
    for turn in range(times):
        for mine in (True, False) if turn % 2 == 0 else (False, True):
            if mine:
                steps, found = ours(bundle, name, roll)
                spans.append(steps)
            else:
                span, cpu, expected = by_hand(name, roll)
                hand.append(span)
                hand_cpu.append(cpu)
    differing = {key for key in answers(found).keys() | expected.keys() if answers(found)[key] != expected[key]}
    assert not differing, f"{name}: ours and the query by hand differ: {sorted(differing)[:5]}"
    best = min(spans, key=lambda steps: steps["total"])
    return {
        "request": EXAMPLES[name],
        "people": found.people,
        "values": found.total(),
        "copies": len({line.copy for line in found.lines}),
        "signatures": len(found.signatures),
        **{step: round(span, 3) for step, span in best.items()},
        "sql_best": round(min(steps["sql"] for steps in spans), 3),
        "by_hand": round(min(hand), 3),
        "cpu": round(min(steps["cpu"] for steps in spans), 3),
        "cpu_hand": round(min(hand_cpu), 3),
        "ratio_cpu": round(min(steps["cpu"] for steps in spans) / min(hand_cpu), 2),
        "ratio": round(best["total"] / min(hand), 2),
        "ratio_sql": round(min(steps["sql"] for steps in spans) / min(hand), 2),
        "values_per_second": round(found.total() / best["total"]),
        "runs": {"ours": [round(steps["total"], 2) for steps in spans], "by_hand": [round(span, 2) for span in hand]},
    }


def explained(path: Path, bundle: Bundle) -> None:
    """Write what DuckDB says of the time of each query by hand, and of ours, beside them."""
    roll = roll_of(bundle, path)
    for name in EXAMPLES:
        request = asked(bundle, name)
        plan = compile_request(bundle, widened(request.groups[0], roll, bundle), request.as_of, roll)
        texts = {
            f"screening_{name}.explain.txt": (BENCH / f"screening_{name}.sql").read_text(),
            f"screening_{name}.ours.explain.txt": sql.counting(plan).sql("duckdb"),
        }
        for file, text in texts.items():
            engine = DuckEngine(roll)
            engine.connection.execute(text).fetchall()  # warm
            said = engine.connection.execute(f"EXPLAIN ANALYZE {text}").fetchall()
            (BENCH / file).write_text("\n".join(line.rstrip() for line in said[0][1].splitlines()) + "\n")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=3_000_000)
    parser.add_argument("--roll", type=Path, help=f"folder of the roll; default {CACHE}/roll-N")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--explain", action="store_true", help="also write EXPLAIN ANALYZE beside the queries")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    path, bundle = made(given.people, given.roll), law()
    if given.explain:
        explained(path, bundle)
    rows = [measured(bundle, name, path, given.times) for name in EXAMPLES]
    if given.json:
        print(json.dumps({"load": load(), "screening": rows}, indent=2))
        return 0
    wanted = (
        "request",
        "people",
        "values",
        "compile",
        "sql",
        "judge",
        "json",
        "total",
        "by_hand",
        "ratio",
        "ratio_sql",
        "ratio_cpu",
    )
    print("Screening, seconds, best of", given.times, "in turn; every element and copy. Equal counts: yes.")
    show([{name: row[name] for name in wanted} for row in rows])
    return 0


if __name__ == "__main__":
    sys.exit(main())
