"""What else stands on a docket's page: proposals, reviews side by side, the paper, the timeline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from ostiary_web.casework import pages_decide, pages_docket, pages_papers, pages_seconds, queries
from ostiary_web.casework.docket.duties import may_read_reviews
from ostiary_web.casework.docket.guards import removes, reviews_due
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ItemKey, Review
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.pages_docket import Case, Happened, item_name

_MACHINE = "machine"
_FILTERS: Mapping[str, tuple[object, Callable[[Happened], bool]]] = {
    "all": (_("Everything"), lambda one: True),
    "people": (_("What people did"), lambda one: one.role != _MACHINE),
    "machine": (_("What the machine did"), lambda one: one.role == _MACHINE),
}


def parts(case: Case, me: Me, at: dt.datetime, happened: str, paper: str) -> dict[str, Any]:
    """All of it, by name. ``happened``: a filter of the timeline; ``paper``: which paper is looked at."""
    chosen = happened if happened in _FILTERS else "all"
    timeline, papers = pages_docket.timeline(case, me), pages_papers.lines(case)
    tabs = [(key, says, key == chosen) for key, (says, _passes) in _FILTERS.items()]
    return {
        **pages_seconds.parts(case, me, at),
        "side_by_side": side_by_side(case, me),
        "timeline": [one for one in timeline if _FILTERS[chosen][1](one)],
        "timeline_tabs": tabs,
        "papers": papers,
        "wants_key": wants_key(case, me),
        "looked_paper": pages_papers.looked_at(papers, paper),
    }


@dataclass(frozen=True, slots=True)
class Opinion:
    """One review as a column. ``needed``: how many items were found needed; ``mine``: whoever looks gave it."""

    who: str
    role: str
    says: str
    needed: int
    mine: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """Items that the law treats alike, as each review has them. ``differ``: the reviews do, and on which items."""

    answer: str
    because: str
    count: int
    each: tuple[int, ...]
    differ: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The reviews, as far as they may be read. ``open``: all are in, or this track reviews together.

    ``same``: one opinion; ``rows``: only where they are open.
    """

    given: int
    due: int
    open: bool
    columns: tuple[Opinion, ...]
    rows: tuple[Compared, ...]

    @property
    def same(self) -> bool:
        """Whether the reviewers are of one opinion."""
        return len({one.says for one in self.columns}) == 1

    @property
    def differ(self) -> bool:
        """Whether they differ on any item."""
        return any(one.differ for one in self.rows)


def side_by_side(case: Case, me: Me) -> SideBySide:
    """The reviews beside each other once all are in; before, one's own alone.

    Whoever is no reviewer does not read one before either, but the auditor: what is known in the office is soon known
    to the other reviewer.
    """
    docket, world = case.docket, case.world
    due, blind = reviews_due(docket, world), not removes(docket, world, "blindness")
    early = may_read_reviews(docket, me.reference, {me.reference: me.roles}, due, blind) and Role.AUDITOR in me.roles
    free = len(docket.reviews) >= due or not blind or early
    shown = [one for one in docket.reviews if free or one.person == me.reference]
    columns = tuple(
        Opinion(me.name(one.person), plain(one.role), plain(one.opinion), len(one.needed), one.person == me.reference)
        for one in shown
    )
    rows = _compared(case, shown) if free and len(shown) > 1 else ()
    return SideBySide(len(docket.reviews), due, free, columns, rows)


def _compared(case: Case, reviews: list[Review]) -> tuple[Compared, ...]:
    needed = [frozenset(one.needed) for one in reviews]
    groups = pages_decide.item_groups(case, pages_decide.asked_of(case, "review", "needed"))
    found = []
    for group in groups:
        if group.open:
            each = tuple(len(one.intersection(group.keys)) for one in needed)
            found.append(Compared(group.answer, group.because, len(group.keys), each, _differ(group.keys, needed)))
    return tuple(found)


def _differ(keys: tuple[ItemKey, ...], needed: list[frozenset[ItemKey]]) -> tuple[str, ...]:
    """The items that one reviewer found needed and another did not."""
    return tuple(item_name(key) for key in keys if len({key in one for one in needed}) > 1)


def wants_key(case: Case, me: Me) -> bool:
    """Whether a key is still to be registered here, and whoever looks may do it."""
    docket = case.docket
    proved = docket.requester_verified is True and not docket.body
    return proved and Role.VERIFIER in me.roles and queries.own_key(docket.id) is None
