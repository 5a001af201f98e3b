"""What is asked about the staff. Rows are frozen, so that a page can show no more than it was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from django.db.models import Q, QuerySet

from ostiary.ledger.kinds import catalogue
from ostiary_web.ledger_link.kept import until_the_log_grows
from ostiary_web.staff.models import (
    Attestation,
    Course,
    Declaration,
    Delegation,
    Duty,
    KeyHolding,
    OnCall,
    Person,
    Training,
    Unit,
)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person as the list shows one. ``roles``: codes in force; ``second_factor``: whether one is set up."""

    number: int
    name: str
    mail: str
    unit: str
    administrator: bool
    active: bool
    roles: tuple[str, ...]
    trained: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """A role that somebody holds or held. ``in_force``: on the day asked."""

    number: int
    person: str
    role: str
    since: dt.date
    until: dt.date | None
    in_force: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class DelegationRow:
    """A duty lent. ``scope``: a docket's pseudonym, or empty for all."""

    number: int
    holder: str
    to: str
    role: str
    scope: str
    since: dt.date
    until: dt.date
    in_force: bool
    ended: bool


@dataclass(frozen=True, slots=True)
class Member:
    """A person as the rules of duty see one: no name. ``lent``: role and scope of each delegation in force."""

    reference: str
    unit: str
    administrator: bool
    trained: bool
    attested: bool
    roles: frozenset[str]
    lent: frozenset[tuple[str, str]]
    on_call: frozenset[str]
    keys: frozenset[str] | None
    excluded: frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Call:
    """Somebody on call for a role in a time."""

    reference: str
    role: str
    since: dt.datetime
    until: dt.datetime


Official = Person
"""Somebody who acts; other apps know a person by this name."""


def role_codes() -> tuple[str, ...]:
    """Every role that there is, in the catalogue of the ledger."""
    return tuple(sorted(catalogue().lists["roles"]))


def unit_codes() -> list[str]:
    """The codes of the agency's units."""
    return list(Unit.objects.values_list("code", flat=True))


def units() -> list[tuple[str, str]]:
    """Code and name of each unit."""
    return list(Unit.objects.order_by("name").values_list("code", "name"))


def find_person(mail: str) -> Person | None:
    """The person who logs in with this address."""
    return Person.objects.filter(mail=mail.strip().lower()).first()


def person(number: int) -> Person | None:
    """The person of this number."""
    return Person.objects.filter(pk=number).select_related("unit").first()


def has_administrator() -> bool:
    """Whether anybody can administer the desk."""
    return Person.objects.filter(administrator=True, is_active=True).exists()


def in_force(day: dt.date) -> Q:
    """Of a duty or a delegation: it has begun, is not over, and was not ended."""
    return Q(since__lte=day, ended_at=None) & (Q(until=None) | Q(until__gte=day))


def people(day: dt.date) -> list[PersonRow]:
    """Everybody who has an account, by name."""
    held = _roles(Duty.objects.filter(in_force(day)))
    trained = _trained(day)
    return [_row(one, held, trained) for one in Person.objects.select_related("unit").order_by("name", "pk")]


def person_row(number: int, day: dt.date) -> PersonRow | None:
    """One person as ``people`` gives them."""
    one = person(number)
    return None if one is None else _row(one, _roles(Duty.objects.filter(in_force(day), person=one)), _trained(day))


def _row(one: Person, held: dict[int, set[str]], trained: set[int]) -> PersonRow:
    roles = tuple(sorted(held.get(one.pk, ())))
    return PersonRow(
        one.pk, one.name, one.mail, one.unit.name, one.administrator, one.is_active, roles, one.pk in trained
    )


def _roles(duties: QuerySet[Duty]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for number, role in duties.values_list("person_id", "role"):
        found.setdefault(number, set()).add(role)
    return found


def _trained(day: dt.date) -> set[int]:
    """Those with every needed course in force. Where no course is needed there is nobody: unknown is not yes."""
    needed = set(Course.objects.filter(needed=True).values_list("pk", flat=True))
    done: dict[int, set[int]] = {}
    current = Training.objects.filter(done_on__lte=day, expires_on__gte=day)
    for number, course in current.values_list("person_id", "course_id"):
        done.setdefault(number, set()).add(course)
    return {number for number, courses in done.items() if needed and needed <= courses}


def is_trained(number: int, day: dt.date) -> bool:
    """Whether a person's training is in force."""
    return number in _trained(day)


def may_use(number: int, roles: Sequence[str], day: dt.date, *, administrator: bool) -> bool:
    """Whether an active person has one of these roles in force, own or lent for all dockets, and is trained (S7).

    :param administrator: whether an administrator may too, who needs no training.
    """
    found = Person.objects.filter(pk=number, is_active=True).first()
    if found is None:
        return False
    if found.administrator:
        return administrator
    held = Duty.objects.filter(in_force(day), role__in=roles)
    lent = Delegation.objects.filter(in_force(day), to_id=number, scope="", duty__in=held)
    return (held.filter(person_id=number).exists() or lent.exists()) and is_trained(number, day)


def duties(day: dt.date, number: int | None = None) -> list[DutyRow]:
    """All duties, or those of one person: the newest first."""
    found = Duty.objects.select_related("person").order_by("-since", "-pk")
    found = found if number is None else found.filter(person_id=number)
    alive = set(found.filter(in_force(day)).values_list("pk", flat=True))
    return [
        DutyRow(one.pk, one.person.name, one.role, one.since, one.until, one.pk in alive, one.ended_at is not None)
        for one in found
    ]


def delegations(day: dt.date) -> list[DelegationRow]:
    """All delegations, the newest first."""
    found = Delegation.objects.select_related("duty__person", "to").order_by("-since", "-pk")
    alive = set(found.filter(in_force(day)).values_list("pk", flat=True))
    return [
        DelegationRow(
            one.pk,
            one.duty.person.name,
            one.to.name,
            one.duty.role,
            one.scope,
            one.since,
            one.until,
            one.pk in alive,
            one.ended_at is not None,
        )
        for one in found
    ]


def holds_key(number: int, use: str) -> bool:
    """Whether a person has this key of the agency's in hand."""
    return KeyHolding.objects.filter(person_id=number, use=use, ended_at=None).exists()


def courses() -> list[tuple[str, str]]:
    """Code and name of each course."""
    return list(Course.objects.order_by("name").values_list("code", "name"))


@until_the_log_grows
def addresses() -> Mapping[str, str]:
    """What everybody who works here now logs in with, by reference."""
    active = Person.objects.filter(is_active=True).values_list("pk", "mail")
    return MappingProxyType({f"person:{number}": mail for number, mail in active})


@until_the_log_grows
def names() -> Mapping[str, str]:
    """What everybody who ever worked here is called, by reference."""
    return MappingProxyType({f"person:{number}": name for number, name in Person.objects.values_list("pk", "name")})


def roster(at: dt.datetime, day: dt.date, policy: str) -> tuple[Member, ...]:
    """Everybody active, as the rules of duty see them, on a day.

    :param policy: the digest of the policy in force, which each must have attested to; empty: nobody has.
    """
    members, calls = _book(day, policy)
    on_call: dict[str, set[str]] = {}
    for one in calls:
        if one.since <= at < one.until:
            on_call.setdefault(one.reference, set()).add(one.role)
    return tuple(
        replace(one, on_call=frozenset(on_call[one.reference])) if one.reference in on_call else one for one in members
    )


@until_the_log_grows
def _book(day: dt.date, policy: str) -> tuple[tuple[Member, ...], tuple[_Call, ...]]:
    """The roster of a day with nobody on call, and who is on call when."""
    held, trained = _roles(Duty.objects.filter(in_force(day))), _trained(day)
    attested = set(Attestation.objects.filter(policy=policy).values_list("person_id", flat=True)) if policy else set()
    lent = _pairs(
        Delegation.objects.filter(in_force(day), duty__in=Duty.objects.filter(in_force(day))),
        "to_id",
        "duty__role",
        "scope",
    )
    excluded = _pairs(Declaration.objects.filter(ended_at=None), "person_id", "sort", "about")
    keys: dict[int, set[str]] = {}
    for number, use in KeyHolding.objects.filter(ended_at=None).values_list("person_id", "use"):
        keys.setdefault(number, set()).add(use)
    # Somebody has it. Where nobody is registered, it is not known who has not.
    log_is_held = any(KeyHolding.Use.LOG in uses for uses in keys.values())
    members = tuple(
        Member(
            reference=one.reference,
            unit=one.unit.code,
            administrator=one.administrator,
            trained=one.pk in trained,
            attested=one.pk in attested,
            roles=frozenset(held.get(one.pk, ())),
            lent=frozenset(lent.get(one.pk, ())),
            on_call=frozenset(),
            keys=frozenset(keys.get(one.pk, ())) if log_is_held else None,
            excluded=frozenset(excluded.get(one.pk, ())),
        )
        for one in Person.objects.filter(is_active=True).select_related("unit").order_by("pk")
    )
    # A day more than the day, whatever the zone; what is over longer is nobody's call.
    calls = OnCall.objects.filter(until__date__gte=day - dt.timedelta(days=1)).select_related("person").order_by("pk")
    return members, tuple(_Call(one.person.reference, one.role, one.since, one.until) for one in calls)


def _pairs(found: QuerySet[Delegation] | QuerySet[Declaration], *names: str) -> dict[int, set[tuple[str, str]]]:
    pairs: dict[int, set[tuple[str, str]]] = {}
    for number, first, second in found.values_list(*names):
        pairs.setdefault(number, set()).add((first, second))
    return pairs
