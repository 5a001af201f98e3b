"""The released columns written, against a COPY written by hand for that one request, on the same files in one run."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

from bench.rolls import ROOT, law, made, roll_of
from bench.table import load, show
from ostiary import strict_yaml
from ostiary.decide.compile import compile_request
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.release.minimise import released
from ostiary.roll.duckdb import DuckEngine


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--people", type=int, default=3_000_000)
    options.add_argument("--roll", type=Path, default=None)
    options.add_argument("--times", type=int, default=9)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    bundle = law()
    roll = roll_of(bundle, made(given.people, given.roll))
    request = read_request(strict_yaml.read(ROOT / "examples" / "6-fleeing-felon-notice.yaml"), bundle.words)
    engine = DuckEngine(roll)
    found = screen(compile_request(bundle, request.groups[0], request.as_of, roll), engine)
    texts = {
        "ours": released(found, found.leaving_copies).sql("duckdb"),
        "by hand": (ROOT / "bench" / "releasing.sql").read_text(),
    }
    best, rows = dict.fromkeys(texts, float("inf")), {}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(given.times):
            for name in sorted(texts, reverse=bool(turn % 2)):
                path = Path(folder) / f"{name}.parquet"
                start = time.perf_counter()
                engine.write_parquet(texts[name], path)
                best[name] = min(best[name], time.perf_counter() - start)
                counts = f"SELECT COUNT(*), COUNT(COLUMNS(*)) FROM read_parquet('{path}')"
                rows[name] = engine.connection.execute(counts).fetchall()
    assert rows["ours"] == rows["by hand"], "the query by hand releases something else"
    ratio = best["ours"] / best["by hand"]
    table = [
        {
            "people": given.people,
            "ours (s)": round(best["ours"], 2),
            "by hand (s)": round(best["by hand"], 2),
            "ratio": round(ratio, 2),
            "aim": 1.2,
        }
    ]
    if given.json:
        print(json.dumps({**load(), "rows": table}))
    else:
        print("Released columns written to Parquet:", load())
        show(table)
    return int(ratio > 1.2)


if __name__ == "__main__":
    sys.exit(main())
