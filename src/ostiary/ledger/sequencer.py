"""Many submitters, one writer: entries that wait together are made durable by one COMMIT.

A submitter gets a future. It is answered with the entry's index after COMMIT, and after ``publish`` where there is one
(export, witnesses). Too many waiting: refused, not promised. A COMMIT that fails is ambiguous: all that is in memory
is dropped, the database is opened and read again, and whoever's entry is not found is told ``Unknown``. Where that
fails as well, the sequencer stops for good: a recovery that goes on after its own second failure has cost logs
their entries.

The same entry submitted twice is two entries, unless both come with the same ``key``: then it is one, for as long as
the key is among the last ``REMEMBERED`` of this process.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field

from ostiary.ledger import store
from ostiary.ledger.faults import Busy, LedgerError, LedgerInput, Unknown
from ostiary.ledger.opening import explained
from ostiary.ledger.schema import Connection
from ostiary.ledger.signing import Signer
from ostiary.ledger.store import MOST_BYTES, Head

REMEMBERED = 65_536
_LONGEST_PATIENCE = 0.05  # seconds: a disk that stood still once must not slow the next entry
Publish = Callable[[Connection, Head], object]


@dataclass(frozen=True, slots=True)
class _Waiting:
    entry: bytes
    answer: Future[int] = field(default_factory=Future)


class Sequencer:
    """The only writer of a log in this process; other processes' writers are kept out for one batch at a time."""

    def __init__(
        self,
        connect: Callable[[], Connection],
        signer: Signer,
        *,
        publish: Publish | None = None,
        most_waiting: int = 10_000,
        most_together: int = 4_096,
    ) -> None:
        """Open the log and start the writer. Before the first of a process, ``guard`` says whether it may start.

        :param connect: a new connection fit for appending; called again after a fault.
        :param publish: called after each COMMIT, before its submitters are answered.
        :param most_waiting: entries that may wait; one more is refused with ``Busy``.
        :param most_together: entries in one COMMIT.
        """
        self._connect = connect
        self._signer = signer
        self._publish = publish
        self._most_waiting = most_waiting
        self._most_together = most_together
        self._connection = connect()
        self._known: Head | None = None
        self._waiting: deque[_Waiting] = deque()
        self._keys: OrderedDict[str, _Waiting] = OrderedDict()
        self._change = threading.Condition()
        self._closing = False
        self._broken = ""
        self._answered = 0  # entries of the last batch
        self._wanted = 1  # the writer is woken once so many wait
        self._patience = 0.0  # seconds
        self._writer = threading.Thread(target=self._write, name="ledger-writer", daemon=True)
        self._writer.start()

    def submit(self, entry: bytes, key: str | None = None) -> Future[int]:
        """Ask for one entry to be appended; the future gives its index once it is durable.

        :raises LedgerInput: if the entry is empty or too long, or the key was given with another entry.
        :raises Busy: if too many wait; nothing was promised.
        :raises LedgerError: if the sequencer has stopped.
        """
        if not 1 <= len(entry) <= MOST_BYTES:
            raise LedgerInput(f"the entry has {len(entry):,} bytes; a log takes 1 to 65,535")
        with self._change:
            before = None if key is None else self._keys.get(key)
            if before is not None:
                if before.entry != entry:
                    raise LedgerInput("this key was given with another entry before")
                return before.answer
            if self._broken or self._closing:
                raise LedgerError(self._broken or "the log is being closed")
            if len(self._waiting) >= self._most_waiting:
                raise Busy(f"{len(self._waiting):,} entries wait already; nothing was appended; try again later")
            one = _Waiting(entry)
            one.answer.set_running_or_notify_cancel()  # what is promised cannot be called off
            self._waiting.append(one)
            if key is not None:
                self._remember(key, one)
            if len(self._waiting) >= self._wanted:
                self._change.notify()
        return one.answer

    def close(self) -> None:
        """Append what waits, then stop."""
        with self._change:
            self._closing = True
            self._change.notify()
        self._writer.join()
        with suppress(Exception):
            self._connection.close()

    def __enter__(self) -> Sequencer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _remember(self, key: str, one: _Waiting) -> None:
        self._keys[key] = one
        if len(self._keys) > REMEMBERED:
            self._keys.popitem(last=False)

    def _write(self) -> None:
        while batch := self._next():
            begun = time.monotonic()
            self._known, fault = self._append(batch)
            self._patience = min((time.monotonic() - begun) / 2, _LONGEST_PATIENCE)
            if fault is not None and not self._reopen():
                self._stop(fault)
                return

    def _next(self) -> list[_Waiting]:
        """What waits, up to one batch; waits for the first. Empty once closed and done.

        Who was answered a moment ago often has a next entry at once. A COMMIT costs the same for one entry as for
        many, so half of one is spent on waiting for as many as were here last time.
        """
        with self._change:
            self._wanted = min(self._answered + len(self._waiting), self._most_together)
            self._change.wait_for(lambda: len(self._waiting) >= self._wanted or self._closing, self._patience)
            self._wanted = 1
            self._change.wait_for(lambda: bool(self._waiting) or self._closing)
            self._answered = min(len(self._waiting), self._most_together)
            return [self._waiting.popleft() for _ in range(self._answered)]

    def _append(self, batch: Sequence[_Waiting]) -> tuple[Head | None, Exception | None]:
        """Append a batch and answer it; the head then, or the fault after which the connection is not to be used."""
        try:
            with explained("the log"):
                head, first = store.append(self._connection, [one.entry for one in batch], self._signer, self._known)
        except Exception as fault:
            # Before COMMIT: certainly not appended, once this transaction is gone.
            self._fail(batch, fault if isinstance(fault, LedgerError | LedgerInput) else LedgerError(str(fault)))
            return None, fault
        try:
            self._connection.commit()
        except Exception as fault:
            return None, self._settle(batch, head, first, fault)
        try:
            self._signer.confirm(head.note)
            if self._publish is not None:
                self._publish(self._connection, head)
        except Exception as fault:
            self._fail(
                batch, Unknown(f"appended from index {first} on, but not published ({type(fault).__name__}): {fault}")
            )
            return None, fault
        for index, one in enumerate(batch, first):
            one.answer.set_result(index)
        return head, None

    def _settle(self, batch: Sequence[_Waiting], head: Head, first: int, fault: Exception) -> Exception:
        """After a COMMIT that failed: look whether the batch is in the log, and answer accordingly."""
        why = Unknown(f"COMMIT failed ({type(fault).__name__}); the entry may be in the log from index {first} on")
        if not self._reopen():
            self._fail(batch, why)
            self._broken = str(why)
            return fault
        try:
            found = store.lock_and_read(self._connection)
            rows = store.read_entries(self._connection, first, head.size)
            self._connection.rollback()
            whole = found.size >= head.size and rows == list(enumerate((one.entry for one in batch), first))
            if whole:
                self._signer.confirm(found.note)
        except Exception:
            self._fail(batch, why)
            self._broken = str(why)
            return fault
        if whole:
            for index, one in enumerate(batch, first):
                one.answer.set_result(index)
        else:
            self._fail(batch, why)
        return fault

    def _reopen(self) -> bool:
        """Forget everything, and open the database again; False where that fails, or has failed before."""
        if self._broken:
            return False
        with suppress(Exception):
            self._connection.rollback()
        with suppress(Exception):
            self._connection.close()
        self._known = None
        try:
            self._connection = self._connect()
            store.read_head(self._connection)
            self._connection.rollback()
        except Exception:
            return False
        return True

    def _stop(self, fault: Exception) -> None:
        """Take nothing more, and tell all who wait that nothing of theirs was appended."""
        with self._change:
            self._broken = self._broken or f"the log has stopped after a fault ({type(fault).__name__}): {fault}"
            rest = list(self._waiting)
            self._waiting.clear()
        self._fail(rest, LedgerError(f"nothing was appended: {self._broken}"))

    def _fail(self, batch: Sequence[_Waiting], fault: Exception) -> None:
        """Tell these submitters. Where nothing was appended for certain, their keys may be used again."""
        with self._change:
            failed = set() if isinstance(fault, Unknown) else set(map(id, batch))
            for key in [key for key, one in self._keys.items() if id(one) in failed]:
                del self._keys[key]
        for one in batch:
            one.answer.set_exception(fault)
