"""Take one rule away, and a row of its table goes wrong, unless the law says the same elsewhere too."""

from collections import defaultdict
from dataclasses import replace

import pytest
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide.cases import read_tables, run_row
from ostiary.law.defeat import Defeat
from ostiary.law.rule import Kind

# Law repeats itself. Each of these stands beside another rule, or beside default deny, with the same answer in
# every row: a statute and its regulation, two secrecy laws over one file, a duty said twice. They are kept because
# each must fall for the copy to leave, and because the requester is told of each.
REPEATS = frozenset(
    [
        "il.audit",
        "il.code.10-230",
        "il.code.102-30",
        "il.code.informants",
        "il.code.safety",
        "il.foia.private",
        "il.foreign-subpoena",
        "il.identity",
        "il.lawful-health",
        "il.minor-counselling",
        "il.pac.11-9",
        "il.pm.consent-form",
        "il.sud",
        "us.hipaa",
        "us.hipaa.authorization",
        "us.hipaa.informants",
        "us.hipaa.law-enforcement",
        "us.hipaa.locate",
        "us.hipaa.proceedings",
        "us.hipaa.required-by-law",
        "us.ivd.safeguard",
        "us.med.emergency-members",
        "us.med.ievs",
        "us.medicaid.safeguard",
        "us.medicaid.safeguarded-types",
        "us.order.ny-v-acf.bulk",
        "us.part2",
        "us.privacy-act.b",
        "us.privacy-act.matching",
        "us.save.minimum",
        "us.school-meals",
        "us.snap.15.report",
        "us.snap.2025e.ssn",
        "us.snap.273-4b.report",
        "us.snap.F.reports",
        "us.snap.e17.ievs",
        "us.snap.informants",
        "us.snap.safeguard",
        "us.snap.x.minimum",
        "us.snap.x.vulnerable",
        "us.tanf.602",
    ]
)


@pytest.fixture(scope="module")
def rows_by_authority(bundle):
    found = defaultdict(list)
    for path in sorted((ROOT / "packs").glob("*/tests/*.yaml")):
        if not path.name.startswith("scenarios"):
            for row in read_tables(strict_yaml.read(path), bundle):
                found[row.authority].append(replace(row, decides=(), reason=""))
    return found


def without(bundle, gone):
    edges = {
        target: tuple(edge for edge in found if edge.by != gone)
        for target, found in bundle.defeat.defeaters.items()
        if target != gone
    }
    rules = tuple(rule for rule in bundle.rules if rule.id != gone)
    return replace(bundle, rules=rules, defeat=Defeat(edges), _at={})


@pytest.mark.long
def test_taking_away_any_other_rule_is_noticed(bundle, rows_by_authority):
    unnoticed = set()
    for rule in bundle.rules:
        if rule.kind is not Kind.NOTE:
            lame = without(bundle, rule.id)
            if all(run_row(lame, row).right for row in rows_by_authority[rule.authorities[0]]):
                unnoticed.add(rule.id)

    assert unnoticed == REPEATS
