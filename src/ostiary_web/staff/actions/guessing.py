"""How often somebody may try a second factor. Counted in the database, for all processes, whichever address it is from.

Only who knows the password comes this far: so nobody can shut an account for its owner by guessing alone.
"""

from __future__ import annotations

import datetime as dt

from axes.models import AccessAttempt
from django.db import transaction

from ostiary_web.staff.models import Person

MOST, FOR = 5, dt.timedelta(hours=1)
_NO_ADDRESS = "0.0.0.0"  # the column wants one


@transaction.atomic
def count_code(*, by: Person, at: dt.datetime) -> bool:
    """Count one more code before it is looked at; False once five were wrong, for one hour after the fifth."""
    row, _ = AccessAttempt.objects.select_for_update().get_or_create(
        **_of(by), defaults={"failures_since_start": 0, "get_data": "", "post_data": ""}
    )
    if at - row.attempt_time >= FOR:
        row.failures_since_start = 0
    elif row.failures_since_start >= MOST:
        return False
    row.failures_since_start += 1
    row.attempt_time = at
    row.save()
    return True


def forget_codes(*, by: Person) -> None:
    """A right code was given."""
    AccessAttempt.objects.filter(**_of(by)).delete()


def _of(person: Person) -> dict[str, str]:
    return {"username": f"second factor: {person.pk}", "ip_address": _NO_ADDRESS, "user_agent": ""}
