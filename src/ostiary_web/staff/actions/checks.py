"""What every write to the staff's registers asks first, and the entry that it leaves."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django.utils.timezone import localdate

from ostiary.errors import did_you_mean
from ostiary_web.ledger_link.actions import register_changed
from ostiary_web.staff import queries
from ostiary_web.staff.faults import StaffError
from ostiary_web.staff.models import Duty, KeyHolding, Person

RELEASING = ("key_holder", "release_officer")
CONSOLE = "console"
# Begins with a letter; fit for the public log.
_CODE = re.compile(r"(?!.*[0-9]{6})[a-z][a-z0-9_]{0,39}")


def by_administrator(by: Person | None) -> None:
    """Only an active administrator; nobody at all only while there is none yet."""
    if by is None:
        if queries.has_administrator():
            raise StaffError("name the administrator who does this")
        return
    if not Person.objects.filter(pk=by.pk, administrator=True, is_active=True).exists():
        raise StaffError("only an administrator may do this")


def locked(number: int) -> Person:
    """An open account, locked until COMMIT."""
    person = Person.objects.select_for_update().filter(pk=number, is_active=True).first()
    if person is None:
        raise StaffError("there is no such person with an open account")
    return person


def check_role(role: str) -> None:
    """Only a role of the catalogue."""
    if role not in queries.role_codes():
        raise StaffError(f"there is no such role{did_you_mean(role, queries.role_codes())}")


def check_may_hold(person: Person, role: str) -> None:
    """S6: an administrator has no part in cases. S5: who writes policies does not approve them. S11: keys apart."""
    if person.administrator:
        raise StaffError("an administrator holds no role in cases (S6)")
    apart = {"policy_author": "policy_approver", "policy_approver": "policy_author"}
    if role in RELEASING and queries.holds_key(person.pk, KeyHolding.Use.LOG):
        raise StaffError("who has the log's key cannot let releases go (S11)")
    if role in apart and Duty.objects.filter(person=person, role=apart[role], ended_at=None).exists():
        raise StaffError(f"who is `{apart[role]}` cannot be `{role}` too (S5)")


def check_days(since: dt.date, until: dt.date | None, at: dt.datetime) -> None:
    """Nothing is back-dated."""
    if since < localdate(at):
        raise StaffError("nothing can be back-dated: the first day is today or later")
    if until is not None and until < since:
        raise StaffError("the last day is not before the first")


def check_code(code: str) -> None:
    """Fit for the public log."""
    if not _CODE.fullmatch(code):
        raise StaffError("a code has small letters, digits and `_`, begins with a letter, and has at most 40 of them")


def text(value: str, what: str) -> str:
    """Something is written."""
    if not value.strip():
        raise StaffError(f"`{what}` must not be empty")
    return value.strip()


def reference(by: Person | None) -> str:
    """By what name the log's private part knows who acts."""
    return CONSOLE if by is None else by.reference


def changed(register: str, act: str, by: Person | None, at: dt.datetime, **change: Any) -> None:
    """The entry of a change of a register."""
    plain = {name: value.isoformat() if isinstance(value, dt.date) else value for name, value in change.items()}
    register_changed(register=register, act=act, by=reference(by), at=at, change=plain)
