"""The static files that anybody may fetch and check, laid out as C2SP tlog-tiles; written after COMMIT, never before.

    checkpoint                      the signed head, written last, and again once witnesses have cosigned it
    tile/<level>/<index>[.p/<width>]   hashes
    tile/entries/<index>[.p/<width>]   entries, each after its length in two bytes

A tile or bundle is made under another name, made durable, and linked to its place: what is there is never replaced,
and other bytes at its place are a refusal. So an export that was cut short is simply run again.
"""

from __future__ import annotations

import fcntl
import os
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import ostiary_verify as verify
from ostiary.ledger.faults import Diverged, LedgerError, LedgerInput
from ostiary.ledger.notes import verified
from ostiary.ledger.schema import Connection
from ostiary.ledger.store import Head, read_entries, read_head, tile_reader
from ostiary.ledger.tree import HASH, HEIGHT, WIDTH, Tiles

CHECKPOINT = "checkpoint"
_UNFINISHED = ".new-"
Progress = Callable[[int, int], None]


def export(connection: Connection, folder: Path, on_file: Progress | None = None) -> tuple[Head, int]:
    """Write what the folder lacks up to the committed head; that head, and how many files were new.

    :param connection: with no transaction open, since the head is read after what the folder holds: the other way
        round, another process's export in between would look like a newer log.
    :param on_file: told the files done and the files in all.
    :raises Diverged: if the folder holds a head that this one does not follow.
    :raises LedgerError: if a file is there with other bytes.
    """
    with _alone(folder):
        before, head = exported(folder), read_head(connection)
        read = tile_reader(connection)
        since = 0 if before is None else _follows(before, head, Tiles(read))
        names = list(_names(since, head.size))
        new, folders = 0, {folder}
        for done, (level, index, width) in enumerate(names, 1):
            if level < 0:
                path, data = folder / verify.entries_path(index, width), _bundle(connection, index, width)
            else:
                data = read(level, index, width)[: width * HASH]
                path = folder / verify.tile_path(level, index, width)
                if len(data) != width * HASH:
                    raise LedgerError(f"tile {index} of level {level} is not whole; run `ostiary log fsck`")
            new += _place(path, data)
            # Also of a file that was there: the run that made it may not have come this far.
            folders |= {path.parent, *path.parent.parents} - set(folder.parents)
            if on_file is not None:
                on_file(done, len(names))
        for one in sorted(folders):
            _sync_folder(one)
        # The same head may stand there with its witnesses' cosignatures already.
        if before is None or verify.parse_note(before).text != verify.parse_note(head.note).text:
            _replace(folder / CHECKPOINT, head.note)
        return head, new


def publish_cosigned(folder: Path, note: bytes) -> bool:
    """Put a cosigned head in the place of the same head without; False where another head stands there by now.

    :param note: as witnesses gave it, over a head that was exported; checked by whoever gathered it.
    """
    with _alone(folder):
        before = exported(folder)
        if before is None or verify.parse_note(before).text != verify.parse_note(note).text:
            return False
        if len(verify.parse_note(before).signatures) < len(verify.parse_note(note).signatures):
            _replace(folder / CHECKPOINT, note)
        return True


def tidy(folder: Path) -> int:
    """Remove each partial file whose full one stands beside it, and what a run that was cut short left; how many.

    C2SP tlog-tiles allows it: whoever asks for a partial file takes the full one where that is gone.

    :raises LedgerInput: if the folder holds no exported log.
    """
    if not folder.is_dir() or exported(folder) is None:
        raise LedgerInput(f"{folder}: holds no exported log")
    with _alone(folder):
        gone = [path for path in folder.rglob(f"{_UNFINISHED}*") if path.is_file()]
        for partial in folder.rglob("*.p"):
            if partial.with_suffix("").is_file():
                gone += partial.iterdir()
        for path in gone:
            path.unlink()
        for empty in {path.parent for path in gone if path.parent.suffix == ".p"}:
            empty.rmdir()
    return len(gone)


def exported(folder: Path) -> bytes | None:
    """The signed note that the folder holds, unchecked; None where there is none yet."""
    try:
        return (folder / CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as fault:
        raise LedgerInput(f"{fault.filename}: cannot be read: {fault.strerror}") from None


def _follows(before: bytes, head: Head, tiles: Tiles) -> int:
    """The size of the exported head, once it is known to be a beginning of this one."""
    try:
        old = verified(before, head.vkey)
    except (ValueError, verify.VerifyError) as fault:
        raise Diverged(f"the exported checkpoint is not this log's: {fault}", head.note, before) from None
    if old.size > head.size:
        raise Diverged(
            f"the log has {head.size:,} entries and its export {old.size:,}: this database is older than what was "
            "published; restore the newer one, or bring the missing entries back: `ostiary log catch-up`",
            head.note,
            before,
        )
    if tiles.root(old.size, head.size) != old.root:
        raise Diverged(
            f"the log and its export differ within the first {old.size:,} entries; run `ostiary log fsck`",
            head.note,
            before,
        )
    return old.size


def _names(old: int, new: int) -> Iterator[tuple[int, int, int]]:
    """(level, index, width) of every file that a tree of size ``new`` has and one of size ``old`` has not.

    Bundles of entries are level -1, and come before the tiles over them.
    """
    for level in (-1, *range(8)):
        shift = HEIGHT * max(level, 0)
        before, after = old >> shift, new >> shift
        if before == after:
            continue
        for index in range(before // WIDTH, after // WIDTH):
            yield level, index, WIDTH
        if after % WIDTH:
            yield level, after // WIDTH, after % WIDTH


def _bundle(connection: Connection, index: int, width: int) -> bytes:
    start = index * WIDTH
    rows = read_entries(connection, start, start + width)
    if [n for n, _ in rows] != list(range(start, start + width)):
        raise LedgerError(f"entries {start} to {start + width - 1} are not all there; run `ostiary log fsck`")
    return join_entries([entry for _, entry in rows])


def join_entries(entries: Sequence[bytes]) -> bytes:
    """A bundle: each entry after its length as two bytes, the higher first."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def _place(path: Path, data: bytes) -> bool:
    """Put a file where it belongs; False where it stood there already."""
    with suppress(FileNotFoundError):
        if path.read_bytes() != data:
            raise LedgerError(f"{path}: is there with other bytes; nothing is written over; run `ostiary log fsck`")
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    made = _write(path.parent, data)
    try:
        # Not rename(), which would replace what somebody else put there meanwhile.
        os.link(made, path)
    except FileExistsError:
        if path.read_bytes() != data:
            raise LedgerError(f"{path}: is there with other bytes; nothing is written over") from None
    finally:
        made.unlink()
    return True


def _replace(path: Path, data: bytes) -> None:
    made = _write(path.parent, data)
    os.replace(made, path)
    _sync_folder(path.parent)


def _write(folder: Path, data: bytes) -> Path:
    """A new durable file under a name of no meaning, readable as the umask allows."""
    path = folder / f"{_UNFINISHED}{secrets.token_hex(8)}"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink()
        raise
    return path


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One export at a time: a slower one must not put an older checkpoint over a newer."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
