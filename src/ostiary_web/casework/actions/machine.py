"""What falls due by itself: verdicts renewed or revised, clocks that ran out, late notices, closings. Idempotent.

``candidates`` only proposes; the engine refuses what may not be, and no machine stands on an edge that discloses.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.errors import OstiaryError
from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import door, drafts
from ostiary_web.casework.docket.act_guards import delay_runs, late_notice_pending
from ostiary_web.casework.docket.clocks import expiry, overdue
from ostiary_web.casework.docket.guards import same_answer
from ostiary_web.casework.docket.snapshot import ClockName, Docket
from ostiary_web.casework.docket.states import REOPENABLE, State
from ostiary_web.casework.docket.transitions import find
from ostiary_web.casework.docket.world import World
from ostiary_web.casework.world import Read
from ostiary_web.registry.queries import letter

LATE_NOTICE = "late_notice"
_LANGUAGE = "en"
Proposal = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Passed:
    """What the machine's pass did: docket and act, in order. ``faults``: dockets that it could not go over, and why."""

    done: tuple[tuple[str, str], ...]
    faults: tuple[tuple[str, str], ...]


def tick(*, at: dt.datetime, due_only: bool = False) -> Passed:
    """Go over every open docket once; each in a transaction of its own, so that one fault stops no other.

    :param due_only: only over those on which a limit is over: few, so that it can be done each minute.
    """
    done: list[tuple[str, str]] = []
    faults: list[tuple[str, str]] = []
    for pseudonym in queries.open_dockets(due_before=localdate(at) if due_only else None):
        try:
            with transaction.atomic():
                found = door.follow_on(door.locked(pseudonym), at, clocks=True)
        except OstiaryError as fault:
            faults.append((pseudonym, str(fault)))
        except Exception as fault:
            # Whatever it was, the other dockets' clocks run on. The type alone: its text could hold a person's value.
            faults.append((pseudonym, f"{type(fault).__name__}; call the operator"))
        else:
            done += [(pseudonym, one.act) for one in found]
            faults += [(pseudonym, why) for why in _owed(pseudonym, localdate(at))]
    drafts.expire(at=at)
    return Passed(tuple(done), tuple(faults))


def candidates(docket: Docket, read: Read, *, clocks: bool) -> Iterator[Proposal]:
    """Acts of the machine that may be due, the most urgent first."""
    yield from _verdict(docket, read.world)
    yield from _progress(docket)
    if clocks:
        yield from _late_notice(docket, read.world)
        yield from _run_out(docket, read.world)


def _verdict(docket: Docket, world: World) -> Iterator[Proposal]:
    """The verdict follows facts, rules, consents and agreements."""
    if docket.state is State.DOCKETED:
        yield "judge", {}
    elif world.verdict is not None and docket.verdict is not None and same_answer(docket, world):
        if docket.verdict != world.verdict:
            yield "renew_verdict", {}
    elif world.verdict is not None:
        yield "revise_verdict", {}
        if docket.state in REOPENABLE and docket.verdict is not None:
            same_rules = docket.verdict.bundle == world.verdict.bundle
            registers = same_rules and bool(queries.records(docket.id))
            yield "reopen", {"cause": "consent_revoked" if registers else "verdict_changed"}


def _progress(docket: Docket) -> Iterator[Proposal]:
    if docket.state is State.JUDGED:
        yield "assign_reviewers", {}
    elif docket.state is State.CONSOLIDATING:
        yield "pass_on", {}


def _late_notice(docket: Docket, world: World) -> Iterator[Proposal]:
    """A delay has ended: the people are told, in words that somebody reviewed."""
    if not late_notice_pending(docket) or delay_runs(docket, world.today):
        return
    words = letter(LATE_NOTICE, [_LANGUAGE])
    if words is not None:
        yield "tell_late", {"letter": "sha256:" + sha256(words.text.encode()).hexdigest()}


def _owed(pseudonym: str, today: dt.date) -> Iterator[str]:
    """What is still owed after the pass, which only people can bring about."""
    docket = queries.loaded(models.Docket.objects.get(pk=pseudonym))
    due = late_notice_pending(docket) and not delay_runs(docket, today)
    if due and find("tell_late", docket.state) is not None and letter(LATE_NOTICE, [_LANGUAGE]) is None:
        yield f"a late notice is owed, and no letter `{LATE_NOTICE}` has been reviewed; have one written and reviewed"


def _run_out(docket: Docket, world: World) -> Iterator[Proposal]:
    for clock in docket.clocks:
        if overdue(docket, clock.name, world.today) and not clock.ran_out:
            yield from _at_the_end(clock.name, docket)
    body = world.counterparty
    gone = body is not None and body.key_until is not None and body.key_until < world.today
    if docket.state is State.SEALED and (body is None or body.key == "" or gone):
        yield "reopen", {"cause": "key_expired"}


def _at_the_end(name: ClockName, docket: Docket) -> Iterator[Proposal]:
    act = expiry(name, docket.state)
    if act == "run_out":
        yield act, {"clock": name}
    elif act == "reopen":
        yield act, {"cause": "decision_lapsed" if name is ClockName.LAPSE else "key_expired"}
    else:
        yield act, {}
