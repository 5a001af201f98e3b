"""A package held against the decision, by another way than it was made: person by person, rule by rule, cell by cell.

No compiled query, and nothing of ``cells``: the bytes that were sealed are read back, each person's row is read from
the roll, and the plain interpreter says of each value whether it may leave, under the law of both days.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from ostiary.decide.compile import fixed_facts
from ostiary.decide.interpret import Reading
from ostiary.decide.person import Person, find_people, judge_value, person_facts, values_of
from ostiary.decide.request import Request
from ostiary.decide.verdict import Item
from ostiary.law.bundle import Copy
from ostiary.roll.mapping import Held
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.ordering import Lot, Order, lots
from ostiary_web.casework.queries_work import Asked
from ostiary_web.casework.roll import Opened
from ostiary_web.wiring import bundle

_AT_ONCE = 500  # persons read from the roll with one question
_FILES = frozenset({"released.parquet", "released.csv", "dictionary.json", "NOTICE.txt", "contents.json"})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found. ``faults``: in words, by row and column, never a value; none where it is what was decided.

    ``cells``: how many values were compared; ``columns``: each with its law.
    """

    faults: tuple[str, ...]
    people: int
    cells: int
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Expected:
    """What must stand in one row: the cells, and the items that each comes from."""

    cells: Mapping[str, Any]
    items: Mapping[ItemKey, tuple[Item, Item]]


def check(order: Order, found: Opened, folder: Path, items: Sequence[ItemKey]) -> Checked:
    """Compare an opened package with what must leave.

    :param items: those that the package says it holds.
    """
    expected = [one for one in _expected(order, found) if one.cells]
    rows, names = _rows(folder / "released.parquet")
    about = json.loads((folder / "dictionary.json").read_text(encoding="utf-8"))
    faults = [
        *_other_files(folder),
        *_cells(expected, rows, names),
        *_same_text(folder, rows),
        *_columns(expected, about, names),
        *_declared(expected, items),
    ]
    cells = sum(value is not None for row in rows for value in row.values())
    laws = tuple((name, "; ".join(one["citation"] for one in column["authorities"]))
                 for name, column in sorted(about["columns"].items()))  # fmt: skip
    return Checked(tuple(faults), len(rows), cells, laws)


def _expected(order: Order, found: Opened) -> Iterator[Expected]:
    """Of each person, in the request's order, what must leave: without what a text says of other people."""
    for _, person, decided in expected(order, found):
        record = str(person.row[found.roll.id])
        cells = {
            name: order.as_it_leaves(found.roll, record, name.split("__", 2)[2], value)
            for name, value in decided.cells.items()
        }
        yield replace(decided, cells={name: value for name, value in cells.items() if value is not None})


def expected(order: Order, found: Opened) -> Iterator[tuple[Asked, Person, Expected]]:
    """Of each person what was decided, as it stands in the roll."""
    then, now = (order.request(day) for day in order.days)
    by_lot = {(lot.group, record): lot for lot in lots(order, now, found.roll) for record in lot.records}
    for start in range(0, len(order.people), _AT_ONCE):
        some = order.people[start : start + _AT_ONCE]
        rows = _people(found, [one.record for one in some])
        for one in some:
            lot = by_lot[one.who, one.record]
            for person in rows.get(one.record, ()):
                yield one, person, _of_one(lot, person, then, now)


def _people(found: Opened, records: Sequence[str]) -> Mapping[str, list[Person]]:
    """The rows of some persons, by record: more than one row of a person shows as a row too many."""
    people: dict[str, list[Person]] = {}
    for person in find_people(found.roll, found.engine, list(dict.fromkeys(records))):
        people.setdefault(str(person.row[found.roll.id]), []).append(person)
    return people


def _of_one(lot: Lot, person: Person, then: Request, now: Request) -> Expected:
    cells: dict[str, Any] = {}
    items: dict[ItemKey, tuple[Item, Item]] = {}
    before, after = (_judged(lot, person, request) for request in (then, now))
    for copy, (held, item) in after.items():
        other = before.get(copy)
        if other is None or not item.outcome.discloses or not other[1].outcome.discloses or copy not in lot.allowed:
            continue
        items[ItemKey(lot.group, copy.program, copy.element, copy.source)] = (other[1], item)
        prefix = f"{copy.program}__{copy.element}__"
        cells |= {prefix + name: person.row[name] for name in (*held.columns, held.as_of) if name}
        if held.origin_column:
            cells[prefix + "source"] = copy.source
    return Expected({name: value for name, value in cells.items() if value is not None}, items)


def _judged(lot: Lot, person: Person, request: Request) -> dict[Copy, tuple[Held, Item]]:
    group = next(one for one in request.groups if one.name == lot.group)
    fixed = {**fixed_facts(bundle(), group, lot.roll), **lot.said}
    facts = {**person_facts(fixed, lot.roll, person), **lot.said}
    reading = Reading(bundle(), facts, request.as_of, bundle().agency.kinds)
    return {copy: (held, judge_value(reading, copy)) for held, copy in values_of(lot.roll, group, person.row)}


def _rows(path: Path) -> tuple[list[dict[str, Any]], list[str]]:
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    return table.to_pylist(), list(table.schema.names)


def _other_files(folder: Path) -> Iterator[str]:
    there = {one.name for one in folder.iterdir()}
    if there != _FILES:
        yield "the package does not hold the files that it must, and no others"


def _cells(expected: Sequence[Expected], rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Iterator[str]:
    if len(expected) != len(rows):
        yield f"the package has {len(rows)} rows, and {len(expected)} persons have a value that leaves"
    for place, (wanted, there) in enumerate(zip_longest(expected, rows), 1):
        if wanted is None or there is None:
            continue
        for name in sorted({*wanted.cells, *names}):
            value, want = there.get(name), wanted.cells.get(name)
            if want is not None and value is None:
                yield f"row {place}, column `{name}`: a value that was decided is missing"
            elif want is None and value is not None:
                yield f"row {place}, column `{name}`: holds a value that nobody decided"
            elif want != value:
                yield f"row {place}, column `{name}`: is another value than the records have"


def _same_text(folder: Path, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The CSV says what the Parquet file says."""
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    schema = parquet.read_schema(folder / "released.parquet")
    types = {field.name: field.type for field in schema}
    options = csv.ConvertOptions(
        column_types=types, strings_can_be_null=True, quoted_strings_can_be_null=False, null_values=[""]
    )
    text = csv.read_csv(
        folder / "released.csv", convert_options=options, parse_options=csv.ParseOptions(newlines_in_values=True)
    )
    if text.schema.names != schema.names or text.to_pylist() != list(rows):
        yield "the CSV file does not say what the Parquet file says"


def _columns(expected: Sequence[Expected], about: Mapping[str, Any], names: Sequence[str]) -> Iterator[str]:
    """Each column is described, and by law that let a value of it go on both days."""
    if set(about["columns"]) != set(names):
        yield "the dictionary does not describe the columns that are there"
        return
    laws: dict[str, set[str]] = {}
    for one in expected:
        for key, pair in one.items.items():
            prefix = f"{key.program}__{key.element}__"
            laws.setdefault(prefix, set()).update(law for item in pair for law in item.authorities)
    for name, column in about["columns"].items():
        prefix = "__".join(name.split("__", 2)[:2]) + "__"
        cited = {one["id"] for one in column["authorities"]}
        if prefix not in laws or not cited or cited - laws[prefix]:
            yield f"column `{name}` names a law by which no value of it leaves"


def _declared(expected: Sequence[Expected], items: Sequence[ItemKey]) -> Iterator[str]:
    if {key for one in expected for key in one.items} != set(items):
        yield "the items that the package names are not those whose values leave"
