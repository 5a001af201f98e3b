"""What the desk's parts share, made once in a process: the packs in force, and the log's key.

Nothing here is made before it is asked for, so that commands which need neither start at once.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path

from django.conf import settings

import ostiary
from ostiary.law.bundle import Bundle
from ostiary.ledger.signing import FileSigner, Signer
from ostiary_web.environment import Config


def config() -> Config:
    """What the desk was told from outside."""
    found: Config = settings.OSTIARY
    return found


def bundle() -> Bundle:
    """The packs of the configuration, joined; read once.

    :raises PackError: if they cannot be read.
    """
    return _bundle(config().packs)


def signer() -> Signer:
    """The log's key, which one thread at a time uses.

    :raises LedgerInput: if its file cannot be read, or others may read it.
    """
    return _signer(config().ledger_key)


def forget() -> None:
    """Let go of all that is held, so that it is read again. For tests, and after a key was changed."""
    for key in list(_KEYS):
        _KEYS.pop(key).close()
    _bundle.cache_clear()


class OneAtATime:
    """A key among threads: its memory of what it has signed is locked against other processes only."""

    def __init__(self, key: FileSigner) -> None:
        self._key, self._lock = key, threading.Lock()

    @property
    def name(self) -> str:
        """See ``Signer.name``."""
        return self._key.name

    @property
    def vkey(self) -> str:
        """See ``Signer.vkey``."""
        return self._key.vkey

    def sign(self, text: bytes, base: bytes | None) -> str:
        """See ``Signer.sign``."""
        with self._lock:
            return self._key.sign(text, base)

    def confirm(self, note: bytes) -> None:
        """See ``Signer.confirm``."""
        with self._lock:
            self._key.confirm(note)

    def close(self) -> None:
        """Let the files go."""
        with self._lock:
            self._key.close()


_KEYS: dict[Path, OneAtATime] = {}
_OPENING = threading.Lock()


def _signer(path: Path) -> OneAtATime:
    with _OPENING:
        if path not in _KEYS:
            _KEYS[path] = OneAtATime(FileSigner(path))
        return _KEYS[path]


@cache
def _bundle(packs: tuple[Path, ...]) -> Bundle:
    from ostiary.law.bundle import load_bundle

    return load_bundle(list(packs), library())


def library() -> Path:
    """The packs that ship with Ostiary: inside the package, or beside the sources."""
    package = Path(ostiary.__file__).resolve().parent
    return package / "packs" if (package / "packs").is_dir() else package.parents[1] / "packs"
