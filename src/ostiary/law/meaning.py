"""What a condition means: true, false, or unknown (None). Strong Kleene; no third way to yes.

An unknown fact makes an atom unknown. An optional fact known to be absent makes
its atoms false. Nothing here turns unknown into an answer but ``knows`` (only in
what helps, toward no) and ``possibly`` (only in what forbids, toward yes).
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum

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
)


class Missing(Enum):
    """Two ways of having no value: not known, and known not to be there."""

    UNKNOWN = "unknown"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one relation about one person: the facts of each (``consent.*`` of each consent)."""

    rows: tuple[Mapping[str, Known | Missing], ...]


Known = Value | tuple[Value, ...] | frozenset[Value] | Rows
Facts = Mapping[str, Known | Missing]
Kleene = bool | None


def kleene_all(values: Iterable[Kleene]) -> Kleene:
    """And: false wins, then unknown."""
    result: Kleene = True
    for value in values:
        if value is False:
            return False
        if value is None:
            result = None
    return result


def kleene_any(values: Iterable[Kleene]) -> Kleene:
    """Or: true wins, then unknown."""
    result: Kleene = False
    for value in values:
        if value is True:
            return True
        if value is None:
            result = None
    return result


def kleene_not(value: Kleene) -> Kleene:
    """Not: unknown stays unknown."""
    return None if value is None else not value


def holds(condition: Condition, facts: Facts) -> Kleene:
    """Whether a condition holds. Every fact that it reads must be in ``facts`` (a value or Missing).

    :raises KeyError: a fact without any entry, which is a fault of the caller, not an unknown.
    """
    match condition:
        case Is(fact):
            return _of(facts[fact.name], lambda value: value is True)
        case OneOf(fact, values, _):
            return _of(facts[fact.name], lambda value: value in values)
        case All(parts):
            return kleene_all(holds(part, facts) for part in parts)
        case Any(parts):
            return kleene_any(holds(part, facts) for part in parts)
        case Not(part):
            return kleene_not(holds(part, facts))
        case Defined(_, body):
            return holds(body, facts)
        case Compare(op, left, right):
            return _pair(facts[left.name], _value(right, facts), _OPS[op])
        case Has(fact, member):
            return _pair(facts[fact.name], _value(member, facts), lambda listed, one: one in listed)
        case Present(fact):
            found = facts[fact.name]
            return None if found is Missing.UNKNOWN else found is not Missing.ABSENT
        case Expired(date, day):
            return _pair(_date(date, facts), _value(day, facts), lambda when, last: when < last)
        case Reached(date, day):
            return _pair(_date(date, facts), _value(day, facts), lambda when, last: when <= last)
        case Knows(part):
            return holds(part, facts) is True
        case Possibly(part):
            return holds(part, facts) is not False
        case SomeRow(relation, body):
            return kleene_any(holds(body, row) for row in worlds(relation, facts))
        case Truth(value):
            return value


def worlds(relation: str, facts: Facts) -> list[Facts]:
    """The facts with each row of a relation in turn. Where no rows are kept, the facts themselves are the one row."""
    found = facts.get(relation)
    return [{**facts, **row} for row in found.rows] if isinstance(found, Rows) else [facts]


_OPS: Mapping[str, Callable[..., bool]] = {
    "=": lambda a, b: a == b,
    "<>": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def _of(found: Known | Missing, test: Callable[[Known], bool]) -> Kleene:
    if found is Missing.UNKNOWN:
        return None
    return found is not Missing.ABSENT and test(found)


def _pair(left: Known | Missing, right: Known | Missing, test: Callable[..., bool]) -> Kleene:
    """An atom over two values: absent makes it false whatever the other is, else unknown wins."""
    if left is Missing.ABSENT or right is Missing.ABSENT:
        return False
    if left is Missing.UNKNOWN or right is Missing.UNKNOWN:
        return None
    return test(left, right)


def _value(term: FactRef | Literal, facts: Facts) -> Known | Missing:
    return term.value if isinstance(term, Literal) else facts[term.name]


def _date(term: FactRef | Shifted, facts: Facts) -> Known | Missing:
    if isinstance(term, FactRef):
        return facts[term.name]
    found = facts[term.fact.name]
    return shifted(found, term.amount, term.unit) if isinstance(found, dt.date) else found


def shifted(day: dt.date, amount: int, unit: str) -> dt.date:
    """A date moved by days, months or years; a month's end stays within the month."""
    if unit == "DAY":
        return day + dt.timedelta(days=amount)
    months = day.year * 12 + day.month - 1 + amount * (12 if unit == "YEAR" else 1)
    year, month = divmod(months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return dt.date(year, month + 1, min(day.day, last))


NOTHING: frozenset[str] = frozenset()


def weigh(condition: Condition, facts: Facts) -> tuple[Kleene, frozenset[str]]:
    """A condition's value, and the unknown facts on which it still rests; none when it is final.

    Follows only what is undecided, and what ``knows`` or ``possibly`` decided for want of knowledge.
    """
    match condition:
        case All(parts):
            return _weigh_parts((weigh(part, facts) for part in parts), decisive=False)
        case Any(parts):
            return _weigh_parts((weigh(part, facts) for part in parts), decisive=True)
        case Defined(_, body):
            return weigh(body, facts)
        case Not(part):
            value, waits = weigh(part, facts)
            return kleene_not(value), waits
        case Knows(part):
            value, waits = weigh(part, facts)
            return value is True, waits
        case Possibly(part):
            value, waits = weigh(part, facts)
            return value is not False, waits
        case SomeRow(relation, body):
            return _weigh_parts((weigh(body, row) for row in worlds(relation, facts)), decisive=True)
        case _:
            value = holds(condition, facts)
            if value is not None:
                return value, NOTHING
            unknown = (name for name in atom_facts(condition) if facts[name] is Missing.UNKNOWN)
            return None, frozenset(unknown)


def _weigh_parts(weighed: Iterable[tuple[Kleene, frozenset[str]]], *, decisive: bool) -> tuple[Kleene, frozenset[str]]:
    """And (decisive: false) or Or (decisive: true). A final decisive part ends all waiting."""
    result: Kleene = not decisive
    waiting = NOTHING
    for value, waits in weighed:
        if value is decisive:
            if not waits:
                return decisive, NOTHING
            result = decisive
        elif value is None and result is not decisive:
            result = None
        waiting |= waits
    return result, waiting
