"""The agency's own PostgreSQL database, read through ADBC: no file is made and nothing is written there.

In ``roll.yaml`` the tables are names in the database, with their schema where that is needed::

    tables: {people: public.people, consents: welfare.consent}
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from ostiary.errors import RollError
from ostiary.roll.mapping import Roll

if TYPE_CHECKING:
    import pyarrow as pa

# Compiling to machine code costs seconds for each of our long expressions, and saves milliseconds.
_SETTINGS = ("SET jit = off", "SET TIME ZONE 'UTC'")
# One snapshot for every query: a roll that changes under a screen would give counts that do not add up.
_READ_ONLY = "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

_LONGEST = 63
_QUOTED = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")*)\"""")  # a text, or a name in double quotes


class AdbcEngine:
    """Answers queries over the tables of a roll that stand in PostgreSQL. ``dialect`` is how sqlglot must print them.

    All queries see one state of the database, in one transaction that may only read.
    """

    dialect = "postgres"

    def __init__(self, roll: Roll, url: str) -> None:
        """Connect, and give each table the name that the roll calls it by.

        A register that cannot be read is listed in ``unreadable``.

        :param url: ``postgresql://user@host/database``; a password belongs in ``~/.pgpass``.
        :raises RollError: when the driver is missing, the database cannot be reached, or a table is not there.
        """
        try:
            from adbc_driver_postgresql import dbapi
        except ImportError:
            raise RollError("the ADBC driver for PostgreSQL is not installed; pip install 'ostiary[adbc]'") from None
        if not url.startswith(("postgresql://", "postgres://")):
            raise RollError("the address of the database must begin with `postgresql://`")
        self.roll = roll
        self.unreadable: list[str] = []
        try:
            self.connection = dbapi.connect(url)
        except dbapi.Error as fault:
            raise RollError(f"the database cannot be opened: {_told(fault)}") from None
        try:
            self._prepare()
        except BaseException:
            self.connection.close()
            raise

    def _prepare(self) -> None:
        for statement in _SETTINGS:
            self._run(statement)
        self.connection.commit()
        for name, place in self.roll.tables.items():
            try:
                self._open(name, place)
            except RollError:
                if name not in self.roll.registers:
                    raise
                self.unreadable.append(name)
        self._run(_READ_ONLY)
        self.connection.commit()

    def close(self) -> None:
        """End the transaction and the connection."""
        self.connection.close()

    def _open(self, name: str, place: str) -> None:
        where = f"{self.roll.path}: table `{name}`: "
        try:
            table = sqlglot.parse_one(place, dialect="postgres", into=exp.Table)
        except SqlglotError:
            table = None
        if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier) or table.alias:
            raise RollError(f"{where}`{place}` is no name of a table in the database; write `schema.table`")
        if table.name != name or table.db:
            self._run(f"CREATE TEMPORARY VIEW {_quoted(name)} AS SELECT * FROM {table.sql('postgres')}", where)
        # A view over a table that may not be read can be made; only reading it tells.
        self._run(f"SELECT * FROM {_quoted(name)} LIMIT 0", where)
        self.connection.commit()  # what failed is rolled back, and must not take this with it

    def columns(self, table: str) -> Mapping[str, str]:
        """Each column of a table and its type, as PostgreSQL names it."""
        name = exp.Literal.string(_quoted(table)).sql("postgres")
        found = self.query(
            "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS kind FROM pg_attribute "
            f"WHERE attrelid = to_regclass({name}) AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        )
        return {str(row["name"]): str(row["kind"]) for row in found.to_pylist()}

    def query(self, sql: str) -> pa.Table:
        """The rows of a query as an Arrow table.

        :raises RollError: when the database refuses it or a value cannot be read.
        """
        import pyarrow as pa

        with self._cursor() as cursor:
            names = _execute(cursor, sql)
            found = cursor.fetch_arrow_table()
        schema = _plain_schema(found.schema, names)
        return pa.Table.from_batches([_plain(batch, schema) for batch in found.to_batches()], schema)

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write a query's rows to one Parquet file, batch by batch: memory does not grow with the rows."""
        from pyarrow.parquet import ParquetWriter

        with self._cursor() as cursor:
            names = _execute(cursor, sql)
            batches = cursor.fetch_record_batch()
            schema = _plain_schema(batches.schema, names)
            try:
                with ParquetWriter(path, schema, compression="zstd") as writer:
                    for batch in self._each(batches):
                        writer.write_batch(_plain(batch, schema))
            except BaseException:
                path.unlink(missing_ok=True)  # half a file must never pass for the whole
                raise

    def _each(self, batches: Any) -> Iterator[pa.RecordBatch]:
        """The batches; a fault of the database is told apart from one of the disk, and without the value."""
        while True:
            try:
                batch = batches.read_next_batch()
            except StopIteration:
                return
            except OSError:
                raise RollError(
                    f"{self.roll.path}: the database broke off its answer; a value cannot be read, "
                    "or the connection was lost"
                ) from None
            yield batch

    def _run(self, sql: str, where: str = "") -> None:
        with self._cursor(where) as cursor:
            cursor.execute(sql)

    def _cursor(self, where: str = "") -> _Cursor:
        return _Cursor(self.connection, where or f"{self.roll.path}: ")


class _Cursor:
    """A cursor that tells a fault in our words, and leaves the connection able to go on."""

    def __init__(self, connection: Any, where: str) -> None:
        self.connection, self.where = connection, where
        self.cursor = connection.cursor()

    def __enter__(self) -> Any:
        return self.cursor

    def __exit__(self, kind: object, fault: BaseException | None, trace: object) -> None:
        from adbc_driver_manager import Error

        self.cursor.close()
        if fault is not None:
            self.connection.rollback()
        if isinstance(fault, Error):
            raise RollError(f"{self.where}{_told(fault)}") from None


def _execute(cursor: Any, sql: str) -> dict[str, str]:
    """Run a query. PostgreSQL cuts a name after 63 bytes without an error, so longer ones go under short names.

    :returns: the short names, and what each stands for.
    """
    short: dict[str, str] = {}

    def shortened(found: re.Match[str]) -> str:
        if found[1] is None or len(found[1].encode()) <= _LONGEST:
            return found[0]
        return f'"{short.setdefault(found[1], f"ostiary_name_{len(short)}")}"'

    cursor.execute(_QUOTED.sub(shortened, sql))
    return {ours: name.replace('""', '"') for name, ours in short.items()}


def _plain_schema(schema: pa.Schema, names: Mapping[str, str]) -> pa.Schema:
    """The columns under their whole names; what has no Arrow type of its own (numeric, uuid, json) becomes a text."""
    import pyarrow as pa

    def plain(kind: pa.DataType) -> pa.DataType:
        return pa.string() if isinstance(kind, pa.BaseExtensionType) else kind

    return pa.schema([(names.get(field.name, field.name), plain(field.type)) for field in schema])


def _plain(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    import pyarrow as pa

    def plain(column: pa.Array) -> pa.Array:
        if not isinstance(column.type, pa.BaseExtensionType):
            return column
        if column.type.storage_type == pa.string():
            return column.storage
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())

    return pa.record_batch([plain(column) for column in batch.columns], schema=schema)


def _told(fault: BaseException) -> str:
    """The database's own words; a fault of the data itself would repeat a value, so it only gives its code."""
    state = getattr(fault, "sqlstate", None) or ""
    if state.startswith("22"):
        return f"a value cannot be read as the mapping says (SQLSTATE {state})"
    return re.split(r"(?:ERROR|FATAL): +", str(fault).strip())[-1].splitlines()[0]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
