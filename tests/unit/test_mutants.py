"""A slip in a rule is noticed by a table that shows its condition, and by no table that does not."""

import json
import random
from pathlib import Path

import pytest

from ostiary.cli import mutating
from ostiary.decide.cases import read_tables, run_row, run_scenarios
from ostiary.decide.killing import Judged, run, stale
from ostiary.decide.mutants import explained, mutants
from ostiary.decide.situations import cases_of, holds_scenarios, packs_tests
from ostiary.errors import PackError
from ostiary.law.bundle import load_bundle

PACK = """
name: small
version: "1"
title: a small law
layer: federal
binds: [bureau]
tags: {secret: what is secret, sealed: what a court sealed}
agency: {name: the bureau, kinds: [bureau]}
"""
WORDS = """
codes:
  agency_kinds: {bureau: a bureau}
  programs: {bread: bread}
  requesters: {nurse: a nurse, baker: a baker, clown: a clown}
  sources: {form: the form}
  element_groups: {basic: basic}
  element_classes: {K1: plain}
facts:
"""
FACT = "  {0}: {{type: {1}, level: request, label: {0}, question: What is it?, by: intake{2}}}\n"
FACTS = [
    ("request_date", "date", ""),
    ("as_of", "date", ""),
    ("who", "requesters", ""),
    ("programs", "list of programs", ""),
    ("elements_requested", "list of elements", ""),
    ("asked", "bool", ""),
    ("signed", "bool", ""),
    ("ill", "bool", ""),
    ("doubt", "bool", ""),
    ("ends", "date", ", optional: true"),
]
GROUNDED = ["element.id", "element.group", "element.class", "copy.program", "copy.source"]
ELEMENTS = "[{id: loaf, label: a loaf, group: basic, class: K1, sources: [form], held_under: all}]"
AUTHORITY = """
- {id: law, citation: 1 USC 1, jurisdiction: federal, programs: all, effect: permits, what: x, conditions: x, elements: x,
   requesters: x, status: in force, evidence: {mark: from_memory, confidence: low, note: x}}
"""
RULE = """
- id: %s
  kind: %s
  regime: secret
  title: a rule
  authority: [law]
  in_force: {from: 2000-01-01}
  interpretation: {status: settled}
"""
SECRET = RULE % ("all.secret", "forbid") + "  tags: [secret]\n"
DOOR = "  lifts: [{tag: secret, because: it says so}]\n"
ASKED = {"asked": "true", "signed": "true", "ill": "false", "doubt": "false", "who": "nurse"}


def a_law(tmp_path: Path, rules: str, rows: str = "", more: dict[str, str] | None = None):
    """A pack of one bread, one authority and these rules. ``rows``: `change -> outcome`, or `change -> outcome because reason`."""
    folder = tmp_path / "small"
    for name in ("rules", "tests"):
        (folder / name).mkdir(parents=True)
    system = "".join(
        f"  {name}: {{type: text, level: {name.split('.')[0]}, label: {name}, question: What?, by: system}}\n"
        for name in GROUNDED
    )
    files = {
        "pack.yaml": PACK,
        "vocabulary.yaml": WORDS + "".join(FACT.format(*fact) for fact in FACTS) + system,
        "elements.yaml": ELEMENTS,
        "authorities.yaml": AUTHORITY,
        "rules/a.yaml": rules,
        "tests/a.yaml": a_table(rows),
    }
    for name, text in {**files, **(more or {})}.items():
        (folder / name).write_text(text)
    return load_bundle([folder])


def a_table(rows: str) -> str:
    facts = "".join(f"    {name}: {value}\n" for name, value in ASKED.items())
    text = "- authority: law\n  facts:\n    request_date: 2026-03-10\n    programs: [bread]\n"
    text += f"    elements_requested: [loaf]\n{facts}  rows:\n"
    for line in rows.strip().splitlines():
        change, _, answer = line.partition("->")
        outcome, _, reason = answer.partition("because")
        text += f"  - case: '{change.strip()}'\n    change: {{{change.strip()}}}\n    outcome: {outcome.strip()}\n"
        text += f"    reason: {reason.strip()}\n" if reason else ""
    return text


def judged(bundle) -> dict[str, Judged]:
    cases = [case for doc in packs_tests(bundle) for case in cases_of(bundle, doc)]
    assert all(case.right(bundle) for case in cases)
    return {found.mutant.id: found for found in run(mutants(bundle), cases)}


BOTH = SECRET + RULE % ("door", "permit") + "  when: asked AND signed\n" + DOOR
EITHER = SECRET + RULE % ("door", "permit") + "  when: signed OR ill\n" + DOOR
LIST = SECRET + RULE % ("door", "permit") + "  when: who IN ('nurse', 'baker')\n" + DOOR
DATED = SECRET + RULE % ("door", "permit") + "  when: NOT expired(ends, as_of)\n" + DOOR
MAYBE = SECRET + RULE % ("all.stop", "forbid") + "  when: possibly(doubt)\n" + RULE % ("door", "permit") + DOOR
SURE = SECRET + RULE % ("door", "permit") + "  when: knows(signed)\n" + DOOR
CONTESTED = SECRET + (RULE % ("door", "permit")).replace("settled", "contested, why: it is open, unless: ill") + DOOR
SEAL = SECRET + RULE % ("all.sealed", "forbid")
SEAL += "  overrides: {all: true, except: [{rule: court}], because: it is sealed}\n  when: doubt\n"
SEAL += RULE % ("door", "mandate") + "  when: signed\n" + DOOR + RULE % ("court", "permit") + "  when: ill\n"
SEAL += "  lifts: [{tag: secret, because: so}, {rule: all.sealed, because: the court may}]\n"
NAMED = SECRET + RULE % ("all.sealed", "forbid") + "  when: doubt\n  overrides: [{rule: door, because: sealed}]\n"
NAMED += RULE % ("door", "permit") + "  when: signed\n  lifts:\n  - {tag: secret, because: so}\n"

SLIPS = {
    "a conjunct dropped": ("door/drop-conjunct/2", BOTH, "asked: true -> release", "signed: false -> withhold"),
    "an atom negated": ("door/negate/1", BOTH, "signed: false -> withhold", "asked: true -> release"),
    "a disjunct dropped": (
        "door/drop-disjunct/2",
        EITHER,
        "signed: true -> release",
        "signed: false, ill: true -> release",
    ),
    "a value dropped": ("door/drop-value/baker", LIST, "who: nurse -> release", "who: baker -> release"),
    "a boundary": ("door/boundary/1", DATED, "ends: 2026-03-09 -> withhold", "ends: 2026-03-10 -> release"),
    "certainty for doubt": (
        "all.stop/drop-possibly/1",
        MAYBE,
        "doubt: false -> release",
        "doubt: gone -> withhold because forbidden",
    ),
    "a lift dropped": ("door/drop-lift/tag-secret", BOTH, "signed: false -> withhold", "signed: true -> release"),
    "a doubtful reading settled": ("door/settle", CONTESTED, "ill: true -> release", "ill: false -> refer_to_counsel"),
    "an `unless` negated": ("door/unless/negate/1", CONTESTED, None, "ill: true -> release"),
    "an override dropped": ("all.sealed/drop-override/all", SEAL, "ill: true -> mandated", "doubt: true -> withhold"),
    "a permit made a mandate": ("door/change-kind", BOTH, "signed: false -> withhold", "signed: true -> release"),
    "a rule taken away": ("all.secret/drop-rule", SECRET, "asked: true -> withhold", None),
}


@pytest.mark.parametrize(("name", "rules", "lacking", "showing"), SLIPS.values(), ids=SLIPS.keys())
def test_only_the_row_that_shows_it_notices_a_slip(tmp_path, name, rules, lacking, showing):
    if lacking is not None:
        assert judged(a_law(tmp_path / "lacking", rules, lacking))[name].killed_by is None
    if showing is not None:
        assert judged(a_law(tmp_path / "showing", rules, f"{lacking or ''}\n{showing}"))[name].killed_by is not None


def test_a_definition_is_changed_once_for_all_rules_that_use_it(tmp_path):
    rules = (
        SECRET + RULE % ("door", "permit") + "  when: fit\n" + DOOR + RULE % ("gate", "permit") + "  when: fit\n" + DOOR
    )
    more = {"definitions.yaml": "fit: {means: it is fit, when: asked AND signed}"}
    found = judged(a_law(tmp_path, rules, "asked: true -> release\nasked: false -> withhold", more))

    assert {rule.id for rule in found["definition:fit/drop-conjunct/1"].mutant.old} == {"door", "gate"}
    assert found["definition:fit/drop-conjunct/1"].killed_by is not None
    assert found["definition:fit/drop-conjunct/2"].killed_by is None


def test_a_class_loses_a_value_wherever_the_law_names_it(tmp_path):
    rules = SECRET + RULE % ("door", "permit") + "  when: who IN carers\n" + DOOR
    more = {"classes.yaml": "carers: {of: requesters, means: a carer, members: [nurse, baker]}"}
    found = judged(a_law(tmp_path, rules, "who: nurse -> release\nwho: clown -> withhold", more))

    assert found["class:carers/drop-value/nurse"].killed_by is not None
    assert found["class:carers/drop-value/baker"].killed_by is None


def test_a_slip_that_no_loader_reads_is_no_mutant(tmp_path):
    rules = SECRET + RULE % ("door", "permit") + "  when: present(ends) AND ends > as_of\n" + DOOR
    found = judged(a_law(tmp_path, rules, "ends: 2026-03-11 -> release"))

    assert "door/drop-conjunct/1" not in found  # the guard alone keeps the comparison lawful
    assert "door/drop-conjunct/2" in found
    assert "door/boundary/1" in found


def test_a_door_that_would_close_a_circle_is_no_mutant(tmp_path):
    found = judged(a_law(tmp_path, SEAL, "ill: true -> mandated"))

    assert "all.sealed/drop-door/court" not in found  # `court` lifts the seal, and the seal would override it


def test_a_named_override_dropped_is_noticed_where_it_decides(tmp_path):
    lifted = NAMED + "  - {rule: all.stop, because: so}\n" + RULE % ("all.stop", "forbid") + "  when: asked\n"
    found = judged(a_law(tmp_path, lifted, "asked: true -> release\ndoubt: true -> withhold"))

    assert found["door/drop-lift/all.stop"].killed_by is not None
    assert found["all.sealed/drop-override/door"].killed_by is None  # the seal forbids by itself


def test_an_explanation_must_be_of_a_survivor(tmp_path):
    text = "[{mutant: door/negate/1, because: x}, {mutant: door/negate/9, because: y}]"
    bundle = a_law(tmp_path, BOTH, "asked: true -> release", {"survivors.yaml": text})
    found = list(stale(list(judged(bundle).values()), explained(bundle)))

    assert found == [
        "small/survivors.yaml:1: explains `door/negate/1`, which small/tests/a.yaml:12 asked: true notices; "
        "take the entry out",
        "small/survivors.yaml:1: explains `door/negate/9`, which is no mutant any more; did you mean `door/negate/2`?",
    ]


def test_an_explanation_stands_once(tmp_path):
    text = "[{mutant: a, because: x}, {mutant: a, because: y}]"

    with pytest.raises(PackError, match="mutant `a` is already explained"):
        explained(a_law(tmp_path, BOTH, more={"survivors.yaml": text}))


def the_slow_way(bundle, docs, rows) -> bool:
    """Whether every case is right, each read and judged from the start."""
    tables = (run_row(bundle, row).right for row in rows)
    scenarios = (one.right for doc in docs if holds_scenarios(doc) for one in run_scenarios(bundle, doc))
    return all(tables) and all(scenarios)


@pytest.mark.long
def test_the_quick_way_says_what_the_slow_way_says(bundle):
    docs = list(packs_tests(bundle))
    rows = [row for doc in docs if not holds_scenarios(doc) for row in read_tables(doc, bundle)]
    cases = [case for doc in docs for case in cases_of(bundle, doc)]
    sample = random.Random(11).sample(list(mutants(bundle)), 40)

    differ = [
        found.mutant.id
        for found in run(sample, cases)
        if (found.killed_by is None) is not the_slow_way(found.mutant.bundle, docs, rows)
    ]

    assert differ == []


@pytest.mark.long
def test_every_mutant_of_the_shipped_law_has_its_own_id(bundle):
    ids = [mutant.id for mutant in mutants(bundle)]

    assert len(ids) == len(set(ids))
    assert len(ids) > 1_500


def test_the_command_fails_while_a_slip_that_lets_more_out_is_not_noticed(tmp_path, capsys):
    a_law(tmp_path, BOTH, "asked: true -> release\nasked: false -> withhold")

    status = mutating.run([], [tmp_path / "small"], coverage=True, with_mutants=True, as_json=True)
    told = json.loads(capsys.readouterr().out)

    assert status == 1
    assert "door/drop-conjunct/2" in [one["mutant"] for one in told["mutants"]["survivors"]]
    assert (told["coverage"]["conditions"], told["coverage"]["both_ways"]) == (2, 1)


def test_the_command_says_nothing_of_mutants_while_a_case_is_wrong(tmp_path, capsys):
    a_law(tmp_path, BOTH, "asked: true -> withhold")

    status = mutating.run([], [tmp_path / "small"], coverage=True, with_mutants=True, as_json=True)

    assert status == 1
    assert json.loads(capsys.readouterr().out).keys() == {"right", "total", "results"}
