"""The engine of one machine: DuckDB over Parquet files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.errors import RollError
from ostiary.roll.mapping import Roll

if TYPE_CHECKING:
    import pyarrow as pa


class DuckEngine:
    """Answers queries over the tables of a roll. ``dialect`` is how sqlglot must print them."""

    dialect = "duckdb"

    def __init__(self, roll: Roll, *, threads: int | None = None) -> None:
        """Open the roll's files. A register that cannot be read is listed in ``unreadable``.

        :raises RollError: naming a table whose files are missing or cannot be read.
        """
        import duckdb

        self.roll = roll
        self.connection = duckdb.connect(config={"threads": threads} if threads else {})
        self.connection.execute("SET preserve_insertion_order = false")
        self.unreadable: list[str] = []
        for name, files in roll.tables.items():
            try:
                self._open(name, files)
            except RollError:
                if name not in roll.registers:
                    raise
                self.unreadable.append(name)

    def _open(self, name: str, files: str) -> None:
        import duckdb

        if not sorted(self.roll.path.parent.glob(files)):
            raise RollError(f"{self.roll.path}: table `{name}`: no file matches `{files}`; mend `tables`")
        try:
            self.connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{self._place(files)}')")
        except duckdb.Error as fault:
            raise RollError(f"{self.roll.path}: table `{name}`: {_said(fault)}") from None

    def columns(self, table: str) -> Mapping[str, str]:
        """Each column of a table and its type, as DuckDB names it."""
        found = self.connection.execute(f'DESCRIBE "{table}"').fetchall()
        return {str(row[0]): str(row[1]) for row in found}

    def locate(self, table: str, condition: str) -> str:
        """Which files and rows of a table meet a condition, for a message: `` (part-0.parquet, rows 3 to 9)``."""
        files = self._place(self.roll.tables[table])
        found = self.connection.execute(
            "SELECT filename, MIN(file_row_number) + 1, MAX(file_row_number) + 1 "
            f"FROM read_parquet('{files}', filename = true, file_row_number = true) "
            f"WHERE {condition} GROUP BY filename ORDER BY filename LIMIT 3"
        ).fetchall()
        base = self.roll.path.parent
        named = [(Path(name).relative_to(base) if base in Path(name).parents else name, a, b) for name, a, b in found]
        texts = [f"{name}, row {a}" if a == b else f"{name}, rows {a} to {b}" for name, a, b in named]
        return f" ({'; '.join(texts)})" if texts else ""

    def split(self, key: str, part: int, parts: int) -> str:
        """A condition that holds for one part of the values of a column, all equal ones in the same part."""
        return f"hash({key}) % {parts} = {part}"

    def _place(self, files: str) -> str:
        return str(self.roll.path.parent / files).replace("'", "''")

    def query(self, sql: str) -> pa.Table:
        """The rows of a query as an Arrow table.

        :raises RollError: when a file is cut short or a value cannot be read.
        """
        import duckdb

        try:
            return self.connection.sql(sql).to_arrow_table()
        except duckdb.Error as fault:
            raise RollError(f"{self.roll.path}: {_said(fault)}") from None

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write a query's rows to one Parquet file."""
        self.copy(sql, path, "FORMAT parquet, COMPRESSION zstd")

    def copy(self, sql: str, path: Path, form: str) -> None:
        """Write a query's rows to a file in a form of DuckDB's COPY."""
        import duckdb

        target = str(path).replace("'", "''")
        try:
            self.connection.execute(f"COPY ({sql}) TO '{target}' ({form})")
        except duckdb.Error as fault:
            raise RollError(f"{path}: cannot be written: {_said(fault)}") from None


def _said(fault: Exception) -> str:
    """What went wrong, without a value of the data: only faults of files are shown in their own words."""
    first = str(fault).strip().splitlines()[0]
    about_a_file = type(fault).__name__ in ("IOException", "InvalidInputException") and "convert" not in first.lower()
    return first if about_a_file else f"the data cannot be read as mapped ({type(fault).__name__})"
