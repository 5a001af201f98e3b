"""How a docket begins: a request came in, an appeal was linked, or records are only to be kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary.ledger.entry import is_pseudonym
from ostiary_web.casework.docket.duties import roles_of
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Acted, Clock, ClockName, Docket
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.docket.world import World

OPENERS = frozenset({Role.INTAKE, Role.REQUESTER, Role.MACHINE})
ENTRY = "request.received"


@dataclass(frozen=True, slots=True)
class Opened:
    """A new docket, and what its first entry says. ``entry_missing``: the fields that the caller adds."""

    docket: Docket
    entry_kind: str
    entry_public: Mapping[str, Any]
    entry_missing: tuple[str, ...]


def open_docket(
    world: World,
    pseudonym: str,
    by: str,
    role: Role,
    at: dt.datetime,
    *,
    received: dt.date,
    body: str,
    kind: DocketKind = DocketKind.REQUEST,
    emergency: bool = False,
    parent: Docket | None = None,
) -> Opened | Refusal:
    """The docket of a request. ``received`` may lie before today: the lag then stands in the entry.

    :param body: the requester's body, a code of the register; empty for a private person.
    :param parent: the docket whose refused part an appeal is about; its reviewers and decider are barred here.
    """
    person = world.people.get(by)
    if person is None or role not in OPENERS or role not in roles_of(person, world.today, pseudonym):
        return Refusal("role", "this person opens no docket", "the table of acts", "ask intake")
    if not is_pseudonym(pseudonym):
        return Refusal("given", "a docket has a new pseudonym", "the ledger", "make one with `new_docket`")
    if not received <= world.today or at.date() != world.today or at > world.now:
        says = "a request is received today or before, and entered now"
        return Refusal("time", says, "nothing is back-dated", "correct the day")
    if (kind is DocketKind.APPEAL) is not (parent is not None and pseudonym in parent.linked):
        return Refusal(
            "parent", "an appeal is linked from its docket first", "DESIGN", "appeal the part in that docket"
        )
    return _opened(world, pseudonym, kind, received, at, body, emergency, parent, Acted(by, role, "receive"))


def _opened(
    world: World,
    pseudonym: str,
    kind: DocketKind,
    received: dt.date,
    at: dt.datetime,
    body: str,
    emergency: bool,
    parent: Docket | None,
    opener: Acted,
) -> Opened:
    """The new docket itself, once nothing stands against it."""
    before = () if parent is None else parent.who(Role.DECIDER, *REVIEWERS) | set(parent.before)
    docket = Docket(
        pseudonym,
        kind,
        State.RECEIVED,
        received,
        at,
        1,
        body,
        emergency=emergency,
        parent="" if parent is None else parent.id,
        before=tuple(sorted(before)),
        acted=(opener,),
    )
    clocks = tuple(_clock(world, name, received) for name in (ClockName.ACKNOWLEDGE, ClockName.DOCKET))
    public: dict[str, Any] = {
        "emergency": emergency,
        "preservation": kind is DocketKind.PRESERVATION,
        "entered_late_days": (world.today - received).days,
    }
    missing = ("received_mode", "requester_kind", "immigration_authority")
    if parent is not None:
        public["follows"] = parent.id
    return Opened(replace(docket, clocks=clocks), ENTRY, public, missing)


def _clock(world: World, name: ClockName, received: dt.date) -> Clock:
    """A limit that began when the request came, not when someone typed it in."""
    limit = world.law.procedure.limits[name]
    return Clock(name, received, world.calendar.add(received, limit.length, business=limit.business))
