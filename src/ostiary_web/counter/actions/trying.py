"""How often an address tries something, counted in the database: for all processes together."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F

from ostiary_web.counter.keys import address_of
from ostiary_web.counter.models import Tries

HOUR = 3600


@dataclass(frozen=True, slots=True)
class Tried:
    """How often by now, and the seconds until the count begins anew."""

    count: int
    wait: int


@transaction.atomic
def count(*, what: str, address: str, at: dt.datetime) -> Tried:
    """Count one more try of this hour. The address is not kept: see ``Tries``."""
    number, gone = divmod(int(at.timestamp()), HOUR)
    who = address_of(address, f"{what} {number}")
    wait = HOUR - gone
    Tries.objects.get_or_create(who=who, defaults={"until": at + dt.timedelta(seconds=wait)})
    Tries.objects.filter(who=who).update(count=F("count") + 1)
    return Tried(Tries.objects.values_list("count", flat=True).get(who=who), wait)
