"""The engine of one machine: DuckDB over Parquet files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.errors import RollError
from ostiary.roll.mapping import Roll

if TYPE_CHECKING:
    import pyarrow as pa


class DuckEngine:
    """Answers queries over the tables of a roll. ``dialect`` is how sqlglot must print them."""

    dialect = "duckdb"

    def __init__(self, roll: Roll, *, threads: int | None = None) -> None:
        """Open the roll's files.

        :raises RollError: naming a table whose files are missing or cannot be read.
        """
        import duckdb

        self.roll = roll
        self.connection = duckdb.connect(config={"threads": threads} if threads else {})
        self.connection.execute("SET preserve_insertion_order = false")
        for name, files in roll.tables.items():
            self._open(name, files)

    def _open(self, name: str, files: str) -> None:
        import duckdb

        place = self.roll.path.parent / files
        if not sorted(self.roll.path.parent.glob(files)):
            raise RollError(f"{self.roll.path}: table `{name}`: no file matches `{files}`; mend `tables`")
        listed = str(place).replace("'", "''")
        try:
            self.connection.execute(f"CREATE VIEW \"{name}\" AS SELECT * FROM read_parquet('{listed}')")
        except duckdb.Error as fault:
            raise RollError(f"{self.roll.path}: table `{name}`: {_first_line(fault)}") from None

    def columns(self, table: str) -> Mapping[str, str]:
        """Each column of a table and its type, as DuckDB names it."""
        found = self.connection.execute(f'DESCRIBE "{table}"').fetchall()
        return {str(row[0]): str(row[1]) for row in found}

    def query(self, sql: str, on_progress: Callable[[float], None] | None = None) -> pa.Table:
        """The rows of a query as an Arrow table.

        :raises RollError: when a file is cut short or a value cannot be read.
        """
        import duckdb

        try:
            return self.connection.sql(sql).to_arrow_table()
        except duckdb.Error as fault:
            raise RollError(f"{self.roll.path}: {_first_line(fault)}") from None

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
            raise RollError(f"{path}: cannot be written: {_first_line(fault)}") from None


def _first_line(fault: Any) -> str:
    return str(fault).strip().splitlines()[0]
