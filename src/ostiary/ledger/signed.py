"""What a key has signed before, kept beside it, so that it never signs two published heads that cannot both be true.

Three things are kept: the last head known to be committed (*confirmed*), and the heads signed since, which a failed
COMMIT may have undone (*pending*). A new head may follow the confirmed one or a pending one, nothing else: so a
transaction that is rolled back does not wedge the log, and a database restored from a backup is refused.

The file has three blocks of 4,096 bytes, each with a counter and a hash. Signatures are written to the first two in
turn, so that a torn write leaves the one before; confirmations to the third, which no signature rests on. The disk's
sync runs beside the COMMIT of the caller, and ``settle`` waits for it: before anybody is told of a head, it is
remembered. If the power fails in between, the log holds a head that this key has signed and nobody has seen, and the
key takes it up again by its signature.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from ostiary.ledger.faults import LedgerError

_BLOCK = 4096
# Some 90 bytes each: well inside one block.
_MOST_PENDING = 32


@dataclass(frozen=True, slots=True)
class Signed:
    """A head, as much of it as tells two apart: the tree's size, and its root in hex."""

    size: int
    root: str


@dataclass(frozen=True, slots=True)
class Past:
    """What was signed: nothing confirmed yet is None; ``pending`` in the order of signing."""

    count: int = 0
    confirmed: Signed | None = None
    pending: tuple[Signed, ...] = ()

    def latest(self) -> Signed | None:
        """The largest head signed; None for a new key."""
        return self.pending[-1] if self.pending else self.confirmed

    def following(self, base: Signed | None, new: Signed, base_is_ours: Callable[[], bool]) -> Past | None:
        """What is remembered once ``new`` is signed on top of ``base``; None where it must not be signed.

        :param base: the head that stands in the log, None for a log that has none.
        :param base_is_ours: whether it bears this key's own signature, so that a base which is larger than all that
            is remembered (the file was lost) can be believed.
        """
        if base is not None and (new.size < base.size or (new.size == base.size and new != base)):
            return None
        if base == self.confirmed:
            kept: tuple[Signed, ...] = ()
        elif base is not None and base in self.pending:
            kept = self.pending[: self.pending.index(base) + 1]
        else:
            latest = self.latest()
            if base is None or not base_is_ours() or (latest is not None and base.size <= latest.size):
                return None
            return replace(self, confirmed=base, pending=(new,))
        pending = kept if new == base else (*kept, new)
        if len(pending) > _MOST_PENDING:  # nobody confirms: the oldest were committed long ago
            return replace(self, confirmed=pending[0], pending=pending[1:])
        return replace(self, pending=pending)

    def confirming(self, head: Signed) -> Past:
        """What is remembered once this head is known to be committed."""
        if head not in self.pending:
            return self
        return replace(self, confirmed=head, pending=self.pending[self.pending.index(head) + 1 :])


class PastFile:
    """The file; safe among threads and processes by an exclusive lock on it while it is read and written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="ledger-key")
        self._sync: Future[None] | None = None
        self._older = 0

    def close(self) -> None:
        """Let the file go. A second time does nothing: the number may be another file's by then."""
        self._worker.shutdown()
        if self._fd >= 0:
            os.close(self._fd)
        self._fd = -1

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else reads or writes meanwhile."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def read(self) -> Past:
        """What was written last.

        :raises LedgerError: if the file holds something and no block is good.
        """
        data = os.pread(self._fd, 3 * _BLOCK, 0)
        blocks = [_parse(data[at : at + _BLOCK]) for at in range(0, 3 * _BLOCK, _BLOCK)]
        self._older = min((0, 1), key=lambda place: getattr(blocks[place], "count", -1))
        good = [past for past in blocks if past is not None]
        if not good and data.strip(b"\0"):
            raise LedgerError(
                f"{self.path}: what the key has signed cannot be read; compare the log with its witnesses, "
                "then move this file away"
            )
        return max(good, key=lambda past: past.count, default=Past())

    def write_signed(self, past: Past) -> None:
        """Write over the older of the first two blocks, as ``read`` found them, and begin to make it durable."""
        self._write(past, self._older)
        self._sync = self._worker.submit(os.fdatasync, self._fd)

    def write_confirmed(self, past: Past) -> None:
        """Write the third block; it need not be durable."""
        self._write(past, 2)

    def settle(self) -> None:
        """Wait until what was signed is durable.

        :raises LedgerError: if the disk failed.
        """
        sync, self._sync = self._sync, None
        try:
            if sync is not None:
                sync.result()
        except OSError as fault:
            raise LedgerError(
                f"{self.path}: what the key has signed cannot be made durable: {fault.strerror}"
            ) from None

    def _write(self, past: Past, block: int) -> None:
        heads = [[one.size, one.root] for one in past.pending]
        confirmed = None if past.confirmed is None else [past.confirmed.size, past.confirmed.root]
        text = json.dumps({"count": past.count + 1, "confirmed": confirmed, "pending": heads}).encode()
        line = sha256(text).hexdigest().encode() + b" " + text
        os.pwrite(self._fd, line.ljust(_BLOCK, b"\n"), block * _BLOCK)


def _parse(block: bytes) -> Past | None:
    digest, _, text = block.rstrip(b"\n").partition(b" ")
    if sha256(text).hexdigest().encode() != digest:
        return None
    data = json.loads(text)
    confirmed = None if data["confirmed"] is None else Signed(*data["confirmed"])
    return Past(data["count"], confirmed, tuple(Signed(*one) for one in data["pending"]))
