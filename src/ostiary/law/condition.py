"""A rule's condition as a small frozen tree: the one thing every engine reads.

Closed on purpose: what is not a node here cannot be said in a rule. Each node
has one meaning in strong-Kleene logic (``decide.interpret``), one in SQL and one
in the prover.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

Value = bool | int | str | dt.date


@dataclass(frozen=True, slots=True)
class FactRef:
    """The value of a fact."""

    name: str


@dataclass(frozen=True, slots=True)
class Shifted:
    """A date fact moved by a fixed interval. ``unit`` is ``DAY``, ``MONTH`` or ``YEAR``."""

    fact: FactRef
    amount: int
    unit: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A fixed value."""

    value: Value


@dataclass(frozen=True, slots=True)
class Truth:
    """``TRUE`` or ``FALSE``, only as a whole condition."""

    value: bool


@dataclass(frozen=True, slots=True)
class Is:
    """A yes-or-no fact is true."""

    fact: FactRef


@dataclass(frozen=True, slots=True)
class Compare:
    """``=  <>  <  <=  >  >=`` between a fact and a literal or a fact of the same type."""

    op: str
    left: FactRef
    right: Literal | FactRef


@dataclass(frozen=True, slots=True)
class OneOf:
    """A fact's value is among these. ``named`` is the class they came from, if any."""

    fact: FactRef
    values: frozenset[Value]
    named: str = ""


@dataclass(frozen=True, slots=True)
class Has:
    """A list fact contains a member."""

    fact: FactRef
    member: Literal | FactRef


@dataclass(frozen=True, slots=True)
class Present:
    """An optional fact is there."""

    fact: FactRef


@dataclass(frozen=True, slots=True)
class Expired:
    """``date < day``: the last day still counts. False for a date known to be absent."""

    date: FactRef | Shifted
    day: FactRef | Literal


@dataclass(frozen=True, slots=True)
class Reached:
    """``date <= day``: revoked, signed, effective. False for a date known to be absent."""

    date: FactRef | Shifted
    day: FactRef | Literal


@dataclass(frozen=True, slots=True)
class Not:
    """Not; unknown stays unknown."""

    part: Condition


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Some part holds."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Knows:
    """Definitely true; unknown counts as false. Only positively, in what helps a release."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Possibly:
    """Not definitely false; unknown counts as true. Only positively, in a forbid."""

    part: Condition


@dataclass(frozen=True, slots=True)
class Defined:
    """A named definition of the bundle, standing for its body."""

    name: str
    body: Condition


@dataclass(frozen=True, slots=True)
class SomeRow:
    """Some row of a relation (one consent among several) meets the whole of ``body``."""

    relation: str
    body: Condition


Condition = (
    Truth | Is | Compare | OneOf | Has | Present | Expired | Reached
    | Not | All | Any | Knows | Possibly | Defined | SomeRow
)  # fmt: skip


def children(node: Condition) -> tuple[Condition, ...]:
    """The conditions directly inside this one."""
    match node:
        case All(parts) | Any(parts):
            return parts
        case Not(part) | Knows(part) | Possibly(part):
            return (part,)
        case Defined(_, body) | SomeRow(_, body):
            return (body,)
        case _:
            return ()


def walk(node: Condition) -> Iterator[Condition]:
    """The node and everything inside it."""
    yield node
    for child in children(node):
        yield from walk(child)


def atom_facts(node: Condition) -> tuple[str, ...]:
    """The names of the facts that one atom reads; empty for anything else."""
    match node:
        case Is(fact) | Present(fact) | OneOf(fact, _, _):
            return (fact.name,)
        case Compare(_, left, right) | Has(left, right):
            return (left.name, right.name) if isinstance(right, FactRef) else (left.name,)
        case Expired(date, day) | Reached(date, day):
            first = date.fact.name if isinstance(date, Shifted) else date.name
            return (first, day.name) if isinstance(day, FactRef) else (first,)
        case _:
            return ()


def facts_of(node: Condition) -> frozenset[str]:
    """The names of all facts that a condition reads."""
    return frozenset(name for part in walk(node) for name in atom_facts(part))


def conjuncts(node: Condition) -> tuple[Condition, ...]:
    """The parts that must all hold, seen through definitions that are themselves conjunctions."""
    match node:
        case All(parts):
            return tuple(inner for part in parts for inner in conjuncts(part))
        case Defined(_, All(_) as body):
            return conjuncts(body)
        case Truth(True):
            return ()
        case _:
            return (node,)
