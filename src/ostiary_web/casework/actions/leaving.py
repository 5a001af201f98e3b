"""From the package to the proof of its destruction. Log first, then let go."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ostiary.ledger.entry import new_docket
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ItemKey

CHECK = "check"


def package(
    *,
    docket: str,
    manifest: str,
    items: Iterable[ItemKey],
    parameters: str,
    by: str,
    role: Role = Role.CUSTODIAN,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Pack exactly what was decided. ``manifest``, ``parameters``: digests."""
    fields = {"parameters": parameters, **more.pop("paper_fields", {})}
    given: dict[str, Any] = {"manifest": manifest, "items": tuple(items)}
    return door.perform(docket=docket, act="package", by=by, role=role, at=at, paper_fields=fields, **given, **more)


def check(*, docket: str, manifest: str, by: str, role: Role = Role.CHECKER, at: dt.datetime, **more: Any) -> Done:
    """The package is what was decided."""
    return door.perform(docket=docket, act="check", by=by, role=role, at=at, manifest=manifest, **more)


def fail_check(*, docket: str, manifest: str, by: str, role: Role = Role.CHECKER, at: dt.datetime, **more: Any) -> Done:
    """The package is not what was decided."""
    return door.perform(docket=docket, act="fail_check", by=by, role=role, at=at, manifest=manifest, **more)


def agree_to_seal(*, docket: str, manifest: str, by: str, role: Role, at: dt.datetime, **more: Any) -> Done:
    """One of the two people who must agree."""
    return door.perform(docket=docket, act="agree_to_seal", by=by, role=role, at=at, manifest=manifest, **more)


def seal(
    *,
    docket: str,
    manifest: str,
    recipient_key: str,
    retain_until: dt.date,
    release: str = "",
    by: str,
    role: Role = Role.RELEASE_OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Close the package for the recipient's registered key. ``release``: its pseudonym, a new one unless given."""
    given: dict[str, Any] = {"manifest": manifest, "recipient_key": recipient_key, "retain_until": retain_until}
    release = release or new_docket()
    return door.perform(docket=docket, act="seal", by=by, role=role, at=at, release=release, **given, **more)


def release(
    *, docket: str, manner: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """Let it go."""
    return door.perform(docket=docket, act="release", by=by, role=role, at=at, manner=manner, **more)


def receipt(*, docket: str, by: str, role: Role = Role.RECORDS_OFFICER, at: dt.datetime, **more: Any) -> Done:
    """The recipient has it, and is bound by the conditions."""
    return door.perform(docket=docket, act="receipt", by=by, role=role, at=at, **more)


def dispose(
    *,
    docket: str,
    certified_on: dt.date,
    method: str,
    certificate: str,
    by: str,
    role: Role = Role.RECORDS_OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """The recipient's certificate of destruction, checked."""
    given: dict[str, Any] = {"certified_on": certified_on, "method": method, "certificate": certificate}
    return door.perform(docket=docket, act="dispose", by=by, role=role, at=at, **given, **more)


def recall(*, docket: str, cause: str, by: str, role: Role = Role.LEAD_COUNSEL, at: dt.datetime, **more: Any) -> Done:
    """Call a release back."""
    return door.perform(docket=docket, act="recall", by=by, role=role, at=at, cause=cause, **more)


def review_emergency(
    *, docket: str, finding: str, by: str, role: Role = Role.THIRD_REVIEWER, at: dt.datetime, **more: Any
) -> Done:
    """Somebody independent looks at an emergency afterwards."""
    return door.perform(docket=docket, act="review_emergency", by=by, role=role, at=at, finding=finding, **more)


def close(*, docket: str, by: str, role: Role = Role.RECORDS_OFFICER, at: dt.datetime, **more: Any) -> Done:
    """Nothing more is due."""
    return door.perform(docket=docket, act="close", by=by, role=role, at=at, **more)
