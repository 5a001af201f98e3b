"""The engine: what may be done now and why not, and one step. Everything else in this folder is asked from here.

``step`` looks the act up, asks the duties, makes the docket as it would be, and asks every guard of the stage that it
would enter, of that docket. So there is one door, and what is not refused is one event.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket import act_guards, duties, guards, transitions
from ostiary_web.casework.docket.calendar import CalendarEnds
from ostiary_web.casework.docket.clocks import next_clocks
from ostiary_web.casework.docket.codec import fits, hints
from ostiary_web.casework.docket.duties import Duty
from ostiary_web.casework.docket.guards import Guard
from ostiary_web.casework.docket.moment import Given, Moment, Refusal
from ostiary_web.casework.docket.replay import Event, apply
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import STAGES, State
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.docket.world import Person, World


@dataclass(frozen=True, slots=True)
class Rules:
    """The table, the guards of the stages, the guards of the acts, the duties. Tests take one away to see it missed."""

    table: tuple[Transition, ...] = transitions.TABLE
    staged: tuple[Guard, ...] = guards.STAGED
    own: Mapping[str, Guard] = field(default_factory=lambda: act_guards.OWN)
    duties: tuple[Duty, ...] = duties.DUTIES


RULES = Rules()


@dataclass(frozen=True, slots=True)
class Step:
    """What an act that is not refused does: one event, one entry of the ledger, the docket after it.

    ``entry_public``: the public fields known here. ``entry_later``: those that wait in the committed part.
    ``entry_missing``: the fields that the caller adds from the papers. ``explanation``: a sentence for people.
    """

    docket: Docket
    event: Event
    entry_kind: str
    entry_public: Mapping[str, Any]
    entry_later: Mapping[str, Any]
    entry_missing: tuple[str, ...]
    explanation: str


@dataclass(frozen=True, slots=True)
class Allowed:
    """An act that a person may do now, in this capacity. ``to``: where it leads."""

    act: str
    says: str
    role: Role
    to: State
    second: frozenset[Role]


@dataclass(frozen=True, slots=True)
class Refused:
    """An act that a person may not do now, and why."""

    act: str
    says: str
    role: Role
    why: Refusal


def step(
    docket: Docket,
    world: World,
    act: str,
    by: str,
    role: Role,
    at: dt.datetime,
    *,
    second: str = "",
    rules: Rules = RULES,
    **given: Any,
) -> Step | Refusal:
    """One act on one docket: what follows from it, or why it is refused. Changes nothing.

    :param at: now, in the agency's own zone: not before the last act, not ahead of the world's clock, and today.
    :param second: the id of the person who agrees, where the act needs two.
    :param given: what the act takes; see the ``Given`` of its row.
    """
    row = transitions.find(act, docket.state, rules.table)
    if row is None:
        return _no_row(act, docket.state, rules)
    person = world.people.get(by)
    if person is None:
        return Refusal("person", "nobody is known by this name", "S7", "have the person registered")
    moment = Moment(docket, world, person, role, at)
    refusal = _timely(moment) or duties.refuse(moment, row, rules.duties)
    if refusal is not None:
        return refusal
    second_role, refusal = duties.seconded(moment, row, world.people.get(second) if second else None, rules.duties)
    if refusal is not None:
        return refusal
    taken = _take(row, given)
    if isinstance(taken, Refusal):
        return taken
    return _attempt(moment, row, taken, (second, second_role), rules)


def _attempt(
    moment: Moment, row: Transition, given: Given, second: tuple[str, Role | None], rules: Rules
) -> Step | Refusal:
    """The act as an event, and the docket after it asked by every guard."""
    try:
        refusal = _own(moment, row, rules) or given.refused(moment)
        if refusal is not None:
            return refusal
        event = _event(moment, row, given, second)
        after = apply(moment.docket, event)
        refusal = _stage(after, moment.world, row, rules)
        if refusal is not None:
            return refusal
        public, later = dict(given.public(moment)), dict(given.later(moment))
    except CalendarEnds as fault:
        return Refusal("calendar", str(fault), "promise 8", "fill in the agency's calendar")
    except Exception as fault:
        # Promise 8: an error is never a release. The type alone is told: a message could hold a person's value.
        return Refusal("fault", f"the engine failed with {type(fault).__name__}", "promise 8", "call the operator")
    refusal = _codes(row.entry, {**public, **later})
    if refusal is not None:
        return refusal
    kind = catalogue().kind(row.entry)
    missing = tuple(n for n, f in kind.public.items() if n not in public and n not in later and not f.optional)
    says = f"{row.says}: {moment.docket.state} to {after.state}" if row.target else row.says
    return Step(after, event, row.entry, public, later, missing, says)


def allowed(docket: Docket, world: World, by: str, *, rules: Rules = RULES) -> tuple[Allowed | Refused, ...]:
    """Every act there is, in each capacity of this person that it knows, and why it is refused where it is.

    What a person would give with an act is not asked here; the guards of a stage are, as far as they can be known
    before: those that the act itself would settle are left to ``step``.
    """
    person = world.people.get(by)
    held = frozenset() if person is None else duties.roles_of(person, world.today, docket.id)
    found: list[Allowed | Refused] = []
    for act in dict.fromkeys(row.act for row in rules.table):
        row = transitions.find(act, docket.state, rules.table)
        known = frozenset[Role]().union(*(one.roles for one in rules.table if one.act == act))
        roles = sorted((known if row is None else row.roles) & held) or sorted(known)[:1]
        for role in roles:
            found.append(_look(docket, world, person, role, act, row, rules))
    return tuple(found)


def _look(
    docket: Docket, world: World, person: Person | None, role: Role, act: str, row: Transition | None, rules: Rules
) -> Allowed | Refused:
    says = row.says if row is not None else act.replace("_", " ")
    if row is None:
        return Refused(act, says, role, _no_row(act, docket.state, rules))
    if person is None:
        return Refused(act, says, role, Refusal("person", "nobody is known by this name", "S7", "register the person"))
    moment = Moment(docket, world, person, role, world.now)
    why = duties.refuse(moment, row, rules.duties) or _own(moment, row, rules) or _foreseen(moment, row, rules)
    if why is not None:
        return Refused(act, says, role, why)
    return Allowed(act, says, role, row.target or docket.state, row.second)


# What an act into a stage itself brings about; before the act these guards have no answer yet.
_SETTLED_BY: Mapping[str, frozenset[str]] = {
    "approve": frozenset({"decided_apart", "items_lawful", "not_lapsed", "least_fields", "something_goes"}),
    "clear": frozenset({"window_over"}),
    "package": frozenset({"packed_right"}),
    "seal": frozenset({"key_lives", "same_seal"}),
}


def _foreseen(moment: Moment, row: Transition, rules: Rules) -> Refusal | None:
    if row.stage is None:
        return None
    settled = _SETTLED_BY.get(row.act, frozenset())
    asked = [guard for guard in guards.staged(row.stage, rules.staged) if guard.name not in settled]
    return _first(asked, moment.docket, moment.world)


def _first(asked: Iterable[Guard], docket: Docket, world: World) -> Refusal | None:
    return next((found for guard in asked if (found := guard.refuse(docket, world)) is not None), None)


def _own(moment: Moment, row: Transition, rules: Rules) -> Refusal | None:
    return _first((rules.own[name] for name in row.needs), moment.docket, moment.world)


def _stage(after: Docket, world: World, row: Transition, rules: Rules) -> Refusal | None:
    """Every guard of the stage entered. By the docket's own state, not by the row: a row cannot leave it out."""
    stage = after.state if row.target is not None and after.state in STAGES else row.as_if
    return None if stage is None else _first(guards.staged(stage, rules.staged), after, world)


def _event(moment: Moment, row: Transition, given: Given, second: tuple[str, Role | None]) -> Event:
    docket, target = moment.docket, row.target or moment.docket.state
    changes = dict(given.changes(moment))
    after = replace(docket, state=target, **changes)
    changes["clocks"] = next_clocks(moment, after)
    changed = tuple(sorted((name, value) for name, value in changes.items() if value != getattr(docket, name)))
    by = moment.person.id
    return Event(row.act, docket.state, target, by, moment.role, moment.at, row.entry, changed, *second)


def _timely(moment: Moment) -> Refusal | None:
    """Nothing is back-dated: an act is of now, after the last one."""
    world, at = moment.world, moment.at
    if at.tzinfo is None or world.now.tzinfo is None:
        return Refusal("time", "a time without its zone", "nothing is back-dated", "give the agency's own time")
    if at > world.now or at < moment.docket.last_at or at.astimezone(world.now.tzinfo).date() != world.today:
        says = "an act cannot be dated before the last one, ahead, or on another day than today"
        return Refusal("time", says, "nothing is back-dated", "date it now; a late entry says so itself")
    return None


def _take(row: Transition, given: Mapping[str, Any]) -> Given | Refusal:
    """What was given, as the row's type. A misspelt or missing name, or another type, is refused."""
    try:
        taken = row.given(**given)
    except TypeError:
        known = ", ".join(hints(row.given)) or "nothing"
        return Refusal("given", f"`{row.act}` takes {known}", "the act itself", "give these, and no other")
    wrong = [name for name, hint in hints(row.given).items() if not fits(hint, getattr(taken, name))]
    if wrong:
        return Refusal("given", f"`{wrong[0]}` is of another type", "the act itself", "see the act's own page")
    return taken


def _codes(kind: str, fields: Mapping[str, Any]) -> Refusal | None:
    """Codes that the ledger's catalogue lists are held against it before anything is written."""
    found = catalogue()
    for name, value in fields.items():
        public = found.kind(kind).public.get(name)
        if public is None:
            return Refusal("given_field", f"entry `{kind}` has no field `{name}`", "the catalogue", "call the operator")
        codes = value if isinstance(value, tuple) else (value,)
        known = found.lists.get(public.list)
        if known is not None and not known.issuperset(codes):
            cure = f"choose from {', '.join(sorted(known))}"
            return Refusal("given_code", f"`{name}` is no code of the list `{public.list}`", "the catalogue", cure)
    return None


def _no_row(act: str, state: State, rules: Rules) -> Refusal:
    where = [source.value for row in rules.table if row.act == act for source in row.sources]
    if not where:
        return Refusal("act", "there is no such act", "the table of acts", "see the permission matrix")
    says = f"`{act}` is not done in state `{state}`"
    return Refusal("state", says, "the table of acts", f"it is done in {', '.join(where)}")
