"""The one door: every act on a docket goes through ``perform``, and so meets every duty and every guard.

In one transaction: lock the docket, read the world, ask the engine, change the row, append the entry, keep the event.
The log's lock is taken last. Before an edge into *sealed* or *released* the docket's last entry is published and
cosigned, outside the transaction; the guard then reads whether it is.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.canonical import plain
from ostiary.ledger.entry import canonical_json
from ostiary.ledger.kinds import catalogue
from ostiary.ledger.opening import explained
from ostiary_web.casework import entries, judging, models, queries
from ostiary_web.casework.actions.columns import columns, keep_hands
from ostiary_web.casework.actions.guarding import check_leaving
from ostiary_web.casework.docket import machine, transitions
from ostiary_web.casework.docket.codec import to_plain
from ostiary_web.casework.docket.duties import APART, NEW
from ostiary_web.casework.docket.machine import Step
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.replay import docket_to_plain, event_to_plain
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import Refused, changed_meanwhile
from ostiary_web.casework.judging import Judged
from ostiary_web.casework.world import MACHINE, Read, world_for
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.actions import Written, append_entry
from ostiary_web.ledger_link.faults import NotCosigned
from ostiary_web.ledger_link.kept import acting
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

_LOG_FIRST = (State.SEALED, State.RELEASED)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who tries what, in which capacity, when. ``papers``: public fields of the entry that only papers tell.

    ``enclosed``: the digest of the letter to the requester that goes with it, which the entry commits to.
    """

    act: str
    by: str
    role: Role
    at: dt.datetime
    second: str = ""
    papers: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    key: str = ""
    enclosed: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """What was done: the docket after it, the act's number, its entry's index. ``again``: it had been done before."""

    docket: Docket
    act: str
    number: int
    index: int
    says: str
    again: bool = False


def perform(
    *,
    docket: str,
    act: str,
    by: str,
    role: Role,
    at: dt.datetime,
    second: str = "",
    expect: int | None = None,
    key: str = "",
    paper_fields: Mapping[str, Any] | None = None,
    enclosed: str = "",
    **given: Any,
) -> Done:
    """Do one act on one docket, or raise and have done nothing. What the machine does thereupon is done with it.

    :param docket: its pseudonym or number. ``by``, ``second``: the ledger's references of people.
    :param expect: how many events the actor saw; a docket that has moved on is not acted upon.
    :param key: what the form bore; the second sending of one form does nothing, and says so.
    :param paper_fields: public fields of the entry that only the papers tell.
    :param enclosed: the digest of the letter to the requester that goes with it.
    :raises Refused: with the reason, its source and what to do.
    :raises CaseworkError: if there is no such docket, or a field of the entry is missing.
    :raises LedgerError, LedgerInput: if the entry cannot be written.
    """
    pseudonym = queries.find(docket)
    attempt = Attempt(act, by, role, at, second, paper_fields or {}, given, key, enclosed)
    cause = _log_first(pseudonym, act)
    try:
        with acting(), transaction.atomic():
            row = locked(pseudonym)
            if key and (before := _sent_before(row, key)) is not None:
                return before
            if expect is not None and row.events != expect:
                raise changed_meanwhile()
            done = do(row, attempt)
            if _machine_next(done.docket):
                follow_on(row, at)
                done = replace(done, docket=queries.loaded(row))
    except Refused as refused:
        # Why the log could not be waited for says more than that it is not cosigned.
        raise refused from cause
    return done


def locked(pseudonym: str) -> models.Docket:
    """The docket's row, locked until COMMIT."""
    return models.Docket.objects.select_for_update().get(pk=pseudonym)


def do(row: models.Docket, attempt: Attempt) -> Done:
    """One act on a row that is locked: the engine's step, its entry and its event.

    :raises Refused: as the engine says.
    """
    before, last = queries.loaded(row), row.last_index
    check_leaving(before, attempt.act, attempt.given)
    read = world_for(before, attempt.at, last_index=last)
    step = engine_step(before, read, attempt)
    transition = transitions.find(attempt.act, before.state)
    return record(row, step, attempt, read.judged, again=transition is not None and transition.discloses)


def engine_step(docket: Docket, read: Read, attempt: Attempt) -> Step:
    """What the engine says of an attempt.

    :raises Refused: if it is refused, or somebody who established facts here must be kept apart from this role.
    """
    found = machine.step(
        docket, read.world, attempt.act, attempt.by, attempt.role, attempt.at, second=attempt.second, **attempt.given
    )
    if isinstance(found, Refusal):
        raise Refused(found)
    event = found.event
    for person, role in ((event.by, event.role), (event.second, event.second_role)):
        if person and role is not None:
            check_apart(docket.id, person, role)
    if found.docket.body != docket.body:
        check_body(docket.id, found.docket.body, attempt.at)
    return found


def check_body(docket: str, body: str, at: dt.datetime) -> None:
    """A body that is named stands in the register, and is of the kind that the request states.

    :raises Refused: else.
    """
    found = registry.standing(body, localdate(at))
    if found is None or found.kind != queries.claims(docket).get("requester.kind"):
        says = "the register has no such body of the kind that the request states"
        raise Refused(Refusal("body", says, "I1", "have it registered first, or correct what the request states"))


def check_apart(docket: str, person: str, role: Role) -> None:
    """Whoever established facts of a docket has acted in it, though no event says so (S3, S4).

    :raises Refused: if that role is kept apart from this one, or this one must be new to the docket.
    """
    before = queries.roles_in_facts(docket, person) - {role}
    if (role in NEW and before) or any(frozenset({one, role}) in APART for one in before):
        says = "the person has established facts here in a role that must be kept apart from this one"
        raise Refused(Refusal("duty_s3", says, "S3", "another person must do it"))


def record(row: models.Docket, step: Step, attempt: Attempt, judged: Judged | None, *, again: bool = False) -> Done:
    """Write down what a step did: the row, the entry, the event, the verdict.

    :param again: ask every guard once more when the log's lock is held: what other writers of the log committed
        meanwhile (a freeze, a suspension) is then known, and nothing more can come before this entry.
    """
    before, number = queries.loaded(row), row.events + 1
    public, later = _fields(step, attempt, judged, row)
    private = {"event": event_to_plain(step.event)}
    move(row, step.docket)
    with explained("the log"):
        written = append_entry(
            kind=step.entry_kind,
            thread=row.pseudonym,
            by=attempt.by,
            at=attempt.at,
            public=public,
            later=later,
            private=private | ({"letter": attempt.enclosed} if attempt.enclosed else {}),
            papers=_digests(attempt),
        )
    if again:
        engine_step(before, world_for(before, attempt.at, last_index=row.last_index), attempt)
    _keep(row, number, attempt, event_to_plain(step.event), written)
    if judged is not None and step.entry_kind == "verdict.given":
        keep_verdicts(row, number, judged)
    return Done(step.docket, attempt.act, number, written.index, step.explanation)


def _fields(
    step: Step, attempt: Attempt, judged: Judged | None, row: models.Docket
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of the entry: those that are public now, and those that wait."""
    claimed = queries.claims(row.pseudonym)
    known = entries.Known(step.docket, bundle(), claimed, judged)
    settled = {*step.entry_public, *step.entry_later}
    read = entries.fill(step.entry_kind, step.entry_missing, known, attempt.papers, settled)
    waits = {name for name, one in catalogue().kind(step.entry_kind).public.items() if one.later}
    every = {**read, **step.entry_public, **step.entry_later}
    public = {name: value for name, value in every.items() if name not in waits}
    return _plain(public), _plain({name: value for name, value in every.items() if name in waits})


def _plain(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: plain(to_plain(value)) for name, value in fields.items()}


def _digests(attempt: Attempt) -> list[str]:
    """The papers that an act names: they are committed to, so that they can be shown to be what was acted upon."""
    named = (*attempt.given.values(), attempt.enclosed)
    return sorted({value for value in named if isinstance(value, str) and value.startswith("sha256:")})


def move(row: models.Docket, after: Docket) -> None:
    """Put the docket's new state into its row, if nobody else has moved it."""
    changed = {
        "snapshot": canonical_json(docket_to_plain(after)).decode(),
        "state": after.state.value,
        "body": after.body,
        "events": after.events,
        **columns(after),
    }
    if not models.Docket.objects.filter(pk=row.pk, events=row.events).update(**changed):
        raise changed_meanwhile()
    for name, value in changed.items():
        setattr(row, name, value)
    keep_hands(after)


def _keep(row: models.Docket, number: int, attempt: Attempt, data: Mapping[str, Any], written: Written) -> None:
    models.Event.objects.create(
        docket=row,
        number=number,
        act=attempt.act,
        at=attempt.at,
        data=canonical_json(data).decode(),
        index=written.index,
        key=attempt.key,
    )
    row.last_index = written.index
    row.save(update_fields=["last_index"])


def keep_verdicts(row: models.Docket, event: int, judged: Judged) -> None:
    """Keep the verdict of the request's day and of today, as the command line would write them."""
    for verdict in {judged.then.as_of: judged.then, judged.now.as_of: judged.now}.values():
        text = judging.as_written(verdict)
        models.VerdictRow.objects.create(docket=row, event=event, bundle=verdict.bundle, as_of=verdict.as_of, text=text)


def _machine_next(docket: Docket) -> bool:
    """Whether the next step is the machine's, without anything around the docket having changed."""
    waits = docket.state is State.DECISION and docket.verdict is None
    return waits or docket.state in (State.DOCKETED, State.JUDGED, State.CONSOLIDATING)


def follow_on(row: models.Docket, at: dt.datetime, *, clocks: bool = False) -> list[Done]:
    """All that the machine does now, one event after another; nothing that discloses (I2).

    :param clocks: also what falls due with time; only the machine's own pass does that.
    """
    from ostiary_web.casework.actions.machine import candidates

    done: list[Done] = []
    while found := _next(row, at, candidates, clocks):
        done.append(found)
    return done


def _next(row: models.Docket, at: dt.datetime, candidates: Any, clocks: bool) -> Done | None:
    docket = queries.loaded(row)
    read = world_for(docket, at, last_index=row.last_index)
    for act, given in candidates(docket, read, clocks=clocks):
        attempt = Attempt(act, MACHINE, Role.MACHINE, at, given=given)
        found = machine.step(docket, read.world, act, MACHINE, Role.MACHINE, at, **given)
        if isinstance(found, Step):
            return record(row, found, attempt, read.judged)
    return None


def _sent_before(row: models.Docket, key: str) -> Done | None:
    found = models.Event.objects.filter(docket=row, key=key).first()
    if found is None:
        return None
    says = "this was done before; it is not done twice"
    return Done(queries.loaded(row), found.act, found.number, found.index, says, again=True)


def _log_first(pseudonym: str, act: str) -> NotCosigned | None:
    """Before anything is sealed or leaves: have the docket's last entry published and cosigned (promise 4)."""
    row = models.Docket.objects.get(pk=pseudonym)
    transition = transitions.find(act, State(row.state))
    if transition is None or transition.target not in _LOG_FIRST:
        return None
    try:
        publishing.await_cosigned(row.last_index)
    except NotCosigned as fault:
        return fault
    return None


def opening_data(docket: Docket) -> str:
    """The first event of a docket: all of it, as it was opened."""
    return canonical_json(docket_to_plain(docket)).decode()


def as_json(value: Any) -> str:
    """Plain data as it is stored beside a docket."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)
