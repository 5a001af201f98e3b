"""What is asked of the threads and the log."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection as django_connection

from ostiary.ledger import store
from ostiary.ledger.entry import Entry, read_entry
from ostiary.ledger.kinds import catalogue
from ostiary.ledger.schema import Connection
from ostiary_web.ledger_link.faults import OutOfOrder
from ostiary_web.ledger_link.models import ClosedDay, Read, Step, Thread

AGENCY = "agency"
LOST = "lost"  # who did it, of an act that the desk has lost and the log has not


def raw_connection() -> Connection:
    """The open DB-API connection under Django's, so that the log shares its transaction."""
    django_connection.ensure_connection()
    found: Any = django_connection.connection
    return found  # type: ignore[no-any-return]


def agency_thread() -> str:
    """The thread of what concerns the agency as a whole.

    :raises OutOfOrder: if the log has not been started.
    """
    found = Thread.objects.filter(sort=AGENCY, subject=AGENCY).first()
    if found is None:
        raise OutOfOrder("the log has not been started; run `ostiary-web log start`")
    return found.pseudonym


def thread_of(sort: str, subject: str) -> str | None:
    """The thread of a subject, None where it has none yet."""
    found = Thread.objects.filter(sort=sort, subject=subject).first()
    return None if found is None else found.pseudonym


def history(thread: str) -> list[Entry]:
    """The entries of one thread in order, read from the log itself."""
    indexes = Step.objects.filter(thread_id=thread).order_by("step").values_list("index", flat=True)
    raw = raw_connection()
    found = [store.read_entries(raw, index, index + 1) for index in indexes]
    return [read_entry(rows[0][1], catalogue()) for rows in found]


def reads_of(day: dt.date) -> list[dict[str, str]]:
    """The reads of a day in the order that its digest is over."""
    rows = Read.objects.filter(day=day).order_by("pk")
    return [
        {
            "at": row.at.astimezone(dt.UTC).isoformat(),
            "by": row.by,
            "whose": row.whose,
            "docket": row.docket,
            "what": row.what,
            "why": row.why,
        }
        for row in rows
    ]


def is_closed(day: dt.date) -> bool:
    """Whether a day's reads have their digest in the log."""
    return ClosedDay.objects.filter(day=day).exists()


def open_days(today: dt.date) -> list[dt.date]:
    """The past days whose reads have no digest in the log yet: none is left out since the first that has one."""
    yesterday = today - dt.timedelta(days=1)
    last = ClosedDay.objects.order_by("-day").values_list("day", flat=True).first()
    first = yesterday if last is None else last + dt.timedelta(days=1)
    since = [first + dt.timedelta(days=n) for n in range((yesterday - first).days + 1)]
    read = Read.objects.filter(day__lt=today).values_list("day", flat=True).distinct()
    return sorted({*since, *(day for day in read if not is_closed(day))})


def oldest_since(size: int) -> dt.datetime | None:
    """When the first entry beyond a size of the log was made; None where there is none."""
    return Step.objects.filter(index__gte=size).order_by("index").values_list("at", flat=True).first()


def knows(index: int) -> bool:
    """Whether the desk's tables have the step of an entry."""
    return Step.objects.filter(index=index).exists()


def known() -> int:
    """How many entries of the log the desk's tables know: all, but after the log was brought back by itself."""
    last = Step.objects.order_by("-index").values_list("index", flat=True).first()
    return 0 if last is None else last + 1


def entry_at(index: int) -> Entry:
    """An entry, read from the log itself.

    :raises LedgerInput: if it is of no kind that this version knows.
    """
    ((_, leaf),) = store.read_entries(raw_connection(), index, index + 1)
    return read_entry(leaf, catalogue())


def lost() -> list[tuple[int, str, str, str]]:
    """Index, thread, its sort, and kind of each entry that came back without what the desk knew of it."""
    found = Step.objects.filter(by=LOST).order_by("index")
    return list(found.values_list("index", "thread_id", "thread__sort", "kind"))
