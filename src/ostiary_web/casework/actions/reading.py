"""Looking at what is personal in a docket: only by who may, and written down before it is shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from ostiary_web.casework import queries
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import OFFICIALS
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.world import Person
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.queries import DocketRow
from ostiary_web.casework.world import Read, world_for
from ostiary_web.ledger_link.actions import record_read
from ostiary_web.staff.queries import Member

_WHAT = "request_file"


@dataclass(frozen=True, slots=True)
class Opened:
    """A docket that somebody may read, with its world, all of one moment."""

    row: DocketRow
    docket: Docket
    read: Read


def export_request(*, docket: str, by: str, at: dt.datetime, why: str) -> str:
    """A docket's facts as a request file, as they count today; that it was read stands in the table of reads.

    :raises Refused: as ``open_docket``. :raises CaseworkError: if the facts make none.
    """
    file = open_docket(docket=docket, by=by, at=at, why=why).read.file
    if not file:
        raise CaseworkError("the facts of this docket make no request file; mend those that contradict each other")
    return file


@transaction.atomic
def open_docket(*, docket: str, by: str, at: dt.datetime, why: str, roster: Sequence[Member] | None = None) -> Opened:
    """A docket with all that is known in it; that it was read stands in the table of reads.

    :param docket: its pseudonym or its number.
    :param why: a code or a few words, which the auditor sees.
    :param roster: the staff, where the page has just read it.
    :raises CaseworkError: if there is none.
    :raises Refused: to an administrator, to whoever has a part in the docket, and to whoever has no role today.
    """
    row, found = queries.row_and_docket(docket)
    read = world_for(found, at, last_index=row.last_index, roster=roster)
    _check_sees(read.world.people.get(by))
    for whose in read.records.values() or [found.id]:
        record_read(by=by, at=at, whose=whose, what=_WHAT, why=why, docket=found.id)
    return Opened(row, found, read)


def check_sees(*, docket: str, by: str, at: dt.datetime, roster: Sequence[Member] | None = None) -> str:
    """A docket's pseudonym, for a page that shows nothing of its content and so records no read.

    :raises CaseworkError: if there is none. :raises Refused: as :func:`open_docket` does.
    """
    row, found = queries.row_and_docket(docket)
    _check_sees(world_for(found, at, last_index=row.last_index, roster=roster).world.people.get(by))
    return found.id


def _check_sees(person: Person | None) -> None:
    if person is None or person.administers or person.stake is not False or not person.roles & OFFICIALS:
        says = "this person sees no content of this docket"
        raise Refused(Refusal("reading", says, "S1, S6", "have someone look who works on it, and has no part in it"))
