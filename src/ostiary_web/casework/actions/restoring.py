"""After a restore: what the log tells of dockets, and the database has forgotten.

The log says of a lost act only its kind, its day and its public fields. So the docket keeps what the backup has of it,
and the lost act counts where it withholds and not where it lets go: what was released, denied or ended is so again, and
a review, a decision or a package is made anew. Each lost act is an event that says no more than that, so that replay
and log agree; then the machine shuts every way out of the docket, which two people open (a hold).

What staff wrote into the registers since the backup is lost as well, a person's opt-out too, of which the log tells
nothing. So the rules are suspended: nothing leaves this desk before two people put them in use again.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import F

from ostiary.canonical import plain
from ostiary.ledger.entry import Entry, canonical_json
from ostiary_web.casework import models, queries, replaying
from ostiary_web.casework.actions import door, mailing
from ostiary_web.casework.actions.door import Attempt
from ostiary_web.casework.docket.clocks import next_clocks
from ostiary_web.casework.docket.moment import Moment
from ostiary_web.casework.docket.replay import Event, apply, event_to_plain
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Seal
from ostiary_web.casework.docket.states import ENDED, LEFT, State
from ostiary_web.casework.docket.transitions import TABLE
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.world import MACHINE, world_for
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link import queries as log
from ostiary_web.ledger_link.actions import Lost
from ostiary_web.registry import queries as registry
from ostiary_web.registry.actions import rules
from ostiary_web.staff.queries import Official

CAUSE = "records_lost"
_FINAL = frozenset({*ENDED, *LEFT, State.DENIED, State.PRESERVED, State.CLOSED})


def _ends() -> Mapping[str, State]:
    """The entries that lead to one state alone, in which nothing more is let go; whatever stood before."""
    found: dict[str, set[State | None]] = {}
    for row in TABLE:
        found.setdefault(row.entry, set()).add(row.target)
    return {kind: state for kind, (state, *more) in found.items() if not more and state in _FINAL}


_ENDS = _ends()


@dataclass(frozen=True, slots=True)
class Behind:
    """A docket of which acts were lost. ``held``: two people have not let it go on yet; None where it is all gone.

    ``lost``: each entry that came back, as its number and its kind.
    """

    docket: str
    number: str
    state: str
    lost: tuple[tuple[int, str], ...]
    held: bool | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a desk stands after a restore. ``here``, ``exported``, ``known``: entries in the database, in the export,
    and of which the desk has a step. ``registers``: lost changes, counted by what they were of.
    """

    here: int
    exported: int
    known: int
    rules: str
    dockets: tuple[Behind, ...]
    registers: Mapping[str, int]
    differences: tuple[str, ...]

    @property
    def settled(self) -> bool:
        """Whether nothing waits for anybody."""
        level = self.exported <= self.here == self.known
        return level and self.rules == "in use" and not self.differences and not any(one.held for one in self.dockets)


def catch_up(*, by: Official, at: dt.datetime, dry_run: bool = False) -> list[Lost]:
    """Bring back what was published since the backup; all of it in one transaction. What came back.

    :param by: who restores; one who may suspend the rules.
    :param dry_run: find out what came back, and do nothing.
    :raises Diverged, LedgerInput, LedgerError: if the export cannot be believed, or nothing is missing.
    :raises CaseworkError: if the rules in use are not those of this desk's packs.
    """
    try:
        with transaction.atomic():
            lost = ledger.bring_back(at=at)
            if dry_run:
                transaction.set_rollback(True)
            else:
                _settle(lost, by, at)
    finally:
        publishing.forget()  # what was seen in a transaction that is undone must not count
    return lost


def _settle(lost: Sequence[Lost], by: Official, at: dt.datetime) -> None:
    for docket, acts in _by_thread(lost).items():
        row = models.Docket.objects.select_for_update().filter(pk=docket).first()
        if row is not None:
            _take_up(row, acts, at)
    _give_no_number_twice(lost)
    # How often a link was used may be lost too.
    models.PickUp.objects.filter(ended_at=None).update(ended_at=at)
    mailing.doubt()
    used = registry.rules_in_use()
    if used is not None and not used.suspended:
        rules.suspend_bundle(cause=CAUSE, by=by, at=at)


def _by_thread(lost: Sequence[Lost]) -> dict[str, list[Lost]]:
    found: dict[str, list[Lost]] = {}
    for one in lost:
        found.setdefault(one.entry.docket, []).append(one)
    return found


def _take_up(row: models.Docket, lost: Sequence[Lost], at: dt.datetime) -> None:
    """Bring a docket's row and events up to its thread, and shut every way out of it."""
    docket = queries.loaded(row)
    world = world_for(docket, at, last_index=row.last_index).world
    if not world.law.procedure.limits:
        raise CaseworkError("the rules in use are not those of this desk's packs; give it the packs of the backup")
    for number, one in enumerate(lost, row.events + 1):
        event = _event(Moment(docket, world, world.people[MACHINE], Role.MACHINE, at), one.entry)
        docket = apply(docket, event)
        data = canonical_json(event_to_plain(event)).decode()
        models.Event.objects.create(docket=row, number=number, act=log.LOST, at=at, data=data, index=one.index)
    door.move(row, docket)
    row.last_index = lost[-1].index
    row.save(update_fields=["last_index"])
    if docket.state is not State.CLOSED:
        door.do(row, Attempt("hold", MACHINE, Role.MACHINE, at, given={"cause": CAUSE}))


def _event(moment: Moment, entry: Entry) -> Event:
    """What can be known of a lost act."""
    docket = moment.docket
    target, changes = _ENDS.get(entry.kind, docket.state), _told(entry)
    changes["clocks"] = next_clocks(moment, replace(docket, state=target, **changes))
    changed = tuple(sorted((name, value) for name, value in changes.items() if value != getattr(docket, name)))
    return Event(log.LOST, docket.state, target, MACHINE, Role.MACHINE, moment.at, entry.kind, changed)


def _told(entry: Entry) -> dict[str, Any]:
    """The fields of a docket that the public log tells; those by which a release is received, destroyed or recalled."""
    public = entry.public
    match entry.kind:
        case "release.sealed":
            sealed, until = entry.day, dt.date.fromisoformat(public["retain_until"])
            # Its last day for handing over is not told; no other is sooner than this.
            seal = Seal(public["release"], public["manifest"], public["recipient_key"], sealed, sealed, until)
            return {"seal": seal}
        case "release.delivered":
            return {"released": entry.day}
        case "request.preserved":
            return {"preserve_until": dt.date.fromisoformat(public["until"])}
    return {}


def _give_no_number_twice(lost: Sequence[Lost]) -> None:
    """The numbers of dockets that are lost altogether stand on letters; other dockets get later ones."""
    years = Counter(one.entry.day.year for one in lost if one.entry.kind == "request.received")
    for year, count in years.items():
        models.Numbering.objects.get_or_create(year=year)
        models.Numbering.objects.filter(pk=year).update(last=F("last") + count)


def standing() -> Standing:
    """What is behind, what was lost, and what waits for two people.

    :raises LedgerInput: if there is no log. :raises LedgerError: if it does not add up.
    """
    here, exported = publishing.sizes()
    used = registry.rules_in_use()
    lost = log.lost()
    acts = sorted((thread, n, kind) for n, thread, sort, kind in lost if sort == "docket")
    return Standing(
        here=here,
        exported=exported,
        known=log.known(),
        rules="none" if used is None else "suspended" if used.suspended else "in use",
        dockets=tuple(
            _behind(thread, tuple((n, kind) for _, n, kind in its))
            for thread, its in itertools.groupby(acts, lambda one: one[0])
        ),
        registers=Counter(_register(n, kind) for n, _, sort, kind in lost if sort != "docket"),
        differences=tuple(replaying.replay_all()[2]),
    )


def _behind(docket: str, lost: tuple[tuple[int, str], ...]) -> Behind:
    row = models.Docket.objects.filter(pk=docket).first()
    if row is None:
        return Behind(docket, "", "", lost, None)
    held = any(hold.cause == CAUSE and hold.lifted is None for hold in queries.loaded(row).holds)
    return Behind(docket, row.number, row.state, lost, held)


def _register(index: int, kind: str) -> str:
    """What a lost entry of the agency's own thread was of: its kind, and the register that was changed."""
    public = log.entry_at(index).public
    return " ".join([kind, *(public[name] for name in ("register", "act") if name in public)])


def as_data(found: Standing) -> dict[str, Any]:
    """The same as plain data."""
    fields = {name: getattr(found, name) for name in Standing.__slots__ if name not in ("dockets", "registers")}
    dockets = [
        {name: getattr(one, name) for name in Behind.__slots__ if name != "lost"}
        | {"lost": [{"entry": n, "kind": kind} for n, kind in one.lost]}
        for one in found.dockets
    ]
    data: dict[str, Any] = plain({**fields, "dockets": dockets, "registers": dict(found.registers)})
    return data | {"settled": found.settled}
