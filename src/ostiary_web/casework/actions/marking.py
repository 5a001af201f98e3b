"""The keyed marks of a release: made while it can still be opened, kept for as long as it may have to be corrected."""

from __future__ import annotations

import datetime as dt
import os
import secrets
from hashlib import sha256
from pathlib import Path

from ostiary_web.casework import kept, marks, models, packaging, queries_corrections, queries_work, roll
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.marks import Marked
from ostiary_web.casework.queries_release import Packing, Release


def keep(packing: Packing, release: Release, at: dt.datetime) -> None:
    """Mark the values of a package that is about to be finished. Done again, after a process died, it is made anew."""
    if _stands(release):
        return
    known = {one.number: one.record for one in queries_work.asked_about(packing.docket)}
    place, secret = kept.place_of(*packing.place), secrets.token_bytes(32)
    core = packaging.prepared(place, place / "unused").core
    with packaging.opened(place) as folder:
        data = marks.made(folder, core, [(number, known[number]) for number, _ in packing.rows], secret)
    _write(_place(release.release), data)
    values = {"secret": secret.hex(), "digest": _digest(data), "at": at}
    models.ReleaseMarks.objects.update_or_create(of_id=release.number, defaults=values)


def _stands(release: Release) -> bool:
    found = queries_corrections.marks_of(release.number)
    place = _place(release.release)
    return found is not None and place.is_file() and _digest(place.read_bytes()) == found.digest


def _write(place: Path, data: bytes) -> None:
    draft = place.with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(place)


def _digest(data: bytes) -> str:
    return "sha256:" + sha256(data).hexdigest()


def read(release: Release) -> Marked:
    """The marks of a release.

    :raises CaseworkError: if there are none, or they are not what was kept.
    """
    found = queries_corrections.marks_of(release.number)
    if found is None:
        raise CaseworkError(
            "this release was sealed before the desk kept marks of what leaves; trace it by hand, with the recipient"
        )
    try:
        data = _place(release.release).read_bytes()
    except OSError:
        raise CaseworkError("the marks of this release are not in the private folder; restore them") from None
    if _digest(data) != found.digest:
        raise CaseworkError("the marks of this release are not what was kept; tell the operator, and restore them")
    return marks.read(data, bytes.fromhex(found.secret))


def remove(release: Release) -> None:
    """Remove the marks of a release that never left, and forget their key."""
    _place(release.release).unlink(missing_ok=True)
    models.ReleaseMarks.objects.filter(of_id=release.number).update(secret="", digest="")


def _place(release: str) -> Path:
    return roll.folder("releases") / f"{release}.marks.json"
