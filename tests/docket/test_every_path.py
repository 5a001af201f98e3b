"""Every path there is, by exhaustive search: I1 to I9 hold on every edge, and each breaks once its keeper is gone.

The numbers of situations and edges stand at the end of the run.
"""

from dataclasses import dataclass, replace

import pytest

from ostiary_web.casework.docket import duties, guards
from ostiary_web.casework.docket.act_guards import OWN
from ostiary_web.casework.docket.effects_decision import Approve
from ostiary_web.casework.docket.machine import Rules
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.search import search
from ostiary_web.casework.docket.states import ENDED, DocketKind, State
from ostiary_web.casework.docket.transitions import TABLE
from tests.docket.making import ADA, Desk, a_person
from tests.docket.model import ASIDE, DOUBTFUL, HOLDS, a_model_world, model

ALL = frozenset(State) - {State.PRESERVED}

say = print  # each test's own, so that what it saw stands in the summary of whichever process ran it


def explore(track="adverse", *, world=None, kind=DocketKind.REQUEST, **changes):
    world = world or a_model_world(track)
    return search(Desk(world, kind=kind, check=False).docket, world, model(**changes))


@pytest.fixture(autouse=True)
def _say(record_property):
    global say
    say = record_property


def in_words(name, found):
    """The shortest way to what broke, for whoever runs it with ``-s``."""
    print(f"\n{name}: {found.in_words()}")
    return found


def shown(name, found):
    say("searched", f"{name}: {found.in_words()}")
    return found


# The whole search takes a while: here once with everything but a change of the law, once with that and no objections.
OBJECTIONS = {"challenge", "stay", "appeal", "appeal_part"}


def test_every_invariant_holds_on_every_path():
    found = shown("adverse", explore("adverse", turning=False))

    assert found.broken == ""
    assert found.states == ALL


def test_every_invariant_holds_while_a_consent_is_taken_back():
    found = shown("adverse, and a consent is taken back", explore("adverse", leave_out=HOLDS | OBJECTIONS))

    assert found.broken == ""
    assert found.states == ALL - {State.STAYED, State.APPEALED}


# Notice, challenge and stay stand in the search above; a track that needs none of them does not open another door.
APART = {"notify", "delay_notice", "challenge", "stay"}


@pytest.mark.parametrize("track", ["own", "program", "emergency"])
def test_every_invariant_holds_on_the_shorter_tracks(track):
    found = shown(track, explore(track, leave_out=HOLDS | APART))

    assert found.broken == ""
    assert found.states == ALL - {State.NOTIFIED, State.STAYED}


@pytest.mark.long
@pytest.mark.parametrize("track", ["adverse", "own", "program", "emergency"])
def test_every_invariant_holds_with_all_of_it_at_once(track):
    found = shown(track, explore(track))

    assert found.broken == ""
    assert found.states == ALL


def test_every_invariant_holds_whatever_the_verifier_found():
    found = shown("doubtful papers", explore(turning=False, given=DOUBTFUL, leave_out=ASIDE | HOLDS))
    assert found.broken == ""


def test_every_invariant_holds_with_holds_coming_and_going():
    found = shown("holds", explore(turning=False, leave_out=ASIDE))
    assert found.broken == ""


def test_a_preservation_docket_reaches_no_stage_at_all():
    found = shown("preservation", explore(kind=DocketKind.PRESERVATION, leave_out=()))
    assert found.broken == ""
    assert found.states == {State.RECEIVED, State.RETURNED, State.PRESERVED, *ENDED, State.CLOSED} - {
        State.REFUSED_FORM, State.DISPOSED, State.RECALLED,
    }  # fmt: skip


KEY_ROLES = (
    Role.INTAKE, Role.VERIFIER, Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY, Role.LEAD_COUNSEL, Role.DECIDER,
    Role.NOTICE_OFFICER, Role.CUSTODIAN, Role.CHECKER, Role.RELEASE_OFFICER, Role.KEY_HOLDER,
)  # fmt: skip


def a_crowded_world(count):
    """A few people who all hold every role: only the duties keep them apart."""
    world = a_model_world("own")
    people = {name: world.people[name] for name in ("bot",)}
    names = ["ines", *(f"all{n}" for n in range(2, count + 1))]
    people |= {name: a_person(name, *KEY_ROLES) for name in names}
    return replace(world, people=people)


def crowd(count, **changes):
    # One straight way through, so that what varies is who acts.
    others = {"ask", "deny", "reopen", "renew_verdict", "revise_verdict", "fail_check", "notify", "delay_notice",
              "omit_notice", "tell_late"}  # fmt: skip
    return explore(world=a_crowded_world(count), turning=False, leave_out=ASIDE | HOLDS | others, **changes)


def test_three_people_with_every_role_release_nothing():
    found = shown("three people", crowd(3))
    assert found.broken == ""
    assert State.RELEASED not in found.states


@pytest.mark.long
def test_four_people_with_every_role_may():
    found = shown("four people", crowd(4))
    assert found.broken == ""
    assert State.RELEASED in found.states


def without(*names, table=TABLE, own=()):
    """The rules without some guards of the stages, of the acts (``own``), and some duties."""
    return Rules(
        table,
        tuple(one for one in guards.STAGED if one.name not in names),
        {name: replace(one, holds=lambda docket, world: True) if name in own else one for name, one in OWN.items()},
        tuple(one for one in duties.DUTIES if one.name not in names),
    )


def edited(act, **changes):
    return tuple(replace(row, **changes) if row.act == act else row for row in TABLE)


@dataclass(frozen=True, slots=True)
class Careless(Approve):
    """An approval that looks at nothing that was given."""

    def refused(self, moment):
        return None


_BY_BOT = frozenset({Role.MACHINE, Role.RELEASE_OFFICER})
# What is taken away, the invariant that must then break, and how the search is set up.
SABOTAGE = {
    "no paper asked": ("I8", without("in_writing"), {"given": DOUBTFUL}),
    "no valid paper asked": ("I8", without("instrument_valid"), {"given": DOUBTFUL}),
    "no proof of the requester": ("I8", without("requester_verified"), {"given": DOUBTFUL}),
    "one review will do": (
        "I8",
        without("reviewed", table=edited("review", target=State.CONSOLIDATING), own=("reviewed",)),
        {},
    ),
    "no notice": (
        "I1",
        without("noticed", "window_over"),
        {},
    ),
    "no window": ("I1", without("window_over"), {}),
    "no check": ("I1", without("checked", own=("checked",)), {}),
    "no cosigned log": ("I1", without("checkpointed"), {"log": True}),
    "a stay stops nothing": ("I1", without("no_stay"), {"leave_out": (ASIDE - {"stay"}) | HOLDS}),
    # (The ledger's own list of roles would refuse an approval by a machine as well.)
    "the machine lets it go": ("I2", without("S12", table=edited("release", roles=_BY_BOT)), {}),
    "the law moves and nobody looks": (
        "I3",
        without("verdict_stands", "items_lawful", "something_goes", "packed_right"),
        {"turning": True, "shutting": False},
    ),
    "holds hold nothing": ("I6", without("no_hold"), {}),
    "a frozen body": ("I6", without("counterparty"), {}),
    "a silent log": ("I6", without("log_writable"), {}),
    "suspended rules": ("I6", without("bundle_in_use"), {}),
    "a roll that is gone": ("I6", without("roll_there"), {}),
    "standing still for ever": ("I7", without(own=("may_toll",)), {}),
    "a back door to approval": (
        "I8",
        without("reviewed", "decided_apart", table=(
            *TABLE, replace(next(r for r in TABLE if r.act == "approve"), act="approve_at_once", sources=(State.JUDGED,)),
        )),
        {"given": {"approve_at_once": [{"grants": (ADA,)}]}},
    ),
    "an unnamed person": (
        "I9",
        without("items_lawful", table=edited("approve", given=Careless)),
        {},
    ),
    "an emergency nobody looks at": ("kept", without(own=("nothing_due",)), {"track": "emergency"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SABOTAGE)
def test_each_keeper_is_missed(name):
    invariant, rules, setting = SABOTAGE[name]
    setting = dict(setting)
    world = a_model_world(setting.pop("track", "adverse"))
    if setting.pop("log", False):
        world = replace(world, log=replace(world.log, cosigned=None))
    setting = {"turning": False, "leave_out": ASIDE | HOLDS, **setting}

    found = in_words(name, explore(world=world, rules=rules, **setting))

    assert found.broken.startswith(f"{invariant}:")
    assert found.path


def test_a_duty_gone_lets_one_person_review_and_decide():
    rules = without("S3", "decided_apart")
    found = in_words("no separation", crowd(3, rules=rules))
    assert found.broken == "I8: the decider is one of the reviewers, or nobody decided"


def test_an_event_that_says_something_else_is_seen():
    """I4's teeth: a step whose docket is not what its event makes of the one before."""
    from ostiary_web.casework.docket.invariants import i4

    desk = Desk()
    found = desk.attempt("docket_request")
    assert i4(desk.docket, found, desk.world) == ""
    assert i4(desk.docket, replace(found, docket=replace(found.docket, body="other")), desk.world) != ""
    assert i4(desk.docket, replace(found, entry_kind="request.imagined"), desk.world) != ""


def test_a_state_without_a_running_clock_is_seen():
    from ostiary_web.casework.docket.invariants import i5

    desk = Desk()
    found = desk.attempt("docket_request")
    assert i5(desk.docket, found, desk.world) == ""
    assert i5(desk.docket, replace(found, docket=replace(found.docket, clocks=())), desk.world) != ""
