"""What a docket's row says beside its snapshot, so that queues can be asked without reading any snapshot.

``step`` is the state, told finer where the next act is another one's. It is written by the door and by intake alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ostiary_web.casework import models
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.queries_queue import BEFORE

REQUESTER = "requester.kind"


def columns(docket: Docket) -> dict[str, Any]:
    """The columns that follow from the snapshot. ``due``: the nearest last day of a limit that runs."""
    running = [clock for clock in docket.clocks if clock.tolled is None]  # a limit that is over is late until it is met
    first = min(running, key=lambda clock: (clock.due, clock.name), default=None)
    return {
        "step": step(docket),
        "on_hold": docket.on_hold,
        "due": None if first is None else first.due,
        "due_clock": "" if first is None else first.name.value,
    }


def step(docket: Docket) -> str:
    """The state, or the part of it whose next act is another person's."""
    finer = {
        State.RECEIVED: "preservation" if docket.kind is DocketKind.PRESERVATION else "",
        State.DOCKETED: "verified" if docket.requester_verified is not None else "",
        State.IN_REVIEW: "second" if docket.reviews else "",
        State.PACKAGED: "checked" if docket.package is not None and docket.package.passed else "",
    }.get(docket.state, "")
    return f"{docket.state}.{finer}" if finer else docket.state.value


def keep_hands(docket: Docket) -> None:
    """Keep who has acted here in which capacity, and whose opinion stands."""
    stands = {(one.person, one.role.value) for one in docket.reviews}
    acted = {(one.person, one.role.value) for one in docket.acted} | stands
    wanted = {pair: pair in stands for pair in acted} | {(person, BEFORE): False for person in docket.before}
    there = {(one.person, one.role): one for one in models.Hand.objects.filter(docket_id=docket.id)}
    new = [
        models.Hand(docket_id=docket.id, person=person, role=role, opinion=opinion)
        for (person, role), opinion in wanted.items()
        if (person, role) not in there
    ]
    models.Hand.objects.bulk_create(new)
    for pair, one in there.items():
        if one.opinion is not wanted.get(pair, False):
            models.Hand.objects.filter(pk=one.pk).update(opinion=not one.opinion)


def keep_requester(row: models.Docket, stated: Mapping[str, Any]) -> None:
    """Keep which kind of requester the request states, where this is among what is said."""
    if REQUESTER in stated:
        row.requester = stated[REQUESTER] or ""
        row.save(update_fields=["requester"])


def keep_hand(docket: str, person: str, role: str) -> None:
    """Keep that somebody established facts here: they are then kept apart as if they had acted."""
    models.Hand.objects.get_or_create(docket_id=docket, person=person, role=role)
