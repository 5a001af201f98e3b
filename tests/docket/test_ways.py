"""The ways through, told as short stories: notice, challenge, stay, hold, tracks, appeal, recall, preservation."""

import datetime as dt
from dataclasses import replace

import pytest

from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Choice, Settled
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.transitions import ACTS
from tests.docket.making import (
    ADA,
    ADA_PAY,
    BEN,
    KEY,
    MANIFEST,
    NOON,
    PAPER,
    Desk,
    a_verdict,
    a_world,
    at,
    preservation,
)

MONTH = NOON.date() + dt.timedelta(days=30)
DELAY = {"until": MONTH, "basis": "a_rule", "order": PAPER}


def on_call(world):
    people = {n: replace(p, on_call=n in ("cora", "priya")) for n, p in world.people.items()}
    return replace(world, people=people)


def test_the_window_must_run():
    desk = at("notified")
    assert desk.refused("clear") == "window_over"
    assert desk.wait(14).refused("clear") == "window_over"
    assert desk.wait(1).do("clear").docket.state is State.CLEARED


def test_a_waiver_needs_everybodys_word():
    desk = at("notified")
    assert desk.refused("clear", cause="waived") == "given_waivers"
    assert desk.refused("clear", cause="window_over", waivers=PAPER) == "given_waivers"
    desk.do("clear", cause="waived", waivers=PAPER)


@pytest.mark.parametrize("cause", ["no_window", "notice_delayed", "court_shortened"])
def test_a_cause_that_is_not_so_clears_nothing(cause):
    assert at("notified").wait(20).refused("clear", cause=cause) == "window_over"


def test_a_delayed_notice_lets_the_docket_go_on_and_then_comes_by_itself():
    desk = at("approved")
    assert desk.refused("delay_notice", second="", **DELAY) == "second"
    assert desk.refused("delay_notice", **(DELAY | {"order": ""})) == "given_order"
    assert desk.refused("delay_notice", **(DELAY | {"until": MONTH.replace(year=2029)})) == "given_until"
    desk.do("delay_notice", **DELAY).do("clear", cause="notice_delayed")
    assert desk.refused("tell_late", "bot") == "late_notice_due"
    assert desk.refused("open_entry", "bot") == "delay_over"
    desk.wait(31).do("tell_late", "bot")


def test_a_delay_that_has_ended_delays_nothing():
    desk = at("approved").do("delay_notice", **(DELAY | {"until": NOON.date() + dt.timedelta(days=3)})).wait(4)
    assert desk.refused("clear", cause="notice_delayed") == "noticed"
    assert desk.do("notify").docket.state is State.NOTIFIED


def test_what_stands_in_the_public_part_does_not_tell_a_notice_from_a_delay():
    told, delayed = at("approved"), at("approved")
    one, two = told.attempt("notify"), delayed.attempt("delay_notice", **DELAY)
    assert (one.entry_kind, one.entry_public) == (two.entry_kind, two.entry_public) == ("notice.done", {})
    assert two.entry_later == {"status": "delayed", "basis": "a_rule", "until": MONTH}


def test_a_challenge_keeps_back_that_persons_items_and_the_rest_goes_on():
    desk = at("notified").do("challenge", "ada", items=(ADA,)).wait(20).do("clear")
    assert desk.refused("package", manifest=MANIFEST, items=(ADA, BEN)) == "given_items"
    assert desk.do("package", manifest=MANIFEST, items=(BEN,)).docket.package.items == (BEN,)


def test_a_challenge_of_everything_lets_nothing_go_on():
    desk = at("notified").do("challenge", "ada", items=(ADA, BEN)).wait(20)
    assert desk.refused("clear") == "something_goes"


def test_a_challenge_that_comes_after_the_package_makes_it_wrong():
    desk = at("packaged").do("check").do("challenge", "ada", items=(ADA,))
    assert desk.refused("agree_to_seal", "kay") == "packed_right"
    desk.do("reopen", "leda", cause="challenge").do("revise_verdict", "bot")
    assert desk.docket.state is State.IN_REVIEW


@pytest.mark.parametrize(
    ("outcome", "freed", "left"),
    [("rejected", (ADA, BEN), {ADA, BEN}), ("partly", (BEN,), {BEN}), ("upheld", (), set()), ("upheld", (ADA,), None)],
)
def test_the_hearing_officers_answer_frees_what_it_says(outcome, freed, left):
    desk = at("notified").do("challenge", "ada", items=(ADA, BEN))
    gift = {"number": 1, "outcome": outcome, "freed": freed}
    if left is None:
        assert desk.refused("decide_challenge", **gift) == "given_freed"
    else:
        assert desk.do("decide_challenge", **gift).docket.allowed_items == left
        assert desk.refused("decide_challenge", **gift) == "given_number"


def test_a_stay_stops_the_docket_until_it_ends_and_every_objection_is_answered():
    desk = at("notified").do("challenge", "ada", items=(ADA,)).do("stay", "bot").wait(20)
    assert desk.refused("clear", "hugo") == "no_stay"
    assert desk.refused("end_stay") == "stay_stands"
    desk.do("decide_challenge", number=1, outcome="rejected", freed=(ADA,)).do("end_stay").do("clear", "hugo")


def test_an_upheld_challenge_denies_or_goes_back_to_the_decider():
    stayed = at("notified").do("challenge", "ada", items=(ADA,)).do("stay", "bot")
    stayed.do("decide_challenge", number=1, outcome="upheld", freed=())
    refusals = (Choice(ADA, Settled.REFUSED, "objection_filed", PAPER),)
    assert stayed.do("deny", "hugo", refusals=refusals).docket.state is State.DENIED
    other = at("notified").do("stay", "ola").do("reopen", "hugo", cause="challenge")
    assert other.docket.state is State.DECISION


@pytest.mark.parametrize(("state", "act"), [("decision", "approve"), ("cleared", "package"), ("sealed", "release")])
def test_two_holds_need_two_liftings(state, act):
    desk = at(state).do("hold", "bot", cause="injunction").do("hold", "ola", cause="request_of_overseer")
    assert desk.refused("lift_hold", "leda", second="") == "second"
    desk.do("lift_hold", number=1, cause="lifted_by_court")
    assert desk.refused("lift_hold", number=1, cause="cause_gone") == "given_number"
    assert desk.refused(act) == "no_hold"
    desk.do("lift_hold", number=2, cause="cause_gone").do(act)


def test_a_preservation_docket_discloses_nothing():
    desk = preservation()
    assert desk.refused("docket_request") == "no_preservation"
    desk.do("preserve")
    assert all(desk.attempt(act).reason == "state" for act in ("approve", "clear", "package", "seal", "release"))
    assert desk.refused("end_preservation", "bot") == "preservation_over"
    assert desk.wait(100).do("end_preservation", "bot").docket.state is State.CLOSED
    assert Desk().refused("preserve") == "preservation"


def test_the_own_track_takes_one_reviewer_and_no_window():
    desk = at("in_review", a_world(track="own")).do("finish_review", "priya").do("pass_on")
    desk.do("approve").do("clear", cause="no_window").do("package").do("check")
    desk.do("agree_to_seal", "kay").do("agree_to_seal", "rolf").do("seal").do("release")
    assert len(desk.docket.reviews) == 1


def test_the_program_track_is_reviewed_by_two_and_has_no_window():
    desk = at("in_review", a_world(track="program")).do("review", "cora")
    assert desk.refused("review", "priya") == "another_review_due"
    desk.do("finish_review", "priya").do("consolidate").do("approve")
    desk.do("omit_notice").do("clear", cause="no_window")


def test_a_track_leaves_out_no_guard():
    desk = at("decision", a_world(track="program")).do("approve").do("omit_notice")
    desk.when(roll=None)
    assert desk.refused("clear", cause="no_window") == "roll_there"


def test_an_emergency_needs_the_two_on_call_the_least_fields_and_a_look_afterwards():
    cold = at("in_review", a_world(track="emergency"), emergency=True)
    cold.do("review", "cora").do("finish_review", "priya").do("pass_on")
    assert cold.refused("approve") == "on_call"

    desk = at("in_review", on_call(a_world(track="emergency")), emergency=True)
    desk.do("review", "cora", opinion="grant", needed=(ADA, BEN))
    desk.do("finish_review", "priya", opinion="grant", needed=(ADA, ADA_PAY)).do("pass_on")
    assert desk.refused("approve", grants=(ADA, BEN)) == "least_fields"
    desk.do("approve", grants=(ADA,)).do("clear", cause="no_window").do("package", manifest=MANIFEST, items=(ADA,))
    desk.do("check").do("agree_to_seal", "kay").do("agree_to_seal", "rolf").do("seal").do("release")
    assert "emergency_review" in {clock.name for clock in desk.docket.clocks}
    desk.do("receipt").do("dispose")
    assert desk.refused("close", "bot") == "nothing_due"
    assert desk.refused("review_emergency", "dan", Role.THIRD_REVIEWER) == "not_held"
    desk.do("review_emergency").do("close", "bot")


def test_a_denial_is_appealed_once_and_in_time():
    refusals = (Choice(ADA, Settled.REFUSED, "order_stayed", PAPER),)
    desk = at("decision").do("deny", refusals=refusals)
    assert desk.refused("close", "bot") == "appeal_over"
    desk.do("appeal").do("affirm")
    assert desk.refused("appeal") == "not_appealed"
    desk.do("close", "bot")
    late = at("decision").do("deny", refusals=refusals).wait(100)
    assert late.refused("appeal") == "appeal_in_time"


def test_a_refused_part_is_appealed_in_a_linked_docket_while_the_rest_goes_on():
    desk = at("released").do("appeal_part")
    assert desk.docket.state is State.RELEASED
    assert desk.docket.linked
    assert desk.refused("appeal_part", follow_up="no", items=(ADA_PAY,)) == "given_follow_up"


def test_a_release_is_recalled_and_a_late_certificate_freezes():
    assert at("released").do("recall").docket.state is State.RECALLED
    desk = at("receipted")
    assert desk.refused("mark_overdue") == "certificate_overdue"
    assert desk.wait(300).do("mark_overdue").docket.state is State.OVERDUE
    assert desk.do("dispose").docket.state is State.DISPOSED


def test_a_decision_lapses_and_is_opened_again():
    desk = at("notified").wait(45)
    assert desk.refused("clear") == "not_lapsed"
    assert desk.do("reopen", "bot", cause="decision_lapsed").docket.state is State.DECISION


def test_a_failed_check_sends_the_package_back():
    desk = at("packaged").do("fail_check")
    assert desk.docket.state is State.CLEARED
    assert desk.docket.package is None


@pytest.mark.parametrize("state", ["received", "in_review", "approved", "packaged"])
def test_a_request_is_taken_back_until_it_is_sealed(state):
    assert at(state).do("withdraw", "quinn").docket.state is State.WITHDRAWN
    assert at("sealed").refused("withdraw", "quinn") == "state"


def test_an_answer_changes_the_facts_and_the_verdict_is_given_again():
    desk = at("in_review").do("review", "cora").do("ask", "priya").wait(2).do("answer")
    assert desk.docket.reviews == ()
    desk.when(verdict=a_verdict(facts=KEY))
    desk.do("renew_verdict").do("review", "cora")


def test_nobody_is_looked_up_where_nothing_may_leave():
    items = tuple(one for one in a_verdict().items if one.key.element == "diagnosis")
    desk = at("judged", a_world(verdict=a_verdict(items=items)))
    assert desk.refused("search_roll", "bot") == "something_may_leave"
    at("judged").do("search_roll", "bot")


def test_the_engine_names_no_person_in_a_refusal():
    from tests.docket.test_permissions import somewhere

    private = {"p1", "p2"}
    for state in State:
        for act in ACTS:
            found = somewhere(state).attempt(act)
            assert not any(name in str(found).split() for name in private) or not hasattr(found, "reason")
