"""A request comes in: taken in with all that it says, completed, numbered, verified, or ended at the door."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.ledger.entry import new_docket
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import entries, facts, models, papers, queries
from ostiary_web.casework.actions import access, door
from ostiary_web.casework.actions.columns import columns, keep_hands, keep_requester
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.facts import check_may
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.opening import Opened, open_docket
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket, Instrument
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.world import REQUESTER, world_for
from ostiary_web.ledger_link.actions import append_entry
from ostiary_web.ledger_link.models import Thread
from ostiary_web.ledger_link.queries import agency_thread
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

_FILE = "request"


@dataclass(frozen=True, slots=True)
class Came:
    """What came in and how. ``file``: the request file's text. ``body``: a code of the register, or empty.

    ``subjects``: per group of persons, what the request says of them; kept apart, never in the log.
    """

    file: str
    received: dt.date
    mode: str
    body: str = ""
    kind: DocketKind = DocketKind.REQUEST
    emergency: bool = False
    name: str = "request.yaml"
    subjects: Mapping[str, Any] = field(default_factory=dict)


def take_in(*, came: Came, by: str, role: Role = Role.INTAKE, at: dt.datetime, key: str = "") -> Done:
    """Open the docket of a request, with every fact that its file states; who establishes each, confirms it later.

    :param key: what the form bore; a form sent twice opens one docket.
    :raises Refused: if this person opens no docket, or the day of receipt lies ahead.
    :raises RequestError, CaseworkError: if the file cannot be read, or the body does not fit it.
    """
    _check_came(came)
    if (before := _taken_before(key)) is not None:
        return before
    paper = papers.keep(came.file.encode())
    with transaction.atomic():
        number = next_number(at)
        # Once more, now that no other intake is under way.
        return _taken_before(key) or open_row(came, by, role, at, number, paper, key=key)


def _taken_before(key: str) -> Done | None:
    before = models.Event.objects.filter(number=1, key=key).first() if key else None
    if before is None:
        return None
    return Done(queries.docket(before.docket_id), before.act, 1, before.index, "taken in before", again=True)


def open_row(
    came: Came,
    by: str,
    role: Role,
    at: dt.datetime,
    number: str,
    paper: str,
    *,
    key: str = "",
    pseudonym: str = "",
    parent: Docket | None = None,
) -> Done:
    """The docket's row with its facts, its first entry and its first event, in the transaction that is open."""
    pseudonym = pseudonym or new_docket()
    world = world_for(None, at, body=came.body).world
    if not world.law.procedure.tracks:
        raise CaseworkError("no rules are in use, so no limit is known; put them in use: `ostiary-web bundle`")
    opened = open_docket(
        world, pseudonym, by, role, at,
        received=came.received, body=came.body, kind=came.kind, emergency=came.emergency, parent=parent,
    )  # fmt: skip
    if isinstance(opened, Refusal):
        raise Refused(opened)
    claimed = facts.leaves(facts.parsed(came.file))
    row = _row(opened.docket, came, at, number)
    _state(row, claimed, came, by, role, at, paper)
    keep_requester(row, claimed)
    return _opened(row, opened, came, claimed, (by, at, paper, key))


def _check_came(came: Came) -> None:
    """The file can be read, and the body is the one that the file speaks of."""
    words = bundle().words
    request = facts.read(came.file, words)
    if came.mode not in catalogue().lists["received_modes"]:
        known = ", ".join(sorted(catalogue().lists["received_modes"]))
        raise CaseworkError(f"this is no way in which a request comes; choose from {known}")
    if request.received != came.received:
        raise CaseworkError("`request_date` of the file is not the day of receipt; correct one of them")
    if came.body:
        found = registry.standing(came.body, came.received)
        if found is None:
            raise CaseworkError("there is no such body in the register; have it registered first")
        said = facts.leaves(facts.parsed(came.file)).get("requester.kind")
        if said is not None and said != found.kind:
            raise CaseworkError("the file names another kind of requester than the register has for this body")


def next_number(at: dt.datetime) -> str:
    """The next number of the year, in the transaction that is open: one intake after another."""
    year = localdate(at).year
    models.Numbering.objects.get_or_create(year=year)
    row = models.Numbering.objects.select_for_update().get(pk=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"{year}-{row.last:06d}"


def _row(docket: Docket, came: Came, at: dt.datetime, number: str) -> models.Docket:
    Thread.objects.create(pseudonym=docket.id, sort="docket")
    row = models.Docket.objects.create(
        pseudonym=docket.id,
        number=number,
        kind=docket.kind.value,
        state=docket.state.value,
        body=docket.body,
        received=docket.received,
        received_mode=came.mode,
        entered_at=at,
        snapshot=door.opening_data(docket),
        events=docket.events,
        parent=docket.parent,
        last_index=-1,  # set with the entry, in this transaction
        **columns(docket),
    )
    keep_hands(docket)
    return row


def _state(
    row: models.Docket, claimed: Mapping[str, Any], came: Came, by: str, role: Role, at: dt.datetime, paper: str
) -> None:
    models.Paper.objects.create(
        docket=row, digest=paper, kind=_FILE, name=came.name, size=len(came.file.encode()), by=by, at=at
    )
    models.Fact.objects.bulk_create(
        models.Fact(docket=row, name=name, value=facts.to_json(value), by=by, role=role.value, paper=paper, at=at)
        for name, value in claimed.items()
    )
    groups = {group.name for group in facts.read(came.file, bundle().words).groups}
    models.Subject.objects.bulk_create(
        models.Subject(docket=row, who=who, said=door.as_json(came.subjects.get(who))) for who in sorted(groups)
    )


def _opened(
    row: models.Docket,
    opened: Opened,
    came: Came,
    claimed: Mapping[str, Any],
    said: tuple[str, dt.datetime, str, str],
) -> Done:
    by, at, paper, key = said
    known = entries.Known(opened.docket, bundle(), claimed)
    given: dict[str, Any] = {"received_mode": came.mode}
    read = entries.fill(opened.entry_kind, opened.entry_missing, known, given, opened.entry_public)
    public = {**read, **opened.entry_public}
    data = door.opening_data(opened.docket)
    private = {"event": json.loads(data)}
    written = append_entry(
        kind=opened.entry_kind, thread=row.pseudonym, by=by, at=at, public=public, private=private, papers=[paper]
    )
    models.Event.objects.create(docket=row, number=1, act="receive", at=at, data=data, index=written.index, key=key)
    row.last_index = written.index
    row.save(update_fields=["last_index"])
    return Done(opened.docket, "receive", 1, written.index, "taken in")


def add_paper(*, docket: str, kind: str, name: str, data: bytes, by: str, at: dt.datetime) -> str:
    """Keep a paper that came in for a docket; its digest, by which acts and facts name it.

    :param by: the requester, whom the counter has let in, or an official who may act in this docket.
    :raises Refused: to anybody else.
    """
    row = models.Docket.objects.get(pk=queries.find(docket))
    if by != REQUESTER:
        found = queries.loaded(row)
        access.check_works(found, world_for(found, at, last_index=row.last_index).world, by, at)
    return keep_paper(row.pk, kind, name, data, by, at)


def keep_paper(pseudonym: str, kind: str, name: str, data: bytes, by: str, at: dt.datetime) -> str:
    """Keep a paper for a docket, by somebody who was let through already; its digest."""
    digest = papers.keep(data)
    values = {"kind": kind, "name": name, "size": len(data), "by": by, "at": at}
    models.Paper.objects.get_or_create(docket_id=pseudonym, digest=digest, defaults=values)
    return digest


@transaction.atomic
def register_own_key(
    *, docket: str, public: str, until: dt.date, by: str, role: Role = Role.VERIFIER, at: dt.datetime
) -> str:
    """Register the key of a private requester, whom the verifier proved; its digest.

    :raises Refused: if this person may not. :raises CaseworkError: if a body asks, or there is a key already.
    """
    row = door.locked(queries.find(docket))
    found = queries.loaded(row)
    check_may(found, world_for(found, at, last_index=row.last_index).world, by, role, at, {Role.VERIFIER})
    if found.body or found.requester_verified is not True:
        raise CaseworkError("only a private requester whose identity is verified has a key of its own here")
    if until <= localdate(at) or not public.strip():
        raise CaseworkError("give the key, and a last day that lies ahead")
    if queries.own_key(found.id) is not None:
        raise CaseworkError("this docket has a key already")
    digest = "sha256:" + sha256(public.strip().encode()).hexdigest()
    models.OwnKey.objects.create(docket=row, key=digest, public=public.strip(), until=until, by=by, at=at)
    entry = {"use": "recipient", "key": digest}
    append_entry(kind="key.registered", thread=agency_thread(), by=by, at=at, public=entry)
    return digest


def acknowledge(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """Tell the requester that it arrived."""
    return door.perform(docket=docket, act="acknowledge", by=by, role=role, at=at, **more)


def return_request(
    *, docket: str, missing: tuple[str, ...], by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any
) -> Done:
    """Send it back: these parts are missing."""
    return door.perform(docket=docket, act="return_request", by=by, role=role, at=at, missing=missing, **more)


def complete(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """What was missing came."""
    return door.perform(docket=docket, act="complete", by=by, role=role, at=at, **more)


def redirect(*, docket: str, cause: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """Point elsewhere: these are not our records."""
    return door.perform(docket=docket, act="redirect", by=by, role=role, at=at, cause=cause, **more)


def docket_request(
    *, docket: str, instrument_form: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any
) -> Done:
    """Give it its place in the queue; the clock of the answer runs."""
    fields = {"instrument_form": instrument_form, **more.pop("paper_fields", {})}
    return door.perform(docket=docket, act="docket_request", by=by, role=role, at=at, paper_fields=fields, **more)


def preserve(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """Keep the records that are asked about; disclose nothing."""
    return door.perform(docket=docket, act="preserve", by=by, role=role, at=at, **more)


def verify(
    *,
    docket: str,
    requester_verified: bool | None,
    instrument: Instrument,
    requester_proof: str,
    instrument_check: str,
    by: str,
    role: Role = Role.VERIFIER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Say who asks and what the paper is; the machine then judges."""
    return door.perform(
        docket=docket, act="verify", by=by, role=role, at=at,
        requester_verified=requester_verified, instrument=instrument,
        requester_proof=requester_proof, instrument_check=instrument_check, **more,
    )  # fmt: skip


def name_body(
    *,
    docket: str,
    body: str,
    requester_proof: str,
    instrument_check: str,
    by: str,
    role: Role = Role.VERIFIER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Say which body of the register asks, where the request came in under no name; now it can be given anything."""
    return door.perform(
        docket=docket, act="name_body", by=by, role=role, at=at, requester_body=body,
        requester_proof=requester_proof, instrument_check=instrument_check, **more,
    )  # fmt: skip


def refuse_form(
    *, docket: str, defects: tuple[str, ...], second: str, by: str, role: Role = Role.VERIFIER, at: dt.datetime,
    **more: Any,
) -> Done:  # fmt: skip
    """Refuse the paper or the proof of who asks; lead counsel signs too."""
    return door.perform(
        docket=docket, act="refuse_form", by=by, role=role, at=at, second=second, defects=defects, **more
    )


def withdraw(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """The requester takes it back."""
    return door.perform(docket=docket, act="withdraw", by=by, role=role, at=at, **more)
