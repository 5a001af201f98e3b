"""Every write to the staff's registers: one function each, with its entry in the same transaction.

``by`` is the official who acts, ``at`` the moment; neither is ever guessed. The first administrator of an empty desk
is added by nobody (``by=None``), from the machine's own console.
"""

from __future__ import annotations

import datetime as dt
import re

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.errors import did_you_mean
from ostiary_web.ledger_link.actions import append_entry
from ostiary_web.ledger_link.queries import agency_thread
from ostiary_web.staff import queries
from ostiary_web.staff.actions.checks import (
    by_administrator,
    changed,
    check_code,
    check_days,
    check_may_hold,
    check_role,
    locked,
    reference,
    text,
)
from ostiary_web.staff.faults import StaffError
from ostiary_web.staff.models import Attestation, Course, Declaration, Delegation, Duty, OnCall, Person, Training, Unit

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@transaction.atomic
def add_unit(*, code: str, name: str, by: Person | None, at: dt.datetime) -> Unit:
    """Add a part of the agency.

    :raises StaffError: if the code is not fit for the public log, or is there.
    """
    by_administrator(by)
    check_code(code)
    if Unit.objects.filter(code=code).exists():
        raise StaffError(f"there is a unit `{code}` already")
    unit = Unit.objects.create(code=code, name=text(name, "name"))
    changed("units", "added", by, at, unit=code)
    return unit


@transaction.atomic
def add_person(
    *, mail: str, name: str, unit: str, by: Person | None, at: dt.datetime, administrator: bool = False
) -> Person:
    """Add somebody who will log in; no password is set, a link for that is given by ``links.password_link``.

    :raises StaffError: if the address is taken or is none, or there is no such unit.
    """
    if by is None and not administrator:
        raise StaffError("the first person of a desk is an administrator; add one with `--administrator`")
    by_administrator(by)
    mail = mail.strip().lower()
    if mail.count("@") != 1 or mail.startswith("@") or mail.endswith("@"):
        raise StaffError("this is no e-mail address")
    place = Unit.objects.filter(code=unit).first()
    if place is None:
        raise StaffError(f"there is no such unit{did_you_mean(unit, queries.unit_codes())}")
    if Person.objects.filter(mail=mail).exists():
        raise StaffError("somebody has this e-mail address already")
    person = Person(mail=mail, name=text(name, "name"), unit=place, administrator=administrator, added_at=at)
    person.set_unusable_password()
    person.save()
    changed("people", "added", by, at, person=person.reference, unit=unit, administrator=administrator)
    return person


@transaction.atomic
def change_person(*, number: int, name: str, unit: str, by: Person, at: dt.datetime) -> None:
    """Change what a person is called, and where they work.

    :raises StaffError: if there is no such person or unit.
    """
    by_administrator(by)
    person = locked(number)
    place = Unit.objects.filter(code=unit).first()
    if place is None:
        raise StaffError(f"there is no such unit{did_you_mean(unit, queries.unit_codes())}")
    person.name, person.unit = text(name, "name"), place
    person.save(update_fields=["name", "unit"])
    changed("people", "changed", by, at, person=person.reference, unit=unit)


@transaction.atomic
def end_person(*, number: int, by: Person, at: dt.datetime) -> None:
    """Close an account: every session ends, and what the person held or was lent ends with it.

    :raises StaffError: if it is one's own, or closed already.
    """
    by_administrator(by)
    person = locked(number)
    if person.pk == by.pk:
        raise StaffError("nobody closes their own account; ask another administrator")
    if not person.is_active:
        raise StaffError("this account is closed already")
    person.is_active, person.left_at = False, at
    person.save(update_fields=["is_active", "left_at"])
    ended = {"ended_at": at, "ended_by": by}
    Delegation.objects.filter(duty__person=person, ended_at=None).update(**ended)
    Delegation.objects.filter(to=person, ended_at=None).update(**ended)
    Duty.objects.filter(person=person, ended_at=None).update(**ended)
    changed("people", "ended", by, at, person=person.reference)


@transaction.atomic
def give_role(
    *, number: int, role: str, since: dt.date, by: Person, at: dt.datetime, until: dt.date | None = None
) -> Duty:
    """Let a person hold a role.

    :raises StaffError: if there is no such role, the person is an administrator or gone, holds it already, holds the
        role that excludes it, or the dates are in the past or do not fit.
    """
    by_administrator(by)
    person = locked(number)
    check_role(role)
    check_may_hold(person, role)
    check_days(since, until, at)
    if by.pk == person.pk:
        raise StaffError("nobody gives a role to themselves")
    if Duty.objects.filter(person=person, role=role, ended_at=None).exists():
        raise StaffError(f"this person holds the role `{role}` already; end it first")
    duty = Duty.objects.create(person=person, role=role, since=since, until=until, given_at=at, given_by=by)
    changed("roles", "added", by, at, person=person.reference, role=role, since=since, until=until)
    return duty


@transaction.atomic
def end_role(*, duty: int, by: Person, at: dt.datetime) -> None:
    """End a duty now, and every delegation of it.

    :raises StaffError: if there is none in force.
    """
    by_administrator(by)
    found = Duty.objects.select_for_update().filter(pk=duty, ended_at=None).select_related("person").first()
    if found is None:
        raise StaffError("there is no such duty in force")
    found.ended_at, found.ended_by = at, by
    found.save(update_fields=["ended_at", "ended_by"])
    Delegation.objects.filter(duty=found, ended_at=None).update(ended_at=at, ended_by=by)
    changed("roles", "ended", by, at, person=found.person.reference, role=found.role)


@transaction.atomic
def delegate(
    *, duty: int, to: int, since: dt.date, until: dt.date, by: Person, at: dt.datetime, scope: str = ""
) -> Delegation:
    """Lend a duty for some days. Done by its holder, or by an administrator.

    The docket asks again, for each act, whether the person is excluded from it.

    :param scope: a docket's pseudonym; empty for all dockets.
    :raises StaffError: if the person may not hold the role, has no training in force, declared not to act in the
        docket, or the days do not lie within the duty's.
    """
    found = Duty.objects.select_for_update().filter(pk=duty, ended_at=None).select_related("person").first()
    if found is None:
        raise StaffError("there is no such duty in force")
    if by.pk != found.person_id:
        by_administrator(by)
    person = locked(to)
    if person.pk == found.person_id:
        raise StaffError("a duty is lent to another person")
    check_may_hold(person, found.role)
    check_days(since, until, at)
    if since < found.since or (found.until is not None and until > found.until):
        raise StaffError("a duty is lent for days within its own")
    if not queries.is_trained(person.pk, localdate(at)):
        raise StaffError("this person has no training in force; record it first")
    if scope and Declaration.objects.filter(person=person, sort="docket", about=scope, ended_at=None).exists():
        raise StaffError("this person declared not to act in this docket")
    lent = Delegation.objects.create(
        duty=found, to=person, scope=scope, since=since, until=until, given_at=at, given_by=by
    )
    changed(
        "delegations", "added", by, at, holder=found.person.reference, to=person.reference, role=found.role,
        scope=scope, since=since, until=until,
    )  # fmt: skip
    return lent


@transaction.atomic
def end_delegation(*, delegation: int, by: Person, at: dt.datetime) -> None:
    """Take a lent duty back. Done by its holder, or by an administrator.

    :raises StaffError: if there is none in force.
    """
    found = Delegation.objects.select_for_update().filter(pk=delegation, ended_at=None).select_related("duty").first()
    if found is None:
        raise StaffError("there is no such delegation in force")
    if by.pk != found.duty.person_id:
        by_administrator(by)
    found.ended_at, found.ended_by = at, by
    found.save(update_fields=["ended_at", "ended_by"])
    changed("delegations", "ended", by, at, delegation=found.pk)


@transaction.atomic
def add_course(*, code: str, name: str, needed: bool, by: Person, at: dt.datetime) -> Course:
    """Add a course that the agency gives.

    :raises StaffError: if the code is none, or is there.
    """
    by_administrator(by)
    check_code(code)
    if Course.objects.filter(code=code).exists():
        raise StaffError(f"there is a course `{code}` already")
    course = Course.objects.create(code=code, name=text(name, "name"), needed=needed)
    changed("training", "changed", by, at, course=code, needed=needed)
    return course


@transaction.atomic
def record_training(
    *, number: int, course: str, done_on: dt.date, expires_on: dt.date, by: Person, at: dt.datetime
) -> Training:
    """Record that a person finished a course.

    :raises StaffError: if there is no such course, it is for oneself, or the dates do not fit.
    """
    by_administrator(by)
    person, found = locked(number), Course.objects.filter(code=course).first()
    if found is None:
        raise StaffError(f"there is no such course{did_you_mean(course, [code for code, _ in queries.courses()])}")
    if person.pk == by.pk:
        raise StaffError("nobody records their own training")
    if not done_on <= localdate(at) or expires_on <= done_on:
        raise StaffError("training was done today or before, and expires after that")
    training = Training.objects.create(
        person=person, course=found, done_on=done_on, expires_on=expires_on, recorded_at=at, recorded_by=by
    )
    changed("training", "added", by, at, person=person.reference, course=course, expires_on=expires_on)
    return training


@transaction.atomic
def attest(*, policy: str, by: Person, at: dt.datetime) -> Attestation:
    """Say to have read a policy, for oneself.

    :raises StaffError: if this is no digest, or was said before.
    """
    locked(by.pk)
    if not _DIGEST.fullmatch(policy):
        raise StaffError("a policy is named by its digest: `sha256:` and 64 hex digits")
    if Attestation.objects.filter(person=by, policy=policy).exists():
        raise StaffError("you attested to this policy already")
    found = Attestation.objects.create(person=by, policy=policy, at=at)
    changed("attestations", "added", by, at, person=by.reference, policy=policy)
    return found


@transaction.atomic
def put_on_call(
    *, number: int, role: str, since: dt.datetime, until: dt.datetime, by: Person, at: dt.datetime
) -> OnCall:
    """Say that somebody who holds a role can be reached for emergencies.

    :raises StaffError: if the person does not hold the role, or the times do not fit.
    """
    by_administrator(by)
    person = locked(number)
    held = Duty.objects.filter(queries.in_force(localdate(since)), person=person, role=role)
    if not held.exists():
        raise StaffError(f"this person does not hold the role `{role}` when the time on call begins")
    if until <= since or until <= at:
        raise StaffError("a time on call ends after it begins, and in the future")
    found = OnCall.objects.create(person=person, role=role, since=since, until=until, given_at=at, given_by=by)
    changed("on_call", "added", by, at, person=person.reference, role=role, since=since, until=until)
    return found


@transaction.atomic
def declare(*, sort: str, about: str, household: bool, by: Person, at: dt.datetime) -> Declaration:
    """Say, for oneself, that one must not act: in a docket, for a body, about a record.

    :param household: whether it is somebody of one's household, not oneself, who is concerned.
    :raises StaffError: if this sort is not known.
    """
    locked(by.pk)
    if sort not in Declaration.Sort.values:
        raise StaffError(f"a declaration is about one of {', '.join(Declaration.Sort.values)}")
    found = Declaration.objects.create(
        person=by, sort=sort, about=text(about, "about"), household=household, declared_at=at
    )
    changed("declarations", "added", by, at, declaration=found.pk, sort=sort)
    return found


@transaction.atomic
def end_declaration(*, declaration: int, by: Person, at: dt.datetime) -> None:
    """End a declaration; only an administrator does, never the person it is about.

    :raises StaffError: if there is none, or it is one's own.
    """
    by_administrator(by)
    found = Declaration.objects.select_for_update().filter(pk=declaration, ended_at=None).first()
    if found is None:
        raise StaffError("there is no such declaration in force")
    if found.person_id == by.pk:
        raise StaffError("nobody ends their own declaration")
    found.ended_at, found.ended_by = at, by
    found.save(update_fields=["ended_at", "ended_by"])
    changed("declarations", "ended", by, at, declaration=found.pk)


@transaction.atomic
def count_roles(*, period: str, by: Person | None, at: dt.datetime) -> tuple[int, int]:
    """Publish how many officials hold a role today, and how many of them have training in force."""
    by_administrator(by)
    day = localdate(at)
    holders = set(Duty.objects.filter(queries.in_force(day)).values_list("person_id", flat=True))
    trained = sum(queries.is_trained(number, day) for number in holders)
    public = {"period": period, "officials": len(holders), "trained": trained}
    append_entry(kind="roles.counted", thread=agency_thread(), by=reference(by), at=at, public=public)
    return len(holders), trained
