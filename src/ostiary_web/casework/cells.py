"""The cells that leave, by compiled queries: what the law of both days lets go of an order's persons, nothing else."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.decide.compile import compile_request
from ostiary.decide.leaving import Leaving
from ostiary.decide.population import Screen, judged_values
from ostiary.release.differing import differing
from ostiary.release.minimise import dictionary, released
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.ordering import Lot, Order, lots
from ostiary_web.casework.roll import Opened, Step
from ostiary_web.wiring import bundle

if TYPE_CHECKING:
    import pyarrow as pa

DATA, CSV, DICTIONARY = "released.parquet", "released.csv", "dictionary.json"
_KEY = "- person -"  # no column of a package can be called so: their names are letters, digits and underlines
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Packed:
    """What was written. ``items``: those of which some value leaves; ``rows``: of each row the number of its person in
    the request, and the person's own items. ``stripped``: something was taken out of a text.
    """

    items: tuple[ItemKey, ...]
    rows: tuple[tuple[int, tuple[ItemKey, ...]], ...]
    stripped: bool


@dataclass(frozen=True, slots=True)
class _Read:
    """One lot under the law of one day: each person's cells, their columns, and what leaves by which law."""

    rows: Mapping[str, Row]
    fields: Mapping[str, pa.Field]
    screen: Screen
    copies: tuple[Leaving, ...]


def write(order: Order, found: Opened, folder: Path, on_step: Step) -> Packed:
    """Write the package's files into a folder: Parquet, CSV, dictionary.

    :raises CaseworkError: if nothing leaves, or the records were changed while they were read.
    """
    reads = [_both_days(order, lot, found) for lot in lots(order, order.request(order.today), found.roll)]
    on_step("laying out the values")
    cells = {(lot.group, record): row for lot, (_, _, rows) in zip(_lots(order, found), reads, strict=True)
             for record, row in rows.items()}  # fmt: skip
    as_they_stand = cells
    cells = {(who, record): _stripped(order, found, record, row) for (who, record), row in cells.items()}
    people = [one for one in order.people if cells.get((one.who, one.record))]
    if not people:
        raise CaseworkError(
            "no value leaves: nobody is known on the roll, or the law lets nothing of them go; have the decision "
            "opened again, and deny it. The requester is told the same in each case"
        )
    columns = _columns(reads, [cells[one.who, one.record] for one in people])
    table = _table([cells[one.who, one.record] for one in people], columns)
    _write(table, folder)
    copies = [one for then, now, _ in reads for one in now.copies]
    about = _dictionary(reads, set(columns), folder / DATA, copies)
    (folder / DICTIONARY).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    owned = _items(order, found, reads, cells)
    items = tuple(sorted({key for keys in owned.values() for key in keys}))
    rows = tuple((one.number, owned[one.who, one.record]) for one in people)
    return Packed(items, rows, cells != as_they_stand)


def _lots(order: Order, found: Opened) -> Sequence[Lot]:
    return lots(order, order.request(order.today), found.roll)


def _both_days(order: Order, lot: Lot, found: Opened) -> tuple[_Read, _Read, Mapping[str, Row]]:
    """The lot under the law of the request's day and of today, and the cells that both let go."""
    then, now = (_read(order, lot, day, found) for day in order.days)
    kept: dict[str, Row] = {}
    for record, row in now.rows.items():
        before = then.rows.get(record, {})
        groups = {_group(name) for name in row if row[name] is not None}
        both = {group for group in groups if _present(row, group, now) and _present(before, group, then)}
        cells = {name: value for name, value in row.items() if _group(name) in both and value is not None}
        if any(before.get(name) != value for name, value in cells.items()):
            raise CaseworkError("the records were changed while they were read; have it packed again")
        if cells:
            kept[record] = cells
    return then, now, kept


def _stripped(order: Order, found: Opened, record: str, row: Row) -> Row:
    """A person's cells without what they say of other people."""
    left = {name: order.as_it_leaves(found.roll, record, name.split("__", 2)[2], value) for name, value in row.items()}
    if any(value is None for value in left.values()):
        raise CaseworkError(
            "a text that leaves may speak of other people; take that out first, on the docket's page under The package"
        )
    return left


def _group(column: str) -> str:
    """The program and the element of a released column."""
    program, element, _ = column.split("__", 2)
    return f"{program}__{element}"


def _present(row: Row, group: str, read: _Read) -> bool:
    """Whether a value of this program and element leaves: its first column is there."""
    keys = [one.column(one.held.key) for one in read.copies if f"{one.copy.program}__{one.copy.element}" == group]
    return any(row.get(key) is not None for key in keys)


def _read(order: Order, lot: Lot, day: dt.date | None, found: Opened) -> _Read:
    request = order.request(day)
    group = next(one for one in request.groups if one.name == lot.group)
    plan = compile_request(bundle(), group, request.as_of, lot.roll, said=lot.said)
    plan = replace(plan, only=frozenset(lot.records))
    judged = judged_values(plan, found.engine)
    # What nobody approved does not leave, whatever the law would let go.
    judged = replace(judged, lines=tuple(line for line in judged.lines if line.copy in lot.allowed))
    if not judged.leaving_copies:
        return _Read({}, {}, judged, ())
    copies = judged.leaving_copies
    table = found.engine.query(released(judged, copies, key=_KEY).sql(found.engine.dialect))
    rows: dict[str, Row] = {}
    for row in table.to_pylist():
        record = str(row.pop(_KEY))
        if record in rows:
            raise CaseworkError("the roll has two rows of one person; have the roll mended")
        rows[record] = row
    return _Read(rows, {name: table.schema.field(name) for name in table.schema.names if name != _KEY}, judged, copies)


def _columns(reads: Sequence[tuple[_Read, _Read, Any]], rows: Sequence[Row]) -> dict[str, pa.Field]:
    """Every column of a program and element of which somebody's value leaves, in their order."""
    there = {_group(name) for row in rows for name in row}
    return {name: field for _, now, _ in reads for name, field in now.fields.items() if _group(name) in there}


def _table(rows: Sequence[Row], columns: Mapping[str, pa.Field]) -> pa.Table:
    import pyarrow as pa

    schema = pa.schema([pa.field(name, field.type) for name, field in columns.items()])
    return pa.Table.from_pylist([{name: row.get(name) for name in columns} for row in rows], schema=schema)


def _write(table: pa.Table, folder: Path) -> None:
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    parquet.write_table(table, folder / DATA, compression="zstd")
    csv.write_csv(table, folder / CSV)


def _dictionary(
    reads: Sequence[tuple[_Read, _Read, Any]], columns: set[str], data: Path, copies: Sequence[Leaving]
) -> dict[str, Any]:
    """What each column is, by which law of both days it leaves, and which copies contradict each other."""
    about: dict[str, Any] = {}
    for then, now, _ in reads:
        for read in (now, then):
            if not read.copies:
                continue
            found = dictionary(read.screen, read.copies)
            about = about or {**found, "columns": {}}
            for name, column in found["columns"].items():
                if name in columns:
                    _merge(about["columns"].setdefault(name, {}), column)
    there = [one for one in _once(copies) if one.column(one.held.key) in columns]
    return {**about, "columns": {name: about["columns"][name] for name in sorted(about["columns"])},
            "differing": differing(data, there)}  # fmt: skip


def _merge(into: dict[str, Any], column: Mapping[str, Any]) -> None:
    for name, value in column.items():
        if isinstance(value, list):
            into[name] = [*into.get(name, []), *(one for one in value if one not in into.get(name, []))]
        else:
            into.setdefault(name, value)


def _once(copies: Sequence[Leaving]) -> Iterator[Leaving]:
    seen = set()
    for one in copies:
        key = (one.copy, one.held.columns)
        if key not in seen:
            seen.add(key)
            yield one


def _items(
    order: Order, found: Opened, reads: Sequence[tuple[_Read, _Read, Any]], cells: Mapping[tuple[str, str], Row]
) -> dict[tuple[str, str], tuple[ItemKey, ...]]:
    """Of each person the items of which a value is in the package, by the source of each value as the roll says it."""
    made: dict[tuple[str, str], set[ItemKey]] = {}
    for lot, (_, now, _) in zip(_lots(order, found), reads, strict=True):
        for record in lot.records:
            row = cells.get((lot.group, record), {})
            for one in now.copies:
                key, source = one.column(one.held.key), one.column("source")
                if row.get(key) is not None and (not one.held.origin_column or row.get(source) == one.copy.source):
                    item = ItemKey(lot.group, one.copy.program, one.copy.element, one.copy.source)
                    made.setdefault((lot.group, record), set()).add(item)
    return {who: tuple(sorted(items)) for who, items in made.items()}
