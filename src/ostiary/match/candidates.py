"""Who may be meant: Splink blocks and weighs the subjects against the normalised roll, on DuckDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.match.bands import Candidate
from ostiary.match.cache import FREQUENCIES, PLACE
from ostiary.match.comparisons import LADDERS
from ostiary.match.decision import Trait
from ostiary.match.model import Model

if TYPE_CHECKING:
    import duckdb

SHOWN = 5  # candidates of one subject that are kept; the bands need two, a clerk a few more


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate, and what each trait adds to its weight, in bits; 0 where a side is silent."""

    candidate: Candidate
    bits: Mapping[Trait, float]


def linking_connection(cache: Path) -> duckdb.DuckDBPyConnection:
    """A connection in memory with the normalised roll attached, read-only, as ``people``, ``common``, ``crowded``."""
    import duckdb

    connection = duckdb.connect()
    path = str(cache).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS cache (READ_ONLY)")
    for name in ("people", "common", "crowded", *(f"tf_{column}" for column in FREQUENCIES)):
        connection.execute(f"CREATE VIEW {name} AS SELECT * FROM cache.{name}")
    return connection


def candidates(connection: duckdb.DuckDBPyConnection, model: Model) -> dict[str, tuple[Weighed, ...]]:
    """The best candidates of each subject of the table ``subjects``, highest weight first, ties by id.

    A subject without any candidate is not in the answer.
    """
    pairs = _predicted(connection, model)
    bits = ", ".join(f"{_bits(trait)} AS mw_{trait}" for trait in Trait)
    levels = ", ".join(f"p.gamma_{trait}" for trait in Trait)
    query = f"""
        SELECT p.unique_id_l AS subject, p.unique_id_r AS person, p.match_weight AS weight,
               c.dob IS NOT NULL AS crowded, {levels}, {bits}
        FROM {pairs} p
        JOIN people r ON r.unique_id = p.unique_id_r
        LEFT JOIN crowded c ON c.dob = r.dob AND c.street = r.street AND c.place = {PLACE.format("r")}
        QUALIFY row_number() OVER (PARTITION BY subject ORDER BY weight DESC, person) <= {SHOWN}
        ORDER BY subject, weight DESC, person
    """
    rows = connection.sql(query).to_arrow_table().to_pylist()
    return {subject: tuple(_weighed(found)) for subject, found in groupby(rows, key=lambda row: str(row["subject"]))}


def _predicted(connection: duckdb.DuckDBPyConnection, model: Model) -> str:
    """The table of all blocked pairs with their weights."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection=connection)
    subjects = api.register("subjects", dataset_display_name="a_subjects")
    people = api.register("people", dataset_display_name="b_roll")
    linker = Linker([subjects, people], dict(model.settings))
    for column in FREQUENCIES:
        linker.table_management.register_term_frequency_lookup(api.register(f"tf_{column}"), column)
    return str(linker.inference.predict_between(subjects, people, warning_mode="never").physical_name)


def _bits(trait: Trait) -> str:
    """What a trait adds: its level's weight, and the correction for how frequent the value is."""
    ladder = next(each for each in LADDERS if each.trait is trait)
    corrected = any(rung.frequencies for rung in ladder.rungs)
    return f"p.mw_{trait} + p.mw_tf_adj_{trait}" if corrected else f"p.mw_{trait}"


def _weighed(rows: Iterator[dict[str, Any]]) -> Iterator[Weighed]:
    for row in rows:
        levels = {ladder.trait: ladder.level(int(row[f"gamma_{ladder.trait}"])) for ladder in LADDERS}
        bits = {trait: float(row[f"mw_{trait}"]) for trait in Trait}
        yield Weighed(Candidate(row["person"], float(row["weight"]), levels, bool(row["crowded"])), bits)
