"""What is asked of the registers. Where a row is absent the answer is None or empty, which no guard takes for yes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q
from django.utils.timezone import localdate

from ostiary_web.ledger_link.kept import until_the_log_grows
from ostiary_web.registry.models import (
    Agreement,
    Body,
    BundleInUse,
    Challenge,
    Consent,
    DayOff,
    Key,
    LetterText,
    Notice,
    OptOut,
)

_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Standing:
    """What a guard may know of a requester body. ``key``: the digest of the key in force on the day, or None.

    ``key_until``, ``agreement_until``: the last day of that key, and of the agreement that lasts longest.
    """

    code: str
    kind: str
    verified: bool
    frozen: bool
    key: str | None
    agreements: tuple[str, ...]
    key_until: dt.date | None = None
    agreement_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules in use: their digest, whether they are suspended, and who proposed and who activated them."""

    digest: str
    suspended: bool
    approvers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Said:
    """A consent or an opt-out in force: its number, and its scope as in a request file."""

    number: int
    scope: dict[str, Any]


def body_codes() -> list[str]:
    """The codes of all bodies."""
    return list(Body.objects.values_list("code", flat=True))


def bodies() -> list[tuple[str, str, bool, bool]]:
    """Code, kind, verified, frozen of each body, by code."""
    found = Body.objects.order_by("code")
    return [(one.code, one.kind, one.verified_at is not None, one.frozen_at is not None) for one in found]


@until_the_log_grows
def standing(code: str, day: dt.date) -> Standing | None:
    """What is known of a body on a day; None for one that is not registered."""
    body = Body.objects.filter(code=code).first()
    if body is None:
        return None
    key = Key.objects.filter(body=body, revoked_at=None, until__gte=day).order_by("-pk").first()
    agreed = Agreement.objects.filter(body=body, since__lte=day, until__gte=day, ended_at=None).order_by("pk")
    return Standing(
        code=body.code,
        kind=body.kind,
        verified=body.verified_at is not None,
        frozen=body.frozen_at is not None,
        key=None if key is None else key.key,
        agreements=tuple(agreed.values_list("thread", flat=True)),
        key_until=None if key is None else key.until,
        agreement_until=max(agreed.values_list("until", flat=True), default=None),
    )


def public_key(key: str) -> str | None:
    """A recipient's public key as text, by its digest; None where none of this digest is in force."""
    return Key.objects.filter(key=key, revoked_at=None).values_list("public", flat=True).first()


def name_of(code: str) -> str:
    """What a body is called; its code where it is not registered."""
    return Body.objects.filter(code=code).values_list("name", flat=True).first() or code


def mail_of(code: str) -> str:
    """The one mail address in the verified contact of a body; empty unless it is verified, and has exactly one."""
    contact = Body.objects.filter(code=code, verified_at__isnull=False).values_list("contact", flat=True).first() or ""
    found = set(_ADDRESS.findall(contact))
    return found.pop() if len(found) == 1 else ""


def consents(record: str, day: dt.date) -> tuple[Said, ...]:
    """What a person has consented to, in force on a day."""
    found = Consent.objects.filter(record=record, since__lte=day, until__gte=day, revoked_at=None).order_by("pk")
    return tuple(Said(one.pk, one.scope) for one in found)


def opt_outs(record: str) -> tuple[Said, ...]:
    """What a person has opted out of, and not taken back."""
    return tuple(
        Said(one.pk, one.scope) for one in OptOut.objects.filter(record=record, revoked_at=None).order_by("pk")
    )


def notices(docket: str) -> dict[str, str]:
    """The state of each person's notice in a docket, by record; a person without a row was not told."""
    return dict(Notice.objects.filter(docket=docket).values_list("record", "state"))


def open_challenges(docket: str) -> frozenset[str]:
    """The records whose challenge in a docket is not decided."""
    return frozenset(Challenge.objects.filter(docket=docket, decided_at=None).values_list("record", flat=True))


@until_the_log_grows
def days_off(first: dt.date, last: dt.date) -> frozenset[dt.date]:
    """The agency's days off between two days, both included."""
    return frozenset(DayOff.objects.filter(day__gte=first, day__lte=last).values_list("day", flat=True))


@until_the_log_grows
def calendar_end() -> dt.date | None:
    """The last day off that is entered: beyond its year the calendar is not known."""
    last: dt.date | None = DayOff.objects.aggregate(last=Max("day"))["last"]
    return last


@until_the_log_grows
def rules_in_use() -> Rules | None:
    """The rules in force; None where none were activated, which lets nothing out."""
    alive = BundleInUse.objects.filter(activated_at__isnull=False, replaced_at=None)
    found = alive.select_related("proposed_by", "activated_by").first()
    if found is None:
        return None
    people = (found.proposed_by, found.activated_by)
    approvers = frozenset(one.reference for one in people if one is not None)
    return Rules(found.digest, found.suspended_at is not None, approvers)


@until_the_log_grows
def authors(since: dt.date) -> tuple[tuple[str, dt.date], ...]:
    """Who proposed or activated rules since a day, and when last: they wrote or approved what those rules say."""
    found: dict[str, dt.date] = {}
    lately = Q(proposed_at__date__gte=since) | Q(activated_at__date__gte=since)
    for one in BundleInUse.objects.filter(lately).select_related("proposed_by", "activated_by"):
        acts = ((one.proposed_by, one.proposed_at), (one.activated_by, one.activated_at))
        for person, moment in acts:
            if person is not None and moment is not None:
                found[person.reference] = max(found.get(person.reference, since), localdate(moment))
    return tuple(sorted(found.items()))


def letter(code: str, languages: Sequence[str]) -> LetterText | None:
    """The newest reviewed text of a letter, in the first of these languages that has one."""
    for language in languages:
        found = LetterText.objects.filter(code=code, language=language, reviewed_at__isnull=False)
        if (newest := found.order_by("-version").first()) is not None:
            return newest
    return None


def letters_waiting(code: str, language: str) -> list[LetterText]:
    """The texts of a letter that nobody has reviewed and that are newer than the one in use; the newest first."""
    used = letter(code, [language])
    found = LetterText.objects.filter(code=code, language=language, reviewed_at=None).order_by("-version")
    return list(found if used is None else found.filter(version__gt=used.version))
