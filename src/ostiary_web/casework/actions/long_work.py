"""Long work of a docket: asked for by an official, done by the worker, its result kept with its entry in the log.

The worker can die at any moment, and another takes the same work again from its beginning: what is not finished has
left nothing. Only who took it last can finish it, in one transaction with the entry; so there are never two results.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ostiary.canonical import digest
from ostiary.errors import OstiaryError
from ostiary_web.casework import kept, models, queries, queries_work, roll
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.door import Attempt
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.models_work import DONE, FAILED, RUNNING, UNDER_WAY, WAITING
from ostiary_web.casework.queries_work import Work
from ostiary_web.casework.world import world_for
from ostiary_web.logs import log_of

SEARCH, PACKAGE, WRONG, SEEK_WRONG = "search_roll", "package", "wrong", "seek_wrong"
# How many steps each kind of work has, for the bar on the page; the names of the steps come as they are done.
STEPS = {"screen": 6, "match": 9, "package": 4, WRONG: 3}


class TakenOver(Exception):
    """Another worker has taken this work meanwhile; this one lets go of it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a piece of work found, already written into its folder. ``papers``: public fields of the entry.

    ``act``, ``given``: the act that it is, on the docket. ``commits``: what is written with it, in one transaction.
    """

    basis: str
    papers: Mapping[str, Any]
    act: str = SEARCH
    given: Mapping[str, Any] = field(default_factory=dict)
    commits: Callable[[Work, dt.datetime], None] = field(default=lambda work, at: None)


Doing = Callable[[Work, Path, roll.Step], Found]


def ask(
    *,
    docket: str,
    kind: str,
    by: str,
    role: Role = Role.CUSTODIAN,
    at: dt.datetime,
    given: Mapping[str, Any] | None = None,
) -> int:
    """Ask the worker for a piece of work; its number. What may not be done is refused before the roll is touched.

    :raises Refused: as the engine refuses the search of the roll, to whoever and whenever.
    :raises CaseworkError: if this is under way already.
    """
    from ostiary_web.casework.jobs_release import do_long_work

    if kind not in STEPS:
        raise CaseworkError(f"there is no work of kind `{kind}`; one of {', '.join(STEPS)}")
    with transaction.atomic():
        row = door.locked(queries.find(docket))
        before = queries.loaded(row)
        world = world_for(before, at, last_index=row.last_index)
        door.engine_step(before, world, attempt(kind, before, by, role, at))
        if models.LongWork.objects.filter(docket=row, kind=kind, state__in=UNDER_WAY).exists():
            raise under_way()
        made = models.LongWork(docket=row, kind=kind, state=WAITING, by=by, role=role.value, asked_at=at)
        made.given, made.total = json.dumps(dict(given or {})), STEPS[kind]
        try:
            made.save()
        except IntegrityError:
            raise under_way() from None
        made.task = str(do_long_work.enqueue(made.pk).id)
        made.save(update_fields=["task"])
    return int(made.pk)


def attempt(kind: str, docket: Docket, by: str, role: Role, at: dt.datetime) -> Attempt:
    """The act that the work will be, tried with what is not known yet: whether it may be done at all."""
    if kind != PACKAGE:
        return Attempt(SEEK_WRONG if kind == WRONG else SEARCH, by, role, at)
    given = {"manifest": "sha256:" + "0" * 64, "items": tuple(sorted(docket.allowed_items))}
    return Attempt(PACKAGE, by, role, at, given=given)


def under_way() -> CaseworkError:
    """Somebody has asked for the same already."""
    return CaseworkError("this is under way already; its result will stand on the docket's page")


def run(*, number: int, doing: Mapping[str, Doing], at: dt.datetime | None = None) -> bool:
    """Do a piece of work in the worker; whether it was finished here. Safe to be called again and again.

    :param doing: what each kind of work is. ``at``: when it is finished; the machine's own time unless given.
    """
    taken = _take(number)
    if taken is None:
        return False
    kept.sweep(number)
    place = [*taken.place[:-1], f"{number}-{taken.attempt}"]
    try:
        with kept.making(*place) as folder:
            found = doing[taken.kind](taken, folder, _teller(taken))
        _finish(taken, found, place, at or timezone.now())
    except TakenOver:
        kept.destroy(*place)
        return False
    except Exception as fault:  # whatever it was: the work has failed, and the page says so (promise 8)
        kept.destroy(*place)
        _fail(taken, fault)
        return False
    return True


def give_up(*, number: int, at: dt.datetime) -> bool:
    """Say of work whose workers died that it failed; whether it was still under way."""
    text = "the worker stopped each time while it did this; tell the operator, then have it done again"
    changed = models.LongWork.objects.filter(pk=number, state__in=UNDER_WAY)
    return bool(changed.update(state=FAILED, fault=text, ended_at=at))


def _take(number: int) -> Work | None:
    """Take the work: from now on only this attempt can finish it."""
    with transaction.atomic():
        row = models.LongWork.objects.select_for_update().filter(pk=number, state__in=UNDER_WAY).first()
        if row is None:
            return None
        row.state, row.attempt, row.phase, row.done = RUNNING, row.attempt + 1, "", 0
        row.beat_at = timezone.now()
        row.save(update_fields=["state", "attempt", "phase", "done", "beat_at"])
    return queries_work.work(number)


def _mine(work: Work) -> Any:
    return models.LongWork.objects.filter(pk=work.number, attempt=work.attempt, state=RUNNING)


def _teller(work: Work) -> roll.Step:
    """Says on the page what is done now."""
    told = 0

    def on_step(what: str) -> None:
        nonlocal told
        told += 1
        step = {"phase": what[:200], "done": min(told, work.total), "beat_at": timezone.now()}
        if not _mine(work).update(**step):
            raise TakenOver

    return on_step


def _finish(work: Work, found: Found, place: list[str], at: dt.datetime) -> None:
    """The result and its entry in the log, together; the docket must still let the roll be searched."""
    result = kept.digest_of(kept.place_of(*place))
    with transaction.atomic():
        row = door.locked(work.docket)
        done = {"state": DONE, "basis": found.basis, "result": result, "ended_at": at, "done": work.total, "fault": ""}
        if not _mine(work).update(**done):
            raise TakenOver
        papers = {"parameters": digest({"kind": work.kind, "basis": found.basis}), **found.papers}
        door.do(row, Attempt(found.act, work.by, Role(work.role), at, papers=papers, given=found.given))
        found.commits(work, at)
        kept.rename(place, work.place)


def _fail(work: Work, fault: Exception) -> None:
    """Only faults that are written for people are shown; of any other the type, since its text could name a person."""
    said = str(fault) if isinstance(fault, OstiaryError) else f"a fault of the program ({type(fault).__name__})"
    log_of(__name__).error("long work failed", kind=work.kind, fault=type(fault).__name__)
    _mine(work).update(state=FAILED, fault=said[:2000], ended_at=timezone.now())
