"""The stand-alone log behind one door: what ``ostiary log`` does.

The order is that of every log that lost nothing: write, COMMIT, tell the key, export, answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import ostiary_verify as verify
from ostiary.ledger import store
from ostiary.ledger.catching_up import CaughtUp, Told, catch_up
from ostiary.ledger.export import Progress, export, exported, publish_cosigned
from ostiary.ledger.faults import LedgerError, LedgerInput, Unknown
from ostiary.ledger.fsck import fsck
from ostiary.ledger.guard import guard
from ostiary.ledger.holdings import Fault, Files, Rows
from ostiary.ledger.opening import connect, explained
from ostiary.ledger.schema import Connection
from ostiary.ledger.signing import Signer
from ostiary.ledger.store import Head
from ostiary.ledger.tree import Tiles

Published = Callable[[], Iterable[tuple[str, bytes]]]
"""What others hold: (whose, signed note) of each witness that could be reached."""


@dataclass(frozen=True, slots=True)
class Appended:
    """What one append gave: the index and leaf hash of each entry, and the head over them."""

    first: int
    leaves: tuple[bytes, ...]
    head: Head


class Log:
    """One log in one database, with or without its key, with or without an exported folder."""

    def __init__(
        self,
        database: str,
        signer: Signer | None = None,
        folder: Path | None = None,
        witnesses: Published = tuple,
    ) -> None:
        self._where = "the database" if "://" in database else database
        self._connection: Connection = connect(database)
        self._signer = signer
        self._folder = folder
        self._witnesses = witnesses
        self._known: Head | None = None

    @classmethod
    def init(cls, database: str, signer: Signer, folder: Path | None = None) -> Log:
        """Make an empty log, its signed head, and its export.

        :raises LedgerInput: if there is a log already, in the database or in the folder.
        """
        if folder is not None and exported(folder) is not None:
            raise LedgerInput(f"{folder}: holds a log already; name another folder")
        where = "the database" if "://" in database else database
        connection = connect(database, new=True)
        try:
            with explained(where):
                head = store.create(connection, signer)
                connection.commit()
                signer.confirm(head.note)
        finally:
            connection.close()
        log = cls(database, signer, folder)
        log.export()
        return log

    def close(self) -> None:
        """Let the database go."""
        self._connection.close()

    def __enter__(self) -> Log:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def head(self) -> Head:
        """The head as it stands, checked.

        :raises LedgerError: if it does not hold.
        """
        with explained(self._where):
            try:
                return store.read_head(self._connection)
            finally:
                self._connection.rollback()

    def append(self, entries: Sequence[bytes]) -> Appended:
        """Append entries; they are durable, and exported where there is a folder, when this returns.

        :raises Unknown: if COMMIT failed, and nobody can say whether they are in the log.
        :raises Diverged: if this database is older than what was published.
        """
        if self._signer is None:
            raise LedgerError("a log that was opened without its key cannot be appended to")
        if self._known is None:
            self.check_published()
        try:
            with explained(self._where):
                head, first = store.append(self._connection, entries, self._signer, self._known)
        except BaseException:
            self._known = None
            self._connection.rollback()
            raise
        try:
            self._connection.commit()
        except Exception as fault:
            self._known = None
            with suppress(Exception):  # what is left of it must not be used again
                self._connection.close()
            raise Unknown(
                f"{self._where}: COMMIT failed ({type(fault).__name__}); the entries may be in the log from index "
                f"{first} on: look there before appending them again"
            ) from fault
        self._signer.confirm(head.note)
        self._known = head
        self.export()
        return Appended(first, tuple(verify.leaf_hash(entry) for entry in entries), head)

    def check_published(self) -> int:
        """Hold the head against the export and the witnesses; how many were compared.

        :raises Diverged: if this database is older than one of them, or differs.
        """
        # The head is read last: an append of another process in between must not look like a newer log.
        note = None if self._folder is None else exported(self._folder)
        published = [] if note is None else [(f"the export in {self._folder}", note)]
        published += self._witnesses()
        head = self.head()
        with explained(self._where):
            try:
                return guard(self._connection, head, published)
            finally:
                self._connection.rollback()

    def export(self, on_file: Progress | None = None) -> int:
        """Bring the exported folder up to the head; how many files were new. Nothing where there is no folder."""
        if self._folder is None:
            return 0
        with explained(str(self._folder)):
            try:
                return export(self._connection, self._folder, on_file)[1]
            finally:
                self._connection.rollback()

    def catch_up(self, policy: verify.Policy, on_step: Told | None = None, *, dry_run: bool = False) -> CaughtUp:
        """Bring back what the exported folder has and this database, restored from a backup, lacks: all or nothing.

        :param dry_run: find out whether it can be done, and do nothing.
        :raises Diverged, LedgerInput, LedgerError: as ``catching_up.catch_up``.
        """
        if self._folder is None:
            raise LedgerInput("name the exported folder with `--export`, or set OSTIARY_LEDGER_EXPORT")
        with explained(self._where):
            try:
                done = catch_up(self._connection, self._folder, policy, on_step)
                if not dry_run:
                    self._connection.commit()
                return done
            finally:
                self._connection.rollback()

    def publish_cosigned(self, note: bytes) -> None:
        """Show the head with its witnesses' cosignatures in the exported folder, where there is one."""
        if self._folder is not None:
            with explained(str(self._folder)):
                publish_cosigned(self._folder, note)

    def prove(self, index: int, extra: bytes | None = None) -> bytes:
        """The file of a proof (C2SP tlog-proof) that shows an entry under the head as it stands; tried before given.

        :raises LedgerInput: if there is no such entry.
        :raises LedgerError: if the log cannot prove it.
        """
        head = self.head()
        if not 0 <= index < head.size:
            raise LedgerInput(f"the log has {head.size:,} entries, numbered from 0; there is no entry {index}")
        with explained(self._where):
            try:
                entries = store.read_entries(self._connection, index, index + 1)
                hashes = Tiles(store.tile_reader(self._connection)).inclusion(index, head.size)
                leaf = verify.leaf_hash(entries[0][1]) if entries else b""
                verify.verify_inclusion(index, head.size, leaf, hashes, head.root)
                return verify.proof_text(index, hashes, head.note, extra)
            except (ValueError, verify.VerifyError) as fault:
                raise LedgerError(f"entry {index} cannot be proved: {fault}; run `ostiary log fsck`") from None
            finally:
                self._connection.rollback()

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The hashes that prove the log of the old size a beginning of that of the new, or of the head as it stands.

        :raises LedgerInput: if the log never was of that size.
        """
        head = self.head()
        with explained(self._where):
            try:
                return Tiles(store.tile_reader(self._connection)).consistency(old, head.size if new is None else new)
            except ValueError as fault:
                raise LedgerInput(str(fault)) from None
            finally:
                self._connection.rollback()

    def verify(self) -> verify.Report:
        """Check the exported folder as an outsider would, every entry of it, and that the head follows it.

        :raises Diverged: if the head does not follow the export.
        :raises ostiary_verify.VerifyError: if the export does not hold.
        """
        if self._folder is None:
            raise LedgerInput("name the exported folder with `--export`")
        policy = verify.parse_policy(f"log {self.head().vkey}\nquorum none\n")
        report = verify.Follower(verify.FolderSource(self._folder), policy).update()
        self.check_published()
        return report

    def fsck(self, on_entries: Progress | None = None, vkey: str | None = None) -> list[Fault]:
        """Every fault of the database, and of the exported folder where there is one, each by row or file.

        :param vkey: the log's key as others know it; else the one that the database holds.
        """
        with explained(self._where):
            cursor = self._connection.cursor()
            # One snapshot: appends that go on meanwhile are not seen.
            self._connection.rollback()
            cursor.execute("BEGIN" if store.is_sqlite(self._connection) else _SNAPSHOT)
            try:
                found = fsck(Rows(self._connection, vkey), on_entries)
                head = store.raw_head(self._connection)
            finally:
                self._connection.rollback()
        if self._folder is not None and (vkey or head):
            found += fsck(Files(self._folder, vkey or (head.vkey if head else "")), on_entries)
        return found


_SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
