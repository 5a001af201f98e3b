"""Partial evaluation: what is left of a condition once a request has fixed its facts.

A three-valued folder of our own (``rules.md`` 2.10: general SQL simplifiers are unsound here).
What is left reads only facts of the person. ``Unsure`` is what stays unknown whoever the person is.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

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
    atom_facts,
)
from ostiary.law.meaning import (
    Facts,
    Kleene,
    Known,
    Missing,
    Rows,
    holds,
    kleene_all,
    kleene_any,
    kleene_not,
    shifted,
    worlds,
)


@dataclass(frozen=True, slots=True)
class Unsure:
    """Unknown for every person, because these facts are not known."""

    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Coded:
    """A question about a column of free codes, as the codes that answer yes and those that answer no.

    Any other code is unknown. ``null`` is what having none means.
    """

    fact: str
    yes: frozenset[str]
    no: frozenset[str]
    null: Kleene


Residual = Condition | Unsure | Coded
Atom = Is | Compare | OneOf | Has | Present | Expired | Reached | SomeRow | Coded
Ground = Callable[[Condition], Residual]
_SWAPPED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


def fold(node: Condition, facts: Facts, open_: frozenset[str], ground: Ground = lambda atom: atom) -> Residual:
    """What is left of ``node``. ``facts`` has an entry for every fact that is not ``open_``.

    :param ground: puts an atom about a person into the words of the roll's columns.
    """
    match node:
        case Truth():
            return node
        case All(parts):
            return joined((fold(part, facts, open_, ground) for part in parts), All, decisive=False)
        case Any(parts):
            return joined((fold(part, facts, open_, ground) for part in parts), Any, decisive=True)
        case Not(part):
            return _negated(fold(part, facts, open_, ground))
        case Defined(_, body):
            return fold(body, facts, open_, ground)
        case Knows(part) | Possibly(part):
            return _certain(node, fold(part, facts, open_, ground))
        case SomeRow(relation, body) if isinstance(facts.get(relation), Rows):
            # The rows are given, and the same for everybody: nothing is left of them to ask a roll.
            worlds_ = worlds(relation, facts)
            return joined((fold(body, world, open_, ground) for world in worlds_), Any, decisive=True)
        case SomeRow(relation, body):
            return _some_row(relation, fold(body, facts, open_, ground), open_)
        case _:
            return _atom(node, facts, open_, ground)


def joined(parts: Iterable[Residual], kind: type[All] | type[Any], *, decisive: bool) -> Residual:
    """Parts joined by And (decisive: false) or Or (decisive: true), without what is already decided."""
    left: dict[Residual, None] = {}
    unsure: frozenset[str] | None = None
    for part in parts:
        for inner in part.parts if isinstance(part, kind) else (part,):
            if isinstance(inner, Truth):
                if inner.value is decisive:
                    return inner
            elif isinstance(inner, Unsure):
                unsure = inner.facts if unsure is None else unsure | inner.facts
            else:
                left.setdefault(inner)
    if unsure is not None:
        left.setdefault(Unsure(unsure))
    if not left:
        return Truth(not decisive)
    found = tuple(left)
    return found[0] if len(found) == 1 else kind(found)  # type: ignore[arg-type]


def _negated(part: Residual) -> Residual:
    match part:
        case Truth(value):
            return Truth(not value)
        case Unsure():
            return part
        case Not(inner):
            return inner
        case _:
            return Not(part)  # type: ignore[arg-type]


def _certain(node: Knows | Possibly, part: Residual) -> Residual:
    """``knows`` and ``possibly`` decide what can be decided. An unknown stays inside: it may yet be learnt."""
    return part if isinstance(part, Truth) else type(node)(part)  # type: ignore[arg-type]


def _some_row(relation: str, body: Residual, open_: frozenset[str]) -> Residual:
    kept = any(name.split(".")[0] == relation for name in open_)
    if not kept or body == Truth(False):
        return body
    return SomeRow(relation, body)  # type: ignore[arg-type]


def _atom(node: Condition, facts: Facts, open_: frozenset[str], ground: Ground) -> Residual:
    names = atom_facts(node)
    if all(name in open_ for name in names):
        return ground(node)
    if not any(name in open_ for name in names):
        value = holds(node, facts)
        unknown = frozenset(name for name in names if facts[name] is Missing.UNKNOWN)
        return Unsure(unknown) if value is None else Truth(value)
    (settled,) = (name for name in names if name not in open_)
    (asked,) = (name for name in names if name in open_)
    if facts[settled] is Missing.ABSENT:
        return Truth(False)
    if facts[settled] is Missing.UNKNOWN:  # false where the open fact is absent, unknown otherwise
        there = ground(Present(FactRef(asked)))
        return joined((there, Unsure(frozenset({settled}))), All, decisive=False)
    return ground(_half(node, asked, facts[settled]))


def _half(node: Condition, asked: str, found: Known | Missing) -> Condition:
    """An atom over one open and one settled fact: the settled one becomes a literal."""
    fact = FactRef(asked)
    match node:
        case Compare(op, FactRef(left), _):
            return Compare(op if left == asked else _SWAPPED[op], fact, Literal(found))  # type: ignore[arg-type]
        case Has(FactRef(listing), _) if listing == asked:
            return Has(fact, Literal(found))  # type: ignore[arg-type]
        case Has():
            return OneOf(fact, frozenset(found))  # type: ignore[arg-type]
        case Expired(date, _) if _name(date) == asked:
            return Expired(date, Literal(found))  # type: ignore[arg-type]
        case Reached(date, _) if _name(date) == asked:
            return Reached(date, Literal(found))  # type: ignore[arg-type]
        case Expired(date, _) | Reached(date, _):
            assert isinstance(found, dt.date)
            moved = shifted(found, date.amount, date.unit) if isinstance(date, Shifted) else found
            return Compare(">" if isinstance(node, Expired) else ">=", fact, Literal(moved))
    raise TypeError(f"cannot fold {type(node).__name__}")


def _name(date: FactRef | Shifted) -> str:
    return date.fact.name if isinstance(date, Shifted) else date.name


def atoms(node: Residual) -> Iterable[Atom]:
    """The parts that a person's record decides: facts of the person, and whole questions about rows."""
    match node:
        case All(parts) | Any(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part) | Knows(part) | Possibly(part):
            yield from atoms(part)
        case Truth() | Unsure():
            return
        case _:
            yield node  # type: ignore[misc]


def weigh_left(
    node: Residual, values: Mapping[Atom, Kleene], waits: Callable[[Atom], frozenset[str]]
) -> tuple[Kleene, frozenset[str]]:
    """The value of what was left, given the value of each atom, and the unknown facts that it rests on.

    The same weighing as ``law.meaning.weigh``, one step further on.
    """
    match node:
        case Truth(value):
            return value, frozenset()
        case Unsure(facts):
            return None, facts
        case All(parts) | Any(parts):
            decisive = isinstance(node, Any)
            found = [weigh_left(part, values, waits) for part in parts]
            if any(value is decisive and not open_ for value, open_ in found):
                return decisive, frozenset()
            join = kleene_any if decisive else kleene_all
            return join(value for value, _ in found), frozenset().union(*(open_ for _, open_ in found))
        case Not(part):
            inner, open_ = weigh_left(part, values, waits)
            return kleene_not(inner), open_
        case Knows(part):
            inner, open_ = weigh_left(part, values, waits)
            return inner is True, open_
        case Possibly(part):
            inner, open_ = weigh_left(part, values, waits)
            return inner is not False, open_
        case _:
            settled = values[node]  # type: ignore[index]  # definitions are folded away
            return settled, frozenset() if settled is not None else waits(node)  # type: ignore[arg-type]
