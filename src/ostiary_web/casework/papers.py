"""The papers that came in: bytes in a private folder, named by their digest, never replaced. Rows say what they are."""

from __future__ import annotations

import os
import secrets
from hashlib import sha256
from pathlib import Path

from ostiary_web.casework.faults import CaseworkError
from ostiary_web.wiring import config

LARGEST = 100 * 2**20


def keep(data: bytes) -> str:
    """Keep a paper's bytes, durably; its digest. The same bytes are kept once.

    :raises CaseworkError: if it is empty, too large, or the folder cannot be written.
    """
    if not 0 < len(data) <= LARGEST:
        raise CaseworkError(f"a paper has 1 byte at least, and {LARGEST:,} at most")
    digest = sha256(data).hexdigest()
    path = _path(digest)
    if path.exists():
        return f"sha256:{digest}"
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, data)
    except OSError as fault:
        raise CaseworkError(f"the folder of papers cannot be written: {fault.strerror}; call the operator") from None
    return f"sha256:{digest}"


def content(digest: str) -> bytes:
    """The bytes of a paper, checked against its name.

    :raises CaseworkError: if it is not there, or is not what it was.
    """
    try:
        data = _path(digest.removeprefix("sha256:")).read_bytes()
    except OSError:
        raise CaseworkError("this paper is not in the folder of papers; restore it from the backup") from None
    if f"sha256:{sha256(data).hexdigest()}" != digest:
        raise CaseworkError("this paper is not what it was when it came; restore it from the backup")
    return data


def head(digest: str, size: int = 16) -> bytes:
    """The first bytes of a paper, by which its kind is known; unchecked.

    :raises CaseworkError: if it is not there.
    """
    try:
        with _path(digest.removeprefix("sha256:")).open("rb") as file:
            return file.read(size)
    except OSError:
        raise CaseworkError("this paper is not in the folder of papers; restore it from the backup") from None


def _path(digest: str) -> Path:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise CaseworkError("a paper is named by its digest: `sha256:` and 64 hex digits")
    return config().papers / digest[:2] / digest


def _write(path: Path, data: bytes) -> None:
    """Made under another name, made durable, then linked to its place: what is there is never replaced."""
    made = path.parent / f".new-{secrets.token_hex(8)}"
    handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        if not path.exists():
            os.link(made, path)
    except FileExistsError:
        pass  # somebody kept the same bytes meanwhile
    finally:
        made.unlink(missing_ok=True)
