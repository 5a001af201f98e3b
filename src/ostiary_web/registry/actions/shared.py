"""What the actions on the registers share: who may, and the entry that each writes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django.utils.timezone import localdate

from ostiary.errors import did_you_mean
from ostiary.ledger.kinds import catalogue
from ostiary_web.ledger_link.actions import append_entry, register_changed
from ostiary_web.ledger_link.queries import agency_thread
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import Body
from ostiary_web.staff.queries import Official, may_use

KEEPERS = ("records_officer",)
# To stop something is always safe, so more may do it.
STOPPERS = ("records_officer", "release_officer", "custodian", "reviewer_counsel", "reviewer_privacy", "lead_counsel")
_CODE = re.compile(r"(?!.*[0-9]{6})[a-z][a-z0-9_]{0,59}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


def check_may(by: Official, at: dt.datetime, *roles: str, administrator: bool = False) -> None:
    """Whether an official may do this: with one of these roles in force and trained, or as administrator.

    :raises RegistryError: naming the roles that may.
    """
    if not may_use(by.pk, roles, localdate(at), administrator=administrator):
        who = [*roles, *(["administrator"] if administrator else [])]
        raise RegistryError(f"this needs one of: {', '.join(who)}; with training in force")


def locked_body(code: str) -> Body:
    """The body of this code, locked for change.

    :raises RegistryError: if there is none.
    """
    body = Body.objects.select_for_update().filter(code=code).first()
    if body is None:
        raise RegistryError(f"there is no such body{did_you_mean(code, Body.objects.values_list('code', flat=True))}")
    return body


def check_code(code: str) -> None:
    """Whether a code is fit for the public log.

    :raises RegistryError: if not.
    """
    if not _CODE.fullmatch(code):
        raise RegistryError(
            "a code has small letters, digits and `_`, begins with a letter, and has at most 60 of them"
        )


def check_digest(text: str) -> None:
    """Whether this is a digest.

    :raises RegistryError: if not.
    """
    if not _DIGEST.fullmatch(text):
        raise RegistryError("a text is named by its digest: `sha256:` and 64 hex digits")


def check_listed(code: str, listing: str) -> None:
    """Whether a code is in a list of the ledger's catalogue.

    :raises RegistryError: if not.
    """
    known = catalogue().lists[listing]
    if code not in known:
        raise RegistryError(f"no such code{did_you_mean(code, known)}; one of {', '.join(sorted(known))}")


def filled(value: str, what: str) -> str:
    """A text without space around it.

    :raises RegistryError: if nothing is left.
    """
    if not value.strip():
        raise RegistryError(f"`{what}` must not be empty")
    return value.strip()


def changed(register: str, act: str, by: Official, at: dt.datetime, **change: Any) -> None:
    """Append that a register was changed."""
    register_changed(register=register, act=act, by=by.reference, at=at, change=change)


def append(kind: str, by: Official, at: dt.datetime, public: Mapping[str, Any]) -> None:
    """Append an entry to the agency's own thread."""
    append_entry(kind=kind, thread=agency_thread(), by=by.reference, at=at, public=public)
