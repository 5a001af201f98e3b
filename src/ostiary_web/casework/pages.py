"""What the desk's pages show, as frozen rows: a template can show no more than it was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.vocabulary import Base, Vocabulary
from ostiary_web.casework import facts, queries
from ostiary_web.casework.docket import duties
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import OWNER, Owner, State
from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries as staff
from ostiary_web.staff.queries import Official
from ostiary_web.wiring import bundle, config

KIND, PURPOSE = "requester.kind", "purpose"
# Who sees the desk: whoever moves dockets, and the auditor, who reads everything and changes nothing.
_SEES = (OFFICIALS - NEVER_ACT) | {Role.AUDITOR}
# Which roles take a docket on from where it stands, by who owns that state. Outsiders' answers come over intake.
_TAKES_ON: Mapping[Owner, frozenset[Role]] = {
    Owner.INTAKE: frozenset({Role.INTAKE}),
    Owner.VERIFIER: frozenset({Role.VERIFIER}),
    Owner.REVIEWERS: REVIEWERS,
    Owner.DECIDER: frozenset({Role.DECIDER}),
    Owner.NOTICE_OFFICER: frozenset({Role.NOTICE_OFFICER}),
    Owner.HEARING_OFFICER: frozenset({Role.HEARING_OFFICER}),
    Owner.CUSTODIAN: frozenset({Role.CUSTODIAN}),
    Owner.CHECKER: frozenset({Role.CHECKER}),
    Owner.RELEASE_OFFICER: frozenset({Role.RELEASE_OFFICER}),
    Owner.RECORDS_OFFICER: frozenset({Role.RECORDS_OFFICER}),
    Owner.APPEAL_OFFICER: frozenset({Role.APPEAL_OFFICER}),
}
FILTERS: Mapping[str, str] = {"mine": "Mine to do", "due": "Due this week", "hold": "On hold", "open": "All open"}
_EMPTY: Mapping[str, str] = {
    "mine": "Nothing waits for you. Look at all open dockets, or at those that are due.",
    "due": "Nothing is due within a week. Look at what is yours to do.",
    "hold": "No docket is on hold.",
    "open": "No docket is open. One opens when a request comes in by the public form, or is keyed by intake.",
}
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Me:
    """The official who looks. ``roles``: held today, own or lent; ``names``: of every official, by reference."""

    reference: str
    roles: frozenset[Role]
    administers: bool
    names: Mapping[str, str]

    @property
    def sees(self) -> bool:
        """Whether the desk is shown at all (S6)."""
        return bool(self.roles & _SEES) and not self.administers

    def name(self, reference: str) -> str:
        """What a person is called; the reference itself where it is nobody of the staff."""
        return self.names.get(reference, reference)


def who_looks(person: Official, now: dt.datetime) -> Me:
    """The official who asks for a page. ``now``: in the agency's time."""
    used = registry.rules_in_use()
    roster = staff.roster(now, now.date(), "" if used is None else used.digest)
    one = next((member for member in roster if member.reference == person.reference), None)
    held = frozenset[str]() if one is None else one.roles | {role for role, _ in one.lent}
    names = {f"person:{row.number}": row.name for row in staff.people(now.date())}
    return Me(person.reference, frozenset(Role(role) for role in held), person.administrator, names)


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One docket of a queue. ``late``: its nearest limit is over; ``mine``: whoever looks takes it on."""

    number: str
    state: str
    owner: str
    requester: str
    received: dt.date
    due: dt.date | None
    late: bool
    held: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: the filter that is on, its rows, how many each filter has, and what to do where it is empty."""

    chosen: str
    rows: tuple[QueueRow, ...]
    tabs: tuple[tuple[str, str, int], ...]
    empty: str


def queue(me: Me, chosen: str, today: dt.date) -> Queue:
    """Open dockets, those due first. ``chosen``: a key of ``FILTERS``; any other is the first."""
    chosen = chosen if chosen in FILTERS else next(iter(FILTERS))
    rows = [_queue_row(me, *found, today) for found in queries.standing_queue(KIND)]
    kept = {key: tuple(row for row in rows if _passes(key, row, today)) for key in FILTERS}
    tabs = tuple((key, label, len(kept[key])) for key, label in FILTERS.items())
    return Queue(chosen, kept[chosen], tabs, _EMPTY[chosen])


def _passes(key: str, row: QueueRow, today: dt.date) -> bool:
    soon = row.due is not None and row.due <= today + _WEEK
    return {"mine": row.mine, "due": soon, "hold": row.held, "open": True}[key]


def _queue_row(me: Me, row: queries.DocketRow, docket: Docket, kind: str, today: dt.date) -> QueueRow:
    return QueueRow(
        row.number,
        plain(row.state),
        OWNER[row.state].value,
        bundle().words.code_label("requesters", kind) if kind else "not stated",
        row.received,
        row.due,
        row.due is not None and row.due < today,
        docket.on_hold,
        takes_on(me, docket),
    )


def takes_on(me: Me, docket: Docket) -> bool:
    """Whether somebody holds a role that takes this docket on, and has not acted here in one kept apart from it."""
    wanted = _TAKES_ON.get(OWNER[docket.state], frozenset())
    if docket.state is State.CONSOLIDATING:
        wanted = frozenset({Role.LEAD_COUNSEL})
    acted = frozenset(one.role for one in docket.acted if one.person == me.reference)
    reviewed = docket.state is State.IN_REVIEW and any(one.person == me.reference for one in docket.reviews)
    return not reviewed and any(not duties.kept_apart(acted - {role}, role) for role in wanted & me.roles)


def plain(code: str) -> str:
    """A code of the engine or of the log's lists as words."""
    return str(code).replace("_", " ")


def leaf_label(name: str, words: Vocabulary) -> str:
    """What a leaf of the request file is called, with its group of persons where it has one."""
    inner = facts.inner_name(name)
    group = name.split(".", 2)[1] + ": " if inner != name else ""
    section, _, rest = inner.partition(".")
    if inner in words.facts:
        return group + words.facts[inner].label
    return group + (f"every one of the {plain(rest)} is stated" if section == "complete" else plain(inner))


def leaf_value(name: str, value: Any, words: Vocabulary) -> str:
    """A leaf's value in words."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    fact = words.facts.get(facts.inner_name(name))
    if isinstance(value, list):
        return ", ".join(leaf_value(name, one, words) for one in value) or "none"
    if fact is not None and fact.type.base is Base.CODE and isinstance(value, str):
        return words.code_label(fact.type.codes, value)
    return str(value) if not isinstance(value, dict) else "; ".join(f"{key}: {one}" for key, one in value.items())


def agency() -> str:
    """The agency's name."""
    return bundle().agency.name


def in_agency_time(moment: dt.datetime) -> dt.datetime:
    """A moment in the agency's own time."""
    return moment.astimezone(config().zone())
