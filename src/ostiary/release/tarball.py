"""A tar with one form only: named plain files in a fixed order, no times, no owners, two empty blocks at the end.

A header is not interpreted but made again from its name and size and compared: a link, a device, a path, a long
name, a changed mode or check-sum can therefore not be told from garbage, and none needs a rule of its own.
Any ``tar`` can list and unpack it.
"""

from __future__ import annotations

import re
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from typing import BinaryIO

BLOCK = 512
END = bytes(2 * BLOCK)
LARGEST = 1 << 44  # 16 TiB: no package is larger, and no size overflows
_PLAIN_SIZE = re.compile(rb"[0-7]{11}\0")


class BadTar(ValueError):
    """The tar is not of the one form."""


@dataclass(frozen=True)
class Member:
    """Where one file of a tar stands."""

    name: str
    start: int
    size: int


def header(name: str, size: int) -> bytes:
    """The one header (512 bytes) of a plain file with this name and size."""
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    # GNU: the only form that writes sizes above 8 GiB without a second header.
    return member.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")


def padding(size: int) -> bytes:
    """The zeros that fill the last block of a file."""
    return bytes(-size % BLOCK)


def size_in(block: bytes, name: str, most: int = LARGEST) -> int:
    """The size that this header gives, if it is the header of a plain file ``name``.

    :raises BadTar: when it is anything else, or the file is larger than ``most``.
    """
    raw = block[124:136]
    if _PLAIN_SIZE.fullmatch(raw):
        size = int(raw[:11], 8)
    elif raw[:1] == b"\x80":
        size = int.from_bytes(raw[1:], "big")
    else:
        raise BadTar(f"`{name}` is not where it must be")
    if size > min(most, LARGEST):
        raise BadTar(f"`{name}` is too large")
    if header(name, size) != block:
        raise BadTar(f"`{name}` is not where it must be")
    return size


def members(file: BinaryIO, names: Sequence[str], limits: Sequence[int]) -> dict[str, Member]:
    """Where each file of a seekable tar stands. Exactly these files, in this order, and nothing after them.

    :raises BadTar: when something is missing, added, moved, too large or cut.
    """
    length = file.seek(0, 2)
    found: dict[str, Member] = {}
    at = 0
    for name, most in zip(names, limits, strict=True):
        file.seek(at)
        size = size_in(file.read(BLOCK), name, most)
        found[name] = Member(name, at + BLOCK, size)
        after = at + BLOCK + size
        at = after + len(padding(size))
        if at + len(END) > length:
            raise BadTar("the end is missing")
        file.seek(after)
        if file.read(at - after) != padding(size):
            raise BadTar("something stands between two files")
    file.seek(at)
    if length != at + len(END) or file.read(len(END)) != END:
        raise BadTar("something stands after the last file")
    return found
