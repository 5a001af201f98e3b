"""The keys of commitments, in the agency's private database: put, open for somebody who may see, erase.

Works on an open connection of sqlite3 or psycopg that its caller owns and commits, in tables apart from the log's;
on SQLite a transaction is opened where none is. Who opened what, when and why is recorded in the transaction that
opens. Erasing deletes the key, the data and the agency's own reference; the hashes stay, so that everybody else's
proof still holds.

Does NOT reach into backups or a database's free pages: a key is gone when the last backup that holds it is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

from ostiary.ledger.commitment import PARTS, Opening, Person, PrivateTree, Sealed, Secret
from ostiary.ledger.entry import Entry
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.schema import Connection, Cursor, Database, database_of

_CHUNK = 256
_HASH = 32

# Place -1 is the whole part; a person has the place in the private tree. The part `lost` stands for a whole entry.
_TABLES = (
    """CREATE TABLE commitment_secrets (
        docket text NOT NULL, step bigint NOT NULL, part text NOT NULL, place bigint NOT NULL,
        reference text, secret {bytes}, data {bytes}, erased_at text,
        PRIMARY KEY (docket, step, part, place),
        CHECK ((secret IS NULL) = (data IS NULL) AND (secret IS NULL) = (erased_at IS NOT NULL))
    )""",
    "CREATE INDEX commitment_by_reference ON commitment_secrets (reference)",
    """CREATE TABLE commitment_trees (
        docket text NOT NULL, step bigint NOT NULL, chunk bigint NOT NULL, root {bytes} NOT NULL,
        leaves {bytes} NOT NULL, PRIMARY KEY (docket, step, chunk)
    )""",
    """CREATE TABLE commitment_openings (
        docket text NOT NULL, step bigint NOT NULL, part text NOT NULL, place bigint NOT NULL,
        who text NOT NULL, why text NOT NULL, at text NOT NULL
    )""",
)
_WHOLE = -1
_LOST = "lost"
_PARTS_CHUNK = -1
_IS_LOST = "SELECT 1 FROM commitment_secrets WHERE docket = ? AND step = ? AND part = ?"


def statements(database: Database) -> tuple[str, ...]:
    """The statements that make the tables, in order; for a migration of the caller's too."""
    kind = "blob" if database is Database.SQLITE else "bytea"
    return tuple(text.replace("{bytes}", kind) for text in _TABLES)


class CommitmentStore:
    """The commitments of one database. Nothing is durable before the caller's COMMIT."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._database = database_of(connection)

    def create(self) -> None:
        """Make the tables, in a transaction that the caller commits."""
        cursor = self._connection.cursor()
        for statement in statements(self._database):
            cursor.execute(statement)

    def put(self, entry: Entry, sealed: Sealed, references: Sequence[str] = ()) -> None:
        """Keep what opens an entry.

        :param references: the agency's own reference for each person, in the order of ``sealed.people``.
        :raises LedgerInput: if the entry does not commit to this, or there is not one reference for each person.
        """
        if sealed.committed != entry.committed:
            raise LedgerInput("this entry commits to something else")
        if len(references) != len(sealed.people):
            raise LedgerInput(f"{len(sealed.people)} people were sealed, and {len(references)} references given")
        at = (entry.docket, entry.step)
        rows: list[tuple[Any, ...]] = [
            (*at, part, _WHOLE, None, secret.key, secret.data) for part, secret in sealed.parts.items()
        ]
        people = zip(sealed.places, references, sealed.people, strict=True)
        rows += [(*at, "people", place, name, secret.key, secret.data) for place, name, secret in people]
        self._begin()
        cursor = self._connection.cursor()
        sql = "INSERT INTO commitment_secrets (docket, step, part, place, reference, secret, data)"
        cursor.executemany(self._sql(f"{sql} VALUES (?, ?, ?, ?, ?, ?, ?)"), rows)
        chunks = [(*at, _PARTS_CHUNK, sealed.parts_tree.root, sealed.parts_tree.levels[0])]
        chunks += [(*at, number, root, leaves) for number, root, leaves in _chunks(sealed.people_tree)]
        sql = "INSERT INTO commitment_trees (docket, step, chunk, root, leaves) VALUES (?, ?, ?, ?, ?)"
        cursor.executemany(self._sql(sql), chunks)

    def open(
        self, docket: str, step: int, part: str, *, who: str, why: str, at: dt.datetime, reference: str = ""
    ) -> Opening:
        """What opens one part of an entry, or one person in it; that it was opened is recorded.

        :param who: for whom it is opened; ``why``: on what ground. Neither may be empty.
        :param reference: with the part ``people``, the agency's reference for the person.
        :raises LedgerInput: if there is nothing to open, or it was erased.
        """
        if not who.strip() or not why.strip():
            raise LedgerInput("an opening needs `who` and `why`")
        if (part == "people") != bool(reference):
            raise LedgerInput("with the part `people`, and no other, give one person's reference")
        self._begin()
        sql = "SELECT place, secret, data FROM commitment_secrets WHERE docket = ? AND step = ? AND part = ?"
        row = self._one(
            f"{sql} AND {'reference' if reference else 'place'} = ?", docket, step, part, reference or _WHOLE
        )
        if row is None and self._one(_IS_LOST, docket, step, _LOST) is not None:
            raise LedgerInput(
                "what opens this entry was lost with the database, and cannot come back; the entry stands"
            )
        if row is None:
            raise LedgerInput("there is nothing to open here; was it erased?")
        if row[1] is None:
            raise LedgerInput("this was erased; what is left is noise")
        self._run(
            "INSERT INTO commitment_openings (docket, step, part, place, who, why, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
            *(docket, step, part, row[0], who, why, at.isoformat()),
        )
        leaves = self._one(
            "SELECT leaves FROM commitment_trees WHERE docket = ? AND step = ? AND chunk = ?",
            docket,
            step,
            _PARTS_CHUNK,
        )
        path = PrivateTree.over(bytes(leaves[0])).path(PARTS.index(part))
        person = self._person(docket, step, row[0]) if reference else None
        return Opening(docket, step, part, Secret(bytes(row[1]), bytes(row[2])), path, person)

    def _person(self, docket: str, step: int, place: int) -> Person:
        """The two halves of a person's path: within the chunk, and among the chunks' roots."""
        chunk, within = divmod(place, _CHUNK)
        cursor = self._run(
            "SELECT root FROM commitment_trees WHERE docket = ? AND step = ? AND chunk >= 0 ORDER BY chunk",
            docket,
            step,
        )
        upper = PrivateTree.over(b"".join(bytes(row[0]) for row in cursor.fetchall()))
        sql = "SELECT leaves FROM commitment_trees WHERE docket = ? AND step = ? AND chunk = ?"
        lower = PrivateTree.over(bytes(self._one(sql, docket, step, chunk)[0]))
        size = lower.size * upper.size
        return Person(place, size, upper.root, (*lower.path(within), *upper.path(chunk)))

    def mark_lost(self, docket: str, step: int, *, at: dt.datetime) -> None:
        """Say that what opens an entry was lost with the database: it came back from the log, which has none of it."""
        self._begin()
        sql = "INSERT INTO commitment_secrets (docket, step, part, place, erased_at) VALUES (?, ?, ?, ?, ?)"
        self._run(sql, docket, step, _LOST, _WHOLE, at.date().isoformat())

    def erase_part(self, docket: str, step: int, part: str, *, at: dt.datetime) -> int:
        """Delete a part's key and data, of all people where it is ``people``; how many there were."""
        return self._erase("docket = ? AND step = ? AND part = ?", at, docket, step, part)

    def erase_person(self, reference: str, *, at: dt.datetime) -> int:
        """Delete what opens anything about one person, in every entry; how many there were."""
        return self._erase("reference = ?", at, reference)

    def openings(self, docket: str) -> list[tuple[int, str, int, str, str, str]]:
        """Who had what opened in this docket: step, part, place, who, why, at."""
        sql = "SELECT step, part, place, who, why, at FROM commitment_openings WHERE docket = ? ORDER BY at, step"
        return [tuple(row) for row in self._run(sql, docket).fetchall()]

    def _erase(self, where: str, at: dt.datetime, *values: Any) -> int:
        self._begin()
        if self._database is Database.SQLITE:
            # Overwrites the bytes in the file, not only the row.
            self._connection.cursor().execute("PRAGMA secure_delete = ON").fetchall()
        sql = "UPDATE commitment_secrets SET secret = NULL, data = NULL, reference = NULL, erased_at = ?"
        return int(self._run(f"{sql} WHERE secret IS NOT NULL AND {where}", at.date().isoformat(), *values).rowcount)

    def _begin(self) -> None:
        """Be in a transaction, which the caller ends: what is opened and who opened it stand or fall together."""
        connection: Any = self._connection
        if self._database is Database.SQLITE:
            if not connection.in_transaction:
                connection.cursor().execute("BEGIN IMMEDIATE")
        elif connection.autocommit and connection.info.transaction_status == 0:
            raise LedgerError("commitments need a transaction of the caller's; this connection commits by itself")

    def _sql(self, sql: str) -> str:
        return sql if self._database is Database.SQLITE else sql.replace("?", "%s")

    def _run(self, sql: str, *values: Any) -> Cursor:
        cursor: Cursor = self._connection.cursor()
        cursor.execute(self._sql(sql), values)
        return cursor

    def _one(self, sql: str, *values: Any) -> Any:
        return self._run(sql, *values).fetchone()


def _chunks(tree: PrivateTree) -> Iterator[tuple[int, bytes, bytes]]:
    """Number, root and leaf hashes of each 256 leaves: a person's proof then reads one of them, not millions."""
    leaves = tree.levels[0]
    width = min(_CHUNK, tree.size)
    roots = tree.levels[width.bit_length() - 1]
    for number in range(tree.size // width):
        root = roots[number * _HASH : (number + 1) * _HASH]
        yield number, root, leaves[number * width * _HASH : (number + 1) * width * _HASH]
