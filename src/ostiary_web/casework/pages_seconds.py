"""Proposals in words: what exactly is proposed, by whom, and who may agree to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_web.casework import pages, queries_forms
from ostiary_web.casework.actions import seconds
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.forms import label_of
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.pages_docket import Case, item_name
from ostiary_web.casework.queries_forms import ProposalRow
from ostiary_web.casework.world import Read
from ostiary_web.wiring import bundle


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal as the page shows it. ``why_not``: why whoever looks cannot agree; empty where they may.

    ``paper``: of a line, the digest of the paper that it names, without its prefix.
    """

    number: int
    docket: str
    says: str
    who: str
    role: str
    second: str
    at: dt.datetime
    lines: tuple[tuple[str, str, str], ...]
    mine: bool
    lapsed: bool
    why_not: str
    cure: str

    @property
    def may(self) -> bool:
        """Whether whoever looks may agree or decline."""
        return not self.why_not and not self.lapsed


def parts(case: Case, me: Me, at: dt.datetime) -> dict[str, Any]:
    """What waits in a docket for a second person; and what one has declined: its number, the act, who, and why."""
    found = queries_forms.proposals(case.docket.id)
    return {
        "proposals": [proposed(case, one, me, at) for one in found if not one.outcome],
        "declined": [(one.number, one.row.says, me.name(one.settled_by), one.why) for one in found if one.why],
    }


def proposed(case: Case, one: ProposalRow, me: Me, at: dt.datetime) -> Proposed:
    """One proposal, and whether whoever looks may agree to it."""
    refusal = None
    if not one.lapsed:
        refusal = seconds.may_second(case.docket, Read(case.world, case.judged), one, me.reference, at)
    return Proposed(
        one.number,
        one.docket_number,
        one.row.says,
        me.name(one.by),
        plain(one.role),
        ", ".join(plain(role) for role in sorted(one.row.second)),
        pages.in_agency_time(one.at),
        tuple(_lines(case, one)),
        one.by == me.reference,
        one.lapsed,
        "" if refusal is None else f"{refusal.says} ({refusal.cites})",
        "" if refusal is None else refusal.cure,
    )


def _lines(case: Case, one: ProposalRow) -> Iterator[tuple[str, str, str]]:
    named = {paper.digest: paper.name for paper in case.papers}
    both: Mapping[str, Any] = {**one.given, **one.beside}
    for name, value in both.items():
        if value in ("", None, ()):
            continue
        paper = str(value) if isinstance(value, str) and value in named else ""
        yield label_of(name), named.get(paper) or _text(value), paper.removeprefix("sha256:")


def _text(value: Any) -> str:
    if isinstance(value, tuple | list):
        return "; ".join(_text(one) for one in value)
    if isinstance(value, ItemKey):
        return item_name(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.date):
        return value.isoformat()
    law = bundle().authorities.get(str(value))
    return plain(str(value)) if law is None else law.citation


def waiting_for(me: Me) -> list[ProposalRow]:
    """The proposals of every docket that somebody of the role of whoever looks must agree to; their own are not."""
    found = queries_forms.waiting_proposals()
    return [one for one in found if one.by != me.reference and one.row.second & me.roles]
