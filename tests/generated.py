"""A fixed corpus of conditions and people: every kind of atom, facts fixed by a request, facts of a person, unknowns."""

import datetime as dt
import random
from dataclasses import dataclass

from ostiary.law.condition import (
    All,
    Any,
    Compare,
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
)
from ostiary.law.meaning import Missing, Rows
from ostiary.roll.mapping import Column, Relation

DAYS = [dt.date(2024, 2, 29), dt.date(2025, 8, 31), dt.date(2026, 1, 6), dt.date(2026, 3, 10)]
CODES = ["A", "B", "C"]
WORDS = {"A": "alpha", "B": "beta", "C": "absent"}
LISTS = {"A": ["one", "two"], "B": ["two"], "C": []}
FIXED = {"r.yes": "bool", "r.day": "date", "r.code": "word", "r.item": "item", "r.gone": "date?"}
PERSON = {"p.flag": "bool", "p.other": "bool", "p.coded": "bool*"}
ROW = {"row.day": "date?", "row.until": "date?", "row.word": "word*", "row.items": "items*"}
YES_NO = {"A": True, "B": False, "C": True}
COLUMNS = {
    "p.flag": Column("flag"),
    "p.other": Column("other"),
    "p.coded": Column("coded", YES_NO),
}
RELATION = Relation(
    "row",
    ("rows",),
    "id",
    {
        "row.day": Column("day", None, null_absent=True),
        "row.until": Column("until", None, null_absent=False),
        "row.word": Column("word", WORDS, null_absent=True),
        "row.items": Column("items", LISTS, null_absent=False),
    },
    frozenset(),
)


@dataclass(frozen=True)
class Someone:
    """One person's raw row and rows, as the tables hold them."""

    row: dict
    rows: list


def people(count, seed=1):
    chance = random.Random(seed)
    found = []
    for number in range(count):
        row = {
            "id": number,
            "flag": chance.choice([True, False, None]),
            "other": chance.choice([True, False, None]),
            "coded": chance.choice([*CODES, None]),
        }
        rows = [
            {
                "id": number,
                "day": chance.choice([*DAYS, None]),
                "until": chance.choice([*DAYS, None]),
                "word": chance.choice([*CODES, None]),
                "items": chance.choice([*CODES, None]),
            }
            for _ in range(chance.choice([0, 1, 1, 2, 3]))
        ]
        found.append(Someone(row, rows))
    return found


def fixed_facts(chance):
    return {
        "r.yes": chance.choice([True, False, Missing.UNKNOWN]),
        "r.day": chance.choice([*DAYS, Missing.UNKNOWN]),
        "r.code": chance.choice(["alpha", "beta", Missing.UNKNOWN]),
        "r.item": chance.choice(["one", "two", Missing.UNKNOWN]),
        "r.gone": chance.choice([*DAYS, Missing.ABSENT, Missing.UNKNOWN]),
    }


def facts_of(fixed, someone):
    """All facts about one person, as the interpreter reads them."""

    def read(column, row):
        value = row[column.name]
        if value is None:
            return Missing.ABSENT if column.null_absent else Missing.UNKNOWN
        if column.values is None:
            return value
        meaning = column.values[value]
        if meaning == "absent":
            return Missing.ABSENT
        return tuple(meaning) if isinstance(meaning, list) else meaning

    facts = {**fixed, **{name: read(column, someone.row) for name, column in COLUMNS.items()}}
    facts["row"] = Rows(
        tuple({name: read(column, row) for name, column in RELATION.facts.items()} for row in someone.rows)
    )
    return facts


def condition(chance, depth=3, inside=False):
    """A random condition. Facts of a row stand only inside ``SomeRow``."""
    if depth and chance.random() < 0.7:
        parts = tuple(condition(chance, depth - 1, inside) for _ in range(chance.choice([2, 2, 3])))
        kind = chance.choice(["and", "or", "not", "knows", "possibly", "row" if not inside else "and"])
        if kind == "not":
            return Not(parts[0])
        if kind == "knows":
            return Knows(parts[0])
        if kind == "possibly":
            return Possibly(parts[0])
        if kind == "row":
            return SomeRow("row", condition(chance, depth - 1, inside=True))
        return All(parts) if kind == "and" else Any(parts)
    return _row_atom(chance) if inside else _atom(chance)


def _ref(name):
    return FactRef(name)


def _atom(chance):
    return chance.choice(
        [
            Is(_ref("r.yes")),
            Is(_ref("p.flag")),
            Is(_ref("p.other")),
            Is(_ref("p.coded")),
            Compare("=", _ref("r.code"), Literal("alpha")),
            Present(_ref("r.gone")),
            Reached(_ref("r.gone"), _ref("r.day")),
        ]
    )


def _row_atom(chance):
    date = _ref(chance.choice(["row.day", "row.until"]))
    moved = Shifted(date, chance.choice([-3, 1, 180, 6]), chance.choice(["DAY", "MONTH", "YEAR"]))
    return chance.choice(
        [
            Present(date),
            Expired(date, _ref("r.day")),
            Expired(moved, _ref("r.day")),
            Reached(moved, Literal(chance.choice(DAYS))),
            Expired(_ref("row.day"), _ref("row.until")),
            Expired(_ref("r.gone"), date),
            Reached(Shifted(_ref("r.gone"), 1, "MONTH"), date),
            Compare(chance.choice(["<", "<=", ">", ">=", "<>", "="]), date, _ref("r.day")),
            Compare("=", _ref("row.word"), _ref("r.code")),
            Compare("<>", _ref("row.word"), Literal("beta")),
            OneOf(_ref("row.word"), frozenset({"alpha", "gamma"})),
            Present(_ref("row.word")),
            Has(_ref("row.items"), _ref("r.item")),
            Has(_ref("row.items"), Literal("one")),
        ]
    )
