"""What every engine of a roll can do; the engines themselves are ``duckdb``, ``spark`` and ``adbc``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


class Engine(Protocol):
    """Answers queries over a roll's tables. ``dialect``: how sqlglot prints them.

    ``unreadable``: registers that it could not open. An engine over files may also have ``locate``
    (which rows of which file) and ``split`` (a column's values in parts).
    """

    dialect: str
    unreadable: list[str]

    def columns(self, table: str) -> Mapping[str, str]:
        """The columns of a table and their types."""

    def query(self, sql: str) -> pa.Table:
        """The rows of a query."""

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write a query's rows to one Parquet file."""
