"""The most memory that `ostiary screen` takes, as the roll grows. It should hardly grow: the roll is never loaded."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from bench.rolls import CACHE, EXAMPLES, ROOT, made
from bench.table import load, show

SMALL, LARGE = (1_000_000, 3_000_000), 10_000_000


def peak(path: Path, name: str) -> tuple[float, float]:
    """Peak resident memory of the command in MiB, and seconds."""
    command = [
        str(Path(sys.executable).parent / "ostiary"),
        "screen",
        str(ROOT / "examples" / f"{EXAMPLES[name]}.yaml"),
    ]
    command += ["--roll", str(path), "--everything", "--json"]
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    said = child.stderr.read().decode() if child.stderr else ""
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode not in (0, 10, 11, 12):
        raise SystemExit(f"{' '.join(command)} gave {child.returncode}: {said}")
    return usage.ru_maxrss / 1024, time.perf_counter() - start


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="+", default=list(SMALL))
    parser.add_argument("--full", action="store_true", help="10 M people too; that roll is removed afterwards")
    parser.add_argument("--request", choices=sorted(EXAMPLES), default="cms")
    parser.add_argument("--times", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    sizes = sorted({*given.people, *([LARGE] if given.full else [])})
    had = {size: (CACHE / f"roll-{size}").exists() for size in sizes}
    paths = {size: made(size) for size in sizes}
    found: dict[int, list[tuple[float, float]]] = {size: [] for size in sizes}
    for turn in range(given.times):
        for size in sizes if turn % 2 == 0 else reversed(sizes):
            found[size].append(peak(paths[size], given.request))
    if given.full and not had[LARGE]:
        shutil.rmtree(paths[LARGE].parent)
    first = max(span[0] for span in found[sizes[0]])
    rows = [
        {
            "people": size,
            "peak_mib": round(max(one[0] for one in found[size]), 1),
            "ratio": round(max(one[0] for one in found[size]) / first, 2),
            "seconds": round(min(one[1] for one in found[size]), 2),
        }
        for size in sizes
    ]
    if given.json:
        print(json.dumps({"load": load(), "request": EXAMPLES[given.request], "memory": rows}, indent=2))
        return 0
    print(f"Peak memory of `ostiary screen --everything` (the largest of {given.times}), seconds (the best).")
    show(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
