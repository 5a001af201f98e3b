"""Telling the people concerned, or lawfully not yet; their objections; and the way being clear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ItemKey

_OFFICER = Role.NOTICE_OFFICER


def notify(*, docket: str, letter: str, by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any) -> Done:
    """The people were told, in the words of this letter (a digest); the window opens."""
    return door.perform(docket=docket, act="notify", by=by, role=role, at=at, letter=letter, **more)


def delay_notice(
    *,
    docket: str,
    until: dt.date,
    basis: str,
    order: str,
    second: str,
    by: str,
    role: Role = _OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Notice waits until a day, by an order or a rule; lead counsel agrees."""
    given: dict[str, Any] = {"until": until, "basis": basis, "order": order}
    return door.perform(docket=docket, act="delay_notice", by=by, role=role, at=at, second=second, **given, **more)


def omit_notice(*, docket: str, by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any) -> Done:
    """This track knows no notice before a release."""
    return door.perform(docket=docket, act="omit_notice", by=by, role=role, at=at, **more)


def tell_late(*, docket: str, letter: str, by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any) -> Done:
    """A delay has ended, and the people were told."""
    return door.perform(docket=docket, act="tell_late", by=by, role=role, at=at, letter=letter, **more)


def note_returned(*, docket: str, people: str, by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any) -> Done:
    """Notices came back: of how many people, as a band."""
    fields = {"returned": people}
    return door.perform(docket=docket, act="note_returned", by=by, role=role, at=at, paper_fields=fields, **more)


def shorten_window(
    *,
    docket: str,
    court_date: dt.date,
    order: str,
    second: str,
    by: str,
    role: Role = Role.LEAD_COUNSEL,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """A court's date falls into the window; counsel and an executive shorten it."""
    given: dict[str, Any] = {"court_date": court_date, "order": order}
    return door.perform(docket=docket, act="shorten_window", by=by, role=role, at=at, second=second, **given, **more)


def clear(
    *, docket: str, cause: str, waivers: str = "", by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """The window is over, or lawfully does not apply."""
    given: dict[str, Any] = {"cause": cause, "waivers": waivers}
    return door.perform(docket=docket, act="clear", by=by, role=role, at=at, **given, **more)


def challenge(
    *,
    docket: str,
    ground: str,
    items: Iterable[ItemKey],
    by: str,
    role: Role = _OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """A person objects: these items stop at once."""
    given: dict[str, Any] = {"ground": ground, "items": tuple(items)}
    return door.perform(docket=docket, act="challenge", by=by, role=role, at=at, **given, **more)


def decide_challenge(
    *,
    docket: str,
    number: int,
    outcome: str,
    freed: Iterable[ItemKey] = (),
    by: str,
    role: Role = Role.HEARING_OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Answer an objection; ``freed``: the items that may go on."""
    given: dict[str, Any] = {"number": number, "outcome": outcome, "freed": tuple(freed)}
    return door.perform(docket=docket, act="decide_challenge", by=by, role=role, at=at, **given, **more)


def stay(*, docket: str, cause: str, by: str, role: Role = _OFFICER, at: dt.datetime, **more: Any) -> Done:
    """A suit, an order or a challenge of everything stops the docket."""
    return door.perform(docket=docket, act="stay", by=by, role=role, at=at, cause=cause, **more)


def end_stay(
    *, docket: str, cause: str, by: str, role: Role = Role.HEARING_OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """What stopped the docket has ended."""
    return door.perform(docket=docket, act="end_stay", by=by, role=role, at=at, cause=cause, **more)
