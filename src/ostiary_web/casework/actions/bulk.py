"""One command over several dockets: few, two people, all or none, and one public entry that names the list (S10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Attempt, Done
from ostiary_web.casework.docket import bulk as engine
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.world import world_for
from ostiary_web.ledger_link.actions import append_entry
from ostiary_web.ledger_link.models import Thread
from ostiary_web.ledger_link.queries import agency_thread


@transaction.atomic
def bulk(
    *,
    dockets: Sequence[str],
    act: str,
    by: str,
    role: Role,
    second: str,
    second_role: Role,
    at: dt.datetime,
    **given: Any,
) -> tuple[Done, ...]:
    """The same act on each of these dockets, or on none.

    :raises Refused: if one of them refuses it, there are too many, or nobody else signs.
    """
    names = sorted({queries.find(one) for one in dockets})
    # Locked in one order, so that two bulk acts never wait for each other; and the agency's thread before the log, as
    # everybody does who writes to it.
    rows = [door.locked(name) for name in names]
    Thread.objects.select_for_update().get(pk=agency_thread())
    reads = [world_for(queries.loaded(row), at, last_index=row.last_index) for row in rows]
    cases = [(queries.loaded(row), read.world) for row, read in zip(rows, reads, strict=True)]
    found = engine.bulk(cases, act, by, role, second, second_role, at, **given)
    if isinstance(found, Refusal):
        raise Refused(found)
    done = [
        _one(row, step, Attempt(act, by, role, at, given=given), read.judged)
        for row, step, read in zip(rows, found.steps, reads, strict=True)
    ]
    private = {"dockets": list(found.listed), "second": second}
    append_entry(
        kind=found.entry_kind, thread=agency_thread(), by=by, at=at, public=dict(found.entry_public), private=private
    )
    return tuple(done)


def _one(row: models.Docket, step: Any, attempt: Attempt, judged: Any) -> Done:
    for person, role in ((attempt.by, attempt.role), (step.event.second, step.event.second_role)):
        if person and role is not None:
            door.check_apart(row.pseudonym, person, role)
    return door.record(row, step, attempt, judged)
