"""What is asked of corrections of what left: what was found, what was told, to whom, and the mail that is owed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from ostiary_web.casework import kept, models, queries_release
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.models_corrections import FAILED, SENDING, WAITING
from ostiary_web.casework.queries_release import Release
from ostiary_web.casework.queries_work import Work

RESULT = "wrong.json"
RECORDS = "records"  # why a value counts as wrong where nobody said so: the records of today
_TAKEN = frozenset({State.RECEIPTED, State.OVERDUE, State.DISPOSED})
_AT_ONCE = frozenset({"media", "paper", "delivered", "picked_up"})


@dataclass(frozen=True, slots=True)
class Marks:
    """The key of a release's marks, and the digest of the file that holds them."""

    secret: str
    digest: str


@dataclass(frozen=True, slots=True, order=True)
class Line:
    """One released value that is not to be relied on. ``row``: of the release, from 1; ``number``: of the person.

    ``found_on``: YYYY-MM-DD; ``cause``: a code; ``note``: for whoever approves, and nobody else.
    """

    row: int
    number: int
    program: str
    element: str
    found_on: str
    cause: str
    note: str = ""

    @property
    def place(self) -> tuple[int, str, str]:
        """Which value it is."""
        return self.row, self.program, self.element


@dataclass(frozen=True, slots=True)
class Looked:
    """What one look has found. ``values``: how many were compared; ``later``: that changed since, which is news;

    ``untraced``: rows of nobody who is known today; ``missing``: elements that the records hold no more; ``before``:
    values of which the recipient was told already. ``records``: the digest of what was compared with.
    """

    release: str
    rows: int
    values: int
    lines: tuple[Line, ...]
    later: int
    untraced: int
    missing: tuple[str, ...]
    before: int
    records: str

    def write(self, folder: Path) -> None:
        """Into the folder of its work."""
        (folder / RESULT).write_text(json.dumps(asdict(self), ensure_ascii=False, sort_keys=True), encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Told:
    """A notice that went out. ``index``: its entry; ``read_by``: who said that they read it, empty until then."""

    number: int
    docket: str
    work: int
    notice: str
    letter: str
    lines: tuple[tuple[int, str, str], ...]
    index: int
    by: str
    at: dt.datetime
    read_by: str
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that is owed or was sent."""

    number: int
    docket: str
    kind: str
    to: str
    message: str
    state: str
    tries: int
    fault: str
    at: dt.datetime
    sent_at: dt.datetime | None

    @property
    def failed(self) -> bool:
        """Whether it is not tried again by itself."""
        return self.state == FAILED


def marks_of(release: int) -> Marks | None:
    """The marks of a release, by its number; None for one that was sealed before there were any."""
    found = models.ReleaseMarks.objects.filter(of_id=release).first()
    return None if found is None else Marks(found.secret, found.digest)


def looked(work: Work) -> Looked:
    """What a look has found, checked against its digest.

    :raises CaseworkError: if it is gone, or was changed.
    """
    text = (kept.whole(work.result, *work.place) / RESULT).read_text(encoding="utf-8")
    found = json.loads(text)
    lines = tuple(Line(**one) for one in found.pop("lines"))
    return Looked(**{**found, "lines": lines, "missing": tuple(found["missing"])})


def release_in(docket: Docket) -> Release:
    """The release of a docket, if it is in somebody's hands.

    :raises CaseworkError: if nothing left, or what stands ready was not picked up.
    """
    found = None if docket.seal is None else queries_release.release_of(docket.id, docket.seal.release)
    if found is None or docket.released is None:
        raise CaseworkError("nothing has left here; mend what is wrong before it is packed")
    if not _handed_over(docket, found):
        raise CaseworkError("nobody has picked this package up yet; call it back, and have it packed anew")
    return found


def _handed_over(docket: Docket, release: Release) -> bool:
    if docket.state in _TAKEN or queries_release.manner(docket.id) in _AT_ONCE:
        return True
    return bool(models.PickUp.objects.filter(of_id=release.number, signed_at__isnull=False).exists())


def told(docket: str) -> tuple[Told, ...]:
    """The notices that went out about a docket's release, the newest first."""
    found = models.Correction.objects.filter(of__docket_id=docket).select_related("of").order_by("-pk")
    return tuple(_told(one) for one in found)


def told_of_work(work: int) -> Told | None:
    """The notice that rests on a look, if it went out."""
    found = models.Correction.objects.filter(work_id=work).select_related("of").first()
    return None if found is None else _told(found)


def _told(row: models.Correction) -> Told:
    lines = tuple((place, program, element) for place, program, element in json.loads(row.lines))
    return Told(
        row.pk, row.of.docket_id, row.work_id, row.notice, row.letter, lines, row.index, row.by, row.at, row.read_by,
        row.read_at,
    )  # fmt: skip


def corrected(accounted: Iterable[models.Disclosed]) -> dict[int, tuple[models.DisclosureCorrected, ...]]:
    """For rows of a person's accounting, by their numbers: the corrections that their recipients were told."""
    made: dict[int, tuple[models.DisclosureCorrected, ...]] = {}
    for one in models.DisclosureCorrected.objects.filter(of__in=[row.pk for row in accounted]).order_by("pk"):
        made[one.of_id] = (*made.get(one.of_id, ()), one)
    return made


def mails(docket: str) -> tuple[Mail, ...]:
    """The mail to a docket's recipient, the newest first."""
    return tuple(_mail(one) for one in models.Mailing.objects.filter(docket_id=docket).order_by("-pk"))


def mails_due(at: dt.datetime) -> list[int]:
    """Mail that is to be sent now: that waits, and that somebody began to send and did not finish."""
    found = models.Mailing.objects.filter(state__in=(WAITING, SENDING), next_at__lte=at).order_by("next_at", "pk")
    return list(found.values_list("pk", flat=True))


def _mail(row: models.Mailing) -> Mail:
    return Mail(
        row.pk, row.docket_id, row.kind, row.to, row.message, row.state, row.tries, row.fault, row.at, row.sent_at
    )
