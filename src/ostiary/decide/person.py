"""One person of a roll, read into facts row by row: the plain way, against which the compiled way is checked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.decide.interpret import Reading, judge
from ostiary.decide.request import Group
from ostiary.decide.verdict import Item, Outcome, Reason
from ostiary.errors import RollError
from ostiary.law.bundle import Copy
from ostiary.law.meaning import Facts, Kleene, Known, Missing, Rows, kleene_all, kleene_any
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import ABSENT, Column, Held, Household, Newest, Roll, quoted

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Person:
    """One person's row, the rows about the person in each other table, and those who share each group."""

    row: Row
    related: Mapping[str, Sequence[Row]]
    sharing: Mapping[str, Sequence[Row]]


def find_person(roll: Roll, engine: Engine, person: str) -> Person:
    """Read one person by id.

    :raises RollError: when the roll has nobody, or several people, with that id.
    """
    found = find_people(roll, engine, [person])
    if len(found) != 1:
        raise RollError(f"{roll.path}: {'nobody' if not found else 'more than one person'} has the id that was given")
    return found[0]


def find_people(roll: Roll, engine: Engine, people: Sequence[object]) -> list[Person]:
    """Read some people by id, with the rows about them in every table."""

    def rows(table: str, key: str, values: Iterable[object]) -> dict[str, list[Row]]:
        listed = ", ".join("'" + str(value).replace("'", "''") + "'" for value in values)
        found: dict[str, list[Row]] = {}
        if listed:
            where = f"CAST({quoted(key)} AS VARCHAR(80)) IN ({listed})"
            for row in engine.query(f"SELECT * FROM {quoted(table)} WHERE {where}").to_pylist():
                found.setdefault(str(row[key]), []).append(row)
        return found

    own = [row for found in rows(roll.people, roll.id, people).values() for row in found]
    newest = [source for source in roll.facts.values() if isinstance(source, Newest)]
    tables = {(table, source.person) for source in newest for table in source.tables}
    tables |= {(table, one.person) for one in roll.relations.values() for table in one.tables}
    related = {table: rows(table, key, people) for table, key in tables}
    groups = {source.group for source in roll.facts.values() if isinstance(source, Household)}
    sharing = {name: rows(roll.people, name, {row[name] for row in own if row[name] is not None}) for name in groups}
    return [
        Person(
            row,
            {table: found.get(str(row[roll.id]), []) for table, found in related.items()},
            {name: found.get(str(row[name]), []) for name, found in sharing.items()},
        )
        for row in own
    ]


def person_facts(fixed: Facts, roll: Roll, person: Person) -> dict[str, Known | Missing]:
    """All facts of a request about one person. ``fixed`` holds those that are the same for everybody."""
    facts: dict[str, Known | Missing] = dict(fixed)
    for name, source in roll.facts.items():
        facts[name] = _fact(source, person)
    for name, relation in roll.relations.items():
        rows = [row for table in relation.tables for row in person.related[table]]
        facts[name] = Rows(tuple({fact: _read(column, row) for fact, column in relation.facts.items()} for row in rows))
    return facts


def _fact(source: Column | Newest | Household, person: Person) -> Known | Missing:
    if isinstance(source, Column):
        return _read(source, person.row)
    if isinstance(source, Household):
        if person.row[source.group] is None:  # nobody knows who shares it
            return Missing.UNKNOWN
        together = kleene_all if source.every else kleene_any
        return _kleene(together(row[source.column] for row in person.sharing[source.group]))
    rows = [row for table in source.tables for row in person.related[table]]
    if not rows:
        return _kleene(source.no_row)
    days = [row[source.newest_by] for row in rows]
    latest = max((day for day in days if day is not None), default=None)
    newest = {row[source.column] for row in rows if row[source.newest_by] == latest}
    return _kleene(newest.pop() if len(newest) == 1 else None)


def _kleene(value: Kleene) -> Known | Missing:
    return Missing.UNKNOWN if value is None else value


def _read(column: Column, row: Row) -> Known | Missing:
    value = row[column.name]
    if value is None:
        return Missing.ABSENT if column.null_absent else Missing.UNKNOWN
    if column.values is None:
        return value.date() if isinstance(value, dt.datetime) else value
    meaning = column.values.get(str(value), Missing.UNKNOWN)
    if meaning == ABSENT:
        return Missing.ABSENT
    return tuple(meaning) if isinstance(meaning, list) else meaning


def values_of(roll: Roll, group: Group, row: Row) -> list[tuple[Held, Copy]]:
    """The values that a person has of what is asked for: their columns, and the copy that each is."""
    found = []
    for element in group.elements:
        for program in group.programs:
            for held in roll.holding(program, element):
                if row[roll.programs[program]] and row[held.key] is not None:
                    found.append((held, Copy(program, element, source_of(held, row))))
    return found


def source_of(held: Held, row: Row) -> str:
    """Where a value came from; empty when that is not known."""
    if not held.origin_column:
        return next(iter(held.origins))
    code = str(row[held.origin_column])
    return next((source for source, codes in held.origins.items() if code in codes), "")


def judge_person(reading: Reading, roll: Roll, group: Group, person: Person) -> list[Item]:
    """The answer for each value that one person has of what is asked for."""
    return [judge_value(reading, copy, group.name) for _, copy in values_of(roll, group, person.row)]


def judge_value(reading: Reading, copy: Copy, group: str = "") -> Item:
    """The answer for one value; one whose source is not known stays."""
    if not copy.source:
        return Item(group, copy, Outcome.WITHHOLD, Reason.MISSING_FACTS)
    return judge(reading, copy, group)
