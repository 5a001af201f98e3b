"""From a solver's world to a request that a person can read, made as small as it can be.

Every witness is judged again by the interpreter. One that it does not bear out is a
fault of an engine and is never shown as a finding.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field

from ostiary.decide.encode import Slot, World
from ostiary.decide.formula import both
from ostiary.decide.interpret import Brief, Reading, judge, outcome_of
from ostiary.decide.solver import Model, Said, Solver
from ostiary.decide.verdict import Item, Outcome
from ostiary.errors import EngineDisagreement
from ostiary.law.bundle import Bundle, Copy
from ostiary.law.meaning import Facts, Known, Missing, Rows
from ostiary.vocabulary import Base, Fact, Level, Vocabulary


@dataclass(frozen=True)
class Witness:
    """One request, as facts (all but those of the copy), and the copy that it asks for."""

    facts: Facts
    copy: Copy
    _made_from: tuple[Witness, Set[str]] | None = field(default=None, compare=False, repr=False)
    _readings: dict[int, Brief] = field(default_factory=dict, init=False, compare=False, repr=False)

    @property
    def day(self) -> dt.date:
        """The day as of which the law is read."""
        found = self.facts["as_of"]
        assert isinstance(found, dt.date)
        return found

    def judged(self, bundle: Bundle) -> Item:
        """What the interpreter says, in full."""
        return judge(Reading(bundle, self.facts, self.day, bundle.agency.kinds), self.copy)

    def outcome(self, bundle: Bundle) -> Outcome:
        """What the interpreter says, in one word."""
        return outcome_of(self.reading(bundle), self.copy)

    def reading(self, bundle: Bundle) -> Brief:
        """The bundle read for this request. What a like request has shown is not asked again."""
        found = self._readings.get(id(bundle))
        if found is None or found.bundle is not bundle:
            found = self._readings[id(bundle)] = Brief(bundle, self.facts, self.day, bundle.agency.kinds)
            if self._made_from is not None:
                before, changed = self._made_from
                known = before._readings.get(id(bundle))
                if known is not None and known.bundle is bundle:
                    found.take_over(known, changed)
        return found

    def but(self, changes: Facts) -> Witness:
        """The same request with some facts changed; a relation's name stands for all facts of its rows."""
        facts = {**self.facts, **changes}
        return Witness(facts, self.copy, (self, _fact_names(self.facts, changes)))


def _fact_names(facts: Facts, changes: Facts) -> Set[str]:
    rows = [value for name in changes for value in (facts.get(name), changes[name]) if isinstance(value, Rows)]
    return {*changes, *(name for relation in rows for row in relation.rows for name in row)}


Test = Callable[[Witness], bool]


def find(solver: Solver, world: World, question: str, bears_out: Test, given: str = "") -> tuple[Said, Witness | None]:
    """A smallest request for which ``question`` holds, or that there is none, or that it is not known.

    :param bears_out: whether the interpreter says the same of a request.
    :param given: what is told for this question only.
    The copy comes from its usual source where that can be, for a request file can ask for no other.

    :raises EngineDisagreement: the solver's world is not borne out.
    """
    said, found = find_any(solver, world, question, bears_out, given)
    if found is not None and found.copy.source != world.space.words.elements[found.copy.element].sources[0]:
        _, usual = find_any(solver, world, both((question, world.usual_source)), bears_out, given)
        found = usual or found
    return said, smallest(found, world.space.words, bears_out, world.space.since) if found is not None else None


def find_any(
    solver: Solver, world: World, question: str, bears_out: Test, given: str = ""
) -> tuple[Said, Witness | None]:
    """The same, but whichever request the solver finds first.

    Dates moved by months are only bounded in the theory; a request that leans on an impossible
    one is sent back with the date made exact.
    """
    variables = list(world.variables)
    while True:
        said, model = solver.ask(question, variables, given)
        if said is not Said.SAT:
            return said, None
        found = read(world, model)
        if bears_out(found):
            return said, found
        pins = world.pins(model)
        if not pins:
            raise EngineDisagreement("the solver's request is not borne out by the interpreter")
        solver.add(pins)


def read(world: World, model: Model) -> Witness:
    """The request that a model describes."""
    words = world.space.words
    reader = _Reader(world, model)
    named = {name: reader.fact(words.facts[name], 0) for name in world.space.names}
    copy = Copy(*(str(named[name]) for name in ("copy.program", "element.id", "copy.source")))
    facts: dict[str, Known | Missing] = {}
    for name, fact in words.facts.items():
        if fact.level in (Level.ELEMENT, Level.COPY):
            continue
        in_rows = name.split(".")[0] in words.relations
        facts[name] = named[name] if name in named and not in_rows else forgotten(fact)
    for relation, count in world.space.rows.items():
        facts[relation] = Rows(
            tuple(reader.row(relation, row) for row in range(count) if reader.bit(f"{relation}#{row}"))
        )
    return Witness(facts, copy)


def forgotten(fact: Fact) -> Missing:
    """What a fact is when a request says nothing of it."""
    return Missing.ABSENT if fact.optional else Missing.UNKNOWN


class _Reader:
    def __init__(self, world: World, model: Model) -> None:
        self.world, self.model, self.words = world, model, world.space.words

    def bit(self, name: str) -> bool:
        return name == "true" or self.model[name if name.startswith("|") else f"|{name}|"] is True

    def row(self, relation: str, row: int) -> Mapping[str, Known | Missing]:
        names = [name for name in self.words.facts if name.split(".")[0] == relation]
        read = set(self.world.space.names)
        return {n: self.fact(self.words.facts[n], row) if n in read else forgotten(self.words.facts[n]) for n in names}

    def fact(self, fact: Fact, row: int) -> Known | Missing:
        slot = self.world.slot(fact.name, row)
        if not self.bit(slot.known):
            return Missing.UNKNOWN
        if not self.bit(slot.there):
            return Missing.ABSENT
        return self.value(fact, slot, row)

    def value(self, fact: Fact, slot: Slot, row: int) -> Known:
        members = self.world.space.members(fact)
        if fact.type.many:
            return tuple(code for code in members if self.bit(self.world.member(fact.name, code, row)))
        found = self.model[slot.value]
        if fact.type.base is Base.BOOL:
            return bool(found)
        if fact.type.base is Base.DATE:
            return dt.date.fromordinal(int(found))
        if fact.type.base is Base.INT:
            return int(found)
        return members[found] if found < len(members) else "any other"


def smallest(found: Witness, words: Vocabulary, holds: Test, since: dt.date | None = None) -> Witness:
    """Forget one thing after another as long as it stays a witness: nothing more can then be left out.

    :param since: the day to read the law on, if it stays a witness then.
    """
    early = found.but({"as_of": since}) if since is not None else found
    found = _without_many(early if holds(early) else found, words, holds)
    while True:
        before = found
        for name in sorted(found.facts, key=lambda n: (n in words.facts and words.facts[n].optional, n)):
            for smaller in _less(found, name, words):
                if holds(smaller):
                    found = smaller
                    break
        if found == before:
            return found


def _without_many(found: Witness, words: Vocabulary, holds: Test) -> Witness:
    """Forget facts in halves, then quarters, and so on: most facts of a solver's world are idle."""
    names = [name for name in found.facts if name in words.facts and name != "as_of"]
    names = [name for name in names if found.facts[name] is not forgotten(words.facts[name])]
    size = len(names)
    while size > 1:
        size = (size + 1) // 2
        for start in range(0, len(names), size):
            less = {name: forgotten(words.facts[name]) for name in names[start : start + size]}
            smaller = found.but(less)
            if holds(smaller):
                found = smaller
        names = [name for name in names if found.facts[name] is not forgotten(words.facts[name])]
    return found


def _less(found: Witness, name: str, words: Vocabulary) -> Iterator[Witness]:
    """The same request with less said of one fact: a row fewer, nothing at all, one member of a list."""
    value = found.facts.get(name)
    if isinstance(value, Rows):
        yield from (found.but({name: rows}) for rows in _fewer_rows(value, words))
        if len(value.rows) < 2:  # one row needs no list; none at all is what a request without any means
            yield _unlisted(found, name, value)
    elif name in words.facts:
        yield from (found.but({name: other}) for other in _lesser(words.facts[name], value))


def _unlisted(found: Witness, relation: str, value: Rows) -> Witness:
    only = value.rows[0] if value.rows else {}
    facts = {name: one for name, one in found.facts.items() if name != relation}
    return Witness({**facts, **only}, found.copy)


def _lesser(fact: Fact, value: Known | Missing | None) -> Iterator[Known | Missing]:
    if fact.name == "as_of" or value is forgotten(fact):
        return
    yield forgotten(fact)
    if isinstance(value, tuple):
        yield from ((member,) for member in value if len(value) > 1)


def _fewer_rows(value: Rows, words: Vocabulary) -> Iterator[Rows]:
    for place, row in enumerate(value.rows):
        before, after = value.rows[:place], value.rows[place + 1 :]
        yield Rows(before + after)
        for key in row:
            for other in _lesser(words.facts[key], row[key]):
                yield Rows((*before, {**row, key: other}, *after))
