"""Looking at what is personal in a docket: only by who may, and written down before it is shown."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from ostiary_web.casework import queries
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import OFFICIALS
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.world import world_for
from ostiary_web.ledger_link.actions import record_read

_WHAT = "request_file"


@transaction.atomic
def export_request(*, docket: str, by: str, at: dt.datetime, why: str) -> str:
    """A docket's facts as a request file, as they count today; that it was read stands in the table of reads.

    :param why: a code or a few words, which the auditor sees.
    :raises Refused: to an administrator, to whoever has a part in the docket, and to whoever has no role today.
    """
    found = queries.docket(docket)
    world = world_for(found, at).world
    person = world.people.get(by)
    if person is None or person.administers or person.stake is not False or not person.roles & OFFICIALS:
        says = "this person sees no content of this docket"
        raise Refused(Refusal("reading", says, "S1, S6", "have someone look who works on it, and has no part in it"))
    for whose in queries.records(found.id).values() or [found.id]:
        record_read(by=by, at=at, whose=whose, what=_WHAT, why=why, docket=found.id)
    return queries.request_file(found.id, world.today)
