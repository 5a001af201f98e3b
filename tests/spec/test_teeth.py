"""Every property is proved, by two solvers; and each has teeth: one line of law made worse, and it is refuted.

Each sabotage names the property, the rule, and the one thing about the rule that is changed.
The counterexample is written as a request file, read back, and judged by the interpreter.
"""

import datetime as dt
from dataclasses import replace

import pytest

from ostiary.cli.proving import document
from ostiary.decide.prove import Result, breaks, commands, prove, without
from ostiary.decide.request import read_request
from ostiary.decide.verdict import Outcome
from ostiary.decide.witness import Witness
from ostiary.law.defeat import defeat_graph
from ostiary.law.parsing import parse_condition
from ostiary.law.property import Never, read_properties
from ostiary.strict_yaml import Document

SINCE = dt.date(2026, 1, 1)
GONE = "the rule is gone"
SETTLED = "taken as settled"
LIFTS_NOTHING = "lifts nothing"
BINDS_MANDATES = "bars what is commanded too"

SABOTAGE = [
    # property                           rule                            what is changed: its `when`, or as said
    ("us.never.for-want-of-a-fact", "us.consent", "possibly(consent.covers)"),
    (
        "us.never.immigration-class",
        "us.snap.C.violation",
        "requester.kind IN law_enforcement AND instrument.in_writing",
    ),
    ("us.never.executive-paper", "us.court.order", "instrument.kind = 'dhs_admin_subpoena'"),
    ("us.never.victims", "us.1367", GONE),
    ("us.never.tax", "us.fti", GONE),
    ("us.never.new-hires", "us.ndnh", GONE),
    ("us.never.ssa", "us.ssa-data", GONE),
    ("us.never.part2", "us.part2.emergency", "requester.kind = 'provider' AND purpose = 'treatment_emergency'"),
    ("us.never.fingerprints", "il.pac.11-6-2", GONE),
    ("us.never.stranger", "gate.identity", GONE),
    ("us.never.contractor", "gate.holder", GONE),
    ("us.never.agreement-alone", "us.ievs", "agreement.in_force"),
    ("us.never.health-to-enforcement", "us.med.mfcu", "purpose IN plan_investigations"),
    ("us.never.report-without-knowledge", "us.tanf.611a", "purpose = 'unlawful_presence_report'"),
    ("us.never.unconfirmed-order", "us.court.order", SETTLED),
    ("us.always.fleeing-felon", "us.snap.E.fleeing", LIFTS_NOTHING),
    ("us.always.own-access", "us.snap.household-access", GONE),
    ("us.always.order", "us.court.order.federal", GONE),
    ("il.never.mental-health", "il.mhddca", GONE),
    ("il.never.hiv", "il.aids", GONE),
    ("il.never.confidential-address", "il.acp", "flags.address_confidentiality AND instrument.signed"),
    ("il.never.victims-program", "us.court.order", SETTLED),
    ("il.never.civil-enforcement", "il.code.safety.cash", "requester.kind IN law_enforcement"),
    ("il.never.genetic", "il.gipa", GONE),
    ("il.never.out-of-state-care", "il.shield", GONE),
    ("il.never.child-abuse", "il.ancra", GONE),
    ("agency.never.against-an-opt-out", "agency.opt-out", GONE),
    ("agency.never.blocks-a-mandate", "agency.opt-out", BINDS_MANDATES),
]


@pytest.fixture(scope="module")
def properties(bundle):
    return {one.id: one for one in read_properties(bundle)}


@pytest.mark.parametrize("solver", ["z3", "cvc5"])
def test_every_property_is_proved_by_both_solvers(solver, bundle, properties):
    proofs = list(prove(bundle, list(properties.values()), SINCE, solver=solver))
    assert {one.property.id: one.why for one in proofs if one.result is not Result.PROVED} == {}
    assert len(proofs) == len(properties)


def test_no_property_has_an_exception_that_it_does_not_need(bundle, properties):
    assert [one.property.id for one in prove(bundle, list(properties.values()), SINCE) if one.idle] == []


def test_every_property_has_a_sabotage(properties):
    assert sorted(name for name, _, _ in SABOTAGE) == sorted(properties)


@pytest.mark.parametrize(("name", "rule", "change"), SABOTAGE, ids=[name for name, _, _ in SABOTAGE])
def test_one_line_made_worse_refutes_it(name, rule, change, bundle, properties):
    worse = sabotaged(bundle, rule, change)
    (proof,) = prove(worse, [properties[name]], SINCE)
    assert proof.result is Result.REFUTED
    replayed = read_back(worse, proof.witness)
    never = proof.property.never
    if never is Never.LEARNING:
        assert replayed.outcome(worse).discloses
        assert proof.learned
    elif never is Never.BLOCKED:
        assert not replayed.outcome(worse).discloses
        assert replayed.outcome(without(worse, proof.property.rules)) is Outcome.MANDATED
    elif never is Never.HANGS:
        fact, code = proof.property.instead
        other = Witness({**replayed.facts, fact: code}, replayed.copy)
        assert commands(worse, replayed) - commands(worse, other) == {rule}
    else:
        assert breaks(worse, proof.property, replayed)


def sabotaged(bundle, name, change):
    """The bundle with one rule changed in one way."""
    changed = {
        SETTLED: lambda rule: replace(rule, interpretation=replace(rule.interpretation, contested=False)),
        LIFTS_NOTHING: lambda rule: replace(rule, lifts=()),
        BINDS_MANDATES: lambda rule: replace(rule, discretionary=False),
    }.get(change, lambda rule: replace(rule, when=parse_condition(change, bundle.words, bundle.definitions)))
    assert name in bundle.by_id
    rules = [changed(rule) if rule.id == name and change != GONE else rule for rule in bundle.rules]
    rules = tuple(rule for rule in rules if not (rule.id == name and change == GONE))
    kept = {rule.id for rule in rules}
    edges = defeat_graph(rules if change != GONE else named_only(rules, kept))
    return replace(bundle, rules=rules, defeat=edges, _at={})


def named_only(rules, kept):
    """Rules without targets that are gone."""
    return tuple(replace(rule, lifts=tuple(t for t in rule.lifts if not t.rule or t.rule in kept)) for rule in rules)


def read_back(bundle, witness):
    """The counterexample as a person would have it: from its request file."""
    doc = Document("counterexample.yaml", document(bundle, witness), {})
    request = read_request(doc, bundle.words)
    (group,) = request.groups
    assert (group.programs, group.elements) == ((witness.copy.program,), (witness.copy.element,))
    return Witness(group.facts, witness.copy)


SURVIVORS = [
    # a slip that no case can notice, since a case asks for copies from their usual source: a property notices it
    ("us.never.tax", "us.fti", "element.id = 'fti'"),
    ("us.never.new-hires", "us.ndnh", "element.id = 'ndnh_data'"),
    ("us.never.ssa", "us.ssa-data", "element.id = 'ssa_data'"),
]


@pytest.mark.parametrize(("name", "rule", "elements"), SURVIVORS, ids=[name for name, _, _ in SURVIVORS])
def test_what_no_case_can_notice_a_property_does(name, rule, elements, bundle, properties):
    narrow = parse_condition(elements, bundle.words, bundle.definitions)
    rules = tuple(replace(one, elements=narrow) if one.id == rule else one for one in bundle.rules)
    (proof,) = prove(replace(bundle, rules=rules, _at={}), [properties[name]], SINCE)
    assert proof.result is Result.REFUTED
    assert proof.witness.copy.source in ("irs", "ndnh", "ssa")
