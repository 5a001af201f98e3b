"""What the docket's page shows of long work: how far it is, what it found, and who may have it done."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary_web.casework import doing, kept, queries_work
from ostiary_web.casework.docket import machine
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.queries_work import Work

SEARCH = "search_roll"


@dataclass(frozen=True, slots=True)
class Progress:
    """Work under way, or failed. ``percent``: of its steps; ``fault``: why it failed, in words that say what to do."""

    number: int
    kind: str
    phase: str
    done: int
    total: int
    waits: bool
    fault: str

    @property
    def under_way(self) -> bool:
        """Whether it waits or runs."""
        return not self.fault


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the screen: what is asked for, under which program, the answer, how many values, and why."""

    element: str
    program: str
    answer: str
    values: int
    because: str


@dataclass(frozen=True, slots=True)
class Table:
    """The screen of one group of persons. Numbers of people and values of the whole roll; of nobody in particular."""

    group: str
    roll: str
    as_of: str
    people: int
    touched: int
    leave: int
    counsel: int
    stay: int
    rows: tuple[Row, ...]
    unknown: tuple[tuple[str, int], ...]
    missing: tuple[str, ...]
    unreadable: tuple[str, ...]
    picture: int


@dataclass(frozen=True, slots=True)
class Part:
    """The part of the page about one kind of work. ``why``: why it may not be asked for now; empty where it may.

    ``outdated``: the request, the law or the roll has changed since.
    """

    kind: str
    mine: bool
    why: str
    cure: str
    progress: Progress | None
    number: int
    outdated: bool
    tables: tuple[Table, ...] = ()
    fault: str = ""


def screen(case: Case, me: Me, works: Sequence[Work]) -> Part:
    """The screen of the roll, as it was last done, and whether it may be done now. ``works``: the newest first."""
    part = part_of(case, me, "screen", works)
    if not part.number:
        return part
    return _with_tables(part, queries_work.work(part.number))


def part_of(case: Case, me: Me, kind: str, works: Sequence[Work]) -> Part:
    """What every kind of long work shows. ``works``: of this docket, the newest first."""
    mine = Role.CUSTODIAN in me.roles
    refused = _refused(case, me) if mine else None
    alike = [one for one in works if one.kind == kind]
    newest = next(iter(alike), None)
    found = next((one for one in alike if one.done_well), None)
    return Part(
        kind,
        mine,
        "" if refused is None else f"{refused.says} ({refused.cites})",
        "" if refused is None else refused.cure,
        progress(newest),
        0 if found is None else found.number,
        found is not None and kind in doing.STALE and doing.STALE[kind](found),
    )


def _refused(case: Case, me: Me) -> Refusal | None:
    found = machine.step(case.docket, case.world, SEARCH, me.reference, Role.CUSTODIAN, case.world.now)
    return found if isinstance(found, Refusal) else None


def progress(work: Work | None) -> Progress | None:
    """How far a piece of work is; None where it has ended well, or there is none."""
    if work is None or not (work.under_way or work.failed):
        return None
    waits = work.under_way and work.attempt == 0
    return Progress(work.number, work.kind, work.phase, work.done, work.total, waits, work.fault)


def progress_of(docket: str) -> dict[str, list[int]]:
    """How far the work of a docket is: for each kind under way, steps done and steps in all."""
    from ostiary_web.casework.actions.long_work import STEPS

    newest = (queries_work.latest(docket, kind) for kind in STEPS)
    return {one.kind: [one.done, one.total] for one in newest if one is not None and one.under_way}


def _with_tables(part: Part, work: Work) -> Part:
    from dataclasses import replace

    try:
        found = kept_screen(work)
    except CaseworkError as fault:
        return replace(part, fault=str(fault))
    return replace(part, tables=tuple(_table(one, place) for place, one in enumerate(found)))


def kept_screen(work: Work) -> list[Mapping[str, Any]]:
    """A screen as it was kept, group by group.

    :raises CaseworkError: if it is gone or was changed.
    """
    text = (kept.whole(work.result, *work.place) / doing.SCREEN).read_text(encoding="utf-8")
    found: list[Mapping[str, Any]] = json.loads(text)
    return found


def _table(found: Mapping[str, Any], place: int) -> Table:
    values = found["values"]
    return Table(
        found["group"],
        found["roll"],
        found["as_of"],
        found["people"],
        found["people_touched"],
        values["leave"],
        values["counsel"],
        values["stay"],
        tuple(Row(**row) for row in found["rows"]),
        tuple((question, count) for question, count in found["only_unknown"]),
        tuple(found["not_mapped"]),
        tuple(found["registers_unreadable"]),
        place,
    )
