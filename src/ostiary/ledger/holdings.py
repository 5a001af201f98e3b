"""What ``fsck`` reads: the rows of a database, or the files of an export, with the name of each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import ostiary_verify as verify
from ostiary.ledger.export import CHECKPOINT, join_entries
from ostiary.ledger.notes import verified
from ostiary.ledger.schema import Connection
from ostiary.ledger.store import damage, raw_head, read_entries, stray_rows, tile_reader
from ostiary.ledger.tree import HASH, WIDTH


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: ``where`` names the row or file."""

    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the log says it is; ``faults`` where already that does not hold together."""

    size: int
    root: bytes
    faults: tuple[Fault, ...] = ()


class Holding(Protocol):
    """One place that holds a whole log."""

    def claim(self) -> Claim | Fault:
        """The size and root that the rest is held against; a fault where there is nothing to hold it against."""

    def entries(self, bundle: int, width: int) -> dict[int, bytes]:
        """Up to ``width`` entries of a bundle of 256, by index; those that cannot be read are left out."""

    def tile(self, level: int, index: int, width: int) -> bytes:
        """A tile's bytes as they are stored; empty where there is none."""

    def entry_name(self, n: int, width: int) -> str:
        """Where entry n stands, ``width`` being that of its bundle."""

    def tile_name(self, level: int, index: int, width: int) -> str:
        """Where a tile stands."""

    def strays(self, size: int, wrong: Collection[str]) -> Iterator[Fault]:
        """What a log of this size has not, and what stands there more than once and differs.

        :param wrong: names already found to be wrong, against which nothing can be held.
        """


class Rows:
    """The tables of a database. Give it a snapshot: a transaction that sees no other's changes."""

    def __init__(self, connection: Connection, vkey: str | None = None) -> None:
        self._connection = connection
        self._vkey = vkey
        self._read = tile_reader(connection)

    def claim(self) -> Claim | Fault:
        """What the signed note says; failing that, what the head's row says."""
        head = raw_head(self._connection)
        if head is None:
            return Fault("head", "there is none")
        faults = [Fault("database", found) for found in damage(self._connection)]
        if self._vkey not in (None, head.vkey):
            faults.append(Fault("head", "the key that is stored is not this log's"))
        try:
            signed = verified(head.note, self._vkey or head.vkey)
        except (ValueError, verify.VerifyError) as fault:
            faults.append(Fault("head", f"the signed note does not hold: {fault}"))
            return Claim(head.size, head.root, tuple(faults))
        if signed.size != head.size:
            faults.append(Fault("head", f"its row says {head.size} entries, its signed note {signed.size}"))
        if signed.root != head.root:
            faults.append(Fault("head", "its row has another root than its signed note"))
        return Claim(signed.size, signed.root, tuple(faults))

    def entries(self, bundle: int, width: int) -> dict[int, bytes]:
        """The rows that are there."""
        return dict(read_entries(self._connection, bundle * WIDTH, bundle * WIDTH + width))

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The row's bytes."""
        return self._read(level, index, width)

    def entry_name(self, n: int, width: int) -> str:
        """The entry's number."""
        return f"entry {n}"

    def tile_name(self, level: int, index: int, width: int) -> str:
        """The tile's place."""
        return f"tile {index} of level {level}"

    def strays(self, size: int, wrong: Collection[str]) -> Iterator[Fault]:
        """Rows beyond the head."""
        for name in stray_rows(self._connection, size):
            yield Fault(name, f"a log of {size} entries has no such row")


_FILE = re.compile(r"tile/(?:entries|(\d))/((?:x\d{3}/)*\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)


class Files:
    """A folder that an export was written to."""

    def __init__(self, folder: Path, vkey: str) -> None:
        self._folder = folder
        self._vkey = vkey

    def claim(self) -> Claim | Fault:
        """What the checkpoint says."""
        try:
            signed = verified((self._folder / CHECKPOINT).read_bytes(), self._vkey)
        except OSError as fault:
            return Fault(CHECKPOINT, f"cannot be read: {fault.strerror}")
        except (ValueError, verify.VerifyError) as fault:
            return Fault(CHECKPOINT, f"does not hold: {fault}; nothing can be held against it")
        return Claim(signed.size, signed.root)

    def entries(self, bundle: int, width: int) -> dict[int, bytes]:
        """The bundle's entries; none where it is missing or cannot be taken apart."""
        data = self._bytes(verify.entries_path(bundle, width))
        try:
            found = verify.split_entries(data)
        except (ValueError, verify.VerifyError):
            return {}
        return dict(enumerate(found, bundle * WIDTH)) if len(found) == width else {}

    def tile(self, level: int, index: int, width: int) -> bytes:
        """The file's bytes."""
        return self._bytes(verify.tile_path(level, index, width))

    def entry_name(self, n: int, width: int) -> str:
        """The bundle that the entry stands in."""
        return str(verify.entries_path(n // WIDTH, width))

    def tile_name(self, level: int, index: int, width: int) -> str:
        """The file's path within the folder."""
        return str(verify.tile_path(level, index, width))

    def strays(self, size: int, wrong: Collection[str]) -> Iterator[Fault]:
        """Files of no log of this size, and narrower tiles and bundles that are no beginning of the wider ones."""
        for path in sorted(self._folder.rglob("*")):
            name = path.relative_to(self._folder).as_posix()
            # A name with a dot in front is a file that an export was making when it was cut short.
            if path.is_dir() or name == CHECKPOINT or path.name.startswith("."):
                continue
            found = _FILE.fullmatch(name)
            widest = None if found is None else _widest(found, size)
            if found is None or widest is None:
                yield Fault(name, f"a log of {size} entries has no such file; was an export cut short?")
            elif widest not in wrong and path.read_bytes() != self._beginning(found, widest):
                yield Fault(name, "is not the beginning of the wider file of the same place")

    def _beginning(self, found: re.Match[str], widest: str) -> bytes:
        """What a file must hold, from the widest file of its place."""
        data, width = self._bytes(widest), WIDTH if found[3] is None else int(found[3])
        return data[: width * HASH] if found[1] else join_entries(verify.split_entries(data)[:width])

    def _bytes(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError:
            return b""


def _widest(found: re.Match[str], size: int) -> str | None:
    """The name of the widest file of the same place in a log of this size; None where it can have no such file."""
    level, index = int(found[1] or 0), int(re.sub("[x/]", "", found[2]))
    width = WIDTH if found[3] is None else int(found[3])
    widest = min(WIDTH, (size >> (8 * level)) - index * WIDTH)
    if not 0 < width <= widest or (found[3] is not None and width == WIDTH):
        return None
    return verify.tile_path(level, index, widest) if found[1] else verify.entries_path(index, widest)
