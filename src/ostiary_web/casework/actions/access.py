"""Who may look into a docket, and who may do something in it: asked before anything is kept for it."""

from __future__ import annotations

import datetime as dt

from ostiary_web.casework.docket import duties
from ostiary_web.casework.docket.moment import Moment, Refusal
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.docket.world import Person, World
from ostiary_web.casework.faults import Refused


def sees(person: Person | None) -> bool:
    """Whether somebody may read a docket: an official with a role today who has no part in it (S1, S6)."""
    return person is not None and not person.administers and person.stake is False and bool(_held(person) & OFFICIALS)


def why_not(docket: Docket, world: World, who: str, role: Role, at: dt.datetime) -> Refusal | None:
    """Why somebody could not act in this docket in this role, whatever the act; None if they could."""
    person = world.people.get(who)
    if person is None:
        return Refusal("person", "nobody is known by this name", "S7", "have the person registered")
    # A reviewer meets the duties of a review: one opinion each, of two units.
    act = "review" if role in REVIEWERS and docket.state is State.IN_REVIEW else "work"
    row = Transition(act, "work on it", tuple(State), None, frozenset({role}), "")
    return duties.refuse(Moment(docket, world, person, role, at), row)


def check_works(docket: Docket, world: World, who: str, at: dt.datetime) -> None:
    """Whether an official may do anything here at all, in any role held today.

    :raises Refused: with the first reason.
    """
    person = world.people.get(who)
    roles = sorted(_held(person) & (OFFICIALS - NEVER_ACT)) if person is not None else []
    refusals = [why_not(docket, world, who, role, at) for role in roles]
    if None in refusals:
        return
    no_role = Refusal("role", "this person moves no docket", "S6", "ask someone who works on it")
    raise Refused(next((one for one in refusals if one is not None), no_role))


def _held(person: Person) -> frozenset[Role]:
    return person.roles | {one.role for one in person.delegations}
