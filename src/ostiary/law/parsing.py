"""From a condition's text to the frozen tree: sqlglot reads, a closed whitelist lowers.

Whatever is not listed here is refused with a suggestion: ``IS NULL``,
``COALESCE``, ``CASE``, sub-queries, ``LIKE``, ``NULL``, comments, a second
statement. Each of those breaks fail-closed, the agreement of engines, or the proofs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any as Anything

from sqlglot import exp, parse_one, tokenize
from sqlglot.errors import SqlglotError

from ostiary.errors import did_you_mean
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
    Truth,
)
from ostiary.vocabulary import OPEN_LISTS, Base, Fact, FactType, Vocabulary

_OPS: Mapping[type[exp.Expression], str] = {
    exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">=",
}  # fmt: skip
_MIRRORED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ORDERED = (Base.INT, Base.DATE)
_UNITS = ("DAY", "MONTH", "YEAR")
_DIALECT = "duckdb"
_INSTEAD: Mapping[type[exp.Expression], str] = {
    exp.Is: "`IS` asks about NULL; write `present(x)` for an optional fact, or the bare fact for yes",
    exp.Null: "NULL is not a value; leave a fact unknown, or write `present(x)`",
    exp.Coalesce: "COALESCE turns unknown into an answer; unknown must stay unknown",
    exp.Case: "CASE is not allowed; write AND, OR, NOT",
    exp.Like: "LIKE is not portable; give the fact its own code",
    exp.Select: "sub-queries are not allowed; name a derived fact",
    exp.Subquery: "sub-queries are not allowed; name a derived fact",
    exp.Mul: "arithmetic is not allowed; only a date plus or minus an interval",
    exp.Literal: "a constant inside a condition; TRUE or FALSE may only stand alone",
    exp.Boolean: "a constant inside a condition; TRUE or FALSE may only stand alone",
}


class ConditionError(Exception):
    """Why a condition cannot be accepted; the caller adds file, line and rule."""


def parse_condition(text: str, words: Vocabulary, definitions: Mapping[str, Condition]) -> Condition:
    """The tree of a condition, with every name, type and code checked.

    :raises ConditionError: with what is wrong and what to write instead.
    """
    tree = _parse(text)
    if isinstance(tree, exp.Boolean):
        return Truth(bool(tree.this))
    return _Lowering(words, definitions).condition(tree)


def _parse(text: str) -> exp.Expression:
    try:
        tokens = tokenize(text, dialect=_DIALECT)
        tree = parse_one(text, dialect=_DIALECT, into=exp.Condition)
    except (SqlglotError, RecursionError):
        raise ConditionError("is not a condition; write facts joined by AND, OR, NOT") from None
    if any(token.comments for token in tokens) or "--" in text or "/*" in text:
        raise ConditionError("a comment inside a condition; use the rule's `note`")
    if ";" in text or not isinstance(tree, exp.Expression):
        raise ConditionError("must be one single condition, without `;`")
    return tree


class _Lowering:
    """Lowers one sqlglot tree; holds the words it is checked against."""

    def __init__(self, words: Vocabulary, definitions: Mapping[str, Condition]) -> None:
        self.words, self.definitions = words, definitions

    def condition(self, node: exp.Expression) -> Condition:
        match node:
            case exp.Paren():
                return self.condition(node.this)
            case exp.And() | exp.Or():
                return self.joined(node)
            case exp.Not():
                return Not(self.condition(node.this))
            case exp.Column():
                return self.name(node)
            case exp.EQ() | exp.NEQ() | exp.LT() | exp.LTE() | exp.GT() | exp.GTE():
                return self.compare(_OPS[type(node)], node.this, node.expression)
            case exp.Between():
                low = self.compare(">=", node.this, node.args["low"])
                return All((low, self.compare("<=", node.this, node.args["high"])))
            case exp.In():
                return self.one_of(node)
            case exp.Anonymous():
                return self.call(node)
            case _:
                raise ConditionError(_refusal(node))

    def joined(self, node: exp.Expression) -> Condition:
        kind = type(node)
        parts: list[Condition] = []
        for side in (node.this, node.expression):
            inner = side.unnest()
            if isinstance(inner, kind):
                lowered = self.joined(inner)
                parts.extend(lowered.parts if isinstance(lowered, All | Any) else (lowered,))
            else:
                parts.append(self.condition(side))
        return All(tuple(parts)) if kind is exp.And else Any(tuple(parts))

    def name(self, node: exp.Expression) -> Condition:
        name = _dotted(node)
        if name in self.definitions:
            return Defined(name, self.definitions[name])
        fact = self.fact(node, [*self.definitions, *self.words.classes])
        if fact.type.base is not Base.BOOL or fact.type.many:
            raise ConditionError(f"`{name}` is a {fact.type}, not a yes or no; compare it with a value")
        return Is(FactRef(name))

    def fact(self, node: exp.Expression, also: list[str] | None = None) -> Fact:
        if not isinstance(node, exp.Column):
            raise ConditionError(f"a fact's name must stand here; {_refusal(node)}")
        name = _dotted(node)
        if name not in self.words.facts:
            near = did_you_mean(name, [*self.words.facts, *(also or [])])
            raise ConditionError(f"unknown fact or definition `{name}`{near}")
        return self.words.facts[name]

    def compare(self, op: str, left: exp.Expression, right: exp.Expression) -> Condition:
        if not isinstance(left, exp.Column):
            if isinstance(left, exp.Literal) and isinstance(right, exp.Literal):
                raise ConditionError("compares two constants; one side must be a fact")
            if not isinstance(right, exp.Column):
                raise ConditionError(f"a fact's name must stand on one side; {_refusal(left)}")
            return self.compare(_MIRRORED[op], right, left)
        fact = self.fact(left)
        self.single(fact, "compared")
        if fact.type.base is Base.BOOL:
            raise ConditionError(f"`{fact.name}` is a yes or no; write it bare, or with NOT")
        if op not in ("=", "<>") and fact.type.base not in _ORDERED:
            raise ConditionError(f"`{fact.name}` is a {fact.type}; only numbers and dates have an order")
        if isinstance(right, exp.Column):
            return Compare(op, FactRef(fact.name), self.same_type(fact, right))
        return Compare(op, FactRef(fact.name), self.literal(right, fact.type))

    def same_type(self, fact: Fact, node: exp.Expression) -> FactRef:
        other = self.fact(node)
        if other.type != fact.type:
            raise ConditionError(f"`{fact.name}` is a {fact.type} but `{other.name}` is a {other.type}")
        if other.name == fact.name:
            raise ConditionError(f"compares `{fact.name}` with itself")
        return FactRef(other.name)

    def single(self, fact: Fact, verb: str) -> None:
        if fact.type.many:
            raise ConditionError(f"`{fact.name}` is a {fact.type} and cannot be {verb}; write has({fact.name}, ...)")

    def literal(self, node: exp.Expression, wanted: FactType) -> Literal:
        value = self.value(node, wanted.base)
        if wanted.base is Base.CODE and wanted.codes not in OPEN_LISTS:
            known = self.words.known_codes(wanted.codes)
            if value not in tuple(known):
                raise ConditionError(f"unknown code `{value}` of {wanted.codes}{did_you_mean(str(value), known)}")
        return Literal(value)

    def value(self, node: exp.Expression, base: Base) -> str | int | dt.date:
        text: Anything = node.this if isinstance(node, exp.Literal) else None
        if base is Base.DATE:
            return _date(node)
        if base is Base.INT and text is not None and not node.is_string:
            return int(text)
        if base in (Base.CODE, Base.TEXT) and text is not None and node.is_string:
            return str(text)
        raise ConditionError(f"{_refusal(node)}; a {base.value} in its own form must stand here")

    def one_of(self, node: exp.In) -> Condition:
        fact = self.fact(node.this)
        self.single(fact, "IN a list")
        if fact.type.base is Base.BOOL:
            raise ConditionError(f"`{fact.name}` is a yes or no; write it bare, or with NOT")
        if node.args.get("query") or node.args.get("unnest"):
            raise ConditionError(_INSTEAD[exp.Subquery])
        named = node.args.get("field")
        if named is not None:
            return self.one_of_class(fact, _dotted(named))
        values = frozenset(self.literal(item, fact.type).value for item in node.expressions)
        return OneOf(FactRef(fact.name), values)

    def one_of_class(self, fact: Fact, name: str) -> Condition:
        found = self.words.classes.get(name)
        if found is None:
            raise ConditionError(f"unknown class `{name}`{did_you_mean(name, self.words.classes)}")
        if found.of != fact.type.codes:
            raise ConditionError(f"class `{name}` holds {found.of}, but `{fact.name}` is a {fact.type}")
        return OneOf(FactRef(fact.name), frozenset(found.members), name)

    def call(self, node: exp.Anonymous) -> Condition:
        name, args = str(node.this).lower(), node.expressions
        calls: dict[str, tuple[int, Callable[..., Condition]]] = {
            "has": (2, self.has),
            "present": (1, self.present),
            "expired": (2, lambda a, b: Expired(self.date(a), self.day(b))),
            "reached": (2, lambda a, b: Reached(self.date(a), self.day(b))),
            "knows": (1, lambda a: Knows(self.condition(a))),
            "possibly": (1, lambda a: Possibly(self.condition(a))),
        }
        if name not in calls:
            raise ConditionError(f"unknown function `{name}`{did_you_mean(name, calls)}")
        count, make = calls[name]
        if len(args) != count:
            raise ConditionError(f"`{name}` takes {count} argument{'s' if count > 1 else ''}")
        return make(*args)

    def has(self, listing: exp.Expression, member: exp.Expression) -> Condition:
        fact = self.fact(listing)
        if not fact.type.many:
            raise ConditionError(f"`{fact.name}` is a single {fact.type}; write `{fact.name} = ...`")
        single = FactType(fact.type.base, fact.type.codes)
        if isinstance(member, exp.Column):
            other = self.fact(member)
            if other.type != single:
                raise ConditionError(f"`{fact.name}` is a {fact.type} but `{other.name}` is a {other.type}")
            return Has(FactRef(fact.name), FactRef(other.name))
        return Has(FactRef(fact.name), self.literal(member, single))

    def present(self, node: exp.Expression) -> Condition:
        fact = self.fact(node)
        if not fact.optional:
            raise ConditionError(f"`{fact.name}` is not optional: left out it is unknown, so present() means nothing")
        return Present(FactRef(fact.name))

    def date(self, node: exp.Expression) -> FactRef | Shifted:
        if isinstance(node, exp.Add | exp.Sub) and isinstance(node.expression, exp.Interval):
            sign = 1 if isinstance(node, exp.Add) else -1
            return _shifted(self.date_fact(node.this), node.expression, sign)
        return self.date_fact(node)

    def day(self, node: exp.Expression) -> FactRef | Literal:
        return self.date_fact(node) if isinstance(node, exp.Column) else Literal(_date(node))

    def date_fact(self, node: exp.Expression) -> FactRef:
        fact = self.fact(node)
        if fact.type != FactType(Base.DATE):
            raise ConditionError(f"`{fact.name}` is a {fact.type}, not a date")
        return FactRef(fact.name)


def _shifted(fact: FactRef, interval: exp.Interval, sign: int) -> Shifted:
    unit, amount = str(interval.args.get("unit") or "").upper().removesuffix("S"), interval.this
    if unit not in _UNITS or not isinstance(amount, exp.Literal) or not str(amount.this).isdecimal():
        raise ConditionError("an interval must read like INTERVAL 180 DAY (or MONTH, YEAR)")
    return Shifted(fact, sign * int(amount.this), unit)


def _dotted(node: exp.Expression) -> str:
    if not isinstance(node, exp.Column) or any(part.args.get("quoted") for part in node.parts):
        raise ConditionError(f"a plain name must stand here; {_refusal(node)}")
    return ".".join(part.name for part in node.parts)


def _date(node: exp.Expression) -> dt.date:
    inner = node.this if isinstance(node, exp.Cast) else None
    if isinstance(inner, exp.Literal) and node.args["to"].this == exp.DataType.Type.DATE:
        try:
            return dt.date.fromisoformat(str(inner.this))
        except ValueError:
            raise ConditionError("there is no such day; write DATE 'YYYY-MM-DD'") from None
    raise ConditionError("a date must stand here, like DATE '2026-01-06'")


def _refusal(node: object) -> str:
    for kind, text in _INSTEAD.items():
        if isinstance(node, kind):
            return text
    word = type(node).__name__.lower() if isinstance(node, exp.Expression) else "that"
    return f"`{word}` is not allowed in a condition; see the rule language"
