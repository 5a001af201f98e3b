"""The log in a database: entries, tiles and the signed head change in one transaction, which is the caller's.

The index of an entry is the head's size, read under the lock: never a sequence, which leaves gaps and commits out of
order. After COMMIT the caller says ``signer.confirm(head.note)``, then exports, then answers; after a fault at COMMIT
nothing is certain, and the head is read again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import ostiary_verify as verify
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.notes import verified
from ostiary.ledger.schema import Connection, Cursor, Database, database_of, is_there, lock, statements
from ostiary.ledger.signing import Signer
from ostiary.ledger.tree import ReadTile, Tile, Tree, grow, read_edge

MOST_BYTES = 65_535


@dataclass(frozen=True, slots=True)
class Head:
    """The log as it stands: ``note`` is the signed checkpoint; ``tree`` what the next append grows from."""

    size: int
    root: bytes
    note: bytes
    vkey: str
    tree: Tree = field(default=Tree(), repr=False, compare=False)


def create(connection: Connection, signer: Signer) -> Head:
    """Make the tables and sign the empty head, in a transaction that the caller commits.

    :raises LedgerInput: if there is a log already.
    """
    database, cursor = database_of(connection), connection.cursor()
    if isinstance(connection, sqlite3.Connection) and not connection.in_transaction:
        cursor.execute("BEGIN IMMEDIATE")
    if is_there(cursor, database):
        raise LedgerInput("this database holds a log already")
    for statement in statements(database):
        cursor.execute(statement)
    return start(connection, signer)


def start(connection: Connection, signer: Signer) -> Head:
    """Sign the empty head into tables that are there (made by a migration, say) and empty."""
    database, cursor = database_of(connection), connection.cursor()
    lock(connection, cursor, database)
    if _select(cursor, database, "SELECT 1 FROM ledger_head"):
        raise LedgerInput("this database holds a log already")
    tree = Tree()
    note = _sign(signer, tree, None)
    row = (tree.root(), note, signer.vkey.encode())
    _run(cursor, database, "INSERT INTO ledger_head (one, n, root, note, vkey) VALUES (1, 0, ?, ?, ?)", row)
    return Head(0, tree.root(), note, signer.vkey, tree)


def append(
    connection: Connection, entries: Sequence[bytes], signer: Signer, known: Head | None = None
) -> tuple[Head, int]:
    """Append entries in the caller's transaction; the head signed over them, and the index of the first.

    On SQLite a transaction is opened (BEGIN IMMEDIATE) where none is. Nothing is durable before the caller's COMMIT.

    :param entries: one or more, each of 1 to 65,535 bytes.
    :param known: the head that this process last committed, which saves reading the last tiles again.
    :raises LedgerInput: if an entry is empty or too long, or the key is another log's.
    :raises LedgerError: if the log does not add up, or the database may lose what it commits. Roll back.
    """
    _check(entries)
    database, cursor = database_of(connection), connection.cursor()
    lock(connection, cursor, database)
    head = _current(cursor, database, known)
    if head.vkey != signer.vkey:
        raise LedgerInput(f"this log's key is `{head.vkey}`, and the key given is `{signer.vkey}`")
    tree, tiles = grow(head.tree, [sha256(b"\x00" + entry).digest() for entry in entries])
    note = _sign(signer, tree, head.note)
    new = Head(tree.size, tree.root(), note, head.vkey, tree)
    write = _write_sqlite if database is Database.SQLITE else _write_postgresql
    write(cursor, head, new, entries, tiles)
    return new, head.size


def bring_back(connection: Connection, head: Head, batches: Iterable[Sequence[bytes]], note: bytes) -> Head:
    """Write entries that were in the log before, under the head that was signed over them then: see ``catching_up``.

    :param head: as ``lock_and_read`` gave it in this transaction.
    :param note: that signed head. Whether it is over what was written is for the caller to see, before COMMIT.
    :raises LedgerError: if another writer came in between.
    """
    database, cursor = database_of(connection), connection.cursor()
    write = _write_sqlite if database is Database.SQLITE else _write_postgresql
    for entries in batches:
        tree, tiles = grow(head.tree, [sha256(b"\x00" + entry).digest() for entry in entries])
        after = Head(tree.size, tree.root(), note, head.vkey, tree)
        write(cursor, head, after, entries, tiles)
        head = after
    return head


def read_head(connection: Connection) -> Head:
    """The head as it stands, its signature checked, and the last tiles held against its root.

    :raises LedgerInput: if there is no log in this database.
    :raises LedgerError: if head and tiles do not add up; ``fsck`` says where.
    """
    database, cursor = database_of(connection), connection.cursor()
    if not is_there(cursor, database):
        raise LedgerInput("there is no log in this database; make one with `ostiary log init`")
    return _current(cursor, database, None)


def raw_head(connection: Connection) -> Head | None:
    """The head's row as it is stored, nothing checked; None where there is none."""
    database, cursor = database_of(connection), connection.cursor()
    return _stored_head(cursor, database) if is_there(cursor, database) else None


def head_note(connection: Connection) -> bytes:
    """The signed note of the head, nothing checked; empty where there is none. The tables must be there."""
    rows = _select(connection.cursor(), database_of(connection), "SELECT note FROM ledger_head WHERE one = 1")
    return _stored(rows[0][0]) if rows else b""


def tile_reader(connection: Connection) -> ReadTile:
    """Reads tiles; an empty answer where there is no such tile."""
    return _tile_reader(connection.cursor(), database_of(connection))


def _stored(found: Any) -> bytes:
    """What a column holds. A damaged page can give nothing, or a text: it then fits no hash, and fsck names the row."""
    if isinstance(found, str):
        return found.encode(errors="replace")
    return bytes(found) if isinstance(found, bytes | bytearray | memoryview) else b""


def read_entries(connection: Connection, start: int, end: int) -> list[tuple[int, bytes]]:
    """The entries from start to end (not included) that are there, each with its index, in order."""
    database, cursor = database_of(connection), connection.cursor()
    asked = "SELECT n, leaf FROM ledger_entries WHERE n >= ? AND n < ? ORDER BY n"
    return [(n, _stored(leaf)) for n, leaf in _select(cursor, database, asked, (start, end))]


def damage(connection: Connection) -> list[str]:
    """What SQLite itself finds wrong with its file. PostgreSQL has checksums and ``pg_amcheck`` for that."""
    if not is_sqlite(connection):
        return []
    cursor = connection.cursor()
    cursor.execute("PRAGMA integrity_check(10)")
    return [found for (found,) in cursor.fetchall() if found != "ok"]


def stray_rows(connection: Connection, size: int) -> Iterator[str]:
    """Names of entries and tiles that a log of this size has not."""
    database, cursor = database_of(connection), connection.cursor()
    for (n,) in _select(cursor, database, "SELECT n FROM ledger_entries WHERE n < 0 OR n >= ? ORDER BY n", (size,)):
        yield f"entry {n}"
    tiles = _select(cursor, database, "SELECT level, tile FROM ledger_tiles ORDER BY level, tile")
    for level, tile in tiles:
        if not (0 <= level < 8 and tile >= 0 and (tile << 8 * (level + 1)) + (1 << 8 * level) <= size):
            yield f"tile {tile} of level {level}"


def is_sqlite(connection: Connection) -> bool:
    """Whether this connection speaks to SQLite."""
    return database_of(connection) is Database.SQLITE


def lock_and_read(connection: Connection) -> Head:
    """The head once no transaction of another writer is still on its way to COMMIT."""
    database, cursor = database_of(connection), connection.cursor()
    lock(connection, cursor, database)
    return _current(cursor, database, None)


def _check(entries: Sequence[bytes]) -> None:
    if not entries:
        raise LedgerInput("there is nothing to append")
    for place, entry in enumerate(entries):
        if not 1 <= len(entry) <= MOST_BYTES:
            raise LedgerInput(f"entry {place + 1} of those given has {len(entry):,} bytes; a log takes 1 to 65,535")


def _current(cursor: Cursor, database: Database, known: Head | None) -> Head:
    stored = _stored_head(cursor, database)
    if stored is None:
        raise LedgerInput("the log has no head; make one with `ostiary log init`")
    if stored == known:
        return known
    try:
        check_note(stored.note, stored.vkey, stored.size, stored.root)
        tree = read_edge(stored.size, _tile_reader(cursor, database))
    except (ValueError, verify.VerifyError) as fault:
        raise LedgerError(f"the log does not add up: {fault}; run `ostiary log fsck`") from None
    if tree.root() != stored.root:
        raise LedgerError("the log does not add up: the last tiles have not the signed root; run `ostiary log fsck`")
    return replace(stored, tree=tree)


def _stored_head(cursor: Cursor, database: Database) -> Head | None:
    rows = _select(cursor, database, "SELECT n, root, note, vkey FROM ledger_head WHERE one = 1")
    if not rows:
        return None
    size, root, note, vkey = rows[0]
    # A damaged key must not keep fsck from saying so.
    return Head(size, _stored(root), _stored(note), _stored(vkey).decode(errors="replace"))


def _tile_reader(cursor: Cursor, database: Database) -> ReadTile:
    asked = "SELECT data FROM ledger_tiles WHERE level = ? AND tile = ?"

    def read(level: int, tile: int, width: int) -> bytes:
        rows = _select(cursor, database, asked, (level, tile))
        return _stored(rows[0][0]) if rows else b""

    return read


def check_note(note: bytes, vkey: str, size: int, root: bytes) -> None:
    """Whether a note is this key's, over this size and root.

    :raises ostiary_verify.VerifyError: if the signature or the form is wrong.
    :raises ValueError: if it speaks of another head.
    """
    checkpoint = verified(note, vkey)
    if (checkpoint.size, checkpoint.root) != (size, root):
        raise ValueError(f"the signed note speaks of another head, of size {checkpoint.size}")


def _sign(signer: Signer, tree: Tree, base: bytes | None) -> bytes:
    text = verify.checkpoint_text(signer.name, tree.size, tree.root())
    return text + b"\n" + signer.sign(text, base).encode()


def _write_sqlite(cursor: Cursor, old: Head, new: Head, entries: Sequence[bytes], tiles: Sequence[Tile]) -> None:
    cursor.executemany("INSERT INTO ledger_entries (n, leaf) VALUES (?, ?)", enumerate(entries, old.size))
    cursor.executemany(
        "INSERT INTO ledger_tiles (level, tile, data) VALUES (?, ?, ?) "
        "ON CONFLICT (level, tile) DO UPDATE SET data = excluded.data",
        [(tile.level, tile.index, tile.data) for tile in tiles],
    )
    # The second guard: whatever became of the lock, only one head can follow another.
    cursor.execute(
        "UPDATE ledger_head SET n = ?, root = ?, note = ? WHERE one = 1 AND n = ? AND root = ?",
        (new.size, new.root, new.note, old.size, old.root),
    )
    if cursor.rowcount != 1:
        raise LedgerError("another writer moved the head of the log meanwhile; roll back and append again")


def _write_postgresql(cursor: Cursor, old: Head, new: Head, entries: Sequence[bytes], tiles: Sequence[Tile]) -> None:
    """Through the owner's function, which has the same second guard; see ``schema``."""
    levels, places, hashes = zip(*((tile.level, tile.index, tile.data) for tile in tiles), strict=True)
    cursor.execute(
        "SELECT ledger_append(%s, %s, %s::bytea[], %s::smallint[], %s::bigint[], %s::bytea[], %s, %s)",
        (old.size, old.root, list(entries), list(levels), list(places), list(hashes), new.root, new.note),
    )


def _select(cursor: Cursor, database: Database, text: str, values: Sequence[object] = ()) -> list[Any]:
    _run(cursor, database, text, values)
    return cursor.fetchall()


def _run(cursor: Cursor, database: Database, text: str, values: Sequence[object] = ()) -> None:
    cursor.execute(_spelt(text, database), values)


def _spelt(text: str, database: Database) -> str:
    """The statement with the place-holders of this database's driver; no statement here holds a ``?`` of its own."""
    return text if database is Database.SQLITE else text.replace("?", "%s")
