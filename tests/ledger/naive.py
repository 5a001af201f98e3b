"""A log made the slow, plain way: RFC 6962's own recursion, whole rows of tiles, keys from fixed seeds.

Shares nothing with ``ostiary_verify`` or ``ostiary.ledger``: what the three agree on is not one mistake made once.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def leaf(data: bytes) -> bytes:
    return hashlib.sha256(b"\0" + data).digest()


def _split(n: int) -> int:
    k = 1
    while k * 2 < n:
        k *= 2
    return k


@cache
def mth(leaves: tuple[bytes, ...]) -> bytes:
    """MTH of RFC 6962, 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = _split(len(leaves))
    return hashlib.sha256(b"\1" + mth(leaves[:k]) + mth(leaves[k:])).digest()


def path(m: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    k = _split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def consistency(m: int, leaves: tuple[bytes, ...]) -> list[bytes]:
    """PROOF(m, D[n]) of RFC 6962, 2.1.2."""
    return _subproof(m, leaves, True)


def _subproof(m: int, leaves: tuple[bytes, ...], whole: bool) -> list[bytes]:
    n = len(leaves)
    if m == n:
        return [] if whole else [mth(leaves)]
    k = _split(n)
    if m <= k:
        return [*_subproof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*_subproof(m - k, leaves[k:], False), mth(leaves[:k])]


class Key:
    """A signing key whose seed is its name."""

    def __init__(self, name: str, kind: int = 1, seed: str = "") -> None:
        self.name = name
        self.kind = kind
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256((seed or name).encode()).digest())
        self.public = self.private.public_key().public_bytes_raw()
        self.id = hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + self.public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{b64(bytes([kind]) + self.public)}"

    def line(self, text: bytes, moment: int = 1_790_000_000) -> str:
        if self.kind == 1:
            blob = self.private.sign(text)
        else:
            blob = struct.pack(">Q", moment) + self.private.sign(f"cosignature/v1\ntime {moment}\n".encode() + text)
        return f"\N{EM DASH} {self.name} {b64(self.id + blob)}\n"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def note(text: bytes, *keys: Key) -> bytes:
    return text + b"\n" + "".join(key.line(text) for key in keys).encode()


def head(origin: str, entries: Sequence[bytes], *keys: Key) -> bytes:
    """A signed checkpoint over these entries."""
    root = mth(tuple(map(leaf, entries)))
    return note(f"{origin}\n{len(entries)}\n{b64(root)}\n".encode(), *keys)


def tile_name(prefix: str, index: int, width: int) -> str:
    name = f"{index % 1000:03d}"
    while index := index // 1000:
        name = f"x{index % 1000:03d}/{name}"
    return f"tile/{prefix}/{name}" + (f".p/{width}" if width < 256 else "")


def files(entries: Sequence[bytes]) -> dict[str, bytes]:
    """Every tile and bundle of a log of these entries, by path."""
    found = {}
    for at in range(0, len(entries), 256):
        part = entries[at : at + 256]
        found[tile_name("entries", at // 256, len(part))] = b"".join(struct.pack(">H", len(e)) + e for e in part)
    row = [leaf(entry) for entry in entries]
    level = 0
    while row:
        for at in range(0, len(row), 256):
            part = row[at : at + 256]
            found[tile_name(str(level), at // 256, len(part))] = b"".join(part)
        row = [mth(tuple(row[at : at + 256])) for at in range(0, len(row) - 255, 256)]
        level += 1
    return found


def write(folder: Path, origin: str, entries: Sequence[bytes], *keys: Key) -> Path:
    """A log in a folder, over whatever was there."""
    for name, data in {**files(entries), "checkpoint": head(origin, entries, *keys)}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder
