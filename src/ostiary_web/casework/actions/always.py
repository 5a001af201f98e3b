"""What can be done in any state: holds, moved limits, notes. None brings a docket nearer to a release."""

from __future__ import annotations

import datetime as dt
from typing import Any

from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ClockName


def hold(*, docket: str, cause: str, by: str, role: Role = Role.LEAD_COUNSEL, at: dt.datetime, **more: Any) -> Done:
    """Shut every way out."""
    return door.perform(docket=docket, act="hold", by=by, role=role, at=at, cause=cause, **more)


def lift_hold(
    *,
    docket: str,
    number: int,
    cause: str,
    second: str,
    by: str,
    role: Role = Role.LEAD_COUNSEL,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Lift one hold; an executive agrees."""
    given: dict[str, Any] = {"number": number, "cause": cause}
    return door.perform(docket=docket, act="lift_hold", by=by, role=role, at=at, second=second, **given, **more)


def extend(
    *,
    docket: str,
    clock: ClockName,
    until: dt.date,
    memo: str,
    second: str,
    by: str,
    role: Role = Role.EXECUTIVE,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Move an internal limit, with a memo (a digest); lead counsel agrees."""
    given: dict[str, Any] = {"clock": clock, "until": until, "memo": memo}
    return door.perform(docket=docket, act="extend", by=by, role=role, at=at, second=second, **given, **more)


def review_outside(
    *, docket: str, outcome: str, by: str, role: Role = Role.RECORDS_OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """Write down what a body outside found."""
    return door.perform(docket=docket, act="review_outside", by=by, role=role, at=at, outcome=outcome, **more)
