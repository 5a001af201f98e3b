"""Every small change of one condition: what a slip of the pen, or a wrong reading, could have made of it.

Each change has the code of its operator and the part that it touches, for the report. Definitions are opaque
here: what is inside one is changed once for the whole bundle (``mutants``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TypeVar

from ostiary.law.condition import (
    All,
    Any,
    Compare,
    Condition,
    Defined,
    Expired,
    Knows,
    Not,
    OneOf,
    Possibly,
    Reached,
    SomeRow,
    Truth,
    walk,
)


@dataclass(frozen=True, slots=True)
class Change:
    """One changed condition. ``part`` is what was touched; ``detail`` a value, where one was dropped."""

    operator: str
    part: Condition
    whole: Condition
    detail: str = ""


def changes(node: Condition) -> Iterator[Change]:
    """Every change of a condition, in the order of its text. A lone conjunct dropped leaves ``TRUE``."""
    if not isinstance(node, All | Truth):
        yield Change("drop-conjunct", node, Truth(True))
    yield from _inside(node)


def _inside(node: Condition) -> Iterator[Change]:
    match node:
        case All(parts):
            yield from _parts("drop-conjunct", All, parts)
        case Any(parts):
            yield from _parts("drop-disjunct", Any, parts)
        case Not(part):
            yield from _within(part, negated)
        case Knows(part):
            yield Change("drop-knows", node, part)
            yield from _within(part, Knows)
        case Possibly(part):
            yield Change("drop-possibly", node, part)
            yield from _within(part, Possibly)
        case SomeRow(relation, body):
            yield from _within(body, lambda inner: SomeRow(relation, inner))
        case Truth():
            pass
        case _:
            yield from _atom(node)


def _parts(operator: str, whole: type[All] | type[Any], parts: tuple[Condition, ...]) -> Iterator[Change]:
    for place, part in enumerate(parts):
        before, after = parts[:place], parts[place + 1 :]
        rest = (*before, *after)
        yield Change(operator, part, rest[0] if len(rest) == 1 else whole(rest))
        for change in _inside(part):
            yield replace(change, whole=whole((*before, change.whole, *after)))


def _within(part: Condition, wrap: Callable[[Condition], Condition]) -> Iterator[Change]:
    return (replace(change, whole=wrap(change.whole)) for change in _inside(part))


def negated(node: Condition) -> Condition:
    """Not, without two in a row."""
    return node.part if isinstance(node, Not) else Not(node)


_NEAR = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}


def _atom(node: Condition) -> Iterator[Change]:
    yield Change("negate", node, Not(node))
    match node:
        case OneOf(fact, values, "") if len(values) > 1:
            for value in sorted(values, key=str):
                yield Change("drop-value", node, OneOf(fact, values - {value}), str(value))
        case Compare(op, left, right) if op in _NEAR:
            yield Change("boundary", node, Compare(_NEAR[op], left, right))
        case Expired(date, day):
            yield Change("boundary", node, Reached(date, day))
        case Reached(date, day):
            yield Change("boundary", node, Expired(date, day))


def exchanged(node: Condition, swap: Callable[[Condition], Condition | None]) -> Condition:
    """A condition with some nodes, definitions too, put in place of others. Itself where nothing was swapped."""
    found = swap(node)
    if found is not None:
        return found
    match node:
        case All(parts) | Any(parts):
            new = tuple(exchanged(part, swap) for part in parts)
            same = all(a is b for a, b in zip(new, parts, strict=True))
            return node if same else type(node)(new)
        case Not(part) | Knows(part) | Possibly(part):
            inner = exchanged(part, swap)
            return node if inner is part else type(node)(inner)
        case Defined(_, body) | SomeRow(_, body):
            inner = exchanged(body, swap)
            return node if inner is body else replace(node, body=inner)
        case _:
            return node


Found = TypeVar("Found", bound=Condition)


def uses(node: Condition, kind: type[Found]) -> Iterator[Found]:
    """Every node of one kind inside a condition."""
    return (part for part in walk(node) if isinstance(part, kind))
