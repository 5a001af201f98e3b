"""The outcome table of the rule language: only one row discloses. T, F, or ? (unknown)."""

import pytest
from tests.make import COPY, a_reading, a_rule

from ostiary.decide.interpret import judge, settle
from ostiary.decide.verdict import Outcome, Reason
from ostiary.law.condition import FactRef, Is
from ostiary.law.rule import Kind

VALUES = {"T": True, "F": False, "?": None}
RULES = [a_rule("bar", Kind.FORBID), a_rule("duty", Kind.MANDATE), a_rule("leave", Kind.PERMIT)]

#  bar duty leave   outcome             reason
TABLE = """
    F   F   T       release             authorised
    F   T   F       mandated            authorised
    F   T   T       mandated            authorised
    F   F   ?       withhold            missing_facts
    F   ?   F       withhold            missing_facts
    F   F   F       withhold            no_authority
    T   T   F       conflict            conflict
    T   T   T       conflict            conflict
    ?   T   F       refer_to_counsel    possible_conflict
    ?   F   T       withhold            missing_facts
    ?   F   F       withhold            no_authority
    ?   ?   F       withhold            missing_facts
    T   F   T       withhold            forbidden
    T   F   F       withhold            forbidden
    T   ?   T       withhold            forbidden
"""


@pytest.mark.parametrize("row", TABLE.strip().splitlines(), ids=lambda row: " ".join(row.split()))
def test_the_outcome_of(row):
    bar, duty, leave, outcome, reason = row.split()
    living = {"bar": VALUES[bar], "duty": VALUES[duty], "leave": VALUES[leave]}

    assert settle(RULES, living, living) == (Outcome(outcome), Reason(reason))


RAIN, SUN = Is(FactRef("rain")), Is(FactRef("sun"))


def outcome(rules, **known):
    item = judge(a_reading(rules, known), COPY)
    return item.outcome, item.reason


def test_a_contested_permit_goes_to_counsel_and_never_releases():
    rules = [a_rule("doubtful", Kind.PERMIT, contested=True)]

    assert outcome(rules) == (Outcome.REFER, Reason.CONTESTED)


def test_the_fact_that_settles_the_doubt_releases():
    rules = [a_rule("doubtful", Kind.PERMIT, contested=True, unless=RAIN)]

    assert outcome(rules, rain=True) == (Outcome.RELEASE, Reason.AUTHORISED)
    assert outcome(rules, rain=False) == (Outcome.REFER, Reason.CONTESTED)
    assert outcome(rules) == (Outcome.REFER, Reason.CONTESTED)


def test_a_contested_bar_binds_in_full():
    rules = [a_rule("leave", Kind.PERMIT), a_rule("bar", Kind.FORBID, contested=True)]

    assert outcome(rules) == (Outcome.WITHHOLD, Reason.FORBIDDEN)


def test_a_claim_that_lifts_nothing_is_a_conflict_not_a_duty():
    rules = [a_rule("claim", Kind.MANDATE, contested=True), a_rule("bar", Kind.FORBID)]

    assert outcome(rules) == (Outcome.CONFLICT, Reason.CONFLICT)


def test_an_exempt_lifts_a_bar_and_supplies_nothing():
    bar, door = a_rule("bar", Kind.FORBID), a_rule("door", Kind.EXEMPT, lifts=["bar"])

    assert outcome([bar, door]) == (Outcome.WITHHOLD, Reason.NO_AUTHORITY)
    assert outcome([bar, door, a_rule("leave", Kind.PERMIT)]) == (Outcome.RELEASE, Reason.AUTHORISED)


def test_every_mandate_lifts_a_discretionary_bar_and_no_permit_does():
    bar = a_rule("opt-out", Kind.FORBID, discretionary=True)

    assert outcome([bar, a_rule("duty", Kind.MANDATE)]) == (Outcome.MANDATED, Reason.AUTHORISED)
    assert outcome([bar, a_rule("leave", Kind.PERMIT)]) == (Outcome.WITHHOLD, Reason.FORBIDDEN)


def test_a_rule_that_does_not_bind_this_agency_is_shown_and_never_alive():
    rules = [a_rule("leave", Kind.PERMIT, binds=frozenset({"someone else"}))]
    item = judge(a_reading(rules, {}), COPY)

    assert item.reason is Reason.NO_AUTHORITY
    assert [found.state.value for found in item.considered] == ["not_bound"]


def test_a_release_rests_on_no_unknown_bar():
    rules = [
        a_rule("leave", Kind.PERMIT),
        a_rule("bar", Kind.FORBID, RAIN),
        a_rule("door", Kind.EXEMPT, SUN, lifts=["bar"]),
    ]

    assert outcome(rules) == (Outcome.WITHHOLD, Reason.MISSING_FACTS)
    assert outcome(rules, rain=False) == (Outcome.RELEASE, Reason.AUTHORISED)
    assert outcome(rules, sun=True) == (Outcome.RELEASE, Reason.AUTHORISED)
