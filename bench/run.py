"""Speed, against the limits that we set ourselves. `make bench`; figures hold for this machine and this load.

Then the quick form of each bench of this folder: a roll of ``--people``, 300,000 unless said.

Exit 1 when a limit is passed. Each figure is the median of several runs; the first, cold one is shown too.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from ostiary import strict_yaml
from ostiary.decide import explain
from ostiary.decide.cases import COMPLETE
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.law.bundle import load_bundle

ROOT = Path(__file__).resolve().parents[1]
SCENARIOS = ROOT / "packs" / "demo-agency" / "tests" / "scenarios.yaml"


def timed(run: Callable[[], object], times: int) -> tuple[float, float]:
    """(median, first) in milliseconds."""
    spans = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        spans.append((time.perf_counter() - start) * 1000)
    return statistics.median(spans), spans[0]


def others(people: int) -> int:
    """The other benches, each in a process of its own; how many failed."""
    small, large = str(people), str(people * 3)
    wanted = {
        "proving": [],
        "ledger": [],
        "sealing": [],
        "screening": ["--people", small],
        "scaling": ["--people", str(max(1, people // 3)), small],
        "memory": ["--people", small, large, "--times", "1"],
        "cedar": ["--people", small],
        "desk": [],
        "matching": ["--people", str(max(10_000, people // 3)), "--subjects", "2000"],
    }
    failed = 0
    for name, options in wanted.items():
        print(f"\n== bench.{name} {' '.join(options)}", flush=True)
        failed += subprocess.run([sys.executable, "-m", f"bench.{name}", *options], cwd=ROOT).returncode != 0
    return failed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=300_000, help="size of the roll for the other benches")
    parser.add_argument("--only", action="store_true", help="this table only")
    given = parser.parse_args()
    packs = ROOT / "packs"
    bundle = load_bundle([packs / "demo-agency"], packs)
    doc = strict_yaml.read(SCENARIOS)
    requests = [read_request(doc, bundle.words, at=(i, "facts"), complete=COMPLETE) for i in range(len(doc.data))]

    def judged_and_explained(request):
        verdict = decide(bundle, request)
        explain.table(bundle, verdict)
        explain.questions(bundle, verdict)
        explain.duties(bundle, verdict)

    def in_full(request):
        verdict = decide(bundle, request)
        for item in verdict.items:
            explain.ladder(bundle, request, item)

    each = [timed(lambda r=request: judged_and_explained(r), 9)[0] for request in requests]
    full = [timed(lambda r=request: in_full(r), 3)[0] for request in requests]
    items = [len(decide(bundle, request).items) for request in requests]
    load = timed(lambda: load_bundle([packs / "demo-agency"], packs), 5)
    command = [str(Path(sys.executable).parent / "ostiary"), "--help"]
    start = timed(lambda: subprocess.run(command, capture_output=True, check=True), 9)

    single = [span for span, count in zip(each, items, strict=True) if count <= 4]
    rows = [
        ("one request decided and explained, median of 75 (ms)", statistics.median(each), 5.0),
        ("the same, median of those with up to 4 items (ms)", statistics.median(single), 5.0),
        ("the same, slowest of those with up to 4 items (ms)", max(single), None),
        (f"the same, slowest of 75 ({max(items)} items) (ms)", max(each), None),
        ("with every rung of every ladder, median (ms)", statistics.median(full), None),
        (f"bundle load, {len(bundle.rules)} rules (ms)", load[0], 1000.0),
        ("bundle load, cold (ms)", load[1], None),
        ("`ostiary --help` (ms)", start[0], 300.0),
    ]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {sys.version.split()[0]}")
    for name, got, limit in rows:
        verdict = "" if limit is None else ("ok" if got <= limit else "OVER")
        print(f"{name:62} {got:8.1f}  {'' if limit is None else f'limit {limit:.0f}'} {verdict}")
    over = any(limit is not None and got > limit for _, got, limit in rows)
    return int(over or (not given.only and others(given.people) > 0))


if __name__ == "__main__":
    sys.exit(main())
