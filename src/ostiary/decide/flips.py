"""Two versions of the law, held against the same requests and the same roll: which answers flip, by whose rule.

OLD and NEW must speak the same words; NEW may add some. The same law twice gives no flip. Over a roll, one query
groups the people by what either law asks of them, and each group is judged under both by the reference meaning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from ostiary.decide import sql
from ostiary.decide.compile import WORD, Plan, compile_request
from ostiary.decide.decide import decide
from ostiary.decide.population import screen
from ostiary.decide.request import Request, read_request
from ostiary.decide.verdict import WIDEST_FIRST, Item, Outcome, Reason
from ostiary.errors import BadInput, OstiaryError, RequestError
from ostiary.law.bundle import Bundle, Copy
from ostiary.law.meaning import Kleene
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll
from ostiary.strict_yaml import Document
from ostiary.vocabulary import Element, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

_DIGITS: tuple[Kleene, ...] = (False, True, None)
_FEW = 8  # differences of words named in one message


class Way(StrEnum):
    """Which way an answer flips: something newly leaves, something no longer does, or neither."""

    OPENS = "opens"
    CLOSES = "closes"
    ELSE = "neither"


@dataclass(frozen=True, slots=True)
class Said:
    """What one law says of one copy, and the rules that decide it."""

    outcome: Outcome
    reason: Reason
    deciding: tuple[str, ...] = ()

    def like(self, other: Said) -> bool:
        """Whether the answer is the same; other rules may have decided it."""
        return (self.outcome, self.reason) == (other.outcome, other.reason)


# A copy that one of the laws does not speak of at all is not held there.
NOT_THERE = Said(Outcome.WITHHOLD, Reason.NOT_HELD)


@dataclass(frozen=True, slots=True)
class Flip:
    """An answer that is not the same under both laws. ``cells``: how many values of a roll; 1 where none is read."""

    request: str
    group: str
    copy: Copy
    before: Said
    after: Said
    cells: int = 1

    @property
    def way(self) -> Way:
        """Whether the copy newly leaves, no longer leaves, or neither."""
        if self.before.outcome.discloses == self.after.outcome.discloses:
            return Way.ELSE
        return Way.OPENS if self.after.outcome.discloses else Way.CLOSES


@dataclass(frozen=True, slots=True)
class Uncompared:
    """A request in words that only NEW knows, and why. ``opens``: the rules by which NEW would let something leave.

    ``after``: the request as NEW reads it. ``fault``: the engine failed on some copy.
    """

    request: str
    why: str
    opens: tuple[str, ...]
    after: Request
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Replay:
    """Requests judged under both laws: how many, and what flips. ``faults``: requests in which the engine failed."""

    requests: int
    items: int
    flips: tuple[Flip, ...]
    uncompared: tuple[Uncompared, ...]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RollFlips:
    """One group of a request over a whole roll: people with a file, cells asked for, and the cells that flip.

    ``fault``: the engine failed on some cell, under either law.
    """

    request: str
    group: str
    people: int
    cells: int
    flips: tuple[Flip, ...]
    fault: bool = False

    def total(self, way: Way) -> int:
        """The cells that flip this way."""
        return sum(flip.cells for flip in self.flips if flip.way is way)

    def matrix(self) -> Mapping[tuple[Copy, Outcome, Outcome], int]:
        """Cells per copy, outcome before and outcome after; reasons and rules left out."""
        found: dict[tuple[Copy, Outcome, Outcome], int] = {}
        for flip in self.flips:
            key = (flip.copy, flip.before.outcome, flip.after.outcome)
            found[key] = found.get(key, 0) + flip.cells
        return found


Both = tuple[Request, Request]


def same_words(old: Bundle, new: Bundle) -> tuple[str, ...]:
    """What NEW's words add to OLD's, a note each.

    :raises BadInput: when a fact, code, element or relation of OLD is gone in NEW, or means another thing there.
    """
    faults = list(_lost(old.words, new.words))
    if faults:
        more = f"\n… and {len(faults) - _FEW} more" if len(faults) > _FEW else ""
        raise BadInput(
            "OLD and NEW do not speak the same words, so they cannot be compared; "
            "keep the old word as it was, and give what is new a new name:\n" + "\n".join(faults[:_FEW]) + more
        )
    return tuple(_added(old.words, new.words))


def _lost(old: Vocabulary, new: Vocabulary) -> Iterator[str]:
    for name, fact in old.facts.items():
        other = new.facts.get(name)
        if other is None:
            yield f"fact `{name}` is gone in NEW"
            continue
        for what in ("type", "level", "optional"):
            before, after = getattr(fact, what), getattr(other, what)
            if before != after:
                yield f"fact `{name}`: `{what}` differs: {_yaml(before)} in OLD, {_yaml(after)} in NEW"
    for listing, codes in old.codes.items():
        gone = [code for code in codes if code not in new.codes.get(listing, {})]
        yield from (f"code `{code}` of {listing} is gone in NEW" for code in gone)
    for name, element in old.elements.items():
        if name not in new.elements:
            yield f"element `{name}` is gone in NEW"
        else:
            yield from _changed(element, new.elements[name], old)
    yield from (f"relation `{name}` is gone in NEW" for name in old.relations if name not in new.relations)


def _yaml(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _changed(before: Element, after: Element, old: Vocabulary) -> Iterator[str]:
    """What differs in one element; codes that NEW adds may come into its lists."""
    programs = old.codes.get("programs", before.held_under)
    sources = old.codes.get("sources", before.sources)
    pairs = {
        "class": (before.cls, after.cls),
        "group": (before.group, after.group),
        "sources": (before.sources, tuple(code for code in after.sources if code in sources)),
        "held_under": (sorted(before.held_under), sorted(after.held_under.intersection(programs))),
    }
    for what, (was, now) in pairs.items():
        if was != now:
            yield f"element `{before.id}`: `{what}` differs: {_listed(was)} in OLD, {_listed(now)} in NEW"


def _listed(value: str | Sequence[str]) -> str:
    return value if isinstance(value, str) else ", ".join(value)


def _added(old: Vocabulary, new: Vocabulary) -> Iterator[str]:
    for kind, before, after in (("fact", old.facts, new.facts), ("element", old.elements, new.elements)):
        yield from (f"{kind} `{name}` is new in NEW; OLD knows nothing of it" for name in after if name not in before)
    for listing, codes in new.codes.items():
        known = old.codes.get(listing, {})
        yield from (f"code `{code}` of {listing} is new in NEW" for code in codes if code not in known)
    yield from (f"relation `{name}` is new in NEW" for name in new.relations if name not in old.relations)


def read_both(old: Bundle, new: Bundle, doc: Document, as_of: dt.date | None = None) -> Both | Uncompared:
    """A request as each law reads it, or why OLD cannot read it.

    :raises RequestError: when NEW cannot read it either: then the file is wrong.
    """
    after = read_request(doc, new.words, as_of=as_of)
    try:
        return read_request(doc, old.words, as_of=as_of), after
    except RequestError as fault:
        items = decide(new, after).items
        rules = (rule for item in items if item.outcome.discloses for rule in item.deciding)
        failed = any(item.reason is Reason.ENGINE_ERROR for item in items)
        return Uncompared(doc.name, f"OLD cannot read it: {fault}", tuple(dict.fromkeys(rules)), after, failed)


def request_flips(old: Bundle, new: Bundle, requests: Iterable[Document], as_of: dt.date | None = None) -> Replay:
    """Each request judged under both laws: what newly leaves first, then what no longer does, then the rest.

    :param as_of: read both laws as of this day instead of each request's day of receipt.
    :raises RequestError: for a request that NEW cannot read.
    """
    flips: list[Flip] = []
    uncompared: list[Uncompared] = []
    faults: list[str] = []
    items = count = 0
    for count, doc in enumerate(requests, 1):  # noqa: B007  # the last place is the count
        both = read_both(old, new, doc, as_of)
        if isinstance(both, Uncompared):
            uncompared.append(both)
            faults += [doc.name] if both.fault else []
            continue
        before, after = (_said_of(decide(law, request).items) for law, request in zip((old, new), both, strict=True))
        items += len(after)
        flips += _flips(doc.name, before, after)
        if any(said.reason is Reason.ENGINE_ERROR for said in (*before.values(), *after.values())):
            faults.append(doc.name)
    return Replay(count, items, tuple(sorted(flips, key=_order)), tuple(uncompared), tuple(faults))


def _order(flip: Flip) -> int:
    return tuple(Way).index(flip.way)


Answers = Mapping[tuple[str, Copy], Said]


def _said(item: Item) -> Said:
    return Said(item.outcome, item.reason, item.deciding)


def _said_of(items: Iterable[Item]) -> Answers:
    return {(item.group, item.copy): _said(item) for item in items}


def _flips(request: str, before: Answers, after: Answers) -> Iterator[Flip]:
    for group, copy in dict.fromkeys((*after, *before)):
        was, now = before.get((group, copy), NOT_THERE), after.get((group, copy), NOT_THERE)
        if not was.like(now):
            yield Flip(request, group, copy, was, now)


def roll_flips(
    old: Bundle,
    new: Bundle,
    both: Both,
    roll: Roll,
    engine: Engine,
    on_step: Callable[[str], None] = lambda what: None,
) -> tuple[RollFlips, ...]:
    """A request over a whole roll under both laws, one answer for each of its groups. Counts only.

    :param both: the request as each law reads it, from :func:`read_both`.
    :param roll: read with NEW's words, without the registers that ``engine`` cannot read.
    :raises RollError: when the roll cannot be read.
    """
    found = []
    for was, now in zip(both[0].groups, both[1].groups, strict=True):
        before = compile_request(old, was, both[0].as_of, roll)
        after = compile_request(new, now, both[1].as_of, roll)
        if before.asked != after.asked:
            raise OstiaryError(f"{both[1].name}: the two laws do not ask the same of this roll; they are not compared")
        on_step(f"{both[1].name} {now.name}".rstrip())
        found.append(_over_roll(both[1].name, before, after, engine))
    return tuple(found)


def opens_on_roll(new: Bundle, request: Request, roll: Roll, engine: Engine) -> tuple[str, ...]:
    """The rules by which a request that only NEW can read would let cells of a roll leave.

    :raises OstiaryError: when the engine fails on some cell: what NEW lets out is then not known.
    """
    found = [screen(compile_request(new, group, request.as_of, roll), engine) for group in request.groups]
    if any(line.reason is Reason.ENGINE_ERROR for one in found for line in one.lines):
        raise OstiaryError(f"{request.name}: a fault in the engine withheld some values; call the operator")
    return tuple(dict.fromkeys(rule for one in found for copy in one.leaving_copies for rule in copy.rules))


def _over_roll(request: str, before: Plan, after: Plan, engine: Engine) -> RollFlips:
    if not after.asked:
        return RollFlips(request, after.group.name, 0, 0, ())
    counter = _Counter(before, after, engine)
    cells = counter.count()
    saids = [said for _, was, now in counter.pairs for said in (was, now)]
    flips = [
        Flip(request, after.group.name, copy, was, now, count)
        for (copy, was, now), count in counter.pairs.items()
        if not was.like(now)
    ]
    flips.sort(key=lambda flip: (_order(flip), flip.copy, *_width(flip.before), *_width(flip.after)))
    fault = any(said.reason is Reason.ENGINE_ERROR for said in saids)
    return RollFlips(request, after.group.name, counter.people, cells, tuple(flips), fault)


def _width(said: Said) -> tuple[int, str, tuple[str, ...]]:
    return WIDEST_FIRST.index(said.outcome), said.reason.value, said.deciding


class _Counter:
    """Groups the people by the atoms of both laws, and counts each copy's pairs of answers."""

    def __init__(self, before: Plan, after: Plan, engine: Engine) -> None:
        import numpy as np

        self.np, self.plans = np, (before, after)
        atoms = tuple(dict.fromkeys((*before.atoms, *after.atoms)))
        self.place_of = {atom: place for place, atom in enumerate(atoms)}
        asked = replace(after, atoms=atoms)  # the query reads only the atoms and what is asked for
        self.table: pa.Table = engine.query(sql.counting(asked).sql(engine.dialect))
        self.people = int(self.column("n").sum())
        self.counts = {
            sql.count_key(held, source): self.column(f"c{place}")
            for place, (held, source) in enumerate(sql.counted(asked))
        }
        self.known: dict[tuple[int, int], tuple[list[Said], np.ndarray[Any, Any]]] = {}
        self.pairs: dict[tuple[Copy, Said, Said], int] = {}

    def column(self, name: str) -> np.ndarray[Any, Any]:
        return self.np.asarray(self.table.column(name).to_numpy()).astype(self.np.int64)

    def count(self) -> int:
        """Fill ``pairs``; returns all cells asked for. One whose source is not known stays under both laws."""
        plan, held_bits, cells = self.plans[1], self.column("held"), 0
        bits = {program: 1 << place for place, program in enumerate(sql.asked_programs(plan))}
        for held, program in plan.asked:
            inside = (held_bits & bits[program]) != 0
            for source in held.origins:
                counted = self.counts[sql.count_key(held, source if held.origin_column else "")]
                self.add(Copy(program, held.element, source), self.np.where(inside, counted, 0))
            cells += int(self.np.where(inside, self.counts[sql.count_key(held, "")], 0).sum())
        return cells

    def add(self, copy: Copy, values: np.ndarray[Any, Any]) -> None:
        (was, before), (now, after) = (self.said(side, plan.class_of[copy]) for side, plan in enumerate(self.plans))
        size = len(was) * len(now)
        totals = self.np.bincount(before * len(now) + after, weights=values, minlength=size).astype(self.np.int64)
        for place, total in enumerate(totals.tolist()):
            if total:
                key = (copy, was[place // len(now)], now[place % len(now)])
                self.pairs[key] = self.pairs.get(key, 0) + total

    def said(self, side: int, place: int) -> tuple[list[Said], np.ndarray[Any, Any]]:
        """The answers that one law gives a class of copies, and which of them each group of people gets."""
        if (side, place) not in self.known:
            plan = self.plans[side]
            codes, which = self.np.unique(self.combinations(plan, place), return_inverse=True)
            answers: dict[Said, int] = {}
            size = range(len(plan.classes[place].atoms))
            each = [
                answers.setdefault(
                    _said(plan.judged(place, [_DIGITS[(code >> (2 * power)) & 3] for power in size])), len(answers)
                )
                for code in codes.tolist()
            ]
            self.known[side, place] = list(answers), self.np.array(each, dtype=self.np.int64)[which]
        return self.known[side, place]

    def combinations(self, plan: Plan, place: int) -> np.ndarray[Any, Any]:
        """Each group's values of the atoms that a class of copies looks at, two bits an atom."""
        local = self.np.zeros(self.table.num_rows, dtype=self.np.int64)
        for power, index in enumerate(plan.classes[place].atoms):
            at = self.place_of[plan.atoms[index]]
            local += ((self.column(f"s{at // WORD}") >> (2 * (at % WORD))) & 3) << (2 * power)
        return local
