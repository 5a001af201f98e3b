"""Speed, against the limits that we set ourselves. `make bench`; figures hold for this machine and this load.

Exit 1 when a limit is passed. Each figure is the median of several runs; the first, cold one is shown too.
"""

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


def main() -> int:
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
    return int(any(limit is not None and got > limit for _, got, limit in rows))


if __name__ == "__main__":
    sys.exit(main())
