"""The queue's page: which dockets wait, what is next in each and why, and who has them."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ostiary_web.casework import queries_queue
from ostiary_web.casework.actions.assigning import REASONS
from ostiary_web.casework.actions.columns import step
from ostiary_web.casework.docket.states import OWNER, State
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.queries_queue import SHOWS, SORTS, TAKES_ON, Filters, Found, Given, Looks
from ostiary_web.wiring import bundle

SHOW_LABELS: Mapping[str, Promise] = {
    "mine": lazy("Mine to do"),
    "unassigned": lazy("Given to nobody"),
    "due": lazy("Due this week or late"),
    "hold": lazy("On hold"),
    "second": lazy("Waiting for second review"),
    "open": lazy("All open"),
    "closed": lazy("Ended"),
}
_EMPTY: Mapping[str, Promise] = {
    "mine": lazy("Nothing waits for you. Look at all open dockets, or at those that are due."),
    "unassigned": lazy("Every docket that waits for the desk is given to somebody."),
    "due": lazy("Nothing is due within a week. Look at what is yours to do."),
    "hold": lazy("No docket is on hold."),
    "second": lazy("No docket has one review and waits for another."),
    "open": lazy("No docket is open. One opens when a request comes in by the public form, or is keyed by intake."),
    "closed": lazy("No docket has ended yet."),
}
COLUMNS: Mapping[str, Promise] = {
    "number": lazy("Number"),
    "state": lazy("State"),
    "requester": lazy("Requester"),
    "received": lazy("Received"),
    "due": lazy("Due"),
}
# What is next at each step, and why it has not gone on by itself.
_NEXT: Mapping[str, tuple[Promise, Promise]] = {
    "received": (lazy("Give it its place, or send it back"), lazy("it arrived and nobody has looked at it")),
    "received.preservation": (lazy("Keep the records"), lazy("it asks only that nothing be deleted")),
    "returned": (lazy("Wait for what is missing"), lazy("it was sent back to the requester")),
    "docketed": (lazy("Check who asks and what the paper is"), lazy("nobody has verified the requester")),
    "docketed.verified": (lazy("Establish its facts"), lazy("the rules judge only what somebody has established")),
    "judged": (lazy("Ask the reviewers"), lazy("the rules have judged it")),
    "in_review": (lazy("Give the first review"), lazy("no opinion is in")),
    "in_review.second": (lazy("Give the second review"), lazy("one opinion is in, another is due")),
    "clarification": (
        lazy("Wait for the requester's answer"),
        lazy("questions were asked; the limit stands still"),
    ),
    "consolidating": (lazy("Settle the reviews"), lazy("all opinions are in")),
    "decision": (lazy("Decide"), lazy("it was reviewed, and a third person decides")),
    "approved": (lazy("Tell the people concerned"), lazy("it was granted, and they are told first")),
    "notified": (lazy("Wait for the window, then clear it"), lazy("the people concerned may object")),
    "stayed": (lazy("Hear what stopped it"), lazy("a suit, an order or an objection stands")),
    "cleared": (lazy("Pack what was granted"), lazy("nothing stands in the way any more")),
    "packaged": (lazy("Check the package"), lazy("somebody else packed it")),
    "packaged.checked": (lazy("Agree to the sealing, and seal it"), lazy("the package was found right")),
    "sealed": (lazy("Let it go"), lazy("it is closed for the recipient's key")),
    "released": (lazy("Wait for the receipt"), lazy("it is with the recipient")),
    "receipted": (lazy("Wait for the certificate of destruction"), lazy("the recipient has it")),
    "overdue": (lazy("Ask for the certificate of destruction"), lazy("it did not come in time")),
    "denied": (lazy("Wait: the requester may appeal"), lazy("it was denied")),
    "appealed": (lazy("Answer the appeal"), lazy("the requester appealed")),
    "preserved": (lazy("Keep the records until the day"), lazy("they are kept, and nothing is disclosed")),
}
_OVER = (lazy("Nothing: it has ended"), lazy("nothing more is due"))


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One docket of a queue. ``late``: its nearest limit is over; ``mine``: whoever looks takes it on.

    ``next``: the one act that is next, in words; ``why``: why it waits there. ``limit``: which limit is the nearest.
    """

    number: str
    state: str
    owner: str
    requester: str
    received: dt.date
    due: dt.date | None
    limit: str
    late: bool
    held: bool
    mine: bool
    next: str
    why: str
    assigned: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Tab:
    """A saved filter: where it leads, its name, how many it has."""

    key: str
    label: str
    count: int
    to: str


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column, and where its link leads. ``order``: as ``aria-sort`` has it; empty where it is not on."""

    label: str
    to: str
    order: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue: what it was asked by, its rows on this page, and where every other view of it is."""

    by: Filters
    rows: tuple[QueueRow, ...]
    total: int
    tabs: tuple[Tab, ...]
    columns: Mapping[str, Column]
    pages: int
    before: str
    after: str
    export: str
    empty: str
    narrowed: bool


def queue(me: Me, by: Filters, today: dt.date) -> Queue:
    """A page of a queue with all its links."""
    looks = Looks(me.reference, me.roles, today)
    counted = queries_queue.counts(looks, by)
    total = counted[by.show]
    pages = queries_queue.pages_of(total)
    here = replace(by, page=min(max(by.page, 1), pages))
    rows = queries_queue.found(looks, here)
    narrowed = bool(by.number or by.kind or by.state)
    tabs = (Tab(key, str(SHOW_LABELS[key]), counted[key], address(replace(here, show=key, page=1))) for key in SHOWS)
    return Queue(
        here,
        tuple(_row(me, one, today) for one in rows),
        total,
        tuple(tabs),
        {name: _column(here, name) for name in SORTS},
        pages,
        address(replace(here, page=here.page - 1)) if here.page > 1 else "",
        address(replace(here, page=here.page + 1)) if here.page < pages else "",
        address(replace(here, page=1)),
        _("No docket fits this search. Search for less.") if narrowed else str(_EMPTY[here.show]),
        narrowed,
    )


def every_row(me: Me, by: Filters, today: dt.date) -> list[QueueRow]:
    """All rows of a queue, in its order, for an export."""
    rows = queries_queue.found(Looks(me.reference, me.roles, today), by, every=True)
    return [_row(me, one, today) for one in rows]


def address(by: Filters) -> str:
    """A queue as it stands in an address; what is as usual is left out."""
    usual = Filters()
    parts = {"show": by.show, "number": by.number, "kind": by.kind, "state": by.state, "sort": by.sort}
    told = {name: value for name, value in parts.items() if name == "show" or value != getattr(usual, name)}
    return "?" + urlencode(told | ({"page": str(by.page)} if by.page > 1 else {}))


def next_act(step: str, state: State) -> tuple[str, str]:
    """What is next at a step, and why, in words."""
    does, why = _NEXT.get(step) or _NEXT.get(state.value) or _OVER
    return str(does), str(why)


def _column(by: Filters, name: str) -> Column:
    on, down = by.sort.removeprefix("-") == name, by.sort.startswith("-")
    order = "" if not on else "descending" if down else "ascending"
    turned = f"-{name}" if on and not down else name
    return Column(str(COLUMNS[name]), address(replace(by, sort=turned, page=1)), order)


def _row(me: Me, one: Found, today: dt.date) -> QueueRow:
    does, why = next_act(one.step, one.state)
    # A hold shuts the ways out; the work inside goes on.
    why = _("%(why)s; on hold: nothing leaves until it is lifted") % {"why": why} if one.on_hold else why
    return QueueRow(
        one.number,
        plain(one.state),
        owner(one.step, one.state),
        requester(one.requester),
        one.received,
        one.due,
        plain(one.due_clock),
        one.due is not None and one.due < today,
        one.on_hold,
        one.mine,
        does,
        why,
        tuple((plain(role), me.name(person)) for role, person in one.assigned),
    )


def owner(step: str, state: State) -> str:
    """Whom a step waits for: the roles that take it on, or who is outside."""
    roles = TAKES_ON.get(step)
    return OWNER[state].value if roles is None else _(" or ").join(sorted(plain(one) for one in roles))


def requester(kind: str) -> str:
    """What kind of requester asks, in words."""
    return bundle().words.code_label("requesters", kind) if kind else _("not stated")


def assigned(case: Case, me: Me) -> dict[str, Any]:
    """Who has a docket and who had it, for its page and for the page that gives it away.

    ``takes``: the roles in which whoever looks could take it on by one press.
    """
    here = step(case.docket)
    rows = queries_queue.assignments(case.docket.id)
    had = {one.role: one.to for one in rows if one.ended is None}
    given = [_told(one, me) for one in rows]
    takes = [role.value for role in sorted(TAKES_ON.get(here, frozenset()) & me.roles) if role.value not in had]
    does, why = next_act(here, case.docket.state)
    seen = " ".join(f"{role}={who}" for role, who in sorted(had.items()))
    return {
        "had": had,
        "given_now": [one for one in given if one.ended is None],
        "given_before": [one for one in given if one.ended is not None],
        "takes": [(role, plain(role), f"{me.reference}|{role}") for role in takes],
        "seen": seen,
        "next_does": does,
        "next_why": why,
    }


def _told(one: Given, me: Me) -> Given:
    """The same in words."""
    reason = REASONS.get(one.reason, one.reason)
    return replace(one, to=me.name(one.to), role=plain(one.role), reason=reason, by=me.name(one.by))


@dataclass(frozen=True, slots=True)
class Load:
    """How many dockets of what one person has wait for them now, how many there are, and how many are late."""

    name: str
    waits: int
    all: int
    late: int
    roles: tuple[str, ...]


def workload(me: Me, today: dt.date) -> list[Load]:
    """Everybody who works on dockets, with what is given to them, the most first."""
    waits: Counter[str] = Counter()
    every: Counter[str] = Counter()
    late: Counter[str] = Counter()
    for person, role, here, dockets, over in queries_queue.workload(today):
        every[person] += dockets
        late[person] += over
        if role in {taker.value for taker in TAKES_ON.get(here, ())}:
            waits[person] += dockets
    takers = {role.value for roles in TAKES_ON.values() for role in roles}
    held = {one.reference: sorted(one.roles & takers) for one in me.roster if not one.administrator}
    rows = [
        Load(me.name(who), waits[who], every[who], late[who], tuple(plain(role) for role in held.get(who, [])))
        for who in {*every, *(who for who, roles in held.items() if roles)}
    ]
    return sorted(rows, key=lambda one: (-one.waits, -one.all, one.name))
