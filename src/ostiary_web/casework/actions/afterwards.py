"""After a release: reminders of the certificate, the certificate file by file, and late notices' accounting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import models, queries, queries_release
from ostiary_web.casework.actions import handing_over, intake, leaving, mailing
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.world import MACHINE
from ostiary_web.wiring import config

# Days before the day of destruction on which the recipient is reminded; from the day itself on, every day.
AHEAD = (60, 30, 15)
FILES = ("released.csv", "released.parquet", "dictionary.json", "NOTICE.txt")


@dataclass(frozen=True, slots=True)
class Destroyed:
    """One line of a certificate: a file, where it was, how it was destroyed (a code of the catalogue)."""

    file: str
    place: str
    method: str


def remind(*, at: dt.datetime) -> int:
    """Write every reminder that is due and has not been written; how many. Done again it writes none twice."""
    today = at.astimezone(config().zone()).date()
    owed = models.Docket.objects.filter(state__in=(State.RECEIPTED.value, State.OVERDUE.value))
    return sum(_remind(row.pk, today, at) for row in owed)


def _remind(docket: str, today: dt.date, at: dt.datetime) -> bool:
    found = queries.docket(docket)
    sealed = None if found.seal is None else queries_release.release_of(docket, found.seal.release)
    if found.seal is None or sealed is None:
        return False
    left = (found.seal.retain_until - today).days
    due = [days for days in AHEAD if left <= days]
    step = left if left <= 0 else min(due) if due else None
    if step is None or models.Reminder.objects.filter(of_id=sealed.number, left=step).exists():
        return False
    number = queries.row(docket).number
    text = reminder_text(number, sealed.release, found.seal.retain_until, left)
    try:
        with transaction.atomic():
            models.Reminder.objects.create(of_id=sealed.number, left=step, at=at)
            name = f"reminder-{found.seal.retain_until}-{step}.txt"
            intake.keep_paper(docket, "reminder", name, text.encode(), MACHINE, at)
            mailing.owe(docket=docket, kind=mailing.REMINDER, cause=f"{sealed.release} {step}", at=at)
    except IntegrityError:  # another worker has written it
        return False
    return True


def reminder_text(number: str, release: str, until: dt.date, left: int) -> str:
    """The words of a reminder."""
    when = f"in {left} days, on {until}" if left > 0 else "today" if left == 0 else f"{-left} days ago, on {until}"
    return (
        f"Certificate of destruction, docket {number}\nRelease {release}\n\n"
        f"Every copy of these records must be destroyed {when if left >= 0 else 'by now; the day was ' + when}. "
        "Send a certificate that names each file, each place where it was, and how it was destroyed, signed by who "
        "did it.\n" + ("" if left > 0 else "Until it has come, your office receives nothing further.\n")
    )


def certify(
    *,
    docket: str,
    lines: Iterable[Destroyed],
    signer: str,
    certified_on: dt.date,
    by: str,
    role: Role = Role.RECORDS_OFFICER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Accept a certificate of destruction, file by file; the docket is disposed when every file is accounted for.

    :raises CaseworkError: if a file is missing from it, a place is empty, or a method is none of the catalogue.
    :raises Refused: as the engine does.
    """
    found = queries.docket(queries.find(docket))
    sealed = None if found.seal is None else queries_release.release_of(found.id, found.seal.release)
    if sealed is None:
        raise CaseworkError("no package was sealed here")
    listed = tuple(lines)
    _check_lines(listed, signer)
    text = certificate_text(sealed.release, listed, signer.strip(), certified_on)
    paper = intake.add_paper(
        docket=found.id, kind="certificate", name="certificate.txt", data=text.encode(), by=by, at=at
    )
    with transaction.atomic():
        for one in listed:
            values = {"method": one.method, "signer": signer.strip(), "certified_on": certified_on, "by": by, "at": at}
            models.CertifiedFile.objects.get_or_create(
                of_id=sealed.number, file=one.file, place=one.place.strip(), defaults=values
            )
        done = leaving.dispose(
            docket=found.id, certified_on=certified_on, method=listed[0].method, certificate=paper, by=by, role=role,
            at=at, **more,
        )  # fmt: skip
    handing_over.remove_file(sealed, at)
    return done


def _check_lines(lines: tuple[Destroyed, ...], signer: str) -> None:
    missing = [name for name in FILES if name not in {one.file for one in lines}]
    if missing:
        raise CaseworkError(f"the certificate says nothing of {', '.join(missing)}; ask the recipient for the rest")
    methods = catalogue().lists["disposal_methods"]
    if any(one.method not in methods for one in lines):
        raise CaseworkError(f"a method is one of {', '.join(sorted(methods))}")
    if not all(one.place.strip() for one in lines) or len(signer.strip()) < 3:
        raise CaseworkError("each file has a place where it was, and the certificate somebody who signed it")


def certificate_text(release: str, lines: Iterable[Destroyed], signer: str, day: dt.date) -> str:
    """The certificate as it is kept."""
    rows = "".join(f"{one.file}: {one.place}; {one.method}\n" for one in lines)
    return f"Certificate of destruction of release {release}\n{rows}Signed: {signer}\nOn {day.isoformat()}\n"


def told_late(*, docket: str, at: dt.datetime) -> int:
    """The people were told after a delay: from today on each may see what left about them; how many rows."""
    today = at.astimezone(config().zone()).date()
    rows = models.Disclosed.objects.filter(of__docket_id=docket).exclude(withheld_because="")
    return rows.update(told_from=today, withheld_because="")
