"""Reviews by people blind to each other, questions to the requester, and how reviews are settled."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import queries
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.guards import reviews_due
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.world import world_for


def review(
    *, docket: str, opinion: str, needed: Iterable[ItemKey] = (), by: str, role: Role, at: dt.datetime, **more: Any
) -> Done:
    """Give one's opinion; the last one that is due finishes the reviews.

    :param needed: the items that the reviewer finds lawful and needed.
    """
    found = queries.docket(docket)
    last = len(found.reviews) + 1 >= reviews_due(found, world_for(found, at).world)
    act = "finish_review" if last else "review"
    given: dict[str, Any] = {"opinion": opinion, "needed": tuple(needed)}
    return door.perform(docket=docket, act=act, by=by, role=role, at=at, **given, **more)


def consult(*, docket: str, by: str, role: Role, at: dt.datetime, **more: Any) -> Done:
    """Ask another body one named question."""
    return door.perform(docket=docket, act="consult", by=by, role=role, at=at, **more)


def ask(
    *, docket: str, questions: int, about: tuple[str, ...], by: str, role: Role, at: dt.datetime, **more: Any
) -> Done:
    """Ask the requester; the clock of the answer stops."""
    given: dict[str, Any] = {"questions": questions, "asked_for": about}
    return door.perform(docket=docket, act="ask", by=by, role=role, at=at, **given, **more)


def answer(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """The requester answered; the reviews begin anew."""
    return door.perform(docket=docket, act="answer", by=by, role=role, at=at, **more)


def consolidate(
    *, docket: str, memo: str = "", by: str, role: Role = Role.LEAD_COUNSEL, at: dt.datetime, **more: Any
) -> Done:
    """Open the reviews to each other and settle them. ``memo``: the digest of how, where they differ."""
    return door.perform(docket=docket, act="consolidate", by=by, role=role, at=at, memo=memo, **more)


def search_roll(
    *, docket: str, parameters: str, matched: int, by: str, role: Role = Role.CUSTODIAN, at: dt.datetime, **more: Any
) -> Done:
    """Write down that the roll was asked about the people named: how (a digest), and how many were found."""
    return door.perform(
        docket=docket, act="search_roll", by=by, role=role, at=at,
        paper_fields={"parameters": parameters, "matched": catalogue().band(matched)}, **more,
    )  # fmt: skip
