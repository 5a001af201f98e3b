"""A whole roll judged: how many values of each copy would leave, go to counsel, or stay, and why.

The engine groups people by signature; each class of copies looks at its own few atoms, and the reference
meaning judges each combination once. So the counts and the explanations come from one meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ostiary.decide import sql
from ostiary.decide.compile import WORD, Plan, waits_of
from ostiary.decide.leaving import Leaving, leaving, people_leaving
from ostiary.decide.verdict import Item, Outcome, Reason, item_json
from ostiary.law.bundle import Copy
from ostiary.law.meaning import Kleene
from ostiary.roll.engine import Engine

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_DIGITS: tuple[Kleene, ...] = (False, True, None)
UNKNOWN_SOURCE = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Values of one copy that share one answer. ``values``: how many. ``signature`` indexes ``Screen.signatures``."""

    copy: Copy
    outcome: Outcome
    reason: Reason
    values: int
    signature: int


@dataclass(frozen=True, slots=True)
class Signature:
    """One combination of the facts that decide (``code``: two bits an atom), and the explanation, made once.

    The explanation is that of the first copy of its class; at the others the same rules can hold.
    """

    facts: tuple[tuple[str, str], ...]
    item: Item | None
    code: int = 0


@dataclass(frozen=True)
class Screen:
    """What a request would let out of a roll. Numbers of people and values only; no personal value."""

    plan: Plan
    people: int
    touched: int
    groups: int
    lines: tuple[Line, ...]
    signatures: tuple[Signature, ...]

    def total(self, *outcomes: Outcome) -> int:
        """Values with one of these outcomes; all values asked for when none is named."""
        return sum(line.values for line in self.lines if not outcomes or line.outcome in outcomes)

    @cached_property
    def leaving(self) -> int:
        """Values that may leave once people decide so."""
        return self.total(Outcome.MANDATED, Outcome.RELEASE)

    @cached_property
    def leaving_copies(self) -> tuple[Leaving, ...]:
        """The copies of which something would leave."""
        return leaving(self.plan, self.lines, self.signatures)

    def only_unknown(self) -> Mapping[str, int]:
        """Values that stay only because one fact is not known, per fact; the largest first."""
        found: dict[str, int] = {}
        for line in self.lines:
            item = self.signatures[line.signature].item
            if line.reason is Reason.MISSING_FACTS and item is not None and len(item.missing) == 1:
                name = item.missing[0].fact
                found[name] = found.get(name, 0) + line.values
        return dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))

    def to_json(self) -> dict[str, Any]:
        """Plain data: the counts, and each signature with its explanation."""
        return {
            "schema": "ostiary.screen/1",
            "bundle": self.plan.reading.bundle.digest,
            "as_of": self.plan.reading.as_of.isoformat(),
            "group": self.plan.group.name,
            "roll": self.plan.roll.name,
            "people": self.people,
            "people_touched": self.touched,
            "values": {
                "asked": self.total(),
                "leave": self.leaving,
                "counsel": self.total(Outcome.CONFLICT, Outcome.REFER),
                "stay": self.total(Outcome.WITHHOLD),
            },
            "copies": [_line(line) for line in self.lines],
            "only_unknown": dict(self.only_unknown()),
            "registers_unreadable": sorted(self.plan.roll.unreadable),
            "not_mapped": [_copy(copy) for copy in self.plan.unmapped],
            "signatures": [
                {"facts": dict(found.facts), "item": item_json(found.item) if found.item else None}
                for found in self.signatures
            ],
        }


def _copy(copy: Copy) -> dict[str, str]:
    return {"program": copy.program, "element": copy.element, "source": copy.source}


def _line(line: Line) -> dict[str, Any]:
    return {
        **_copy(line.copy),
        "outcome": line.outcome.value,
        "reason": line.reason.value,
        "values": line.values,
        "signature": line.signature,
    }


def screen(plan: Plan, engine: Engine, on_step: Callable[[str], None] = lambda what: None) -> Screen:
    """Judge every value that a compiled request asks of a roll, and count the people of whom something leaves.

    :param on_step: told what is done next, for a progress bar.
    """
    found = judged_values(plan, engine, on_step)
    if not found.leaving_copies:
        return found
    on_step("counting the people")
    count = engine.query(people_leaving(plan, found.leaving_copies).sql(engine.dialect)).to_pylist()[0]["n"]
    return replace(found, touched=int(count))


def judged_values(plan: Plan, engine: Engine, on_step: Callable[[str], None] = lambda what: None) -> Screen:
    """The same without the count of people, which takes a query of its own: ``touched`` is 0."""
    if not plan.asked:
        return Screen(plan, 0, 0, 0, (), ())
    on_step("reading the roll")
    table = engine.query(sql.counting(plan).sql(engine.dialect))
    on_step("judging each signature")
    return _Counter(plan, table).screen()


class _Counter:
    """Reads the groups of people and gives each class its answers."""

    def __init__(self, plan: Plan, table: pa.Table) -> None:
        import numpy as np

        self.np, self.plan, self.table = np, plan, table
        self.people = self.column("n")
        self.held = self.column("held")
        self.counts = {
            sql.count_key(held, source): self.column(f"c{place}")
            for place, (held, source) in enumerate(sql.counted(plan))
        }
        self.signatures: list[Signature] = []
        self.found: dict[int, tuple[list[int], np.ndarray[Any, Any]]] = {}
        self.items: dict[tuple[int, int], tuple[Item, int]] = {}
        self.lines: dict[tuple[Copy, int], Line] = {}

    def column(self, name: str) -> np.ndarray[Any, Any]:
        return self.np.asarray(self.table.column(name).to_numpy()).astype(self.np.int64)

    def screen(self) -> Screen:
        bits = {program: 1 << place for place, program in enumerate(sql.asked_programs(self.plan))}
        for held, program in self.plan.asked:
            inside = (self.held & bits[program]) != 0
            everything = self.counts[sql.count_key(held, "")]
            rest = everything if held.origin_column else None
            for source in held.origins:
                copy = Copy(program, held.element, source)
                counted = self.counts[sql.count_key(held, source if held.origin_column else "")]
                self.count(copy, self.np.where(inside, counted, 0))
                rest = rest - counted if rest is not None else None
            if rest is not None:
                self.unknown_source(Copy(program, held.element, UNKNOWN_SOURCE), self.np.where(inside, rest, 0))
        order = list(Outcome)
        lines = sorted(self.lines.values(), key=lambda line: (line.copy, order.index(line.outcome), line.signature))
        return Screen(self.plan, int(self.people.sum()), 0, len(self.people), tuple(lines), tuple(self.signatures))

    def count(self, copy: Copy, values: np.ndarray[Any, Any]) -> None:
        place = self.plan.class_of[copy]
        codes, which = self.combinations(place)
        totals = self.np.bincount(which, weights=values, minlength=len(codes)).astype(self.np.int64)
        for index, total in enumerate(totals.tolist()):
            if total:
                item, signature = self.judged(place, codes[index])
                self.add(Line(copy, item.outcome, item.reason, total, signature))

    def add(self, line: Line) -> None:
        before = self.lines.get((line.copy, line.signature))
        total = line.values + (before.values if before else 0)
        self.lines[line.copy, line.signature] = Line(line.copy, line.outcome, line.reason, total, line.signature)

    def unknown_source(self, copy: Copy, values: np.ndarray[Any, Any]) -> None:
        """A value whose source is not known stays: which law governs it is not known."""
        total = int(values.sum())
        if total:
            self.signatures.append(Signature((("copy.source", "unknown"),), None))
            self.add(Line(copy, Outcome.WITHHOLD, Reason.MISSING_FACTS, total, len(self.signatures) - 1))

    def combinations(self, place: int) -> tuple[list[int], np.ndarray[Any, Any]]:
        """The combinations of a class's atoms that occur, two bits an atom, and which one each group of people has."""
        if place not in self.found:
            local = self.np.zeros(len(self.people), dtype=self.np.int64)
            for power, index in enumerate(self.plan.classes[place].atoms):
                word = self.column(f"s{index // WORD}")
                local += ((word >> (2 * (index % WORD))) & 3) << (2 * power)
            codes, which = self.np.unique(local, return_inverse=True)
            self.found[place] = codes.tolist(), which
        return self.found[place]

    def judged(self, place: int, code: int) -> tuple[Item, int]:
        """The answer for one combination, judged and explained once."""
        if (place, code) not in self.items:
            atoms = self.plan.classes[place].atoms
            values = tuple(_DIGITS[(code >> (2 * power)) & 3] for power in range(len(atoms)))
            item = self.plan.judged(place, values)
            self.items[place, code] = item, len(self.signatures)
            self.signatures.append(Signature(tuple(_facts(self.plan, place, values)), item, code))
        return self.items[place, code]


_SHOWN = {True: "yes", False: "no", None: "unknown"}


def _facts(plan: Plan, place: int, values: tuple[Kleene, ...]) -> Iterator[tuple[str, str]]:
    for index, value in zip(plan.classes[place].atoms, values, strict=True):
        yield " & ".join(sorted(waits_of(plan.atoms[index]))), _SHOWN[value]
