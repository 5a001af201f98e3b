"""Each guard, on every edge that it stands on: spoil one thing, and the edge is shut with that reason."""

from dataclasses import replace
from itertools import pairwise

import pytest

from ostiary.decide.verdict import Outcome
from ostiary_web.casework.docket import guards
from ostiary_web.casework.docket.machine import RULES, Rules
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Hold, Instrument
from ostiary_web.casework.docket.states import STAGES, DocketKind, State
from ostiary_web.casework.docket.transitions import TABLE
from ostiary_web.casework.docket.world import Counterparty, Log
from tests.docket.making import (
    ADA,
    ADA_PAY,
    BEN,
    BEN_SECRET,
    BUNDLE,
    FAR,
    KEY,
    MANIFEST,
    NOON,
    PAPER,
    a_verdict,
    a_world,
    at,
)  # fmt: skip

EDGES = {
    "approve": lambda: at("decision"),
    "clear": lambda: at("notified").wait(20),
    "package": lambda: at("cleared"),
    "seal": lambda: agreed(),
    "release": lambda: at("sealed"),
}
ORDER = tuple(EDGES)


def agreed():
    desk = at("packaged")
    return desk.do("check").do("agree_to_seal", "kay").do("agree_to_seal", "rolf")


def docket(**changes):
    def spoil(desk):
        desk.docket = replace(desk.docket, **changes)

    return spoil


def part(name, **changes):
    def spoil(desk):
        found = getattr(desk.docket, name)
        if found is not None:
            desk.docket = replace(desk.docket, **{name: replace(found, **changes)})

    return spoil


def world(**changes):
    return lambda desk: desk.when(**changes)


def law(**changes):
    return lambda desk: desk.when(law=replace(desk.world.law, **changes))


def body(**changes):
    return lambda desk: desk.when(counterparty=replace(desk.world.counterparty, **changes))


def now_withheld(desk):
    items = tuple(replace(one, now=Outcome.WITHHOLD) if one.key == BEN else one for one in a_verdict().items)
    desk.when(verdict=a_verdict(items=items))


def both_withheld(desk):
    now_withheld(desk)
    desk.docket = replace(desk.docket, verdict=desk.world.verdict)


def needs_agreement(desk, until=None):
    desk.when(verdict=a_verdict(needs_agreement=True))
    desk.docket = replace(desk.docket, verdict=desk.world.verdict)
    desk.when(counterparty=Counterparty(True, False, KEY, FAR, until))


# The guard, how it is spoilt, and the first edge that asks it. Every later edge asks it too.
SPOILT = [
    ("not_preservation", docket(kind=DocketKind.PRESERVATION), "approve"),
    ("track_known", docket(track="scenic"), "approve"),
    ("in_writing", part("instrument", in_writing=None), "approve"),
    ("in_writing", part("instrument", in_writing=False), "approve"),
    ("requester_verified", docket(requester_verified=None), "approve"),
    ("requester_verified", docket(requester_verified=False), "approve"),
    ("instrument_valid", part("instrument", valid=None), "approve"),
    ("instrument_valid", part("instrument", expires=NOON.date().replace(year=2025)), "approve"),
    ("counterparty", world(counterparty=None), "approve"),
    ("counterparty", body(contact_verified=None), "approve"),
    ("counterparty", body(frozen=True), "approve"),
    ("counterparty", body(frozen=None), "approve"),
    ("agreement", needs_agreement, "approve"),
    ("agreement", lambda desk: needs_agreement(desk, NOON.date().replace(year=2025)), "approve"),
    ("verdict_stands", world(verdict=None), "approve"),
    ("verdict_stands", now_withheld, "approve"),
    ("verdict_stands", world(verdict=a_verdict(facts=PAPER)), "approve"),
    ("verdict_stands", world(track="own"), "approve"),
    ("bundle_in_use", law(bundle=KEY), "approve"),
    ("bundle_in_use", law(suspended=True), "approve"),
    ("bundle_in_use", law(suspended=None), "approve"),
    ("bundle_in_use", law(approvers=frozenset({"paul"})), "approve"),
    ("reviewed", docket(reviews=()), "approve"),
    ("reviewed", lambda desk: docket(reviews=desk.docket.reviews[:1])(desk), "approve"),
    ("reviewed", lambda desk: docket(reviews=desk.docket.reviews[:1] * 2)(desk), "approve"),
    ("no_hold", docket(holds=(Hold(1, "litigation", NOON.date()),)), "approve"),
    ("log_writable", world(log=Log(None, True, True)), "approve"),
    ("log_writable", world(log=Log(False, True, True)), "approve"),
    ("roll_there", world(roll=None), "approve"),
    ("roll_there", world(roll=False), "approve"),
    ("decided_apart", part("decision", person="cora"), "clear"),
    ("items_lawful", part("decision", choices=()), "clear"),
    ("items_lawful", both_withheld, "clear"),
    ("not_lapsed", part("decision", lapses=NOON.date()), "clear"),
    ("noticed", docket(notice=None), "clear"),
    ("no_stay", docket(stay="suit"), "clear"),
    ("packed_right", part("package", items=(ADA, BEN, BEN_SECRET)), "seal"),
    ("packed_right", part("package", items=()), "seal"),
    ("checked", part("package", passed=None), "seal"),
    ("checked", part("package", passed=False), "seal"),
    ("two_agreed", part("package", agreed=(("rolf", Role.RELEASE_OFFICER),)), "seal"),
    ("two_agreed", part("package", agreed=(("rolf", Role.RELEASE_OFFICER), ("rolf", Role.KEY_HOLDER))), "seal"),
    ("key_lives", body(key=PAPER), "seal"),
    ("key_lives", body(key_until=None), "seal"),
    ("key_lives", body(key_until=NOON.date()), "seal"),
    ("checkpointed", world(log=Log(True, None, True)), "seal"),
    ("checkpointed", world(log=Log(True, True, False)), "seal"),
    ("seal_lives", part("seal", expires=NOON.date()), "release"),
    ("same_seal", part("seal", manifest=PAPER), "release"),
]  # fmt: skip
CASES = [(name, spoil, edge) for name, spoil, first in SPOILT for edge in ORDER[ORDER.index(first) :]]


@pytest.mark.parametrize(("name", "spoil", "edge"), CASES, ids=[f"{name}-{edge}" for name, _, edge in CASES])
def test_a_guard_shuts_every_edge_from_its_stage_on(name, spoil, edge):
    desk = EDGES[edge]()
    desk.check = False
    assert not isinstance(desk.attempt(edge), Refusal)

    spoil(desk)

    # Where two guards see the same fault, the earlier one speaks; this one alone must see it too.
    alone = Rules(staged=tuple(one for one in guards.STAGED if one.name == name))
    desk.rules = alone
    assert desk.refused(edge) in (name, f"given_{'items' if name == 'items_lawful' else 'manifest'}", "given_items")
    desk.rules = RULES
    assert isinstance(desk.attempt(edge), Refusal)


def test_every_guard_is_spoilt_above_or_elsewhere():
    elsewhere = {"on_call", "least_fields", "something_goes", "window_over"}  # test_tracks, test_notice
    assert {name for name, _, _ in SPOILT} | elsewhere == {guard.name for guard in guards.STAGED}


def test_each_stage_asks_all_that_the_stages_before_it_asked():
    asked = [{guard.name for guard in guards.staged(stage)} for stage in STAGES]
    assert all(before < after for before, after in pairwise(asked))
    assert asked[-1] == {guard.name for guard in guards.STAGED}


def test_no_row_says_which_guards_its_stage_has():
    """Two edges into one stage meet the same guards, whatever the row: fides GHSA-qx5f-ghc2-7g5c cannot happen here."""
    for row in TABLE:
        assert row.target not in STAGES or row.as_if is None


def test_a_guard_that_fails_refuses():
    desk = at("decision")
    broken = guards.Guard("broken", lambda docket, world: 1 / 0, "", "", "", State.APPROVED)
    desk.rules = Rules(staged=(*guards.STAGED, broken))
    assert desk.refused("approve") == "broken_failed"


@pytest.mark.parametrize("answer", [None, False, 1, "yes"])
def test_only_true_passes(answer):
    desk = at("decision")
    odd = guards.Guard("odd", lambda docket, world: answer, "", "", "", State.APPROVED)
    desk.rules = Rules(staged=(odd,))
    assert desk.refused("approve") == "odd"


def test_the_request_day_and_today_must_both_let_an_item_go():
    for days in ({"then": Outcome.WITHHOLD}, {"now": Outcome.REFER}):
        items = tuple(replace(one, **days) if one.key == BEN else one for one in a_verdict().items)
        desk = at("decision", a_world(verdict=a_verdict(items=items)))
        assert desk.refused("approve", grants=(ADA, BEN)) == "item_not_lawful"
        assert desk.do("approve", grants=(ADA,)).docket.decision.granted == {ADA}


def test_a_mandate_is_refused_only_on_a_ground_with_its_paper():
    from ostiary_web.casework.docket.snapshot import Choice, Settled

    def deny(reason, ground):
        return {"refusals": (Choice(ADA, Settled.REFUSED, reason, ground),)}

    desk = at("decision")
    assert desk.refused("deny", refusals=()) == "mandate_refused"
    assert desk.refused("deny", **deny("not_needed", PAPER)) == "mandate_refused"
    assert desk.refused("deny", **deny("order_stayed", "")) == "mandate_refused"
    assert desk.do("deny", **deny("order_stayed", PAPER)).docket.state is State.DENIED


def test_where_the_rules_only_permit_people_may_be_stricter():
    desk = at("decision").do("approve", grants=(ADA,))
    reasons = {one.key: one.reason for one in desk.docket.decision.choices}

    assert reasons == {ADA: "", ADA_PAY: "not_needed", BEN: "not_needed", BEN_SECRET: "forbidden"}


def test_nobody_grants_what_is_forbidden_unnamed_or_not_asked():
    items = tuple(replace(one, named=None) if one.key == BEN else one for one in a_verdict().items)
    desk = at("decision", a_world(verdict=a_verdict(items=items)))

    assert desk.refused("approve", grants=(ADA, BEN_SECRET)) == "item_not_lawful"
    assert desk.refused("approve", grants=(ADA, BEN)) == "item_not_lawful"
    assert desk.refused("approve", grants=(ADA, ADA)) == "given_items"
    assert desk.refused("approve", grants=()) == "given_grants"


def test_what_is_packed_is_what_may_leave_and_what_is_sealed_is_what_was_checked():
    desk = at("cleared")
    assert desk.refused("package", manifest=MANIFEST, items=(ADA, BEN, ADA_PAY)) == "given_items"
    desk.do("package", manifest=MANIFEST, items=(ADA,)).do("check")
    assert desk.refused("agree_to_seal", "kay", manifest=PAPER) == "given_manifest"
    desk.do("agree_to_seal", "kay")
    assert desk.refused("agree_to_seal", "kay") == "given_role"
    assert desk.refused("seal") == "two_agreed"


def test_the_verdict_changes_after_sealing_and_nothing_leaves():
    desk = at("sealed")
    now_withheld(desk)
    assert desk.refused("release") == "verdict_stands"

    desk.do("reopen", "bot", cause="consent_revoked").do("revise_verdict")
    assert desk.docket.state is State.IN_REVIEW
    assert (desk.docket.reviews, desk.docket.decision, desk.docket.seal) == ((), None, None)


def test_a_new_bundle_with_the_same_answer_keeps_what_was_decided():
    desk = at("notified").wait(20)
    law(bundle=PAPER)(desk)
    desk.when(verdict=a_verdict(bundle=PAPER))
    assert desk.refused("clear") == "verdict_stands"
    assert desk.refused("revise_verdict") == "state"

    desk.do("renew_verdict").do("clear")
    assert desk.docket.verdict.bundle == PAPER != BUNDLE


def test_the_instrument_of_the_docket_is_unknown_until_someone_says_what_it_is():
    desk = at("docketed")
    assert desk.refused("judge", "bot") == "established"
    desk.do("verify", requester_verified=None, instrument=Instrument(), requester_proof="call_back",
            instrument_check="not_needed")  # fmt: skip
    assert desk.refused("judge", "bot") == "established"
