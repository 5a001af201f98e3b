"""Connections of the log's own, and what a database's or a disk's fault means for who runs the log."""

from __future__ import annotations

import errno
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ostiary.ledger.faults import Busy, LedgerError, LedgerInput
from ostiary.ledger.schema import Connection

# How long SQLite waits for another writer, in milliseconds.
_PATIENCE = 10_000


def connect(database: str, *, new: bool = False) -> Connection:
    """A connection that is fit for appending: a path or ``sqlite:///path``, or a URL of PostgreSQL.

    :param new: make the SQLite file where there is none.
    :raises LedgerInput: if there is no such database, or it cannot be opened.
    """
    if database.startswith(("postgresql://", "postgres://")):
        return _postgresql(database)
    path = Path(database.removeprefix("sqlite:///"))
    if "://" in str(database.removeprefix("sqlite:///")):
        raise LedgerInput("`--database` takes a path of SQLite, or a URL that begins with postgresql://")
    if not new and not path.is_file():
        raise LedgerInput(f"{path}: there is no database; make a log with `ostiary log init`")
    with explained(str(path)):
        connection = sqlite3.connect(path, timeout=_PATIENCE / 1000, isolation_level=None, check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
        except BaseException:
            connection.close()
            raise
    return connection


def _postgresql(url: str) -> Connection:
    try:
        import psycopg
    except ImportError:
        raise LedgerInput("PostgreSQL needs the package psycopg; install it, or keep the log in SQLite") from None
    try:
        return psycopg.connect(url, connect_timeout=10)
    except psycopg.Error:
        # Not the driver's words: they may hold the password.
        raise LedgerInput("the database cannot be reached; is the URL right, and is PostgreSQL running?") from None


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Faults of the database and the disk in the words of whoever runs the log.

    :param where: the database or folder that the work is on; never a URL with a password.
    """
    try:
        yield
    except sqlite3.Error as fault:
        raise _of_sqlite(where, fault) from fault
    except OSError as fault:
        raise _of_disk(where, fault) from fault
    except Exception as fault:
        psycopg: Any = sys.modules.get("psycopg")
        if psycopg is None or not isinstance(fault, psycopg.Error):
            raise
        raise _of_postgresql(where, fault, psycopg) from fault


def _of_sqlite(where: str, fault: sqlite3.Error) -> Exception:
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF  # the higher bits only say more of the same
    match code:
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Busy(f"{where}: another process is writing; nothing was appended; try again")
        case sqlite3.SQLITE_FULL:
            return LedgerError(f"{where}: the disk is full; nothing was appended")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return LedgerInput(f"{where}: cannot be opened for writing; who owns the file and its folder?")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LedgerError(f"{where}: the database is damaged, or is none; run `ostiary log fsck`")
        case sqlite3.SQLITE_IOERR:
            return LedgerError(f"{where}: the disk failed; do not try again before it is known why")
    return LedgerError(f"{where}: {fault}")


def _of_disk(where: str, fault: OSError) -> Exception:
    name = fault.filename or where
    if fault.errno in (errno.ENOSPC, errno.EDQUOT):
        return LedgerError(f"{name}: the disk is full")
    if fault.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return LedgerInput(f"{name}: may not be written; who owns the folder?")
    return LedgerError(f"{name}: {fault.strerror}")


def _of_postgresql(where: str, fault: Exception, psycopg: Any) -> Exception:
    kinds = psycopg.errors
    if isinstance(fault, kinds.LockNotAvailable | kinds.SerializationFailure | kinds.DeadlockDetected):
        return Busy(f"{where}: another process is writing; nothing was appended; try again")
    if isinstance(fault, kinds.InsufficientPrivilege):
        return LedgerInput(f"{where}: this role may not write the log")
    if isinstance(fault, kinds.DiskFull):
        return LedgerError(f"{where}: the disk is full; nothing was appended")
    return LedgerError(f"{where}: {str(fault).strip()}")
