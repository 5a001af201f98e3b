"""Facts and conditions as SMT-LIB 2 text, which any solver reads: all requests at once.

A fact is a value, a bit that says whether it is known and, if it is optional, a bit
that says whether it is there. A formula is the pair (definitely true, definitely false),
so that unknown is neither. Plain text, so that a second solver and an outsider read the
very same question. Encoding: ``rules.md`` 2.11.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ostiary.decide.formula import NO, YES, Pair, both, either, no, plus
from ostiary.law.bundle import Bundle
from ostiary.law.condition import (
    All,
    Any,
    Compare,
    Condition,
    Defined,
    Expired,
    FactRef,
    Has,
    Is,
    Knows,
    Literal,
    Not,
    OneOf,
    Possibly,
    Present,
    Reached,
    Shifted,
    SomeRow,
    Truth,
    Value,
    atom_facts,
    walk,
)
from ostiary.vocabulary import OPEN_LISTS, Base, Fact, Level, Vocabulary

FIRST_DAY, LAST_DAY = dt.date(1950, 1, 1), dt.date(2149, 12, 31)
_DAYS_A_MONTH = 365.2425 / 12
_ALWAYS_KNOWN = (Level.ELEMENT, Level.COPY)


@dataclass(frozen=True, slots=True)
class Slot:
    """A fact's variables in one row: ``known`` and ``there`` are ``true`` where they cannot be otherwise."""

    value: str
    known: str
    there: str

    @property
    def given(self) -> str:
        """The fact has a value and it is known."""
        return both((self.known, self.there))

    @property
    def absent(self) -> str:
        """The fact is known not to be there."""
        return both((self.known, no(self.there)))


@dataclass(frozen=True)
class Space:
    """Every request that can be made: the facts that the rules read, for every copy that can exist.

    :param bundles: one, or two of the same vocabulary; the words of the last one hold.
    :param asked: further conditions whose facts must be there.
    :param since: every day from this one on is a possible day of reading.
    """

    bundles: tuple[Bundle, ...]
    asked: tuple[Condition, ...]
    since: dt.date

    @property
    def words(self) -> Vocabulary:
        """The vocabulary in which requests are made."""
        return self.bundles[-1].words

    @cached_property
    def conditions(self) -> tuple[Condition, ...]:
        """Everything that is ever asked of a request."""
        rules = [rule for bundle in self.bundles for rule in bundle.rules]
        unless = [rule.interpretation.unless for rule in rules if rule.interpretation.unless is not None]
        return (*(rule.when for rule in rules), *(rule.elements for rule in rules), *unless, *self.asked)

    @cached_property
    def atoms(self) -> tuple[Condition, ...]:
        """The distinct atoms of all conditions."""
        found = (node for condition in self.conditions for node in walk(condition) if atom_facts(node))
        return tuple(dict.fromkeys(found))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The facts that matter, and those that name a copy."""
        read = {name for atom in self.atoms for name in atom_facts(atom)}
        copy = {name for name, fact in self.words.facts.items() if fact.level in _ALWAYS_KNOWN}
        return tuple(sorted(read | copy | {"as_of"}))

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """How many rows of each relation must be thought of, so that none is left out of account.

        Each question about rows needs at most one row that answers it; all other rows can go.
        """
        asked = {node for condition in self.conditions for node in walk(condition) if isinstance(node, SomeRow)}
        return {name: sum(node.relation == name for node in asked) for name in self.words.relations}

    @cached_property
    def literals(self) -> Mapping[str, tuple[str, ...]]:
        """The texts that free text facts are compared with; any other text is as good as any other."""
        found: dict[str, dict[str, None]] = {}
        for atom in self.atoms:
            for name, value in _compared(atom):
                if isinstance(value, str):
                    found.setdefault(name, {})[value] = None
        return {name: tuple(sorted(values)) for name, values in found.items()}

    @cached_property
    def of_copies(self) -> Mapping[str, tuple[str, ...]]:
        """What the facts that name a copy can be, for all copies that can exist."""
        every = self.words.elements.values()
        return {
            "element.id": tuple(self.words.elements),
            "element.group": tuple(sorted({one.group for one in every})),
            "element.class": tuple(sorted({one.cls for one in every})),
            "copy.program": tuple(sorted({program for one in every for program in one.held_under})),
            "copy.source": tuple(sorted({source for one in every for source in one.sources})),
        }

    def members(self, fact: Fact) -> Sequence[str]:
        """The codes that a fact's value, or a member of its list, can be."""
        if fact.level in _ALWAYS_KNOWN:
            return self.of_copies[fact.name]
        if fact.type.base is Base.CODE and fact.type.codes not in OPEN_LISTS:
            return tuple(self.words.known_codes(fact.type.codes))
        return self.literals.get(fact.name, ())

    def number(self, fact: Fact, value: Value) -> int:
        """A value as the whole number that stands for it; a text that nobody names is the number after the last."""
        if isinstance(value, bool):
            raise TypeError(f"`{fact.name}` is no number")
        if isinstance(value, dt.date):
            return value.toordinal()
        if isinstance(value, int):
            return value
        members = self.members(fact)
        return members.index(value) if value in members else len(members)


def _compared(atom: Condition) -> list[tuple[str, Value]]:
    match atom:
        case Compare(_, FactRef(name), Literal(value)) | Has(FactRef(name), Literal(value)):
            return [(name, value)]
        case OneOf(FactRef(name), values, _):
            return [(name, value) for value in sorted(values, key=str)]
        case _:
            return []


class World:
    """One request of a space: declares its variables and says conditions about it.

    ``tag`` sets a second world's knowledge apart; what is known has the same value in both,
    but for the ``changed`` facts.
    """

    def __init__(self, space: Space, tag: str = "", changed: frozenset[str] = frozenset()) -> None:
        self.space, self.tag, self.changed = space, tag, changed
        self.lines: list[str] = []
        self.variables: dict[str, str] = {}
        self.shifts: dict[str, tuple[str, int]] = {}
        self._said: dict[tuple[Condition, int], Pair] = {}
        for name in space.names:
            fact = space.words.facts[name]
            for row in self._rows_of(name):
                self._declare(fact, row)
        for relation, count in space.rows.items():
            for row in range(count):
                self._variable(f"|{relation}#{row}|", "Bool")

    def _rows_of(self, name: str) -> range:
        return range(self.space.rows.get(name.split(".")[0], 1))

    def slot(self, name: str, row: int) -> Slot:
        """The variables of a fact (``row`` counts only for facts of a relation)."""
        fact = self.space.words.facts[name]
        stem = f"{name}#{row}" if name.split(".")[0] in self.space.words.relations else name
        stem += self.tag if name in self.changed else ""
        sure = fact.level in _ALWAYS_KNOWN or name == "as_of"
        there = f"|{stem}!|" if fact.optional else "true"
        return Slot(f"|{stem}|", "true" if sure else f"|{stem}?{self.tag}|", there)

    def member(self, name: str, code: str, row: int) -> str:
        """The variable that says whether a list holds a code."""
        return f"{self.slot(name, row).value[:-1]}/{code}|"

    def _variable(self, name: str, sort: str) -> None:
        if name not in self.variables:
            self.variables[name] = sort
            self.lines.append(f"(declare-const {name} {sort})")

    def _declare(self, fact: Fact, row: int) -> None:
        slot = self.slot(fact.name, row)
        for bit in (slot.known, slot.there):
            if bit != "true":
                self._variable(bit, "Bool")
        if fact.type.many:
            for code in self.space.members(fact):
                self._variable(self.member(fact.name, code, row), "Bool")
        elif fact.type.base is Base.BOOL:
            self._variable(slot.value, "Bool")
        else:
            self._variable(slot.value, "Int")
            low, high = self._bounds(fact)
            self.lines.append(f"(assert (<= {low} {slot.value} {high}))")

    def _bounds(self, fact: Fact) -> tuple[int, int]:
        if fact.type.base is Base.DATE:
            first = self.space.since if fact.name == "as_of" else FIRST_DAY
            return first.toordinal(), LAST_DAY.toordinal()
        if fact.type.base is Base.INT:
            return 0, 1_000_000
        members = self.space.members(fact)
        free = fact.type.base is Base.TEXT or fact.type.codes in OPEN_LISTS
        return 0, len(members) if free else len(members) - 1

    @cached_property
    def copy_exists(self) -> str:
        """The copy asked about is one that can exist."""
        words = self.space.words
        return either(self._is_copy_of(name, words) for name in words.elements)

    @cached_property
    def usual_source(self) -> str:
        """The copy asked about comes from its element's usual source, as a request file takes it to."""
        words = self.space.words
        named = ((one.id, one.sources[0]) for one in words.elements.values())
        return either(
            both((self._equals("element.id", name, 0), self._equals("copy.source", source, 0)))
            for name, source in named
        )

    def _is_copy_of(self, name: str, words: Vocabulary) -> str:
        element = words.elements[name]
        wanted = {
            "element.id": [name],
            "element.group": [element.group],
            "element.class": [element.cls],
            "copy.program": sorted(element.held_under),
            "copy.source": sorted(element.sources),
        }
        return both(either(self._equals(fact, value, 0) for value in values) for fact, values in wanted.items())

    def _equals(self, name: str, value: Value, row: int) -> str:
        slot, fact = self.slot(name, row), self.space.words.facts[name]
        return f"(= {slot.value} {self.space.number(fact, value)})"

    def say(self, node: Condition, row: int = 0) -> Pair:
        """A condition as a pair of formulas about this world."""
        key = (node, row)
        if key not in self._said:
            self._said[key] = self._say(node, row)
        return self._said[key]

    def _say(self, node: Condition, row: int) -> Pair:
        match node:
            case Truth(value):
                return YES if value else NO
            case All(parts):
                said = [self.say(part, row) for part in parts]
                return Pair(both(one.t for one in said), either(one.f for one in said))
            case Any(parts):
                said = [self.say(part, row) for part in parts]
                return Pair(either(one.t for one in said), both(one.f for one in said))
            case Not(part):
                inner = self.say(part, row)
                return Pair(inner.f, inner.t)
            case Knows(part):
                inner = self.say(part, row)
                return Pair(inner.t, no(inner.t))
            case Possibly(part):
                inner = self.say(part, row)
                return Pair(no(inner.f), inner.f)
            case Defined(name, body):
                return self._named(name, self.say(body, row), row)
            case SomeRow(relation, body):
                return self._some_row(relation, body)
            case _:
                return self._atom(node, row)

    def _named(self, name: str, said: Pair, row: int) -> Pair:
        names = [f"|{name}#{row}{sign}{self.tag}{len(self.lines)}|" for sign in "+-"]
        for label, text in zip(names, (said.t, said.f), strict=True):
            self.lines.append(f"(define-fun {label} () Bool {text})")
        return Pair(names[0], names[1])

    def _some_row(self, relation: str, body: Condition) -> Pair:
        rows = range(self.space.rows[relation])
        said = [(f"|{relation}#{row}|", self.say(body, row)) for row in rows]
        return Pair(
            either(both((there, one.t)) for there, one in said), both(either((no(there), one.f)) for there, one in said)
        )

    def _atom(self, node: Condition, row: int) -> Pair:
        match node:
            case Present(fact):
                slot = self.slot(fact.name, row)
                return Pair(slot.given, slot.absent)
            case Is(fact):
                return self._about((fact.name,), self.slot(fact.name, row).value, row)
            case OneOf(fact, values, _):
                test = either(self._equals(fact.name, value, row) for value in sorted(values, key=str))
                return self._about((fact.name,), test, row)
            case Compare(op, left, right):
                left_, right_ = self._term(left, left, row), self._term(left, right, row)
                test = f"(= {left_} {right_})" if op in ("=", "<>") else f"({op} {left_} {right_})"
                return self._about(atom_facts(node), no(test) if op == "<>" else test, row)
            case Has(fact, member):
                return self._about(atom_facts(node), self._holds(fact, member, row), row)
            case Expired(date, day) | Reached(date, day):
                op = "<" if isinstance(node, Expired) else "<="
                return self._about(atom_facts(node), f"({op} {self._date(date, row)} {self._term(day, day, row)})", row)
        raise TypeError(f"no way to say {type(node).__name__}")

    def _about(self, names: Sequence[str], test: str, row: int) -> Pair:
        """An atom: absent makes it false whatever the rest is; it needs all its facts to be decided."""
        slots = [self.slot(name, row) for name in names]
        given = both(slot.given for slot in slots)
        return Pair(both((given, test)), either((*(slot.absent for slot in slots), both((given, no(test))))))

    def _term(self, typed: FactRef | Literal, term: FactRef | Literal, row: int) -> str:
        if isinstance(term, FactRef):
            return self.slot(term.name, row).value
        if isinstance(term.value, dt.date):
            return str(term.value.toordinal())
        assert isinstance(typed, FactRef)
        return str(self.space.number(self.space.words.facts[typed.name], term.value))

    def _holds(self, fact: FactRef, member: FactRef | Literal, row: int) -> str:
        if isinstance(member, Literal):
            return self.member(fact.name, str(member.value), row)
        codes = self.space.members(self.space.words.facts[fact.name])
        return either(both((self.member(fact.name, c, row), self._equals(member.name, c, row))) for c in codes)

    def _date(self, date: FactRef | Shifted, row: int) -> str:
        if isinstance(date, FactRef):
            return self.slot(date.name, row).value
        start = self.slot(date.fact.name, row).value
        if date.unit == "DAY":
            return plus(start, date.amount)
        return self._months_on(start, date.amount * (12 if date.unit == "YEAR" else 1))

    def _months_on(self, start: str, months: int) -> str:
        """A date some months on: between the fewest and the most days that can be; ``pin`` makes it exact."""
        name = f"{start[:-1]}+{months}M|"
        if name not in self.shifts:
            self.shifts[name] = (start, months)
            self._variable(name, "Int")
            days = round(months * _DAYS_A_MONTH)
            self.lines.append(f"(assert (<= {plus(start, days - 4)} {name} {plus(start, days + 4)}))")
        return name

    def pins(self, model: Mapping[str, int | bool]) -> list[str]:
        """For each date moved by months to where it cannot be: an assertion that says where it is."""
        found = []
        for name, (start, months) in self.shifts.items():
            right = moved(int(model[start]), months)
            if model[name] != right:
                found.append(f"(assert (=> (= {start} {int(model[start])}) (= {name} {right})))")
        return found


def moved(ordinal: int, months: int) -> int:
    """A day number moved by whole months; a month's end stays within the month."""
    day = dt.date.fromordinal(ordinal)
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])).toordinal()
