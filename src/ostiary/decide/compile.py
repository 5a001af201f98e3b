"""A request compiled for a whole roll: which questions each person's record decides, and for which copies.

The request fixes most facts. What is left of the rules that reach a copy reads a few *atoms*, facts of
the person. Copies with the same rules left form one class. A person's values of the atoms are packed into
a *signature*; each class looks at its own few, and the reference meaning judges each combination once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from ostiary.decide.fold import Atom, Coded, Residual, Unsure, atoms, fold, joined, weigh_left
from ostiary.decide.interpret import Own, Reading, judge
from ostiary.decide.request import Group
from ostiary.decide.verdict import Considered, Item, Reason
from ostiary.errors import OstiaryError
from ostiary.law.bundle import Bundle, Copy, copy_facts
from ostiary.law.condition import All, Condition, SomeRow, Truth, atom_facts, walk
from ostiary.law.meaning import Facts, Kleene, Missing, holds
from ostiary.law.rule import Rule
from ostiary.roll.mapping import ABSENT, Column, Held, Roll
from ostiary.vocabulary import Level


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one rule at one copy: with all help, and without doubtful help."""

    full: Residual
    bare: Residual


WORD = 31  # atoms in one number: two bits each in a signed 64-bit number
DEAD = Left(Truth(False), Truth(False))
NEVER = Own(False, False, frozenset())


@dataclass(frozen=True)
class CopyClass:
    """Copies at which the same rules are left with the same conditions. ``atoms`` index ``Plan.atoms``."""

    copies: tuple[Copy, ...]
    left: Mapping[str, Left]
    atoms: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Ladder:
    """What can never hold at the copies of a class reads alike for everybody; None where a living rule stands."""

    living: tuple[Rule, ...]
    rungs: tuple[Considered | None, ...]


def _ladder(reaching: Sequence[Rule], left: Mapping[str, Left], day: dt.date, item: Item) -> _Ladder:
    lives = [rule.id in left and rule.in_force(day) for rule in reaching]
    living = tuple(rule for rule, alive in zip(reaching, lives, strict=True) if alive)
    rungs = tuple(None if alive else one for one, alive in zip(item.considered, lives, strict=True))
    return _Ladder(living, rungs)


@dataclass(frozen=True)
class Plan:
    """A request compiled against a roll. ``reading.facts`` fixes all that the roll does not hold.

    ``only``: the roll's ids, as text, of the people that the request is about; None is everybody on the roll.
    """

    reading: Reading
    roll: Roll
    group: Group
    classes: tuple[CopyClass, ...]
    atoms: tuple[Atom, ...]
    asked: tuple[tuple[Held, str], ...]
    unmapped: tuple[Copy, ...]
    only: frozenset[str] | None = None
    _ladders: dict[int, _Ladder] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def class_of(self) -> Mapping[Copy, int]:
        """The class of each copy."""
        return {copy: place for place, found in enumerate(self.classes) for copy in found.copies}

    def judged(self, place: int, values: Sequence[Kleene]) -> Item:
        """The answer for one class where its atoms have these values, explained in full."""
        found = self.classes[place]
        known = {self.atoms[index]: value for index, value in zip(found.atoms, values, strict=True)}
        reading = self.reading
        copy, ladder = found.copies[0], self._ladders.get(place)
        only = None if ladder is None else ladder.living
        signed = _Signed(reading.bundle, reading.facts, reading.as_of, reading.agency, found.left, known, only)
        item = judge(signed, copy, self.group.name)
        if item.reason is Reason.ENGINE_ERROR:
            return item
        if ladder is None:
            self._ladders[place] = _ladder(reading.bundle.rules_at(copy), found.left, reading.as_of, item)
            return item
        living = iter(item.considered)
        return replace(item, considered=tuple(one if one is not None else next(living) for one in ladder.rungs))


@dataclass(frozen=True)
class _Signed(Reading):
    """A reading in which each rule's own condition is read off a signature instead of facts."""

    left: Mapping[str, Left]
    values: Mapping[Atom, Kleene]
    only: tuple[Rule, ...] | None = None

    def reaching(self, copy: Copy) -> Sequence[Rule]:
        """Once it is known what can never hold, only the rules that may."""
        return self.bundle.rules_at(copy) if self.only is None else self.only

    def own(self, rule: Rule, facts: Facts) -> Own:
        left = self.left.get(rule.id)
        if left is None:
            return NEVER
        full, waits = weigh_left(left.full, self.values, waits_of)
        if left.bare is left.full:
            return Own(full, full, waits)
        bare, also = weigh_left(left.bare, self.values, waits_of)
        return Own(full, bare, waits | also)


def waits_of(atom: Atom) -> frozenset[str]:
    """The facts that an atom waits for where it is unknown."""
    match atom:
        case Coded(fact):
            return frozenset({fact})
        case SomeRow(_, body):
            return frozenset().union(*(waits_of(inner) for inner in atoms(body)), *_unsure(body))
        case _:
            return frozenset(atom_facts(atom))


def _unsure(body: Residual) -> list[frozenset[str]]:
    parts: Iterable[object] = walk(body)  # type: ignore[arg-type]  # a residual walks as a condition does
    return [part.facts for part in parts if isinstance(part, Unsure)]


def compile_request(
    bundle: Bundle,
    group: Group,
    as_of: dt.date,
    roll: Roll,
    agency: frozenset[str] | None = None,
    said: Mapping[str, Any] | None = None,
) -> Plan:
    """Compile one group of a request against a roll: all copies asked for that the roll holds.

    :param said: facts about persons that hold for everybody whom the plan is narrowed to (``Plan.only``); the roll
        must not map them.
    :raises ValueError: if it does: then two things would be said of one person, and one of them be lost.
    """
    if doubled := (said or {}).keys() & (roll.open_facts | roll.relations.keys()):
        raise ValueError(f"the roll maps `{min(doubled)}` too; leave one of the two out")
    facts = {**fixed_facts(bundle, group, roll), **(said or {})}
    reading = Reading(bundle, facts, as_of, agency or bundle.agency.kinds)
    folder = _Folder(reading, roll)
    asked = [
        (held, program)
        for element in group.elements
        for program in group.programs
        for held in roll.holding(program, element)
    ]
    by_key: dict[Any, tuple[Mapping[str, Left], list[Copy]]] = {}
    for held, program in asked:
        for source in held.origins:
            copy = Copy(program, held.element, source)
            left = folder.left_at(copy)
            key = tuple(left.items())
            copies = by_key.setdefault(key, (left, []))[1]
            if copy not in copies:
                copies.append(copy)
    live: dict[Atom, int] = {}
    classes = [_class(left, copies, live) for left, copies in by_key.values()]
    mapped = {(held.element, program) for held, program in asked}
    unmapped = [
        copy for copy in bundle.copies(group.programs, group.elements) if (copy.element, copy.program) not in mapped
    ]
    return Plan(reading, roll, group, tuple(classes), tuple(live), tuple(asked), tuple(unmapped))


def _class(left: Mapping[str, Left], copies: list[Copy], live: dict[Atom, int]) -> CopyClass:
    found: dict[int, None] = {}
    for rest in left.values():
        for residual in (rest.full,) if rest.bare is rest.full else (rest.full, rest.bare):
            for atom in atoms(residual):
                found.setdefault(live.setdefault(atom, len(live)))
    if len(found) > WORD:  # two combinations could share one number
        raise OstiaryError(f"more than {WORD} facts of a person decide one copy; this roll cannot be screened")
    return CopyClass(tuple(copies), left, tuple(found))


def fixed_facts(bundle: Bundle, group: Group, roll: Roll) -> dict[str, Any]:
    """The facts that hold for everybody: the request's own, and what the roll cannot say of a person.

    What a request says of a person speaks of the persons it names, never of a whole roll.
    """
    absent = frozenset().union(*(relation.absent for relation in roll.relations.values()))
    facts: dict[str, Any] = {}
    for name, fact in bundle.words.facts.items():
        if fact.level is Level.PERSON:
            facts[name] = Missing.ABSENT if name in absent else Missing.UNKNOWN
        elif fact.level not in (Level.ELEMENT, Level.COPY):
            facts[name] = group.facts[name]
    return facts


class _Folder:
    """Folds each rule once for each combination of the copy's facts that it reads."""

    def __init__(self, reading: Reading, roll: Roll) -> None:
        self.reading, self.roll, self.open = reading, roll, roll.open_facts
        self.seen: dict[tuple[Any, ...], Left] = {}
        self.live = {
            (rule.id, rule.since)
            for rule in reading.bundle.rules
            if rule.in_force(reading.as_of) and rule.binds & reading.agency
        }
        self.columns = {name: source for name, source in roll.facts.items() if isinstance(source, Column)}
        for relation in roll.relations.values():
            self.columns |= relation.facts
        words = reading.bundle.words
        levels = (Level.ELEMENT, Level.COPY)
        copy_level = {name for name, fact in words.facts.items() if fact.level in levels}
        self.reads = {name: tuple(sorted(read & copy_level)) for name, read in reading.bundle.reads.items()}

    def left_at(self, copy: Copy) -> dict[str, Left]:
        """The rules that may still hold at a copy, with what is left of each."""
        bundle, found = self.reading.bundle, {}
        facts = copy_facts(copy, bundle.words)
        for rule in bundle.rules_at(copy):
            if (rule.id, rule.since) not in self.live:
                continue
            key = (rule.id, *(facts[name] for name in self.reads[rule.id]))
            if key not in self.seen:
                self.seen[key] = self.left(rule, {**self.reading.facts, **facts})
            if self.seen[key] is not DEAD:
                found[rule.id] = self.seen[key]
        return found

    def left(self, rule: Rule, facts: Facts) -> Left:
        full = self.fold(rule.when, facts)
        if full == Truth(False):
            return DEAD
        reading = rule.interpretation
        if not (reading.contested and rule.kind.helps):
            return Left(full, full)
        if reading.unless is None:
            return Left(full, Truth(False))
        return Left(full, joined((full, self.fold(reading.unless, facts)), All, decisive=False))

    def fold(self, condition: Condition, facts: Facts) -> Residual:
        return fold(condition, facts, self.open, self.ground)

    def ground(self, atom: Condition) -> Residual:
        """An atom over a column of free codes becomes the codes that answer it yes and no."""
        names = atom_facts(atom)
        column = self.columns.get(names[0])
        if len(names) > 1 and any(self.columns[name].values for name in names if name in self.columns):
            raise OstiaryError(
                f"`{names[0]}` and `{names[1]}` stand in codes of the agency's own; they cannot be compared"
            )
        if column is None or column.values is None:
            return atom
        said = {code: _answer(atom, names[0], meaning) for code, meaning in column.values.items()}
        yes = frozenset(code for code, value in said.items() if value is True)
        no = frozenset(code for code, value in said.items() if value is False)
        null = _answer(atom, names[0], ABSENT) if column.null_absent else None
        if not no and null is not False and yes and null is True:
            return Truth(True)
        if not yes and null is False:
            return Truth(False)
        return Coded(names[0], yes, no, null)


def _answer(atom: Condition, name: str, meaning: Any) -> Kleene:
    value = Missing.ABSENT if meaning == ABSENT else tuple(meaning) if isinstance(meaning, list) else meaning
    return holds(atom, {name: value})
