"""What a change of the law lets out more and less, for every request at once; each finding judged again under both."""

import datetime as dt
from dataclasses import replace

import pytest
from tests.spec.test_teeth import GONE, LIFTS_NOTHING, SETTLED, sabotaged

from ostiary.decide.cases import run_scenarios
from ostiary.decide.compare import changed_rules, difference
from ostiary.decide.decide import decide
from ostiary.decide.judging import Judging
from ostiary.decide.mutants import Effect
from ostiary.decide.request import read_request
from ostiary.strict_yaml import Document, parse

SINCE = dt.date(2026, 1, 1)

CHANGES = [
    # what changes                                      rule                      how                         widens                      narrows
    ("tax data is no longer barred", "us.fti", GONE, {"us.fti"}, set()),
    ("fingerprints are no longer barred", "il.pac.11-6-2", GONE, {"il.pac.11-6-2"}, set()),
    ("the auditors lose their permit", "us.snap.B.gao", GONE, set(), {"us.snap.B.gao"}),
    ("an order need not be confirmed", "us.court.order", SETTLED, {"us.court.order"}, set()),
    ("the fleeing-felon notice lifts nothing", "us.snap.E.fleeing", LIFTS_NOTHING, set(), {"us.snap.E.fleeing"}),
    ("SAVE is asked for other purposes instead", "us.save", "requester.kind = 'uscis_save' AND purpose = 'audit' AND agreement.in_force", {"us.save"}, {"us.save"}),
    ("only the words of a note", "us.1360b", "requester.kind IN dhs", set(), set()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "how", "widens", "narrows"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES]
)
def test_what_a_change_does(rule, how, widens, narrows, bundle):
    changed = sabotaged(bundle, rule, how)
    found = difference(bundle, changed, SINCE)
    assert ({one.rule for one in found.widens}, {one.rule for one in found.narrows}) == (widens, narrows)
    assert found.unknown == ()
    for one in found.widens:
        assert leaves(changed, one.request) > leaves(bundle, one.request)
    for one in found.narrows:
        assert leaves(changed, one.request) < leaves(bundle, one.request)


def leaves(bundle, data):
    """How much leaves of what a request file asks for."""
    verdict = decide(bundle, read_request(Document("case.yaml", data, {}), bundle.words))
    return sum(item.outcome.discloses for item in verdict.items)


def test_a_law_against_itself_differs_in_nothing(bundle):
    again = replace(bundle, _at={})
    assert changed_rules(bundle, again) == frozenset()
    found = difference(bundle, again, SINCE)
    assert (found.widens, found.narrows, found.unknown) == ((), (), ())


def test_a_new_title_or_note_is_no_change(bundle):
    rules = tuple(replace(rule, title=f"{rule.title}!", note="new", where="elsewhere:1") for rule in bundle.rules)
    assert changed_rules(bundle, replace(bundle, rules=rules, _at={})) == frozenset()


def test_a_solver_without_time_says_so_and_names_what_changed(bundle):
    found = difference(bundle, sabotaged(bundle, "us.fti", GONE), SINCE, seconds=0.0)
    assert found.widens == ()
    assert any("`us.fti`" in one for one in found.unknown)


MUTANTS = [
    # rule                        change                                                      effect
    ("us.fti", GONE, Effect.WIDENS),
    ("us.snap.B.gao", GONE, Effect.NARROWS),
    ("us.tanf.602", "NOT element.id IN public", Effect.SAME),
    ("us.snap.C.violation", LIFTS_NOTHING, Effect.NARROWS),
    ("us.1373", GONE, Effect.ANSWERS),
    ("us.1360b", GONE, Effect.SAME),
]


def test_a_judge_says_what_a_slip_does_and_shows_it_as_a_scenario(bundle):
    with Judging(bundle, SINCE) as judge:
        for rule, change, effect in MUTANTS:
            mutant = sabotaged(bundle, rule, change)
            found = judge(mutant)
            assert (rule, found.effect) == (rule, effect)
            assert bool(found.witness_yaml) is (effect is not Effect.SAME)
            if found.witness_yaml:
                text = "- " + found.witness_yaml.replace("\n", "\n  ").rstrip()
                doc = parse(text, "new.yaml")
                assert [one.right for one in run_scenarios(bundle, doc)] == [True]
                assert [one.right for one in run_scenarios(mutant, doc)] == [False]


def test_a_list_of_findings_that_was_cut_off_says_so_and_names_what_changed(bundle, monkeypatch):
    """The gate counts it as letting more out: what was not looked at must not pass for nothing."""
    monkeypatch.setattr("ostiary.decide.compare.MOST", 1)
    found = difference(bundle, sabotaged(bundle, "us.fti", GONE), SINCE)
    assert len(found.widens) == 1
    assert any("`us.fti`" in one for one in found.unknown)
