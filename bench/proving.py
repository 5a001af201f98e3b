"""How long it takes to prove every property and to list every conflict of the shipped law. Limit: 10 s together.

`python -m bench.proving`. Exit 1 when the limit is passed or something is not proved. cvc5's time is shown beside
z3's, as the second opinion; the comparison of the law with one rule changed, and a law against itself, are shown too.
"""

import datetime as dt
import sys
import time
from dataclasses import replace
from pathlib import Path

from ostiary.decide.compare import difference
from ostiary.decide.conflicts import Undecided, conflicts
from ostiary.decide.prove import Result, prove
from ostiary.law.bundle import load_bundle
from ostiary.law.property import read_properties

ROOT = Path(__file__).resolve().parents[1]
SINCE = dt.date(2026, 1, 1)
LIMIT = 10.0


def timed(run):
    start = time.perf_counter()
    found = run()
    return found, time.perf_counter() - start


def main() -> int:
    bundle, loading = timed(lambda: load_bundle([ROOT / "packs" / "demo-agency"], ROOT / "packs"))
    properties = read_properties(bundle)
    proofs, proving = timed(lambda: list(prove(bundle, properties, SINCE)))
    found, listing = timed(lambda: list(conflicts(bundle, SINCE)))
    second, opinion = timed(lambda: list(prove(bundle, properties, SINCE, solver="cvc5")))
    settled = replace(bundle.by_id["us.court.order"].interpretation, contested=False)
    rules = tuple(replace(r, interpretation=settled) if r.id == "us.court.order" else r for r in bundle.rules)
    changed = replace(bundle, rules=rules, _at={})
    _, differing = timed(lambda: difference(bundle, changed, SINCE))
    whole = all(one.result is Result.PROVED for one in (*proofs, *second))
    whole = whole and not any(isinstance(one, Undecided) for one in found)
    print(f"load {len(bundle.rules)} rules                     {loading:6.2f} s")
    print(f"prove {len(proofs)} properties, z3              {proving:6.2f} s")
    print(f"list {len(found)} clashes and doubts           {listing:6.2f} s")
    print(f"together                            {proving + listing:6.2f} s   limit {LIMIT:.0f} s")
    print(f"the same properties, cvc5           {opinion:6.2f} s")
    print(f"one rule changed: what differs      {differing:6.2f} s")
    return 0 if whole and proving + listing <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
