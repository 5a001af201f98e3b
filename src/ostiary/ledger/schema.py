"""The log's three tables in SQLite and PostgreSQL, and what the database must promise before anything is appended.

    ledger_entries  n, leaf          each entry's bytes, numbered from 0 without a gap; never changed
    ledger_tiles    level, tile, data   the hashes above them; the last of each level grows
    ledger_head     n, root, note, vkey   one row: the size, the root, the signed note, whose key

On PostgreSQL the tables grow by one function, which runs with their owner's rights; a role that ``grant_writer``
names may read them and call it, and has no other way to write. Triggers refuse to change or remove an entry: they stop
accidents. The database's owner can drop both, which is why heads are cosigned elsewhere and ``fsck`` recomputes
everything.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from enum import StrEnum
from typing import Any, Protocol

from ostiary.ledger.faults import LedgerError, LedgerInput

# The key of the advisory lock: "ostiary" in ASCII. One log to a database.
_LOCK = 0x6F737469617279


class Cursor(Protocol):
    """As much of a DB-API cursor as the log needs."""

    def execute(self, sql: Any, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, sql: Any, rows: Any, /) -> Any:
        """Run one statement for each row."""

    def fetchone(self) -> Any:
        """The next row, or None."""

    def fetchall(self) -> list[Any]:
        """All rows."""

    def close(self) -> None:
        """Let it go."""

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""


class Connection(Protocol):
    """As much of an open DB-API connection as the log needs; its caller owns it, and commits."""

    def cursor(self) -> Any:
        """A new ``Cursor``."""

    def commit(self) -> None:
        """Make it durable."""

    def rollback(self) -> None:
        """Undo it."""

    def close(self) -> None:
        """Let it go."""


class Database(StrEnum):
    """Which of the two a connection speaks to."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


def database_of(connection: Connection) -> Database:
    """Which database this connection speaks to.

    :raises LedgerInput: if it is neither.
    """
    if isinstance(connection, sqlite3.Connection):
        return Database.SQLITE
    if any(kind.__module__.partition(".")[0] == "psycopg" for kind in type(connection).__mro__):
        return Database.POSTGRESQL
    raise LedgerInput("the log needs an open connection of sqlite3 or psycopg")


_ROLE = re.compile(r"[a-z][a-z0-9_]{0,62}")

_SQLITE = (
    """CREATE TABLE ledger_entries (
        n INTEGER PRIMARY KEY,
        leaf BLOB NOT NULL CHECK (typeof(leaf) = 'blob' AND length(leaf) BETWEEN 1 AND 65535)
    )""",
    """CREATE TABLE ledger_tiles (
        level INTEGER NOT NULL, tile INTEGER NOT NULL,
        data BLOB NOT NULL CHECK (typeof(data) = 'blob'), PRIMARY KEY (level, tile)
    ) WITHOUT ROWID""",
    """CREATE TABLE ledger_head (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        n INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, vkey BLOB NOT NULL
    )""",
    # Also against INSERT OR REPLACE, which removes a row without any trigger for removal.
    """CREATE TRIGGER ledger_entries_in_order BEFORE INSERT ON ledger_entries
    WHEN NEW.n IS NOT (SELECT coalesce(max(n) + 1, 0) FROM ledger_entries)
    BEGIN SELECT RAISE(ABORT, 'the next entry of the log takes the next number'); END""",
    """CREATE TRIGGER ledger_entries_stay BEFORE UPDATE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'an entry of the log is never changed'); END""",
    """CREATE TRIGGER ledger_entries_remain BEFORE DELETE ON ledger_entries
    BEGIN SELECT RAISE(ABORT, 'an entry of the log is never removed'); END""",
    """CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head
    WHEN NEW.n < OLD.n OR NEW.vkey <> OLD.vkey
    BEGIN SELECT RAISE(ABORT, 'the log never shrinks'); END""",
    """CREATE TRIGGER ledger_head_remains BEFORE DELETE ON ledger_head
    BEGIN SELECT RAISE(ABORT, 'the head of the log is never removed'); END""",
)

_POSTGRESQL = (
    """CREATE TABLE ledger_entries (
        n bigint PRIMARY KEY CHECK (n >= 0), leaf bytea NOT NULL CHECK (length(leaf) BETWEEN 1 AND 65535)
    )""",
    """CREATE TABLE ledger_tiles (
        level smallint NOT NULL, tile bigint NOT NULL, data bytea NOT NULL, PRIMARY KEY (level, tile)
    )""",
    """CREATE TABLE ledger_head (
        one smallint PRIMARY KEY CHECK (one = 1),
        n bigint NOT NULL, root bytea NOT NULL, note bytea NOT NULL, vkey bytea NOT NULL
    )""",
    """CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$""",
    # For each statement: also one that would touch no row is refused.
    """CREATE TRIGGER ledger_entries_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('an entry of the log is never changed or removed')""",
    """CREATE TRIGGER ledger_head_grows BEFORE UPDATE ON ledger_head
    FOR EACH ROW WHEN (NEW.n < OLD.n OR NEW.vkey <> OLD.vkey)
    EXECUTE FUNCTION ledger_refuse('the log never shrinks')""",
    """CREATE TRIGGER ledger_head_remains BEFORE DELETE OR TRUNCATE ON ledger_head
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse('the head of the log is never removed')""",
    # The one way in for a role that owns nothing here: one step of the log, whole or not at all.
    f"""CREATE FUNCTION ledger_append(
        old_n bigint, old_root bytea, leaves bytea[], levels smallint[], places bigint[], hashes bytea[],
        new_root bytea, new_note bytea
    ) RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
    BEGIN
        PERFORM pg_advisory_xact_lock({_LOCK});
        UPDATE ledger_head SET n = old_n + cardinality(leaves), root = new_root, note = new_note
            WHERE one = 1 AND n = old_n AND root = old_root;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'another writer moved the head of the log meanwhile' USING ERRCODE = '40001';
        END IF;
        INSERT INTO ledger_entries (n, leaf)
            SELECT old_n + place - 1, leaf FROM unnest(leaves) WITH ORDINALITY AS given (leaf, place);
        IF EXISTS (
            SELECT FROM unnest(levels, places, hashes) AS given (level, tile, data)
            JOIN ledger_tiles AS kept USING (level, tile)
            WHERE substring(given.data FOR length(kept.data)) <> kept.data
        ) THEN
            RAISE EXCEPTION 'a tile of the log only grows';
        END IF;
        INSERT INTO ledger_tiles (level, tile, data) SELECT * FROM unnest(levels, places, hashes)
            ON CONFLICT (level, tile) DO UPDATE SET data = excluded.data;
    END $$""",
    # Nobody's temporary table may stand in for one of these.
    """DO $$ BEGIN EXECUTE format(
        'ALTER FUNCTION ledger_append SET search_path = pg_catalog, %I, pg_temp', current_schema()
    ); END $$""",
    "REVOKE ALL ON FUNCTION ledger_append FROM PUBLIC",
    # Replication's own mode switches plain triggers off.
    "ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_stay",
    "ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_grows",
    "ALTER TABLE ledger_head ENABLE ALWAYS TRIGGER ledger_head_remains",
)


def statements(database: Database) -> tuple[str, ...]:
    """The statements that make the tables, in order; for a migration of the caller's too."""
    return _SQLITE if database is Database.SQLITE else _POSTGRESQL


def grant_writer(connection: Connection, role: str) -> None:
    """Let a role of PostgreSQL read the log and append to it, and nothing else; the caller commits.

    :raises LedgerInput: if this is no PostgreSQL, or the role's name is not a plain one.
    """
    if database_of(connection) is Database.SQLITE:
        raise LedgerInput("SQLite has no roles; who may write the file is said by the file's own rights")
    if not _ROLE.fullmatch(role):
        raise LedgerInput("a role's name has small letters, digits and `_`, and begins with a letter")
    cursor = connection.cursor()
    cursor.execute(f"REVOKE ALL ON ledger_entries, ledger_tiles, ledger_head FROM {role}")
    cursor.execute(f"GRANT SELECT ON ledger_entries, ledger_tiles, ledger_head TO {role}")
    cursor.execute(f"GRANT EXECUTE ON FUNCTION ledger_append TO {role}")


def is_there(cursor: Cursor, database: Database) -> bool:
    """Whether the tables have been made."""
    if database is Database.SQLITE:
        cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'ledger_head'")
    else:
        cursor.execute("SELECT 1 WHERE to_regclass('ledger_head') IS NOT NULL")
    return cursor.fetchone() is not None


def lock(connection: Connection, cursor: Cursor, database: Database) -> None:
    """Be the only writer until the caller's transaction ends, and hold the database to durable commits.

    :raises LedgerError: if what is committed could be lost, or no transaction is open to append in.
    """
    if database is Database.SQLITE:
        _lock_sqlite(connection, cursor)
    else:
        _lock_postgresql(connection, cursor)


def _lock_sqlite(connection: Any, cursor: Cursor) -> None:
    journal = cursor.execute("PRAGMA journal_mode").fetchone()[0]
    # The number for FULL is 2, for EXTRA 3.
    if journal != "wal" or cursor.execute("PRAGMA synchronous").fetchone()[0] < 2:
        raise LedgerError(
            "this SQLite connection may lose what it commits; open it with PRAGMA journal_mode=WAL and synchronous=FULL"
        )
    if connection.in_transaction:
        # Takes the lock for writing, and fails at once where this transaction has read an older state.
        cursor.execute("UPDATE ledger_head SET n = n WHERE one = 1")
    else:
        cursor.execute("BEGIN IMMEDIATE")


def _lock_postgresql(connection: Any, cursor: Cursor) -> None:
    if connection.autocommit and connection.info.transaction_status == 0:
        raise LedgerError("appending needs a transaction of the caller's; this connection commits by itself")
    cursor.execute(
        "SELECT pg_advisory_xact_lock(%s), set_config('synchronous_commit', 'on', true), "
        "current_setting('fsync'), current_setting('full_page_writes')",
        (_LOCK,),
    )
    row = cursor.fetchone()
    off = [name for name, value in zip(("fsync", "full_page_writes"), row[2:], strict=True) if value != "on"]
    if off:
        raise LedgerError(f"this PostgreSQL may lose what it commits; set {' and '.join(off)} to on")
