"""A value that left was wrong: looked for, approved by another person, told to the recipient, read by the recipient.

    ask, look    the worker holds the marks of what left against the records of today; people add what they found
    send         another person approves: the signed notice, the letter, the entry, the accounting and the mail, at once
    read         the recipient says at the counter that it was read; or the desk, from a paper

What is told names rows and elements. It holds no value: the right one is a release of its own.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from django.db import transaction

from ostiary.canonical import digest
from ostiary.ledger.kinds import catalogue
from ostiary.release.corrections import Block, Wrong, notice
from ostiary.release.notices import sign_notices
from ostiary_web.casework import (
    letters_correction,
    marks,
    models,
    packaging,
    papers,
    queries,
    queries_corrections,
    queries_release,
    queries_work,
    roll,
)
from ostiary_web.casework.actions import access, door, intake, letters, long_work, mailing, marking
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.guarding import NOTICE
from ostiary_web.casework.actions.long_work import SEEK_WRONG, WRONG, Found
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.letters_correction import CAUSES
from ostiary_web.casework.marks import Compared, Marked
from ostiary_web.casework.queries_corrections import RECORDS, Line, Looked, Told
from ostiary_web.casework.queries_release import Release
from ostiary_web.casework.queries_work import Work
from ostiary_web.casework.world import REQUESTER, world_for
from ostiary_web.ledger_link.actions import record_read
from ostiary_web.wiring import bundle, config

_MOST = 500


def ask(*, docket: str, found: Iterable[Line] = (), by: str, role: Role = Role.CUSTODIAN, at: dt.datetime) -> int:
    """Have the worker look for values that were wrong; the work's number.

    :param found: what somebody found; the person's number is filled in here.
    :raises Refused: as the act `seek_wrong`.
    :raises CaseworkError: if nothing is in anybody's hands, or a value that was named did not leave.
    """
    known = queries.docket(queries.find(docket))
    release = queries_corrections.release_in(known)
    lines = [_known(release, one, at) for one in found]
    if len(lines) > _MOST:
        raise CaseworkError(f"at most {_MOST} values can be named at once")
    with transaction.atomic():
        given = {"found": [asdict(one) for one in lines]}
        number = long_work.ask(docket=known.id, kind=WRONG, by=by, role=role, at=at, given=given)
        record_read(by=by, at=at, whose=known.id, what="records", why="correction", docket=known.id)
    return number


def _known(release: Release, line: Line, at: dt.datetime) -> Line:
    """A value that somebody found to be wrong, if it is one that left, after it left."""
    rows = queries_release.packing(release.packing).rows
    if not 1 <= line.row <= len(rows):
        raise CaseworkError(f"the release has rows 1 to {len(rows)}; count from 1, without the head")
    number, items = rows[line.row - 1]
    if not any((one.program, one.element) == (line.program, line.element) for one in items):
        raise CaseworkError(f"nothing of this element and program left in row {line.row}; see what is in the package")
    if line.cause not in CAUSES:
        raise CaseworkError(f"why it was wrong is one of {', '.join(CAUSES)}")
    left, today = _day(release.sealed_at), _day(at)
    if not left.isoformat() <= line.found_on <= today.isoformat():
        raise CaseworkError(f"it was found between {left}, when it was sealed, and today")
    return replace(line, number=number)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(config().zone()).date()


def look(work: Work, folder: Path, on_step: roll.Step) -> Found:
    """Hold what left against the records of today, and write down what is wrong; see ``jobs_release``."""
    on_step("reading the marks of what left")
    release = queries_corrections.release_in(queries.docket(work.docket))
    marked = marking.read(release)
    on_step("reading the records of today")
    opened = roll.opened()
    records = _records(marked, opened)
    compared = marks.compare(marked, opened, queries_release.stripped_of(work.docket))
    if records != _records(marked, opened):
        raise CaseworkError("the records were changed while they were read; have it looked for again")
    on_step("writing down what was found")
    found = _looked(work, release, marked, compared, records)
    found.write(folder)
    return Found(digest({"release": release.release, "records": records}), {}, SEEK_WRONG)


def _records(marked: Marked, opened: roll.Opened) -> str:
    return roll.records_digest((one.record for one in marked.rows), opened)


def _looked(work: Work, release: Release, marked: Marked, compared: Compared, records: str) -> Looked:
    today = _day(work.asked_at).isoformat()
    lines = {
        (one.row.row, one.block.program, one.block.element): Line(
            one.row.row, one.row.number, one.block.program, one.block.element, today, RECORDS
        )
        for one in compared.differing
        if not one.news
    }
    # What somebody says of a value outweighs that the records differ: it says why.
    lines |= {one.place: one for one in (Line(**said) for said in work.given.get("found", ()))}
    before = {place for one in queries_corrections.told(work.docket) for place in one.lines}
    new = [lines[place] for place in sorted(lines) if place not in before]
    later = sum(one.news for one in compared.differing)
    missing = tuple(one.label for one in compared.missing)
    return Looked(
        release.release, len(marked.rows), compared.values, tuple(new), later, compared.untraced, missing,
        len(lines) - len(new), records,
    )  # fmt: skip


def send(
    *,
    docket: str,
    work: int,
    seen: str = "",
    by: str,
    role: Role = Role.RECORDS_OFFICER,
    at: dt.datetime,
    expect: int | None = None,
) -> Told:
    """Tell the recipient: the second person's approval. All of it or nothing; sent twice, it is done once.

    :param work: the look that it rests on, which must be the newest. ``seen``: the digest of the letter that was read.
    :raises Refused: as the act `correct`; or to whoever had a hand in the matching, the packing or the look.
    :raises CaseworkError: if nothing is wrong, or the result, the marks or the records are others now.
    """
    found = queries.docket(queries.find(docket))
    release = queries_corrections.release_in(found)
    if by in queries_work.touched(found.id) | {queries_release.packing(release.packing).by}:
        says = "whoever tells the recipient has had no part in the matching, the packing or the look"
        raise Refused(Refusal("duty_s3", says, "S3", "another person must approve it"))
    if (before := queries_corrections.told_of_work(work)) is not None and before.docket == found.id:
        return before
    looked = _newest(found, work, release)
    marked = marking.read(release)
    if _records(marked, roll.opened()) != looked.records:
        raise CaseworkError("the records have changed since it was looked for; have it looked for again")
    html = letters_correction.letter(found, looked.lines, at)
    if seen and seen != digest(html):
        raise CaseworkError("the letter is another one than you read; read it again")
    signed = sign_notices(notices(marked, looked.lines), packaging.signer(), _day(at))
    with transaction.atomic():
        door.locked(found.id)
        if (before := queries_corrections.told_of_work(work)) is not None:
            return before
        notice_ = intake.keep_paper(found.id, NOTICE, "correction.json", signed, by, at)
        told = papers.keep(html.encode()), notice_
        done = _enter(found, looked.lines, told, by, role, at, expect)
        _keep(found, release, work, looked.lines, told, done, by, at)
    (sent,) = [one for one in queries_corrections.told(found.id) if one.work == work]
    return sent


def _newest(docket: Docket, number: int, release: Release) -> Looked:
    newest = queries_work.latest_done(docket.id, WRONG)
    if newest is None or newest.number != number:
        raise CaseworkError("this is not the newest look of this docket; read what the newest has found")
    looked = queries_corrections.looked(newest)
    if looked.release != release.release:
        raise CaseworkError("it was looked for in another release; have it looked for again")
    if not looked.lines:
        raise CaseworkError("nothing new was found wrong, so there is nothing to tell")
    return looked


def notices(marked: Marked, lines: Sequence[Line]) -> list[dict[str, object]]:
    """What the recipient is told of each value, in the library's form; a note is one of the desk's own sentences."""
    blocks: dict[tuple[str, str], Block] = {(one.program, one.element): one for one in marked.past.blocks}
    return [
        notice(
            marked.past,
            Wrong(
                one.row, "", blocks[one.program, one.element], dt.date.fromisoformat(one.found_on),
                letters_correction.reason(one.cause),
            ),
        )
        for one in lines
    ]  # fmt: skip


def _enter(
    docket: Docket,
    lines: Sequence[Line],
    told: tuple[str, str],
    by: str,
    role: Role,
    at: dt.datetime,
    expect: int | None,
) -> Done:
    """The act with its entry, which commits to the letter and to the notice. ``told``: the digests of these two."""
    letter, notice_ = told
    elements = bundle().words.elements
    fields = {
        "fields": sorted({elements[one.element].group for one in lines}),
        "people": catalogue().band(len({one.row for one in lines})),
    }
    return door.perform(
        docket=docket.id, act="correct", by=by, role=role, at=at, notice=notice_, enclosed=letter, paper_fields=fields,
        expect=expect,
    )  # fmt: skip


def _keep(
    docket: Docket,
    release: Release,
    work: int,
    lines: Sequence[Line],
    told: tuple[str, str],
    done: Done,
    by: str,
    at: dt.datetime,
) -> None:
    letter, notice_ = told
    letters.keep(docket.id, "correct", letter, by, at)
    made = models.Correction.objects.create(
        of_id=release.number, work_id=work, notice=notice_, letter=letter, index=done.index, by=by, at=at,
        lines=json.dumps([one.place for one in lines]),
    )  # fmt: skip
    _account(docket, release, lines, made.pk, at)
    mailing.owe(docket=docket.id, kind=mailing.CORRECTION, cause=str(made.pk), at=at)


def _account(docket: Docket, release: Release, lines: Sequence[Line], correction: int, at: dt.datetime) -> None:
    """In each person's accounting: that the recipient was told, and of which values."""
    records = {one.number: one.record for one in queries_work.asked_about(docket.id)}
    people: dict[str, list[tuple[str, str]]] = {}
    for one in lines:
        people.setdefault(records[one.number], []).append((one.program, one.element))
    for record, items in people.items():
        row = models.Disclosed.objects.get(of_id=release.number, record=record)
        said = json.dumps(sorted(items))
        models.DisclosureCorrected.objects.create(of=row, correction_id=correction, on=_day(at), items=said)


def read(*, docket: str, correction: int, name: str, proved: bool, at: dt.datetime) -> None:
    """The recipient has read a notice, and says so by name; sent twice, it is kept once.

    :param proved: whether whoever says so has proved to be the requester of this docket.
    :raises CaseworkError: if the docket has no such notice, or nothing was proved.
    """
    if not proved:
        raise CaseworkError("prove first that you are the requester")
    _read(docket, correction, name, REQUESTER, at)


def read_on_paper(*, docket: str, correction: int, name: str, by: str, at: dt.datetime) -> None:
    """A recipient without a receipt has sent the letter back, signed: the desk notes who signed.

    :raises Refused: to whoever does nothing in this docket. :raises CaseworkError: as ``read``.
    """
    found = queries.docket(queries.find(docket))
    access.check_works(found, world_for(found, at, last_index=queries.row(found.id).last_index).world, by, at)
    _read(found.id, correction, name, by, at)


def _read(docket: str, correction: int, name: str, by: str, at: dt.datetime) -> None:
    if not 3 <= len(name.strip()) <= 200 or not name.strip().isprintable():
        raise CaseworkError("sign with your full name and office")
    with transaction.atomic():
        door.locked(docket)
        row = models.Correction.objects.filter(pk=correction, of__docket_id=docket).first()
        if row is None:
            raise CaseworkError("this request has no such notice")
        if row.read_at is not None:
            return
        text = read_text(docket, row.notice, name.strip(), at)
        row.read_paper = intake.keep_paper(docket, "correction_read", "read.txt", text.encode(), by, at)
        row.read_by, row.read_at = name.strip(), at
        row.save(update_fields=["read_paper", "read_by", "read_at"])


def read_text(docket: str, notice_: str, name: str, at: dt.datetime) -> str:
    """What a recipient signs who has read a notice."""
    return (
        f"Notice of correction, docket {queries.row(docket).number}\nThe notice: {notice_}\n"
        "I have read which values are not to be relied on. I take them out of whatever was made from them, and tell "
        f"everybody to whom they were passed on.\nSigned: {name}\n"
        f"On {at.astimezone(config().zone()):%Y-%m-%d %H:%M}\n"
    )
