"""Spark: a cluster through Spark Connect, or one session on this machine.

A table is files (beside ``roll.yaml``, or an address such as ``s3a://bucket/people/*.parquet``) or, where it
names no file, a table of the cluster's catalog.
"""

from __future__ import annotations

import logging
import re
import shutil
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from ostiary.errors import RollError
from ostiary.roll.mapping import Roll

if TYPE_CHECKING:
    import pyarrow as pa

# What a query means must not hang on how the cluster is set: overflow and bad casts are errors, days are UTC days.
_MEANING = {"spark.sql.ansi.enabled": "true", "spark.sql.session.timeZone": "UTC"}
# Nobody else on the network may reach a session of this machine.
_LOCAL: Mapping[str, bool | float | int | str | None] = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.shuffle.partitions": "8",
}
# PySpark's own loggers print each fault to the terminal, with the value that it stumbled over.
_LOUD = ("SQLQueryContextLogger", "DataFrameQueryContextLogger")
# A text, or a name in double quotes: Spark reads "x" as a text unless it is set otherwise, and Sail always does.
_QUOTED = re.compile(r"""'(?:[^'\\]|\\.)*'|"((?:[^"]|"")*)\"""", re.S)


class SparkEngine:
    """Answers queries over the tables of a roll with Spark. ``dialect`` is how sqlglot must print them."""

    dialect = "spark"

    def __init__(self, roll: Roll, *, remote: str | None = None) -> None:
        """Open a session and give each table the name that the roll calls it by.

        A register that cannot be read is listed in ``unreadable``.

        :param remote: the address of a Spark Connect server, ``sc://host:port``; None for a session of this machine.
        :raises RollError: when PySpark or Java is missing, the server cannot be reached, or a table is not there.
        """
        if remote is not None and not remote.startswith("sc://"):
            raise RollError("the address of a Spark Connect server must begin with `sc://`")
        self.roll, self.remote = roll, remote
        for name in _LOUD:
            logging.getLogger(name).disabled = True
        self.session = _connected(remote) if remote else _local()
        try:
            for key, value in _MEANING.items():
                self.session.conf.set(key, value)
        except Exception as fault:
            raise RollError(f"Spark cannot be set as it must be: {_told(fault)}") from None
        self.unreadable: list[str] = []
        for name, place in roll.tables.items():
            try:
                self._open(name, place)
            except RollError:
                if name not in roll.registers:
                    raise
                self.unreadable.append(name)

    def close(self) -> None:
        """End the session; a session of this machine keeps its Java process for the next one."""
        if self.remote:
            self.session.stop()

    def _open(self, name: str, place: str) -> None:
        where = f"{self.roll.path}: table `{name}`: "
        try:
            table = self._table(place, where)
            if not table.columns:  # asking makes Spark look; some servers find no file and no fault
                raise RollError(f"{where}no file matches `{place}`, or it has no columns; mend `tables`")
            table.createOrReplaceTempView(name)
        except RollError:
            raise
        except Exception as fault:
            raise RollError(f"{where}{_told(fault)}") from None

    def _table(self, place: str, where: str) -> Any:
        if "://" in place:
            return self.session.read.parquet(place)
        if not any(mark in place for mark in ("/", "*")) and not place.endswith(".parquet"):
            return self.session.table(place)
        if self.remote is None and not sorted(self.roll.path.parent.glob(place)):
            raise RollError(f"{where}no file matches `{place}`; mend `tables`")
        return self.session.read.parquet(str(self.roll.path.parent.absolute() / place))

    def columns(self, table: str) -> Mapping[str, str]:
        """Each column of a table and its type, as Spark names it."""
        try:
            return dict(self.session.table(f"`{table}`").dtypes)
        except Exception as fault:
            raise RollError(f"{self.roll.path}: table `{table}`: {_told(fault)}") from None

    def query(self, sql: str) -> pa.Table:
        """The rows of a query as an Arrow table.

        :raises RollError: when Spark refuses it or a value cannot be read.
        """
        try:
            return self.session.sql(_named(sql)).toArrow()
        except Exception as fault:
            raise RollError(f"{self.roll.path}: {_told(fault)}") from None

    def write_parquet(self, sql: str, path: Path) -> None:
        """Write a query's rows to one Parquet file on this machine.

        A session of this machine writes it itself. A cluster cannot, so its rows pass through our memory.
        """
        if self.remote:
            import pyarrow.parquet as pq

            pq.write_table(self.query(sql), path, compression="zstd")
            return
        folder = path.with_name(f".{path.name}.{uuid4().hex}")
        try:
            # One shuffle at the end keeps the work before it on every core.
            self.session.sql(_named(sql)).repartition(1).write.parquet(str(folder.absolute()))
            (part,) = folder.glob("*.parquet")
            part.replace(path)
        except Exception as fault:
            raise RollError(f"{path}: cannot be written: {_told(fault)}") from None
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _local() -> Any:
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise RollError(_MISSING) from None
    builder = SparkSession.builder.master("local[*]").appName("ostiary")
    try:
        # A new session, so that two rolls do not share their views.
        session = builder.config(map=dict(_LOCAL)).getOrCreate()
        # Java's log names the values that a task failed on; our own message tells the fault.
        session.sparkContext.setLogLevel("OFF")
        return session.newSession()
    except (PySparkRuntimeError, FileNotFoundError) as fault:
        if isinstance(fault, FileNotFoundError) or "JAVA" in str(fault):
            raise RollError(
                "Spark on this machine needs Java 17 or later; apt install openjdk-17-jre-headless, "
                "or set OSTIARY_SPARK_REMOTE to a cluster's address"
            ) from None
        raise RollError(f"Spark cannot start: {type(fault).__name__}") from None


def _connected(remote: str) -> Any:
    """A session of its own: the general builder would turn the whole process to Spark Connect."""
    try:
        from pyspark.sql.connect.client.retries import DefaultPolicy
        from pyspark.sql.connect.session import SparkSession
    except ImportError:
        raise RollError(_MISSING) from None
    try:
        session = SparkSession.builder.remote(remote).create()
        patient = session.client.get_retry_policies()
        # A wrong address must be told at once, not after the ten minutes for which a query would be tried again.
        session.client.set_retry_policies([DefaultPolicy(max_retries=2)])
        with warnings.catch_warnings():  # PySpark warns of the last retry; the error below says it all
            warnings.simplefilter("ignore")
            session.version  # noqa: B018  # asks the server
        session.client.set_retry_policies(patient)
    except Exception as fault:
        raise RollError(
            f"no Spark Connect server answers at the address that was given: {type(fault).__name__}"
        ) from None
    return session


_MISSING = "PySpark is not installed, or not whole; pip install 'ostiary[spark]'"


def _told(fault: Exception) -> str:
    """A fault's first line where it speaks of names; elsewhere it may repeat a value, so only its kind is told."""
    kind, text = type(fault).__name__, str(fault).strip()
    if text and kind in ("AnalysisException", "ParseException"):
        return text.splitlines()[0]
    return f"Spark could not answer: {getattr(fault, 'getCondition', lambda: None)() or kind}"


def _named(sql: str) -> str:
    """The query with its names in back-ticks, however they were quoted."""

    def name(found: re.Match[str]) -> str:
        return found[0] if found[1] is None else "`" + found[1].replace('""', '"') + "`"

    return _QUOTED.sub(name, sql)
