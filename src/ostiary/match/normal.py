"""Normalises a table inside DuckDB: each distinct text is read once in Python, and joined back.

The table made has one row for each row of the source: ``unique_id`` and the columns of ``forms``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from ostiary.match.forms import FLAG, FORMS, TEXTS, Form
from ostiary.roll.identifiers import Field

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

BATCH = 100_000
COMMON = 10  # a first name that so many people of the roll bear is a name, not a slip of the pen

Step = Callable[[str], None]

# A second given name is a middle name; a suffix may stand in any part of the name.
_DERIVED = {
    "middle": "nullif(concat_ws(' ', first_rest, middle_own), '')",
    "suffix": "coalesce(suffix_own, last_suffix, first_suffix)",
}
_INNER = ("first_rest", "first_suffix", "middle_own", "last_suffix", "suffix_own")


def normalise(
    connection: duckdb.DuckDBPyConnection,
    source: str,
    target: str,
    common: str,
    *,
    make_common: bool = False,
    today: dt.date,
    on_step: Step,
) -> dict[str, int]:
    """Make table ``target`` from ``source`` (``unique_id`` and a text column for each ``Field``).

    ``common``: a table with the column ``first``, names that many bear; ``make_common`` makes it from the source.
    Returns how many distinct texts of each field cannot be meant: they say nothing.
    """
    unusable = {}
    for field, form in FORMS.items():
        on_step(f"reading {field}")
        if count := _read_distinct(connection, source, field, form, today):
            unusable[field.value] = count
    if make_common:
        connection.execute(
            f"CREATE TABLE {common} AS SELECT f.first FROM {source} s JOIN form_first f ON s.first = f.raw "
            f"WHERE f.first IS NOT NULL GROUP BY f.first HAVING count(*) >= {COMMON}"
        )
    connection.execute(f"UPDATE form_first SET known = true WHERE first IN (SELECT first FROM {common})")
    on_step("joining")
    connection.execute(f"CREATE TABLE {target} AS {_joined(source)}")
    for field in FORMS:
        connection.execute(f"DROP TABLE form_{field}")
    return unusable


def _joined(source: str) -> str:
    made = [name for form in FORMS.values() for name in form.columns if name not in _INNER]
    joins = " ".join(f"LEFT JOIN form_{field} ON s.{field} = form_{field}.raw" for field in FORMS)
    wanted = ", ".join(
        [*(f"{_owner(name)}.{name}" for name in made), *(f"{sql} AS {n}" for n, sql in _DERIVED.items())]
    )
    return f"SELECT s.unique_id, {wanted} FROM {source} s {joins}"


def _owner(column: str) -> str:
    return next(f"form_{field}" for field, form in FORMS.items() if column in form.columns)


def _read_distinct(connection: duckdb.DuckDBPyConnection, source: str, field: Field, form: Form, today: dt.date) -> int:
    kinds = ", ".join(f"{name} {kind}" for name, kind in form.columns.items())
    connection.execute(f"CREATE TEMP TABLE form_{field} (raw VARCHAR, {kinds})")
    unusable = 0
    for texts in _distinct(connection, source, field):
        rows, faults = _rows(texts, form, today)
        unusable += faults
        connection.register("read_texts", _arrow(texts, rows, form))
        connection.execute(f"INSERT INTO form_{field} SELECT * FROM read_texts")
        connection.unregister("read_texts")
    return unusable


def _distinct(connection: duckdb.DuckDBPyConnection, source: str, field: Field) -> Iterator[list[str]]:
    """The distinct texts of a field, in batches; in a cursor of its own, so that batches can be written meanwhile."""
    cursor = connection.cursor()
    cursor.execute(f"SELECT DISTINCT {field} FROM {source} WHERE {field} IS NOT NULL")
    while batch := cursor.fetchmany(BATCH):
        yield [row[0] for row in batch]


def _rows(texts: list[str], form: Form, today: dt.date) -> tuple[list[tuple[Any, ...]], int]:
    rows, faults = [], 0
    for text in texts:
        try:
            rows.append(form.read(text, today))
        except ValueError:
            rows.append(form.nothing)
            faults += 1
    return rows, faults


def _arrow(texts: list[str], rows: list[tuple[Any, ...]], form: Form) -> pa.Table:
    import pyarrow as pa

    types = {TEXTS: pa.list_(pa.string()), FLAG: pa.bool_()}
    columns = [
        pa.array(values, types.get(kind, pa.string()))
        for values, kind in zip(zip(*rows, strict=True), form.columns.values(), strict=True)
    ]
    return pa.table([pa.array(texts, pa.string()), *columns], names=["raw", *form.columns])
