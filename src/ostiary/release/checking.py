"""A released file read again and compared, cell by cell, with an independent reading of a sample of people.

Independent: person by person, with the reference meaning and no compiled query.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from sqlglot import exp

from ostiary.decide.compile import fixed_facts
from ostiary.decide.interpret import Reading
from ostiary.decide.person import Person, find_people, judge_value, person_facts, values_of
from ostiary.decide.population import Screen
from ostiary.decide.sql import is_one_of
from ostiary.errors import OstiaryError
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import quoted

SAMPLE = 40


def check_sample(found: Screen, engine: Engine, path: Path, sample: int = SAMPLE) -> int:
    """Compare a sample of people, spread over the roll, with the file; returns how many of them leave.

    :raises OstiaryError: when a row that must be there is not, to the last cell.
    """
    expected: Counter[tuple[Any, ...]] = Counter()
    names = _names(path)
    for person in find_people(found.plan.roll, engine, _spread(found, engine, sample)):
        row = expected_row(found, person)
        if row:
            expected[tuple(row.get(name) for name in names)] += 1
    there = _rows_like(path, names, set(expected))
    if any(there[row] < count for row, count in expected.items()):
        raise OstiaryError("the released file lacks a cell that was decided, or has it wrong; nothing is left behind")
    only = found.plan.only
    if only is not None and len(only) <= sample and sum(expected.values()) != _count(path):
        raise OstiaryError("the released file holds a row of somebody who was not matched; nothing is left behind")
    return sum(expected.values())


def expected_row(found: Screen, person: Person) -> dict[str, Any]:
    """The cells that must leave about one person, by the names of the released columns."""
    plan, cells = found.plan, dict[str, Any]()
    facts = person_facts(fixed_facts(plan.reading.bundle, plan.group, plan.roll), plan.roll, person)
    reading = Reading(plan.reading.bundle, facts, plan.reading.as_of, plan.reading.agency)
    for held, copy in values_of(plan.roll, plan.group, person.row):
        if judge_value(reading, copy).outcome.discloses:
            prefix = f"{copy.program}__{copy.element}__"
            cells |= {prefix + name: person.row[name] for name in (*held.columns, held.as_of) if name}
            if held.origin_column:
                cells[prefix + "source"] = copy.source
    return cells


def _spread(found: Screen, engine: Engine, sample: int) -> list[Any]:
    """People spread evenly over the roll by the order of their ids."""
    roll, only = found.plan.roll, found.plan.only
    key, table = quoted(roll.id), quoted(roll.people)
    if only is not None:  # those who were matched, and nobody else, can leave
        table += f" WHERE {is_one_of(exp.column(roll.id, quoted=True), only).sql(engine.dialect)}"
    numbered = f"SELECT {key} AS id, ROW_NUMBER() OVER (ORDER BY {key}) AS place FROM {table}"
    total = int(engine.query(f"SELECT COUNT(*) AS n FROM {table}").to_pylist()[0]["n"])
    step = max(1, total // sample)
    rows = engine.query(f"SELECT id FROM ({numbered}) AS numbered WHERE place % {step} = 0").to_pylist()
    return [row["id"] for row in rows]


def _names(path: Path) -> list[str]:
    import pyarrow.parquet as parquet

    return list(parquet.ParquetFile(path).schema_arrow.names)


def _count(path: Path) -> int:
    import pyarrow.parquet as parquet

    return int(parquet.ParquetFile(path).metadata.num_rows)


def _rows_like(path: Path, names: list[str], wanted: set[tuple[Any, ...]]) -> Counter[tuple[Any, ...]]:
    import pyarrow.parquet as parquet

    there: Counter[tuple[Any, ...]] = Counter()
    for batch in parquet.ParquetFile(path).iter_batches(batch_size=20_000):
        rows = zip(*(batch.column(name).to_pylist() for name in names), strict=True)
        there.update(row for row in rows if row in wanted)
    return there
