"""Who may do what: every role on every act in every state, the table and the engine side by side."""

from functools import cache

import pytest

from ostiary.decide.verdict import Outcome
from ostiary.law.tracks import LIMITS, OUTCOMES
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket.machine import Allowed, Refused, allowed
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, Role
from ostiary_web.casework.docket.snapshot import ClockName
from ostiary_web.casework.docket.states import ENDED, LEFT, OWNED, OWNER, STAGES, Owner, State
from ostiary_web.casework.docket.transitions import ACTS, TABLE, find
from tests.docket.making import DESK, NAMES, PATH, Desk, a_world, at, preservation, procedure


@cache
def somewhere(state):
    """A docket in this state, by some way. One for all tests: they only try acts, and a try changes nothing."""
    ways = {
        State.RETURNED: lambda: Desk().do("return_request"),
        State.REDIRECTED: lambda: Desk().do("redirect"),
        State.WITHDRAWN: lambda: Desk().do("withdraw"),
        State.PRESERVED: lambda: preservation().do("preserve"),
        State.REFUSED_FORM: lambda: at("docketed").do("refuse_form"),
        State.CLARIFICATION: lambda: at("in_review").do("ask"),
        State.ABANDONED: lambda: at("in_review").do("ask").wait(60).do("abandon"),
        State.STAYED: lambda: at("notified").do("stay"),
        State.DENIED: lambda: denied(),
        State.APPEALED: lambda: denied().do("appeal"),
        State.OVERDUE: lambda: at("receipted").wait(300).do("mark_overdue"),
        State.RECALLED: lambda: at("released").do("recall"),
    }
    return ways.get(state, lambda: at(state))()


def denied():
    from ostiary_web.casework.docket.snapshot import Choice, Settled
    from tests.docket.making import ADA, PAPER

    return at("decision").do("deny", refusals=(Choice(ADA, Settled.REFUSED, "order_stayed", PAPER),))


@pytest.mark.parametrize("state", State)
def test_every_state_has_one_owner(state):
    assert [owner for owner, states in OWNED.items() if state in states] == [OWNER[state]]


def test_every_state_can_be_reached_and_has_somewhere_to_go():
    for state in State:
        desk = somewhere(state)
        assert desk.docket.state is state
        onward = [row for row in TABLE if state in row.sources and row.target not in (None, state)]
        assert bool(onward) is (state is not State.CLOSED)


@pytest.mark.parametrize("state", State)
def test_the_wrong_role_is_refused_on_every_act(state):
    desk = somewhere(state)
    seen = 0
    for act in ACTS:
        row = find(act, state)
        for role, name in NAMES.items():
            found = desk.attempt(act, name, role)
            if row is None:
                assert found.reason == "state", (act, role)
            elif role not in row.roles:
                assert found.reason == "role", (act, role)
            else:
                assert getattr(found, "reason", "") not in ("state", "role"), (act, role)
            seen += 1
    assert seen == len(ACTS) * len(Role)


@pytest.mark.parametrize("state", State)
def test_a_role_that_is_claimed_and_not_held_is_refused(state):
    desk = somewhere(state)
    for row in (row for row in TABLE if state in row.sources):
        for role in row.roles:
            other = next(name for name, held in DESK.items() if held is not role)
            assert desk.attempt(row.act, other, role).reason == "not_held"


def test_nobody_unknown_acts_and_no_act_is_unknown():
    assert Desk().refused("docket_request", "mallory", Role.INTAKE) == "person"
    assert Desk().refused("make_it_so", "ines", Role.INTAKE) == "act"


def test_a_misspelt_or_missing_or_ill_typed_gift_is_refused():
    desk = Desk()
    from ostiary_web.casework.docket.machine import step

    def given(**what):
        return step(desk.docket, desk.world, "return_request", "ines", Role.INTAKE, desk.world.now, **what).reason

    assert given(mising=("identity",)) == "given"
    assert given() == "given"
    assert given(missing="identity") == "given"
    assert given(missing=["identity"]) == "given"
    assert given(missing=("charm",)) == "given_code"
    assert given(missing=()) == "given_missing"


def test_the_codes_are_the_ledgers_and_the_laws():
    lists = catalogue().lists
    assert {role.value for role in OFFICIALS} == lists["roles"]
    assert {row.entry for row in TABLE} <= set(catalogue().kinds)
    assert {track.id for track in procedure().tracks} == lists["tracks"]
    assert {name.value for name in ClockName} == set(LIMITS)
    assert tuple(outcome.value for outcome in Outcome) == OUTCOMES


def test_each_act_from_each_state_is_one_row():
    pairs = [(row.act, state) for row in TABLE for state in row.sources]
    assert len(pairs) == len(set(pairs))


def test_roles_that_never_act_stand_on_no_row():
    assert not any(row.roles & NEVER_ACT or row.second & NEVER_ACT for row in TABLE)


def test_no_machine_stands_on_a_row_that_discloses():
    assert [row.act for row in TABLE if row.machine and row.discloses] == []


def test_nothing_leads_back_from_an_end_or_from_what_has_left():
    ends = {*ENDED, *LEFT, State.CLOSED}
    for state in ends:
        assert {row.target for row in TABLE if state in row.sources} <= ends | {None}


def test_every_stage_is_entered_by_the_acts_of_the_design_alone():
    assert {(row.act, source, row.target) for row in TABLE for source in row.sources if row.target in STAGES} == {
        ("approve", State.DECISION, State.APPROVED),
        ("clear", State.APPROVED, State.CLEARED),
        ("clear", State.NOTIFIED, State.CLEARED),
        ("clear", State.STAYED, State.CLEARED),
        ("fail_check", State.PACKAGED, State.CLEARED),
        ("package", State.CLEARED, State.PACKAGED),
        ("seal", State.PACKAGED, State.SEALED),
        ("release", State.SEALED, State.RELEASED),
    }


def test_a_page_learns_what_may_be_done_and_why_the_rest_may_not():
    desk = at("decision")
    found = {one.act: one for one in allowed(desk.docket, desk.world, "dan")}

    assert isinstance(found["approve"], Allowed)
    assert found["approve"].to is State.APPROVED
    assert isinstance(found["release"], Refused)
    assert found["release"].why.reason == "state"
    assert "sealed" in found["release"].why.cure
    assert set(found) == set(ACTS)


@pytest.mark.parametrize("state", State)
def test_what_a_page_offers_and_what_a_step_says_agree(state):
    desk = somewhere(state)
    for name in desk.world.people:
        for one in allowed(desk.docket, desk.world, name):
            found = desk.attempt(one.act, name, one.role)
            if isinstance(one, Refused):
                # Of several guards that refuse, the page skips those that only what is given can answer.
                assert found.reason == one.why.reason or one.act in ("clear", "seal"), (one, found)
            else:
                # What remains is about what was given, or about what the act itself settles.
                why = getattr(found, "reason", "given")
                assert why.startswith(("given", "mandate")) or one.act in ("clear", "seal"), (one.act, found)


def test_a_reached_owner_is_nobody_only_at_the_end():
    assert OWNED[Owner.NOBODY] == {State.CLOSED}


def test_the_usual_way_uses_each_of_its_acts():
    desk = at("closed")
    assert [event.act for event in desk.events] == PATH
    assert a_world().people.keys() >= {event.by for event in desk.events}
