"""The packs' own test cases, run before a bundle may be activated."""

from __future__ import annotations

from ostiary import strict_yaml
from ostiary.decide.cases import read_tables, run_row, run_scenarios
from ostiary.errors import RequestError
from ostiary.law.bundle import Bundle


def cases_passed(bundle: Bundle) -> tuple[int, int]:
    """How many of the packs' cases are right, of how many."""
    results = []
    for pack in bundle.packs:
        for path in sorted((pack.folder / "tests").glob("**/*.yaml")):
            doc = strict_yaml.read(path, RequestError, f"{pack.name}/{path.name}")
            if path.name.startswith("scenarios"):
                results += [one.right for one in run_scenarios(bundle, doc)]
            else:
                results += [run_row(bundle, row).right for row in read_tables(doc, bundle)]
    return sum(results), len(results)
