"""The agency's calendar, its letters, and the rules in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from hashlib import sha256

from django.db import transaction
from django.utils.timezone import localdate

from ostiary_web.registry import queries
from ostiary_web.registry.actions.shared import (
    STOPPERS,
    append,
    changed,
    check_code,
    check_listed,
    check_may,
    filled,
)
from ostiary_web.registry.checking import cases_passed
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import BundleInUse, DayOff, LetterText
from ostiary_web.staff.queries import Official
from ostiary_web.wiring import bundle


@transaction.atomic
def add_days_off(*, days: Mapping[dt.date, str], by: Official, at: dt.datetime) -> int:
    """Enter days on which the agency does not work; how many were new.

    :raises RegistryError: if a day is past: a clock that ran over it would change.
    """
    check_may(by, at, administrator=True)
    if any(day < localdate(at) for day in days):
        raise RegistryError("a day off is entered before it comes; nothing can be back-dated")
    there = queries.days_off(min(days), max(days)) if days else frozenset()
    new = {day: name for day, name in sorted(days.items()) if day not in there}
    for day, name in new.items():
        DayOff.objects.create(day=day, name=filled(name, "name"), added_at=at, added_by_id=by.pk)
    if new:
        changed("calendar", "added", by, at, days=[day.isoformat() for day in new])
    return len(new)


@transaction.atomic
def add_letter(*, code: str, language: str, text: str, by: Official, at: dt.datetime) -> LetterText:
    """Add a new version of a letter's wording; it is used once another person has reviewed it."""
    check_may(by, at, "notice_officer", administrator=True)
    check_code(code)
    version = LetterText.objects.select_for_update().filter(code=code, language=language).count() + 1
    letter = LetterText.objects.create(
        code=code, language=language, version=version, text=filled(text, "text"), added_at=at, added_by_id=by.pk
    )
    digest = "sha256:" + sha256(letter.text.encode()).hexdigest()
    changed("letters", "added", by, at, letter=code, version=version, text=digest)
    return letter


@transaction.atomic
def review_letter(*, letter: int, by: Official, at: dt.datetime) -> None:
    """Say, as one who reads the language, that a letter says what it must.

    :raises RegistryError: if one wrote it oneself, or it is reviewed already.
    """
    check_may(by, at, "notice_officer", "reviewer_counsel", "reviewer_privacy")
    found = LetterText.objects.select_for_update().filter(pk=letter, reviewed_at=None).first()
    if found is None:
        raise RegistryError("there is no such letter that waits for review")
    if found.added_by_id == by.pk:
        raise RegistryError("a letter is reviewed by another person than who wrote it")
    found.reviewed_at, found.reviewed_by_id = at, by.pk
    found.save(update_fields=["reviewed_at", "reviewed_by"])
    changed("letters", "changed", by, at, letter=found.code, version=found.version, reviewed=True)


@transaction.atomic
def propose_bundle(*, by: Official, at: dt.datetime) -> BundleInUse:
    """Propose the packs that this desk is configured with, by their digest."""
    check_may(by, at, "policy_author")
    found = BundleInUse.objects.create(digest=bundle().digest, proposed_at=at, proposed_by_id=by.pk)
    changed("bundles", "added", by, at, bundle=found.digest)
    return found


@transaction.atomic
def activate_bundle(*, number: int, by: Official, at: dt.datetime) -> BundleInUse:
    """Put proposed rules in force, in place of those before; done by another official than who proposed them.

    :raises RegistryError: if the packs here are not those proposed, one of their cases is wrong, or the same
        official proposed them.
    """
    check_may(by, at, "policy_approver")
    found = BundleInUse.objects.select_for_update().filter(pk=number, activated_at=None).first()
    if found is None:
        raise RegistryError("there is no such bundle that waits for activation")
    if found.proposed_by_id == by.pk:
        raise RegistryError("rules are activated by another official than who proposed them (S5)")
    if found.digest != bundle().digest:
        raise RegistryError("the packs of this desk are not those that were proposed; propose them anew")
    right, cases = cases_passed(bundle())
    if right != cases or not cases:
        raise RegistryError(f"{right} of {cases} cases of these packs are right; run `ostiary check`")
    BundleInUse.objects.filter(activated_at__isnull=False, replaced_at=None).update(
        replaced_at=at, replaced_by_id=by.pk
    )
    found.activated_at, found.activated_by_id = at, by.pk
    found.save(update_fields=["activated_at", "activated_by"])
    roles = ["policy_approver", "policy_author"]
    append("bundle.activated", by, at, {"bundle": found.digest, "roles": roles, "cases_passed": right})
    return found


@transaction.atomic
def suspend_bundle(*, cause: str, by: Official, at: dt.datetime) -> None:
    """Shut every way out until other rules are activated. One official is enough.

    :raises RegistryError: if no rules are in force, or they are suspended already.
    """
    check_may(by, at, *STOPPERS, "policy_approver", administrator=True)
    check_listed(cause, "hold_causes")
    found = BundleInUse.objects.select_for_update().filter(
        activated_at__isnull=False, replaced_at=None, suspended_at=None
    )
    one = found.first()
    if one is None:
        raise RegistryError("there are no rules in force that could be suspended")
    one.suspended_at, one.suspended_by_id = at, by.pk
    one.save(update_fields=["suspended_at", "suspended_by"])
    append("bundle.suspended", by, at, {"bundle": one.digest, "cause": cause})
