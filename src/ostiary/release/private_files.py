"""Secrets at rest: files that only their owner can read, and a passphrase around what is in them.

Decided: a private key is written under a passphrase unless its maker says otherwise in so many words (a service
whose secret store guards the file). scrypt (N=2^15, r=8, p=3: 32 MB for each guess) makes the key of AES-256-GCM;
both from ``cryptography``. An encrypted PKCS#8 file would be more usual, but the library writes those with 2,048
rounds of PBKDF2, which a thief's graphics card goes through in no time. The header is authenticated with the secret.

A passphrase comes from a prompt or an open file descriptor: never from an argument, which every process can read.
"""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ostiary.errors import BadInput
from ostiary.release.shape import canonical, exactly, record, text

Ask = Callable[[str], str]
"""Asks a person, or a file descriptor, for the passphrase of what is named."""

LARGEST = 1 << 20
_N, _R, _P = 1 << 15, 8, 3
BOX = record(
    {
        "kdf": exactly(f"scrypt/{_N}/{_R}/{_P}"),
        "cipher": exactly("aes-256-gcm"),
        "salt": text(r"[0-9a-f]{32}"),
        "nonce": text(r"[0-9a-f]{24}"),
        "sealed": text(r"[A-Za-z0-9+/]+={0,2}", 100_000),
    }
)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only its owner can read, and see it to the disk.

    :raises BadInput: when it is there already, or cannot be written.
    """
    try:
        # Never opened with wider rights, not even for a moment; never over another file or through a link.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except FileExistsError:
        raise BadInput(f"{path}: is there already; no key is ever written over another") from None
    except OSError as fault:
        raise BadInput(f"{path}: cannot be written: {fault.strerror}") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        path.unlink(missing_ok=True)
        raise BadInput(f"{path}: cannot be written: {fault.strerror}; nothing is left behind") from None


def write_pair(public: tuple[Path, bytes], private: tuple[Path, bytes]) -> None:
    """Write both files of a key, or neither.

    :raises BadInput: when one is there already, or cannot be written.
    """
    if public[0].exists():
        raise BadInput(f"{public[0]}: is there already; no key is ever written over another")
    try:
        private[0].parent.mkdir(parents=True, exist_ok=True)
        write_private(*private)
        try:
            public[0].write_bytes(public[1])
        except OSError:
            private[0].unlink(missing_ok=True)
            public[0].unlink(missing_ok=True)
            raise
    except OSError as fault:
        raise BadInput(f"{public[0]}: cannot be written: {fault.strerror}; nothing is left behind") from None


def complaint(path: Path) -> str:
    """What is wrong with the rights of a private file; empty when nothing is."""
    try:
        found = path.stat()
    except OSError as fault:
        return f"cannot be read: {fault.strerror}"
    if not stat.S_ISREG(found.st_mode):
        return "is no plain file"
    if found.st_mode & 0o077:
        return "can be read by others than its owner; run `chmod 600` on it, and make a new key if others were able to"
    if found.st_uid not in (os.geteuid(), 0):
        return "belongs to somebody else; own it yourself, so that nobody can change it under you"
    return ""


def read_private(path: Path) -> bytes:
    """The bytes of a private file, if only its owner can read it.

    :raises BadInput: when others can, or it is no plain file.
    """
    wrong = complaint(path)
    if wrong:
        raise BadInput(f"{path}: {wrong}")
    return read_small(path)


def read_small(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a file that is never large."""
    try:
        with path.open("rb") as file:
            data = file.read(most + 1)
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from None
    if len(data) > most:
        raise BadInput(f"{path}: is too large to be what it should be")
    return data


def lock(secret: bytes, passphrase: str, header: dict[str, Any]) -> dict[str, str]:
    """The secret under a passphrase, bound to its header."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if len(passphrase) < 12:
        raise BadInput("a passphrase needs at least 12 characters; four or five random words do well")
    salt, nonce = os.urandom(16), os.urandom(12)
    sealed = AESGCM(_stretch(passphrase, salt)).encrypt(nonce, secret, canonical(header))
    return {
        "kdf": f"scrypt/{_N}/{_R}/{_P}",
        "cipher": "aes-256-gcm",
        "salt": salt.hex(),
        "nonce": nonce.hex(),
        "sealed": base64.b64encode(sealed).decode(),
    }


def unlock(box: dict[str, str], passphrase: str, header: dict[str, Any], where: str) -> bytes:
    """The secret of a box (checked with ``BOX``).

    :raises BadInput: when the passphrase is wrong, or box or header were changed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key = AESGCM(_stretch(passphrase, bytes.fromhex(box["salt"])))
    try:
        return key.decrypt(bytes.fromhex(box["nonce"]), base64.b64decode(box["sealed"]), canonical(header))
    except (InvalidTag, ValueError):
        raise BadInput(f"{where}: the passphrase is wrong, or the file was changed") from None


def _stretch(passphrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    return Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(passphrase.encode())
