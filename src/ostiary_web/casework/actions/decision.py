"""The decision, and what can be done about it: opened again, appealed, affirmed, reversed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ostiary.ledger.entry import new_docket
from ostiary_web.casework import facts, models, papers, queries
from ostiary_web.casework.actions import door, intake
from ostiary_web.casework.actions.columns import keep_hand
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Choice, ItemKey
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.wiring import bundle


def approve(
    *,
    docket: str,
    grants: Iterable[ItemKey],
    refusals: Iterable[Choice] = (),
    by: str,
    role: Role = Role.DECIDER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Grant items; every other one is refused, and a mandated one only on a coded ground with its paper."""
    given: dict[str, Any] = {"grants": tuple(grants), "refusals": tuple(refusals)}
    return door.perform(docket=docket, act="approve", by=by, role=role, at=at, **given, **more)


def deny(
    *,
    docket: str,
    refusals: Iterable[Choice] = (),
    by: str,
    role: Role = Role.DECIDER,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Refuse every item."""
    return door.perform(docket=docket, act="deny", by=by, role=role, at=at, refusals=tuple(refusals), **more)


def reopen(*, docket: str, cause: str, by: str, role: Role = Role.DECIDER, at: dt.datetime, **more: Any) -> Done:
    """Open the decision again; reviews, notice and package fall with it."""
    return door.perform(docket=docket, act="reopen", by=by, role=role, at=at, cause=cause, **more)


def appeal(*, docket: str, by: str, role: Role = Role.INTAKE, at: dt.datetime, **more: Any) -> Done:
    """The requester appeals a denial, once."""
    return door.perform(docket=docket, act="appeal", by=by, role=role, at=at, **more)


def affirm(*, docket: str, by: str, role: Role = Role.APPEAL_OFFICER, at: dt.datetime, **more: Any) -> Done:
    """The denial stands."""
    return door.perform(docket=docket, act="affirm", by=by, role=role, at=at, **more)


def reverse(
    *, docket: str, partly: bool, by: str, role: Role = Role.APPEAL_OFFICER, at: dt.datetime, **more: Any
) -> Done:
    """The denial falls; others review and decide anew."""
    return door.perform(docket=docket, act="reverse", by=by, role=role, at=at, partly=partly, **more)


def appeal_part(
    *,
    docket: str,
    items: Iterable[ItemKey],
    received: dt.date,
    mode: str,
    by: str,
    role: Role = Role.INTAKE,
    at: dt.datetime,
    **more: Any,
) -> Done:
    """Appeal refused items in a docket of their own, while the rest goes on; what was done in the new docket.

    :raises Refused: if they are not refused items, or this person may not.
    """
    follow_up, wanted = new_docket(), tuple(items)
    with transaction.atomic():
        number = intake.next_number(at)  # before the docket and the log are locked, as at every intake
        before = door.perform(
            docket=docket, act="appeal_part", by=by, role=role, at=at, follow_up=follow_up, items=wanted, **more
        )
        if before.again:
            return before
        row = door.locked(queries.find(docket))
        file = _narrowed(row.pseudonym, wanted, received)
        came = Came(file, received, mode, row.body, DocketKind.APPEAL, name="appeal.yaml")
        paper = papers.keep(file.encode())
        done = intake.open_row(came, by, role, at, number, paper, pseudonym=follow_up, parent=queries.loaded(row))
        _same_sources(row.pseudonym, follow_up)
        return done


def _narrowed(parent: str, items: tuple[ItemKey, ...], received: dt.date) -> str:
    """The parent's request, asking for the appealed items only."""
    words = bundle().words
    stated = queries.claims(parent)
    asked = {"elements_requested": sorted({item.element for item in items}), "request_date": received.isoformat()}
    programs = {item.program for item in items}
    for name, value in stated.items():
        if facts.inner_name(name) == "programs" and value:
            asked[name] = [one for one in value if one in programs] or value
    return facts.to_text(facts.document({**stated, **asked}, words))


def _same_sources(parent: str, child: str) -> None:
    """What was established in the parent is established here, by the same people; so is who the subjects are."""
    words = bundle().words
    before = {one.name: one for one in queries.standing_facts(parent)}
    for row in models.Fact.objects.filter(docket_id=child):
        known = before.get(row.name)
        same = known is not None and facts.to_json(known.value) == row.value
        if known is not None and same and facts.may_establish(row.name, known.role, words):
            row.by, row.role = known.by, known.role
            row.save(update_fields=["by", "role"])
            keep_hand(child, known.by, known.role)
    for who, record in queries.records(parent).items():
        models.Subject.objects.filter(docket_id=child, who=who).update(record=record)
