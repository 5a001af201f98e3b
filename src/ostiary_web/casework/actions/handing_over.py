"""Sealing and letting go: log first. How the recipient gets it is in ``offering``.

    seal       two people have agreed; every guard again; the entry is durable, exported and cosigned
    complete   only then the key is wrapped for the recipient, and the package is a file; the agency's key is destroyed
    release    it leaves, or stands ready for pick-up; each person's row in the accounting of disclosures
    recall     no code serves any more, the file is destroyed, the letter is written

Each can be done again after the process died: what was done stays done, and nothing is done twice.
"""

from __future__ import annotations

import datetime as dt
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ostiary.ledger import store
from ostiary.ledger.entry import new_docket
from ostiary_web.casework import kept, models, packaging, queries, queries_release, roll
from ostiary_web.casework.actions import accounting, intake, leaving, mailing, marking, printing
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.packing import destroy, refuse_changed, standing
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries_release import Packing, Release
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.wiring import config

READY, MEDIA, PAPER = "ready", "media", "paper"


def seal(*, docket: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime, **more: Any) -> Done:
    """Seal the package that stands, for the recipient's key, and finish it.

    :raises Refused: as the engine does; or if anything has changed since it was checked.
    :raises CaseworkError: if it was sealed and cannot be finished now; the worker finishes it.
    """
    found = queries.docket(queries.find(docket))
    packing = standing(found)
    refuse_changed(found, packing, at)
    packaging.signer()  # before anything is written: without it the package could never be finished
    done = leaving.seal(
        docket=found.id, manifest=packing.manifest, recipient_key=packing.recipient_key,
        retain_until=packing.retain_until, release=new_docket(), by=by, role=role, at=at, **more,
    )  # fmt: skip
    complete(docket=found.id, at=at)
    return done


def complete(*, docket: str, at: dt.datetime) -> Release:
    """Finish the package of a sealed docket: its proof from the log, the key wrapped, the manifest signed. Once.

    :raises NotCosigned: if the log cannot prove the sealing yet; nothing can leave then.
    :raises CaseworkError: if the docket is not sealed, or what was built is gone.
    """
    found = queries.docket(docket)
    sealed = found.seal
    packing = None if sealed is None else queries_release.by_manifest(sealed.manifest)
    if sealed is None or packing is None or found.state is not State.SEALED:
        raise CaseworkError("this docket has no sealed package that was built here")
    with _alone(sealed.release):
        index, sealed_by, sealed_at = queries_release.sealing_index(docket)
        values = {"packing_id": packing.number, "index": index, "sealed_by": sealed_by, "sealed_at": sealed_at}
        models.Release.objects.get_or_create(docket_id=docket, release=sealed.release, defaults=values)
        release = _release(docket, sealed.release)
        if release.finished:
            kept.destroy(*packing.place)  # if the process died before it could
            return release
        path = file_of(sealed.release)
        if not path.exists():
            printing.keep(packing, sealed.release)
            marking.keep(packing, release, at)
            _finish(packing, index, path)
        done = {"sha256": _digest_of(path), "size": path.stat().st_size, "finished_at": at}
        models.Release.objects.filter(pk=release.number, finished_at=None).update(**done)
        kept.destroy(*packing.place)  # the last copy of the key outside the package
    return _release(docket, sealed.release)


def _finish(packing: Packing, index: int, path: Path) -> None:
    from ostiary.release.sealing import finish

    cosigned = publishing.await_cosigned(index)
    ((_, entry),) = store.read_entries(raw_connection(), index, index + 1)
    prepared = packaging.prepared(kept.place_of(*packing.place), path)
    finish(prepared, cosigned.proof, config().policy(), packaging.signer(), entry)


def _digest_of(path: Path) -> str:
    from hashlib import file_digest

    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


@contextmanager
def _alone(release: str) -> Iterator[None]:
    """One process at a time finishes a release."""
    with (roll.folder("releases") / f".{release}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def file_of(release: str) -> Path:
    """Where a finished package lies."""
    return roll.folder("releases") / f"{release}.ostiary"


def _release(docket: str, release: str) -> Release:
    found = queries_release.release_of(docket, release)
    if found is None:
        raise CaseworkError("there is no such release")
    return found


def whole(docket: Docket) -> tuple[Release, Path]:
    """The finished package of a docket, its bytes checked.

    :raises CaseworkError: if there is none, or it is not what was finished.
    """
    release = None if docket.seal is None else queries_release.release_of(docket.id, docket.seal.release)
    if release is None or not release.finished:
        raise CaseworkError("the package is not finished yet; the worker finishes it once the log is cosigned")
    path = file_of(release.release)
    if not path.is_file() or _digest_of(path) != release.sha256:
        raise CaseworkError("the package's file is not what was sealed; hand nothing over, and tell the operator")
    return release, path


def release(
    *, docket: str, manner: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """Let it go, in a manner of the catalogue's list; each person's row in the accounting is written with it.

    :raises Refused: as the engine does, or if anything has changed since it was sealed.
    """
    found = queries.docket(queries.find(docket))
    sealed, _ = whole(found)
    packing = queries_release.packing(sealed.packing)
    refuse_changed(found, packing, at, finished=True)
    done = leaving.release(docket=found.id, manner=manner, by=by, role=role, at=at, **more)
    account(docket=found.id, at=at)
    return done


def account(*, docket: str, at: dt.datetime) -> int:
    """Each person's row in the accounting of what left; how many are new. The worker does it if the process died."""
    found = queries.docket(docket)
    sealed = None if found.seal is None else queries_release.release_of(docket, found.seal.release)
    if sealed is None:
        return 0
    return accounting.write(docket=docket, release=sealed, packing=queries_release.packing(sealed.packing), at=at)


def recall(*, docket: str, cause: str, by: str, role: Role = Role.LEAD_COUNSEL, at: dt.datetime, **more: Any) -> Done:
    """Call a release back: no link serves from now on, the file is destroyed, the recipient is told what to do."""
    found = queries.docket(queries.find(docket))
    done = leaving.recall(docket=found.id, cause=cause, by=by, role=role, at=at, **more)
    after_recall(docket=found.id, at=at, by=by)
    return done


def after_recall(*, docket: str, at: dt.datetime, by: str) -> None:
    """What a recall brings with it; done again it does nothing more."""
    found = queries.docket(docket)
    if found.seal is None or (release := queries_release.release_of(docket, found.seal.release)) is None:
        return
    models.PickUp.objects.filter(of_id=release.number, ended_at=None).update(ended_at=at)
    text = recall_text(found, release)
    intake.keep_paper(docket, "recall", "recall.txt", text.encode(), by, at)
    mailing.owe(docket=docket, kind=mailing.RECALL, cause=release.release, at=at)
    remove_file(release, at)


def recall_text(docket: Docket, release: Release) -> str:
    """The letter of a recall."""
    return (
        f"Recall of release {release.release}\nDocket {queries.row(docket.id).number}\n\n"
        "The records of this release must not be used any longer. If you have opened the package: stop using the "
        "records, find every copy and every place where they were entered, destroy each, and send the agency a "
        "certificate for each file, with its place and how it was destroyed. If you gave them to anybody, say to whom, "
        "and tell them the same. If you used them in a proceeding, tell the court.\n"
    )


def remove_file(release: Release, at: dt.datetime) -> None:
    """Remove the agency's own copy of a package, which only the recipient could open, and what was to be printed."""
    printing.remove(release.release)
    file_of(release.release).unlink(missing_ok=True)
    models.Release.objects.filter(pk=release.number, destroyed_at=None).update(destroyed_at=at)


def drop_reopened(*, docket: str, at: dt.datetime) -> None:
    """A docket that is open again has no package: what was built or sealed for it is destroyed."""
    found = queries.docket(docket)
    standing_manifest = "" if found.package is None else found.package.manifest
    for one in models.Packing.objects.filter(docket_id=docket, destroyed_at=None).exclude(manifest=standing_manifest):
        destroy(queries_release.packing(one.pk), at)
        for sealed in models.Release.objects.filter(packing=one, destroyed_at=None):
            marking.remove(_release(docket, sealed.release))
            remove_file(_release(docket, sealed.release), at)
