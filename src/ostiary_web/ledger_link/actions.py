"""Writing to the log inside the transaction of whoever acts.

An action locks and changes its own rows first and appends last: the log's lock is one for all, and is held until
COMMIT. If the entry cannot be written, the exception rolls the action back with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import connection as django_connection
from django.db import transaction
from django.utils.timezone import localdate

from ostiary.ledger import store
from ostiary.ledger.commitment import Sealed, seal
from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.entry import Entry, build_entry, canonical_json, new_docket
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.kinds import catalogue
from ostiary.ledger.order import unmet
from ostiary_web.ledger_link import publishing, queries
from ostiary_web.ledger_link.faults import NoTransaction, OutOfOrder
from ostiary_web.ledger_link.models import ClosedDay, Read, Step, Thread
from ostiary_web.ledger_link.words import words_for
from ostiary_web.wiring import signer

MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that stands in the log once the transaction commits. ``index``: its number, from 0."""

    index: int
    thread: str
    step: int
    entry: Entry


def new_thread(*, sort: str, subject: str = "") -> str:
    """Begin a thread under a fresh pseudonym, which stands for nothing but itself."""
    return Thread.objects.create(pseudonym=new_docket(), sort=sort, subject=subject).pseudonym


def append_entry(
    *,
    kind: str,
    thread: str,
    by: str,
    at: dt.datetime,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    later: Mapping[str, Any] | None = None,
    papers: Sequence[str] = (),
    people: Sequence[Any] = (),
    references: Sequence[str] = (),
) -> Written:
    """Append the next entry of a thread, in the transaction that is open.

    :param by: the official's reference, or ``MACHINE``; committed, never public.
    :param private: what else an auditor or a court may have opened. ``later``: public fields that wait.
    :param papers: digests of documents. ``people``: plain data about each person, committed one by one, and
        ``references`` the agency's own reference for each.
    :raises NoTransaction: outside ``transaction.atomic``.
    :raises OutOfOrder: if the catalogue does not let it follow what the thread holds, or it is back-dated.
    :raises LedgerInput, LedgerError: if the entry is wrong, or the log cannot be written. Let it roll back.
    """
    if not django_connection.in_atomic_block:
        raise NoTransaction(f"an entry of kind `{kind}` needs the transaction of the act that it records")
    raw = queries.raw_connection()
    known = publishing.checked(raw)
    row = Thread.objects.select_for_update().get(pseudonym=thread)
    parts = {"private": {"by": by, **(private or {})}, "later": dict(later or {}), "papers": list(papers)}
    sealed = seal({name: part for name, part in parts.items() if part}, people)
    entry = _entry(row, kind, localdate(at), public, sealed)
    head, index = store.append(raw, [entry.encode()], signer(), known)
    CommitmentStore(raw).put(entry, sealed, references)
    Step.objects.create(index=index, thread=row, step=entry.step, kind=kind, at=at, by=by)
    row.steps, row.last_day = entry.step, entry.day
    row.save(update_fields=["steps", "last_day"])
    transaction.on_commit(lambda: publishing.after_commit(head), robust=True)
    return Written(index, thread, entry.step, entry)


def _entry(row: Thread, kind: str, day: dt.date, public: Mapping[str, Any], sealed: Sealed) -> Entry:
    """The entry, if it may follow. The history is read only where the catalogue asks for more than the last day."""
    kinds = catalogue()
    entry = build_entry(
        kinds,
        words_for(kinds, kind),
        kind=kind,
        docket=row.pseudonym,
        step=row.steps + 1,
        day=day,
        public=public,
        committed=sealed.committed,
    )
    found = kinds.kind(kind)
    if found.thread != row.sort:
        raise OutOfOrder(f"`{kind}` belongs to a thread of sort {found.thread}, and this is one of sort {row.sort}")
    if row.last_day is not None and day < row.last_day:
        raise OutOfOrder(f"`{kind}` is dated before the entry that it follows; nothing can be back-dated")
    if (found.needs or found.blocked_by) and (lacks := unmet(kinds, queries.history(row.pseudonym), entry)):
        raise OutOfOrder("; ".join(lacks))
    return entry


@transaction.atomic
def start_log(*, by: str, at: dt.datetime) -> Written:
    """Sign the empty head and begin the agency's own thread.

    :raises LedgerInput: if the log was started before.
    """
    key = signer()
    store.start(queries.raw_connection(), key)
    public = {"catalogue": catalogue().digest, "log_key": "sha256:" + sha256(key.vkey.encode()).hexdigest()}
    thread = new_thread(sort=queries.AGENCY, subject=queries.AGENCY)
    return append_entry(kind="log.started", thread=thread, by=by, at=at, public=public)


@dataclass(frozen=True, slots=True)
class Lost:
    """An entry of the log of which the desk has lost all that was not public."""

    index: int
    entry: Entry


def bring_back(*, at: dt.datetime) -> list[Lost]:
    """After a restore: bring the log up to its export, and its threads and steps up to the log; what came back.

    In the transaction that is open. What opens the entries is marked as lost; nobody can bring it back.

    :raises Diverged, LedgerInput, LedgerError: if the export cannot be believed, or nothing is missing. Roll back.
    """
    if not django_connection.in_atomic_block:
        raise NoTransaction("what was lost is brought back in one transaction")
    head, known = publishing.catch_up(), queries.known()
    if head.size == known:
        raise LedgerInput(f"nothing is missing: the log, its export and the desk have the same {known:,} entries")
    raw = queries.raw_connection()
    found = [Lost(index, queries.entry_at(index)) for index in range(known, head.size)]
    for one in found:
        _take_step(one, at)
        CommitmentStore(raw).mark_lost(one.entry.docket, one.entry.step, at=at)
    return found


def _take_step(lost: Lost, at: dt.datetime) -> None:
    """A thread and a step as the entry itself tells them. ``at``: when the desk heard of it again."""
    entry, sort = lost.entry, catalogue().kind(lost.entry.kind).thread
    subject = queries.AGENCY if sort == queries.AGENCY else ""
    row, _ = Thread.objects.get_or_create(pseudonym=entry.docket, defaults={"sort": sort, "subject": subject})
    if entry.step != row.steps + 1:
        raise LedgerError(f"entry {lost.index} does not follow what the desk has of its thread; call the operator")
    Step.objects.create(index=lost.index, thread=row, step=entry.step, kind=entry.kind, at=at, by=queries.LOST)
    row.steps, row.last_day = entry.step, entry.day
    row.save(update_fields=["steps", "last_day"])


def register_changed(*, register: str, act: str, by: str, at: dt.datetime, change: Mapping[str, Any]) -> Written:
    """Record that a row of one of the agency's registers was added, changed or ended.

    :param change: the row as it is now, in plain data; committed, never public.
    """
    public = {"register": register, "act": act}
    thread = queries.agency_thread()
    private = {"change": dict(change)}
    return append_entry(kind="register.changed", thread=thread, by=by, at=at, public=public, private=private)


@transaction.atomic(savepoint=False)
def record_read(*, by: str, at: dt.datetime, whose: str, what: str, why: str, docket: str = "") -> None:
    """Write down that an official looked at personal data, before it is shown.

    :param whose: the agency's reference of the person. ``what``: which page or table; ``why``: a code.
    :raises OutOfOrder: if the day is closed already.
    """
    day = localdate(at)
    if queries.is_closed(day):
        raise OutOfOrder("the reads of this day are closed; a read cannot be added to it")
    Read.objects.create(at=at, day=day, by=by, whose=whose, what=what, why=why, docket=docket)


@transaction.atomic
def close_reads(*, day: dt.date, at: dt.datetime, by: str = MACHINE) -> Written:
    """Put the digest of a day's reads into the log, also of a day without any.

    :raises OutOfOrder: if the day is not over, or closed already.
    """
    if day >= localdate(at):
        raise OutOfOrder("the reads of a day are closed once it is over")
    if queries.is_closed(day):
        raise OutOfOrder("the reads of this day are closed already")
    rows = queries.reads_of(day)
    digest = "sha256:" + sha256(canonical_json(rows)).hexdigest()
    public = {"table": digest, "reads": len(rows)}
    written = append_entry(kind="access.closed", thread=queries.agency_thread(), by=by, at=at, public=public)
    ClosedDay.objects.create(day=day, digest=digest, index=written.index)
    return written


def close_past_reads(*, at: dt.datetime) -> list[dt.date]:
    """Close every day that is over and still open, one after another; which they were. Done again it does nothing."""
    days = queries.open_days(localdate(at))
    for day in days:
        close_reads(day=day, at=at)
    return days
