"""`ostiary lint` finds what a lawyer would find: each fault is planted, and found."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from ostiary import strict_yaml
from ostiary.decide import coverage
from ostiary.decide.cases import read_tables, run_row
from ostiary.law.bundle import Bundle, load_bundle
from ostiary.law.lint import faults

RULE = """
- id: il.planted
  kind: permit
  regime: il-code
  title: Planted
  authority: [il_foia_5ilcs140]
  in_force: {from: 2020-01-01}
  interpretation: {status: settled}
  elements: copy.program = 'snap'
  when: requester.kind = 'press'
"""
AUTHORITY = """
- id: il_planted
  citation: 1 ILCS 1/1
  jurisdiction: state
  programs: all
  effect: forbids
  what: Something.
  conditions: none
  elements: all
  requesters: all
  status: in force
  evidence: {mark: from_memory, confidence: low, note: planted}
"""
DEFINITION = """
il.planted:
  means: planted
  when: instrument.signed
"""


def with_change(tmp_path: Path, packs: Path, file: str, more: str) -> Bundle:
    for name in ("us-federal", "us-il"):
        shutil.copytree(packs / name, tmp_path / name)
    path = tmp_path / "us-il" / file
    path.write_text(path.read_text() + more)
    return load_bundle([tmp_path / "us-il"], tmp_path)


PLANTED = {
    "a permit that lifts nothing": ("rules/code.yaml", RULE, "permit `il.planted` lifts nothing where it reaches"),
    "a rule that can never hold": (
        "rules/code.yaml",
        RULE.replace("'press'", "'press' AND requester.kind = 'court'"),
        "rule `il.planted` can never hold: no value of `requester.kind`",
    ),
    "a rule that reaches no copy": (
        "rules/code.yaml",
        RULE.replace("copy.program = 'snap'", "copy.program = 'snap' AND element.id = 'claims_encounters'"),
        "rule `il.planted` reaches no copy that can exist",
    ),
    "an authority that no rule cites": ("authorities.yaml", AUTHORITY, "authority `il_planted` forbids something"),
    "a definition that no rule uses": ("definitions.yaml", DEFINITION, "definition `il.planted` is used by no rule"),
}


@pytest.mark.parametrize(("file", "more", "message"), PLANTED.values(), ids=PLANTED.keys())
def test_a_planted_fault_is_found(tmp_path, packs, file, more, message):
    found = list(faults(with_change(tmp_path, packs, file, more)))

    assert any(message in fault for fault in found)


def test_the_shipped_packs_are_clean(bundle):
    assert list(faults(bundle)) == []


def tables(bundle, packs, *files):
    docs = [strict_yaml.read(packs / file) for file in files]
    return [row for doc in docs for row in read_tables(doc, bundle)]


def test_a_row_that_is_taken_away_is_missed(bundle, packs):
    rows = tables(bundle, packs, "us-federal/tests/snap.yaml")
    fewer = [row for row in rows if row.case != "no name is furnished"]
    gap = "table `snap_fleeing_7usc2020e8E`: no row in which only this fails for rule `us.snap.E.fleeing`: the officer gives"

    assert not any(gap in line for line in coverage.gaps(bundle, coverage.observe(bundle, rows)))
    assert any(gap in line for line in coverage.gaps(bundle, coverage.observe(bundle, fewer)))


def test_a_table_that_is_taken_away_is_missed(bundle, packs):
    seen = coverage.observe(bundle, tables(bundle, packs, "us-federal/tests/snap.yaml"))

    assert any("authority `med_mfcu_42cfr455_21` has no table" in line for line in coverage.gaps(bundle, seen))


def test_a_wrong_expectation_is_a_difference(bundle, packs):
    [row, *_] = tables(bundle, packs, "us-federal/tests/snap.yaml")
    wrong = replace(row, outcomes=("mandated",))

    assert run_row(bundle, row).right
    assert not run_row(bundle, wrong).right
