"""What the people of the roll said. One row is never an entry, since the log tells of people in bands only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.ledger.kinds import catalogue
from ostiary_web.registry.actions.shared import (
    append,
    check_digest,
    check_may,
    filled,
)
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import Consent, OptOut
from ostiary_web.staff.queries import Official


@transaction.atomic
def record_consent(
    *, record: str, scope: Mapping[str, Any], paper: str, since: dt.date, until: dt.date, by: Official, at: dt.datetime
) -> Consent:
    """Record what a person agreed to. Published only as a band of how many: see ``count_consents``.

    :param paper: the digest of the signed form. ``scope``: facts of a consent, as in a request file.
    :raises RegistryError: if the days do not fit.
    """
    check_may(by, at, "intake")
    check_digest(paper)
    if until < since or since > localdate(at):
        raise RegistryError("a consent has begun when it is recorded, and ends after that")
    return Consent.objects.create(
        record=filled(record, "record"), scope=dict(scope), paper=paper, since=since, until=until,
        recorded_at=at, recorded_by_id=by.pk,
    )  # fmt: skip


@transaction.atomic
def revoke_consent(*, consent: int, by: Official, at: dt.datetime) -> None:
    """Take a consent back, at once.

    :raises RegistryError: if there is none in force.
    """
    check_may(by, at, "intake")
    if not Consent.objects.filter(pk=consent, revoked_at=None).update(revoked_at=at, revoked_by_id=by.pk):
        raise RegistryError("there is no such consent in force")


@transaction.atomic
def record_opt_out(*, record: str, scope: Mapping[str, Any], by: Official, at: dt.datetime) -> OptOut:
    """Record what a person does not want to leave."""
    check_may(by, at, "intake")
    return OptOut.objects.create(
        record=filled(record, "record"), scope=dict(scope), recorded_at=at, recorded_by_id=by.pk
    )


@transaction.atomic
def count_consents(*, period: str, by: Official, at: dt.datetime) -> None:
    """Publish, in bands, how many people have a consent or an opt-out in force."""
    check_may(by, at, "publisher", administrator=True)
    day = localdate(at)
    agreed = Consent.objects.filter(since__lte=day, until__gte=day, revoked_at=None).values("record").distinct().count()
    out = OptOut.objects.filter(revoked_at=None).values("record").distinct().count()
    band = catalogue().band
    append("consents.counted", by, at, {"period": period, "consents": band(agreed), "opt_outs": band(out)})
