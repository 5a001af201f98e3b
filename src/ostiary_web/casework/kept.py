"""What long work has found, in private folders: written beside, seen to the disk, then named; never half of it.

A result is a folder of files; its digest is over the name and bytes of each, so a changed file is noticed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from ostiary.canonical import digest
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.roll import folder


@contextmanager
def making(*names: str) -> Iterator[Path]:
    """A new folder to write into. It gets its name when the block ends well; else nothing of it is left.

    :raises CaseworkError: if the disk does not take it.
    """
    home = folder(*names[:-1])
    place, draft = home / names[-1], home / f".{names[-1]}.{os.getpid()}.new"
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        yield draft
        for one in draft.rglob("*"):
            if one.is_file():
                _sync(one)
        _sync(draft)
        shutil.rmtree(place, ignore_errors=True)  # of an earlier try that never was finished
        draft.rename(place)
        _sync(home)
    except OSError as fault:
        raise CaseworkError(f"the private folder cannot be written: {fault.strerror}; call the operator") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def place_of(*names: str) -> Path:
    """Where a kept folder stands."""
    return folder(*names[:-1]) / names[-1]


def digest_of(place: Path) -> str:
    """The digest of a kept folder.

    :raises CaseworkError: if it is not there.
    """
    if not place.is_dir():
        raise CaseworkError("what was found is not in the private folder; restore it, or have it done again")
    files = sorted(one for one in place.rglob("*") if one.is_file())
    return digest({one.relative_to(place).as_posix(): sha256(one.read_bytes()).hexdigest() for one in files})


def whole(wanted: str, *names: str) -> Path:
    """A kept folder, checked against its digest.

    :raises CaseworkError: if it is gone, or not what was kept.
    """
    place = place_of(*names)
    if digest_of(place) != wanted:
        raise CaseworkError("what was found is not what was kept; have it done again, and tell the operator")
    return place


def sweep(number: int) -> None:
    """Remove what earlier attempts at a piece of work have left: drafts, and folders that nobody finished."""
    for pattern in (f".{number}-*", f"{number}-*"):
        for one in folder("work").glob(pattern):
            shutil.rmtree(one, ignore_errors=True)


def sweep_old(before: float) -> int:
    """Remove drafts and opened copies that a killed process left, last changed before a moment (seconds since 1970)."""
    old = [one for one in folder("work").glob(".*") if one.stat().st_mtime < before]
    for one in old:
        shutil.rmtree(one, ignore_errors=True)
    return len(old)


def rename(old: Sequence[str], new: Sequence[str]) -> None:
    """Give a kept folder its last name, in the place of what an earlier try left there."""
    destroy(*new)
    place_of(*old).rename(place_of(*new))
    _sync(folder(*new[:-1]))


def destroy(*names: str) -> None:
    """Remove a kept folder; nothing where there is none."""
    shutil.rmtree(place_of(*names), ignore_errors=True)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
