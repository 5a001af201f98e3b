"""A copy of all that only this desk has: its database at one moment, and its private folder; and whether one is whole.

Not in it: the keys, which must not lie beside what they open and sign; the exported log, which others fetch and which
brings back what a copy lacks; the packs, which have their own place (their digest is kept); and the long work under
way, whose packages still lie there with their keys: what is sealed must not be opened from a backup. It is done again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ostiary.errors import BadInput, OstiaryError
from ostiary.ledger import store
from ostiary.ledger.fsck import fsck
from ostiary.ledger.holdings import Rows
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.wiring import bundle, config

VERSION, MANIFEST = "ostiary.backup/1", "backup.json"
SQLITE, POSTGRESQL = "desk.db", "desk.dump"
_PAPERS, _WORK = "papers", "work"


class BackupError(OstiaryError):
    """A copy could not be made; nothing of it is left."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What a copy holds. ``size``: entries of the log at least; ``files``: how many; ``bytes_``: all together."""

    size: int
    files: int
    bytes_: int


def back_up(folder: Path, at: dt.datetime) -> Backup:
    """Copy the database, as it is at one moment, then the private folder, into a new folder.

    In this order a row of the copy never names a paper that the copy lacks: papers are kept first, and never replaced.

    :raises BadInput: if the folder is there already. :raises BackupError: if it cannot be written.
    """
    if folder.exists():
        raise BadInput(f"{folder}: is there already; name a new folder")
    draft = folder.with_name(f".{folder.name}.new")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700, parents=True)
        head = store.read_head(raw_connection())
        name = _copy_database(draft)
        shutil.copy2(config().witness_policy, draft / "witness-policy")
        if config().papers.is_dir():
            _copy_papers(config().papers, draft / _PAPERS)
        files = {one.relative_to(draft).as_posix(): _digest(one) for one in _files(draft)}
        log = {"size": head.size, "root": head.root.hex(), "vkey": head.vkey}
        told = {"v": VERSION, "made": at.isoformat(), "database": name, "log": log, "packs": bundle().digest}
        (draft / MANIFEST).write_text(json.dumps({**told, "files": files}, indent=1, sort_keys=True) + "\n")
        size = sum(one.stat().st_size for one in _files(draft))
        for one in (*_files(draft), *(path for path in draft.rglob("*") if path.is_dir()), draft):
            _sync(one)
        draft.rename(folder)
        _sync(folder.parent)
    except OSError as fault:
        raise BackupError(f"{folder}: the copy cannot be written: {fault.strerror}; nothing of it is left") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return Backup(head.size, len(files), size)


def _copy_database(folder: Path) -> str:
    raw: Any = raw_connection()
    if isinstance(raw, sqlite3.Connection):
        with closing(sqlite3.connect(folder / SQLITE)) as copy:
            raw.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file
        (folder / SQLITE).chmod(0o600)
        return SQLITE
    parts = urlsplit(config().database_url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{parts.username}@" if parts.username else ""
    # The list of processes shows no password. By hand: a place that is empty (this machine's socket) keeps its slashes.
    url = f"postgresql://{user}{place}{parts.path}" + (f"?{parts.query}" if parts.query else "")
    _run("pg_dump", "--format=custom", f"--file={folder / POSTGRESQL}", f"--dbname={url}", password=parts.password)
    (folder / POSTGRESQL).chmod(0o600)
    return POSTGRESQL


def _run(name: str, *words: str, password: str | None = None) -> None:
    """One of PostgreSQL's own programs.

    :raises BackupError: if it is not there, or fails.
    """
    program = shutil.which(name)
    if program is None:
        raise BackupError(f"`{name}` is not installed; it comes with PostgreSQL's client")
    secret = {"PGPASSWORD": unquote(password)} if password else {}
    done = subprocess.run(
        [program, *words], capture_output=True, text=True, check=False, env={"PATH": os.defpath, **secret}
    )
    if done.returncode:
        # Its first line names tables and rights, and no row.
        raise BackupError(f"`{name}` failed: {done.stderr.strip().partition(chr(10))[0]}")


def _copy_papers(source: Path, target: Path) -> None:
    """Every file that is kept; what is only being made, or was removed meanwhile, is not, and no long work."""
    for path in source.rglob("*"):
        name = path.relative_to(source)
        if path.is_file() and name.parts[0] != _WORK and not any(part.startswith(".") for part in name.parts):
            (target / name).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                shutil.copy2(path, target / name)
            except FileNotFoundError:
                continue


def faults(folder: Path) -> Iterator[str]:
    """Everything that is wrong with a copy, a line each; nothing where it can be restored.

    :raises BadInput: if there is no copy.
    """
    try:
        told: Mapping[str, Any] = json.loads((folder / MANIFEST).read_bytes())
    except (OSError, ValueError):
        raise BadInput(f"{folder}: holds no backup, or not all of one") from None
    if told.get("v") != VERSION:
        raise BadInput(f"{folder}: is a backup of another version of Ostiary")
    wanted: Mapping[str, str] = told["files"]
    there = {one.relative_to(folder).as_posix() for one in _files(folder)} - {MANIFEST}
    yield from (f"{name}: is missing" for name in sorted(set(wanted) - there))
    yield from (f"{name}: was not in it when it was made" for name in sorted(there - set(wanted)))
    changed = [name for name in sorted(there & set(wanted)) if _digest(folder / name) != wanted[name]]
    yield from (f"{name}: is not what it was when it was made" for name in changed)
    if told["database"] in there and told["database"] not in changed:
        yield from _database_faults(folder / told["database"], told["log"]["vkey"])


def _database_faults(path: Path, vkey: str) -> Iterator[str]:
    if path.name == POSTGRESQL:
        try:
            _run("pg_restore", "--list", str(path))
        except BackupError as fault:
            yield f"{path.name}: {fault}"
        return
    # Not to be changed by looking at it.
    with closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as connection:
        yield from (f"{path.name}: {one.where}: {one.what}" for one in fsck(Rows(connection, vkey)))


def _files(folder: Path) -> list[Path]:
    return sorted(one for one in folder.rglob("*") if one.is_file())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
