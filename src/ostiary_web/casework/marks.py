"""Keyed marks of the values in a release: enough to say later that a value is another one now, and no value.

Once a package is sealed the agency cannot open it (adr 17). Before that, each value gets a mark: HMAC-SHA-256 of where
it stands and what it is, under a random key of this release. The marks lie in the private folder, the key in the
database; whoever has one of them alone has nothing.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ostiary.release import manifest as form
from ostiary.release.corrections import Block, Past, blocks_of
from ostiary.roll.mapping import quoted
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.ordering import Stripped, stripped_text
from ostiary_web.casework.roll import Opened

SCHEMA = "ostiary-web.marks/1"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class MarkedRow:
    """One released row, counted from 1: whose it is, the mark of each value, and each as-of day that left."""

    row: int
    number: int
    record: str
    marks: Mapping[str, str]
    days: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Marked:
    """A release as far as it is still known. ``secret``: the key of its marks."""

    past: Past
    rows: tuple[MarkedRow, ...]
    secret: bytes

    def blocks(self, row: MarkedRow) -> Iterator[Block]:
        """The elements of which this row has a value."""
        return (one for one in self.past.blocks if any(name in row.marks for name in one.columns))


@dataclass(frozen=True, slots=True)
class Differs:
    """A released value that the records have otherwise today. ``news``: they have it so as of a later day."""

    row: MarkedRow
    block: Block
    news: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """What the records of today say. ``values``: how many were compared; ``untraced``: rows of nobody known today;
    ``missing``: elements that the records hold no more."""

    values: int
    differing: tuple[Differs, ...]
    untraced: int
    missing: tuple[Block, ...]


def made(folder: Path, core: form.Core, people: Sequence[tuple[int, str]], secret: bytes) -> bytes:
    """The marks of what is in an opened payload. ``people``: of each row, the person's number and record."""
    import pyarrow.parquet as parquet

    rows = parquet.read_table(folder / "released.parquet").to_pylist()
    blocks = blocks_of(core.columns)
    data = {
        "schema": SCHEMA,
        "core": core.as_data(),
        "csv_sha256": sha256((folder / "released.csv").read_bytes()).hexdigest(),
        "rows": [
            {
                "number": number,
                "record": record,
                "marks": {
                    name: _mark(secret, place, name, row[name]) for name in _names(blocks) if row[name] is not None
                },
                "days": {one.as_of: _day(row[one.as_of]) for one in blocks if one.as_of and row[one.as_of] is not None},
            }
            for place, (row, (number, record)) in enumerate(zip(rows, people, strict=True), 1)
        ],
    }
    return json.dumps(data, sort_keys=True).encode()


def _names(blocks: Sequence[Block]) -> list[str]:
    return [name for one in blocks for name in one.columns]


def _mark(secret: bytes, row: int, column: str, value: object) -> str:
    return hmac.new(secret, json.dumps([row, column, str(value)]).encode(), sha256).hexdigest()


def _day(value: object) -> str:
    return str(value.date() if isinstance(value, dt.datetime) else value)


def read(data: bytes, secret: bytes) -> Marked:
    """The marks of a release, from the bytes that were kept.

    :raises CaseworkError: if they are none.
    """
    try:
        found = json.loads(data)
        core = form.check_core(found["core"])
        rows = tuple(
            MarkedRow(place, one["number"], one["record"], one["marks"], one["days"])
            for place, one in enumerate(found["rows"], 1)
        )
        return Marked(Past(Path(), core, blocks_of(core.columns), str(found["csv_sha256"])), rows, secret)
    except (ValueError, KeyError, TypeError):
        raise CaseworkError("the marks of this release cannot be read; restore them from the backup") from None


def compare(marked: Marked, found: Opened, stripped: Mapping[tuple[str, str], Stripped]) -> Compared:
    """Hold the marks of a release against the records of today.

    :param stripped: what left in the place of texts that spoke of other people: while such a text stands as it was
        read, it counts as what left.
    """
    there = found.engine.columns(found.roll.people)
    missing = tuple(one for one in marked.past.blocks if not all(one.raw(name) in there for name in one.columns))
    blocks = [one for one in marked.past.blocks if one not in missing]
    today = _today(marked, blocks, found, stripped)
    known = [row for row in marked.rows if len(today.get(row.record, ())) == 1]
    pairs = [(row, one) for row in known for one in marked.blocks(row) if one in blocks]
    return Compared(
        sum(name in row.marks for row, one in pairs for name in one.columns),
        tuple(_differing(marked, row, one, today[row.record][0]) for row, one in pairs
              if _differs(marked, row, one, today[row.record][0])),
        len(marked.rows) - len(known),
        missing,
    )  # fmt: skip


def _today(
    marked: Marked, blocks: Sequence[Block], found: Opened, stripped: Mapping[tuple[str, str], Stripped]
) -> dict[str, list[Row]]:
    """What the roll says today of the people of a release, by their record; only what was released of them."""
    there = found.engine.columns(found.roll.people)
    names = {one.raw(name) for one in blocks for name in (*one.columns, one.as_of) if name} & set(there)
    listed = ", ".join(quoted(name) for name in sorted(names | {found.roll.id}))
    people = ", ".join("'" + one.record.replace("'", "''") + "'" for one in marked.rows)
    where = f"CAST({quoted(found.roll.id)} AS VARCHAR(80)) IN ({people})"
    rows: dict[str, list[Row]] = {}
    if people:
        for row in found.engine.query(f"SELECT {listed} FROM {quoted(found.roll.people)} WHERE {where}").to_pylist():
            record = str(row[found.roll.id])
            left = {name: stripped_text(stripped, record, name, value) or value for name, value in row.items()
                    if isinstance(value, str)}  # fmt: skip
            rows.setdefault(record, []).append(row | left)
    return rows


def _differs(marked: Marked, row: MarkedRow, block: Block, today: Row) -> bool:
    """Whether any value of an element is another one now. Where a part of it did not leave there is no mark."""
    return any(
        not hmac.compare_digest(row.marks[name], _mark(marked.secret, row.row, name, today[block.raw(name)]))
        for name in block.columns
        if name in row.marks
    )


def _differing(marked: Marked, row: MarkedRow, block: Block, today: Row) -> Differs:
    """A later day is news, not a correction (see ``ostiary.release.corrections``)."""
    left = row.days.get(block.as_of, "") if block.as_of else ""
    now = today.get(block.raw(block.as_of)) if block.as_of else None
    return Differs(row, block, bool(left) and now is not None and _day(now) > left)
