"""Whose hands the agency's own keys are in: written here, with its entry in the same transaction (S11)."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from ostiary_web.staff.actions.checks import RELEASING, by_administrator, changed, locked
from ostiary_web.staff.faults import StaffError
from ostiary_web.staff.models import Duty, KeyHolding, Person


@transaction.atomic
def hold_key(*, number: int, use: str, by: Person, at: dt.datetime) -> KeyHolding:
    """Register that a person has a key in hand.

    :raises StaffError: if there is no such key, or the person has it, or the other one, or lets releases go (S11).
    """
    by_administrator(by)
    person = locked(number)
    if use not in KeyHolding.Use.values:
        raise StaffError(f"a key of the agency's own is one of {', '.join(KeyHolding.Use.values)}")
    if KeyHolding.objects.filter(person=person, ended_at=None).exists():
        raise StaffError("this person has a key of the agency's already; the log's and the releases' stay apart (S11)")
    if use == KeyHolding.Use.LOG and Duty.objects.filter(person=person, role__in=RELEASING, ended_at=None).exists():
        raise StaffError("who lets releases go cannot have the log's key (S11)")
    found = KeyHolding.objects.create(person=person, use=use, since=at, given_by=by)
    changed("keys", "added", by, at, person=person.reference, use=use)
    return found


@transaction.atomic
def give_up_key(*, number: int, use: str, by: Person, at: dt.datetime) -> None:
    """Register that a person no longer has a key.

    :raises StaffError: if the person does not have it.
    """
    by_administrator(by)
    found = KeyHolding.objects.select_for_update().filter(person_id=number, use=use, ended_at=None).first()
    if found is None:
        raise StaffError("this person is not registered as having this key")
    found.ended_at, found.ended_by = at, by
    found.save(update_fields=["ended_at", "ended_by"])
    changed("keys", "ended", by, at, person=found.person.reference, use=use)
