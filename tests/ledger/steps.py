"""Makers of lawful entries. A test spells out only what it is about."""

import datetime as dt
from dataclasses import replace

from ostiary.ledger.entry import Entry, Words, build_entry
from ostiary.ledger.kinds import catalogue

DAY = dt.date(2026, 3, 10)
DOCKET = "a" * 26
OTHER = "b" * 25 + "a"
WORDS = Words(
    {name: frozenset({f"{name}_a", f"{name}_b"}) for name in catalogue().other_lists}, frozenset({"requesters_a"})
)


def a_value(field, one=0):
    """A lawful value for a field."""
    kinds = catalogue()
    if field.list:
        code = sorted(kinds.lists.get(field.list) or WORDS.lists[field.list])[one]
        return [code] if field.type == "codes" else code
    return {
        "flag": True,
        "day": DAY,
        "count": 3,
        "digest": "sha256:" + "0" * 64,
        "period": "2026-Q1",
        "pseudonym": OTHER,
        "band": "1-10",
    }[field.type]


def a_public(kind, whole=True, **given):
    fields = catalogue().kinds[kind].public.values()
    return {field.name: a_value(field) for field in fields if whole or not (field.optional or field.later)} | given


def an_entry(
    kind="request.received", step=1, docket=DOCKET, day=DAY, committed=bytes(32), whole=True, **given
) -> Entry:
    public = a_public(kind, whole, **given)
    return build_entry(
        catalogue(), WORDS, kind=kind, docket=docket, step=step, day=day, public=public, committed=committed
    )


def a_thread(*kinds):
    """Entries of one thread; a kind, or a kind with public fields."""
    pairs = [(kind, {}) if isinstance(kind, str) else kind for kind in kinds]
    return [an_entry(kind, step, **given) for step, (kind, given) in enumerate(pairs, 1)]


def renumbered(entries):
    return [replace(entry, step=step) for step, entry in enumerate(entries, 1)]


TO_RELEASE = (
    "request.received",
    "request.docketed",
    ("verdict.given", {"track": "adverse"}),
    ("review.submitted", {"role": "reviewer_counsel"}),
    ("review.submitted", {"role": "reviewer_privacy"}),
    "decision.approved",
    "notice.done",
    "release.cleared",
    "release.packaged",
    ("release.checked", {"passed": True}),
    ("release.approved", {"role": "release_officer"}),
    ("release.approved", {"role": "key_holder"}),
    "release.sealed",
    "release.delivered",
)
