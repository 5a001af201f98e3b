"""What the desk shows of wrong values that left: what was found, what was told, who has read it, and the mail."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from ostiary.errors import OstiaryError
from ostiary_web.casework import letters_correction, pages, pages_long_work, queries_corrections, queries_work
from ostiary_web.casework.actions import long_work, mailing
from ostiary_web.casework.docket import machine
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import LEFT, State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.pages_long_work import Progress
from ostiary_web.casework.queries_corrections import Line, Looked, Mail, Told
from ostiary_web.casework.queries_work import Work

APPROVES = (Role.RECORDS_OFFICER, Role.LEAD_COUNSEL)


@dataclass(frozen=True, slots=True)
class WrongLine:
    """One value that was wrong: which it is, since when it is known, why; ``note`` for whoever approves it."""

    name: str
    found_on: str
    reason: str
    note: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A notice that went out. ``digest``: of the letter, without its prefix."""

    number: int
    at: dt.datetime
    values: int
    index: int
    by: str
    digest: str
    read_by: str
    read_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class MailLine:
    """One mail to the recipient: what it says, and how far it is."""

    number: int
    says: str
    at: dt.datetime
    state: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Corrections:
    """The part of the docket's page about values that were wrong.

    ``why``: why it may not be looked for; ``fault``: what was found cannot be read; ``work``: the look that may be told
    of; ``looked``: None before a look, and once a notice went out about it.
    """

    shown: bool
    may_look: bool = False
    why: str = ""
    progress: Progress | None = None
    looked: Looked | None = None
    lines: tuple[WrongLine, ...] = ()
    fault: str = ""
    work: int = 0
    may_tell: bool = False
    told: tuple[Sent, ...] = ()
    mails: tuple[MailLine, ...] = ()


def part(case: Case, me: Me, works: Sequence[Work]) -> Corrections:
    """The corrections of a docket. ``works``: its long work, the newest first."""
    if case.docket.state not in LEFT | {State.CLOSED} or case.docket.released is None:
        return Corrections(shown=False)
    alike = [one for one in works if one.kind == long_work.WRONG]
    newest = next((one for one in alike if one.done_well), None)
    sent = queries_corrections.told(case.docket.id)
    # What a notice went out about stands with the notice.
    newest = None if newest is None or any(one.work == newest.number for one in sent) else newest
    looked, fault = _looked(newest)
    open_ = looked is not None and bool(looked.lines)
    return Corrections(
        True,
        Role.CUSTODIAN in me.roles,
        _why(case, me),
        pages_long_work.progress(alike[0]) if alike else None,
        looked,
        () if looked is None else tuple(line_of(one) for one in looked.lines),
        fault,
        newest.number if open_ and newest is not None else 0,
        open_ and bool(me.roles & set(APPROVES)),
        tuple(_sent(one, me) for one in sent),
        tuple(_mail(one) for one in queries_corrections.mails(case.docket.id)),
    )


def _looked(work: Work | None) -> tuple[Looked | None, str]:
    if work is None:
        return None, ""
    try:
        return queries_corrections.looked(work), ""
    except CaseworkError as fault:
        return None, str(fault)


def _why(case: Case, me: Me) -> str:
    """Why whoever is a custodian may not have it looked for now."""
    if Role.CUSTODIAN not in me.roles:
        return ""
    try:
        queries_corrections.release_in(case.docket)
    except CaseworkError as fault:
        return str(fault)
    found = machine.step(case.docket, case.world, long_work.SEEK_WRONG, me.reference, Role.CUSTODIAN, case.world.now)
    return f"{found.says} ({found.cites}); {found.cure}" if isinstance(found, Refusal) else ""


def line_of(line: Line) -> WrongLine:
    """A value that was wrong, in words."""
    name, reason = letters_correction.value_name(line), letters_correction.reason(line.cause)
    return WrongLine(name, line.found_on, reason, line.note)


def _sent(told: Told, me: Me) -> Sent:
    return Sent(
        told.number, pages.in_agency_time(told.at), len(told.lines), told.index, me.name(told.by),
        told.letter.removeprefix("sha256:"), told.read_by, told.read_at,
    )  # fmt: skip


def _mail(mail: Mail) -> MailLine:
    if mail.sent_at is not None:
        state = _("sent on %(day)s") % {"day": f"{pages.in_agency_time(mail.sent_at):%Y-%m-%d %H:%M}"}
    elif mail.failed:
        state = _("not sent after %(tries)s tries (%(fault)s); send it by post") % {
            "tries": mail.tries, "fault": mail.fault,
        }  # fmt: skip
    elif mail.tries:
        state = _("tried %(tries)s times (%(fault)s); it is tried again") % {"tries": mail.tries, "fault": mail.fault}
    else:
        state = _("it waits for the worker")
    return MailLine(mail.number, str(mailing.SAYS[mail.kind]), pages.in_agency_time(mail.at), state, mail.failed)


@dataclass(frozen=True, slots=True)
class ToTell:
    """What a second person reads before it is told. ``why``: why it cannot be told now; empty where it can."""

    work: int
    looked: Looked
    lines: tuple[WrongLine, ...]
    letter: str
    why: str


def to_tell(case: Case, at: dt.datetime) -> ToTell:
    """The newest look, and its letter as it would go out.

    :raises CaseworkError: if there is none, or it cannot be read.
    """
    newest = queries_work.latest_done(case.docket.id, long_work.WRONG)
    if newest is None:
        raise CaseworkError("nobody has looked for wrong values here")
    looked = queries_corrections.looked(newest)
    lines = tuple(line_of(one) for one in looked.lines)
    if queries_corrections.told_of_work(newest.number) is not None:
        return ToTell(newest.number, looked, lines, "", _("The recipient was told of this."))
    try:
        letter = letters_correction.letter(case.docket, looked.lines, at) if looked.lines else ""
    except OstiaryError as fault:
        return ToTell(newest.number, looked, lines, "", str(fault))
    return ToTell(newest.number, looked, lines, letter, "")
