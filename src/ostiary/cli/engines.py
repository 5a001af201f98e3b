"""Which engine answers for a roll. Only the command (and the web's wiring) chooses one."""

from __future__ import annotations

from ostiary.cli.settings import roll_url, spark_remote
from ostiary.errors import BadInput, did_you_mean
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll

ENGINES = ("duckdb", "spark", "adbc")


def open_engine(name: str, roll: Roll) -> Engine:
    """The engine of that name, opened on a roll.

    :raises BadInput: for an unknown engine, or one that lacks its setting.
    """
    if name == "duckdb":
        from ostiary.roll.duckdb import DuckEngine

        return DuckEngine(roll)
    if name == "spark":
        from ostiary.roll.spark import SparkEngine

        return SparkEngine(roll, remote=spark_remote())
    if name == "adbc":
        from ostiary.roll.adbc import AdbcEngine

        url = roll_url()
        if not url:
            raise BadInput("--engine adbc: set OSTIARY_ROLL_URL to the address of the agency's database")
        return AdbcEngine(roll, url)
    raise BadInput(f"--engine: unknown engine `{name}`{did_you_mean(name, ENGINES)}; one of {', '.join(ENGINES)}")
