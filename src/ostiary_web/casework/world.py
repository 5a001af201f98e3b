"""The world of one act, read from the staff's and the registers' tables, the log and the roll: see ``docket.world``.

Whatever cannot be read is None, and None is never yes. Nothing here writes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import ostiary_verify as verify
from ostiary.errors import OstiaryError
from ostiary.law.bundle import Bundle
from ostiary.law.tracks import Procedure
from ostiary.ledger import store
from ostiary.ledger.export import exported
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import judging, queries
from ostiary_web.casework.docket.calendar import Calendar, calendar
from ostiary_web.casework.docket.roles import REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.world import Counterparty, Delegation, Law, Log, Person, World
from ostiary_web.casework.judging import Judged
from ostiary_web.casework.queries import FactRow
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries as staff
from ostiary_web.staff.queries import Member
from ostiary_web.wiring import bundle, config, signer

MACHINE = "machine"
# An outsider's references are the docket's own: whoever lets them in has proved who they are.
REQUESTER, CONCERNED = "requester", "concerned"
_NO_LAW = Law("", Procedure(), frozenset())


@dataclass(frozen=True, slots=True)
class Read:
    """The world, the request as it was judged for it (None where it could not be), and the facts that it rests on.

    ``file``: the facts as they count on the day, as a request file; empty where they make none.
    """

    world: World
    judged: Judged | None
    facts: tuple[FactRow, ...] = ()
    records: Mapping[str, str] = field(default_factory=dict)
    file: str = ""


def world_for(
    docket: Docket | None,
    at: dt.datetime,
    *,
    last_index: int | None = None,
    body: str = "",
    roster: Sequence[Member] | None = None,
) -> Read:
    """All that stands around a docket now. Call it with the docket's row locked, before anything is written.

    :param docket: None where there is none yet, which has then no verdict.
    :param last_index: the docket's last entry, which must be cosigned before anything leaves.
    :param roster: the staff, where a page has just read it; an act reads it anew.
    """
    now = at.astimezone(config().zone())
    law, packs = _law()
    code = docket.body if docket is not None else body
    stated, records, file = _stated(docket, now.date())
    judged = _judged(file, packs, now.date())
    world = World(
        now=now,
        law=law,
        calendar=_calendar(now.date()),
        people=_people(docket, code, now, law, packs, records, roster),
        counterparty=_counterparty(docket, code, now.date(), stated),
        verdict=None if judged is None else judged.verdict,
        track="" if judged is None else judged.track,
        policy=law.bundle,
        log=_log(last_index),
        roll=_roll(packs),
    )
    return Read(world, judged, stated, records, file)


def _stated(docket: Docket | None, today: dt.date) -> tuple[tuple[FactRow, ...], Mapping[str, str], str]:
    """The facts that stand, who the subjects are, and the request file that both make today."""
    if docket is None:
        return (), {}, ""
    rows, records = tuple(queries.standing_facts(docket.id)), queries.records(docket.id)
    try:
        return rows, records, queries.file_of(rows, records, today)
    except (OstiaryError, ValueError):
        # They make no request: there is no verdict, and everything waits until somebody mends them.
        return rows, records, ""


def _law() -> tuple[Law, Bundle | None]:
    """The rules in use, where this desk holds them; None where it holds others, or none are in use."""
    used = registry.rules_in_use()
    packs = bundle()
    if used is None or used.digest != packs.digest:
        return _NO_LAW, None
    return Law(used.digest, packs.procedure, used.approvers, used.suspended), packs


def _judged(file: str, packs: Bundle | None, today: dt.date) -> Judged | None:
    if packs is None or not file:
        return None
    try:
        return judging.judge(packs, file, today)
    except (OstiaryError, ValueError):
        # The facts cannot be read under these packs: there is no verdict, and everything waits.
        return None


def _calendar(today: dt.date) -> Calendar:
    """The agency's days off. The table is complete up to the end of the last year that has any."""
    last = registry.calendar_end()
    if last is None:
        return Calendar(frozenset(), today - dt.timedelta(days=1))
    end = dt.date(last.year, 12, 31)
    return calendar(registry.days_off(today - dt.timedelta(days=400), end), end)


def _people(
    docket: Docket | None,
    body: str,
    now: dt.datetime,
    law: Law,
    packs: Bundle | None,
    records: Mapping[str, str],
    roster: Sequence[Member] | None,
) -> Mapping[str, Person]:
    mine = {("record", record) for record in records.values()} | {("body", body)}
    mine |= set() if docket is None else {("docket", docket.id)}
    wrote = _authors(packs, now.date())
    members = staff.roster(now, now.date(), law.bundle) if roster is None else roster
    people = {one.reference: _person(one, mine, now.date(), law.bundle, wrote) for one in members}
    outsiders = _outsiders(frozenset[str]() if docket is None else frozenset({docket.id}))
    return people | {one.id: one for one in (*outsiders, Person(MACHINE, "", frozenset({Role.MACHINE})))}


def _person(
    one: Member, mine: set[tuple[str, str]], today: dt.date, policy: str, wrote: Mapping[str, Mapping[str, dt.date]]
) -> Person:
    roles = frozenset(Role(role) for role in one.roles)
    lent = tuple(
        Delegation(Role(role), "staff", today, today, frozenset({scope} if scope else ())) for role, scope in one.lent
    )
    # The attestation to the policy in force covers it too: whoever has a part in something declares it.
    stake = True if mine & one.excluded else False if one.attested else None
    return Person(
        id=one.reference,
        unit=one.unit,
        roles=roles,
        stake=stake,
        trained=dict.fromkeys(roles | {lending.role for lending in lent}, today) if one.trained else {},
        attested=policy if one.attested else "",
        on_call=bool(REVIEWERS & {Role(role) for role in one.on_call}),
        wrote=wrote.get(one.reference, {}),
        keys=one.keys,
        administers=one.administrator,
        delegations=lent,
    )


def _authors(packs: Bundle | None, today: dt.date) -> Mapping[str, Mapping[str, dt.date]]:
    """Who proposed or put in use the packs, and so every rule in them, and when (S5)."""
    rules: Iterable[str] = () if packs is None else packs.by_id
    return {person: dict.fromkeys(rules, day) for person, day in registry.authors(today - dt.timedelta(days=100))}


def _outsiders(own: frozenset[str]) -> Iterable[Person]:
    yield Person(REQUESTER, "", frozenset({Role.REQUESTER, Role.RECIPIENT}), party_to=own)
    yield Person(CONCERNED, "", frozenset({Role.CONCERNED}), party_to=own)


def _counterparty(docket: Docket | None, body: str, today: dt.date, stated: Iterable[FactRow]) -> Counterparty | None:
    if body == "":
        # A private person is no body of the register: the verifier's finding in this docket is all that is known.
        if docket is None or docket.requester_verified is None or not _is_private(stated):
            return None
        key, until = queries.own_key(docket.id) or ("", None)
        return Counterparty(docket.requester_verified, False, key, until)
    found = registry.standing(body, today)
    if found is None:
        return None
    frozen = found.frozen or queries.has_overdue(body)
    return Counterparty(found.verified, frozen, found.key or "", found.key_until, found.agreement_until)


def _is_private(stated: Iterable[FactRow]) -> bool:
    """Whether a request says it comes from a private person. A body without its row in the register is not one: it
    could be a frozen one, asked for under no name."""
    kind = {one.name: one.value for one in stated}.get("requester.kind")
    return isinstance(kind, str) and kind not in catalogue().nameable


def _log(last_index: int | None) -> Log:
    """Whether the log can be written now, and whether what was published covers the docket's last entry."""
    try:
        raw = raw_connection()
        publishing.checked(raw)
        head = store.raw_head(raw)
        writable = head is not None and signer().vkey == head.vkey and config().ledger_export.is_dir()
        note = exported(config().ledger_export)
    except (OstiaryError, OSError, ValueError):
        return Log(False, False, False)
    if note is None or last_index is None or not writable:
        return Log(writable, None, None)
    try:
        found = config().policy().check(verify.parse_note(note))
    except (OstiaryError, ValueError, verify.VerifyError):
        return Log(writable, None, False)
    covered = found.size > last_index
    return Log(writable, covered, covered)


def _roll(packs: Bundle | None) -> bool | None:
    """Whether the agency's records can be asked: their mapping is there, and can be read under these packs."""
    path = config().roll
    try:
        if packs is None or not path.is_file():
            return None
        tables = _tables(path, path.stat().st_mtime_ns, packs.digest)
        if config().engine != "duckdb":
            return True
        return all(any(path.parent.glob(files)) for files in tables)
    except (OstiaryError, OSError):
        return False


@lru_cache(maxsize=4)
def _tables(path: Path, changed: int, packs: str) -> tuple[str, ...]:
    """The files or tables that the mapping names; read again when the file or the packs change."""
    from ostiary.roll.reading import read_roll

    return tuple(read_roll(path, bundle().words).tables.values())
