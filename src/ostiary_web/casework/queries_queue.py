"""Queues, asked in SQL by columns: no snapshot is read, so that ten thousand dockets are no slower to page through.

A docket waits at a ``step`` (see ``actions.columns``), which says which roles take it on. Whoever acted in it in a
role that is kept apart, or established facts there, is left out: the same pairs that the engine refuses by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from ostiary_web.casework import models
from ostiary_web.casework.docket.duties import APART, NEW
from ostiary_web.casework.docket.roles import REVIEWERS, Role
from ostiary_web.casework.docket.states import State

BEFORE = "before"  # a hand of whoever is barred by what they did in the docket that this one appeals
SOON = dt.timedelta(days=7)
PAGE = 50
_AT_ONCE = 500
_SECOND = "in_review.second"
# Who takes a docket on from a step. Where a step is not named it waits for somebody outside, or for the machine.
TAKES_ON: Mapping[str, frozenset[Role]] = {
    "received": frozenset({Role.INTAKE}),
    "received.preservation": frozenset({Role.INTAKE, Role.RECORDS_OFFICER}),
    "docketed": frozenset({Role.VERIFIER}),
    "docketed.verified": frozenset({Role.VERIFIER}),
    "in_review": REVIEWERS,
    _SECOND: REVIEWERS,
    "consolidating": frozenset({Role.LEAD_COUNSEL}),
    "decision": frozenset({Role.DECIDER}),
    "approved": frozenset({Role.NOTICE_OFFICER}),
    "notified": frozenset({Role.NOTICE_OFFICER}),
    "stayed": frozenset({Role.HEARING_OFFICER}),
    "cleared": frozenset({Role.CUSTODIAN}),
    "packaged": frozenset({Role.CHECKER}),
    "packaged.checked": frozenset({Role.RELEASE_OFFICER, Role.KEY_HOLDER}),
    "sealed": frozenset({Role.RELEASE_OFFICER}),
    "overdue": frozenset({Role.RECORDS_OFFICER}),
    "preserved": frozenset({Role.RECORDS_OFFICER}),
    "appealed": frozenset({Role.APPEAL_OFFICER}),
}
# Nothing more is to be done: ended, or closed.
OVER = frozenset(
    {
        *(State.CLOSED, State.REFUSED_FORM, State.REDIRECTED, State.ABANDONED, State.WITHDRAWN),
        *(State.DISPOSED, State.RECALLED),
    }
)
SHOWS = ("mine", "unassigned", "due", "hold", "second", "open", "closed")
_SORTS: Mapping[str, tuple[str, ...]] = {
    "number": ("number",),
    "state": ("step", "number"),
    "requester": ("requester", "number"),
    "received": ("received", "number"),
    "due": ("due", "number"),
}
SORTS = tuple(_SORTS)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a queue is asked by; all of it stands in the address. ``sort``: a key of ``SORTS``, ``-`` before it turns
    it round. ``page``: from 1."""

    show: str = "mine"
    number: str = ""
    kind: str = ""
    state: str = ""
    sort: str = "due"
    page: int = 1


@dataclass(frozen=True, slots=True)
class Looks:
    """Who asks: the ledger's reference, and the roles that are held today. ``today``: the agency's own day."""

    person: str
    roles: frozenset[Role]
    today: dt.date


@dataclass(frozen=True, slots=True)
class Found:
    """One docket of a queue. ``assigned``: role and person of each assignment that stands. ``mine``: see ``_mine``."""

    pseudonym: str
    number: str
    state: State
    step: str
    requester: str
    received: dt.date
    due: dt.date | None
    due_clock: str
    on_hold: bool
    mine: bool
    assigned: tuple[tuple[str, str], ...] = field(default=())


def found(looks: Looks, by: Filters, *, every: bool = False) -> list[Found]:
    """The rows of one page of a queue. ``every``: all rows, for an export."""
    chosen = _sorted(_narrowed(by).filter(_shown(looks, by.show)), by.sort)
    first = 0 if every else (max(by.page, 1) - 1) * PAGE
    columns = ("pk", "number", "state", "step", "requester", "received", "due", "due_clock", "on_hold")
    rows = list(chosen.values(*columns)[first : None if every else first + PAGE])
    names = [one["pk"] for one in rows]
    given, mine = _assigned(names), frozenset(names) if by.show == "mine" else _of(looks, names)
    return [_found(one.pop("pk"), State(one.pop("state")), given, mine, one) for one in rows]


def _found(
    pk: str, state: State, given: Mapping[str, Sequence[tuple[str, str]]], mine: frozenset[str], more: dict[str, Any]
) -> Found:
    return Found(pseudonym=pk, state=state, mine=pk in mine, assigned=tuple(given.get(pk, ())), **more)


def pages_of(total: int) -> int:
    """How many pages a queue has; an empty one has one."""
    return max(1, -(-total // PAGE))


def counts(looks: Looks, by: Filters) -> dict[str, int]:
    """How many dockets each queue has, under the same search."""
    rows, soon = _narrowed(by), Count("pk", filter=Q(due__lte=looks.today + SOON))
    alike = rows.order_by().values_list("state", "step", "on_hold").annotate(dockets=Count("pk"), soon=soon)
    counted = dict.fromkeys(SHOWS, 0)
    for state, step, on_hold, dockets, due in alike:
        alive = state not in OVER
        counted["open" if alive else "closed"] += dockets
        counted["due"] += due if alive else 0
        counted["hold"] += dockets if alive and on_hold else 0
        counted["second"] += dockets if step == _SECOND else 0
    # These two ask what others did and have: too much to be asked for each row along with the rest.
    return counted | {name: rows.filter(_shown(looks, name)).count() for name in ("mine", "unassigned")}


def workload(today: dt.date) -> list[tuple[str, str, str, int, int]]:
    """Per person, role and step of what is assigned and stands: how many dockets, and how many of them are late."""
    late = Count("pk", filter=Q(docket__due__lt=today))
    given = models.Assignment.objects.filter(ended_at=None).exclude(docket__state__in=OVER)
    grouped = given.values("to", "role", "docket__step").annotate(dockets=Count("pk"), late=late)
    return list(grouped.order_by("to", "role").values_list("to", "role", "docket__step", "dockets", "late"))


@dataclass(frozen=True, slots=True)
class Given:
    """One assignment of a docket. ``ended``: when somebody else got it."""

    to: str
    role: str
    reason: str
    words: str
    by: str
    at: dt.datetime
    ended: dt.datetime | None


def assignments(pseudonym: str) -> list[Given]:
    """Every assignment of a docket, the newest first."""
    rows = models.Assignment.objects.filter(docket_id=pseudonym).order_by("-pk")
    return [Given(*one) for one in rows.values_list("to", "role", "reason", "words", "by", "at", "ended_at")]


def _narrowed(by: Filters) -> QuerySet[models.Docket]:
    """The dockets that the search leaves."""
    wanted = {"number__contains": by.number, "state": by.state, "requester": by.kind}
    return models.Docket.objects.filter(**{name: value for name, value in wanted.items() if value})


def _sorted(rows: QuerySet[models.Docket], sort: str) -> QuerySet[models.Docket]:
    """Where a column has nothing, its rows come last, whichever way it is sorted."""
    down, columns = sort.startswith("-"), _SORTS[sort.removeprefix("-")]
    order = [F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True) for name in columns]
    return rows.order_by(*order)


def _shown(looks: Looks, show: str) -> Q:
    """A queue as a condition on its dockets."""
    alive = ~Q(state__in=OVER)
    queues: Mapping[str, Callable[[], Q]] = {
        "mine": lambda: alive & _mine(looks),
        "unassigned": lambda: alive & _unassigned(),
        "due": lambda: alive & Q(due__lte=looks.today + SOON),
        "hold": lambda: alive & Q(on_hold=True),
        "second": lambda: Q(step=_SECOND),
        "open": lambda: alive,
        "closed": lambda: ~alive,
    }
    return queues[show]()


def _of_others(person: str, role: Role) -> QuerySet[models.Assignment, str]:
    """The dockets that somebody else has in a role. Asked once, not once for each row."""
    standing = models.Assignment.objects.filter(ended_at=None, role=role.value)
    return standing.exclude(to=person).values_list("docket", flat=True)


def _unassigned() -> Q:
    """It waits for a role of the desk, and nobody has it in such a role."""
    by_roles: dict[frozenset[Role], list[str]] = {}
    for step, roles in TAKES_ON.items():
        by_roles.setdefault(roles, []).append(step)
    has = Q(pk__in=[])
    for roles, steps in by_roles.items():
        has |= Q(docket__step__in=steps, role__in=[one.value for one in roles])
    standing = models.Assignment.objects.filter(has, ended_at=None)
    return Q(step__in=TAKES_ON) & ~Q(pk__in=standing.values_list("docket", flat=True))


def _mine(looks: Looks) -> Q:
    """It waits for a role that this person holds and has not made impossible here, and it is nobody else's."""
    wanted = Q(pk__in=[])
    for role in looks.roles:
        steps = [step for step, roles in TAKES_ON.items() if role in roles]
        if steps:
            others = _of_others(looks.person, role)
            wanted |= Q(step__in=steps) & ~Q(pk__in=_barred(looks.person, role)) & ~Q(pk__in=others)
    return wanted


def _barred(person: str, role: Role) -> QuerySet[models.Hand, str]:
    """The dockets where somebody may not act in this role: S2, S3 and S4, as far as they follow from who acted."""
    hands = models.Hand.objects.filter(person=person)
    if role in NEW:
        return hands.exclude(role=role.value).values_list("docket", flat=True)
    apart = {other.value for pair in APART if role in pair for other in pair - {role}}
    barred = Q(role__in=apart | ({BEFORE} if role in {*REVIEWERS, Role.DECIDER} else set()))
    return hands.filter(barred | Q(opinion=True) if role in REVIEWERS else barred).values_list("docket", flat=True)


def _of(looks: Looks, names: list[str]) -> frozenset[str]:
    """Of these dockets, those that whoever looks has to do."""
    mine = models.Docket.objects.filter(_shown(looks, "mine"))
    return frozenset(pk for part in _parts(names) for pk in mine.filter(pk__in=part).values_list("pk", flat=True))


def _assigned(names: list[str]) -> dict[str, list[tuple[str, str]]]:
    given: dict[str, list[tuple[str, str]]] = {}
    for part in _parts(names):
        rows = models.Assignment.objects.filter(docket__in=part, ended_at=None).order_by("role")
        for docket, role, person in rows.values_list("docket_id", "role", "to"):
            given.setdefault(docket, []).append((role, person))
    return given


def _parts(names: list[str]) -> Iterator[list[str]]:
    """As many at a time as any database takes in one question."""
    return (names[first : first + _AT_ONCE] for first in range(0, len(names), _AT_ONCE))
