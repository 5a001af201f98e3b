"""Copies that contradict each other: one element held under two programs, released from both, with other values.

Neither copy is put right here: which of them is right is not known. Whoever reads the package is told that they
differ and in which rows, and has source and as-of day of each beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from ostiary.decide.leaving import Leaving
from ostiary.roll.mapping import quoted


def differing(path: Path, copies: Sequence[Leaving]) -> list[dict[str, Any]]:
    """For each element and two programs whose released values differ: the columns, and the rows (counted from 1)."""
    beside = list(_beside(copies))
    if not beside:
        return []
    import duckdb

    found = []
    with duckdb.connect() as connection:
        for one, other, columns in beside:
            pairs = [(quoted(left), quoted(right)) for left, right in columns]
            there = " AND ".join(f"{name} IS NOT NULL" for name in pairs[0])
            differs = " OR ".join(f"{left} IS DISTINCT FROM {right}" for left, right in pairs)
            rows = connection.execute(
                "SELECT file_row_number + 1 FROM read_parquet(?, file_row_number = true) "
                f"WHERE {there} AND ({differs}) ORDER BY 1",
                [str(path)],
            ).fetchall()
            if rows:
                found.append(
                    {
                        "element": one.copy.element,
                        "programs": [one.copy.program, other.copy.program],
                        "columns": [list(pair) for pair in columns],
                        "rows": [int(row) for (row,) in rows],
                    }
                )
    return found


def _beside(copies: Sequence[Leaving]) -> Iterator[tuple[Leaving, Leaving, list[tuple[str, str]]]]:
    """Two groups of columns that hold one element in columns of their own, part by part."""
    groups = {(one.copy.element, one.copy.program, one.held.columns): one for one in copies}
    for one, other in combinations(groups.values(), 2):
        if one.copy.element == other.copy.element and one.held.columns != other.held.columns:
            parts = zip(one.held.columns, other.held.columns, strict=False)  # a copy may lack the last parts
            yield one, other, [(one.column(left), other.column(right)) for left, right in parts]
