"""The model of one roll: Splink's settings, with the share of chance agreements measured on that roll.

    {"ostiary_model": 1, "roll": ..., "people": ..., "seed": ..., "forms": ..., "key": ..., "splink": {settings}}

Its digest also covers the bands: a decision names by it everything that could have changed the decision.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.canonical import digest
from ostiary.errors import BadInput
from ostiary.match.bands import bands_as_data
from ostiary.match.comparisons import BLOCKING, LADDERS, Ladder
from ostiary.match.decision import Level
from ostiary.match.forms import VERSION

if TYPE_CHECKING:
    import duckdb

FORMAT = 1
SHARE_ON_ROLL = 0.5  # of the people asked about, how many the roll holds: the weights' zero point, no more
SAMPLE = 1_000  # people a side; their pairs show how often each level holds by chance


@dataclass(frozen=True, slots=True)
class Model:
    """A trained model. ``settings``: as Splink reads them; ``key``: of the normalised roll it was measured on."""

    roll: str
    people: int
    seed: int
    key: str
    settings: Mapping[str, Any]

    @property
    def digest(self) -> str:
        """``sha256:...`` of the settings, the bands and the version of the forms."""
        return digest({"splink": self.settings, "bands": bands_as_data(), "forms": VERSION})

    @property
    def prior(self) -> float:
        """The weight, in bits, that a pair has before anything is compared."""
        chance = self.settings["probability_two_random_records_match"]
        return math.log2(chance / (1 - chance))


def train(connection: duckdb.DuckDBPyConnection, roll: str, people: int, key: str, seed: int) -> Model:
    """Measure on the normalised roll (table ``people`` of the connection) how often each level holds by chance.

    The same roll and seed give the same model.
    """
    _draw(connection, seed)
    comparisons = [_comparison(connection, ladder) for ladder in LADDERS]
    settings = {
        "link_type": "link_only",
        "unique_id_column_name": "unique_id",
        "probability_two_random_records_match": SHARE_ON_ROLL / people,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": rule} for rule in BLOCKING],
        "comparisons": comparisons,
        "retain_intermediate_calculation_columns": True,
        "retain_matching_columns": True,
        "sql_dialect": "duckdb",
    }
    return Model(roll, people, seed, key, settings)


def write_model(model: Model, path: Path) -> None:
    """Write a model as JSON.

    :raises BadInput: if the file cannot be written.
    """
    data = {
        "ostiary_model": FORMAT,
        "roll": model.roll,
        "people": model.people,
        "seed": model.seed,
        "forms": VERSION,
        "key": model.key,
        "splink": model.settings,
    }
    try:
        path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    except OSError as fault:
        raise BadInput(f"{path}: cannot be written: {fault.strerror}") from None


def read_model(path: Path) -> Model:
    """A model that ``ostiary match train`` wrote.

    :raises BadInput: if it is not there, is no model, or was made for another version of forms or ladders.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path}: there is no such model; make one with `ostiary match train`") from None
    except (OSError, ValueError):
        raise BadInput(f"{path}: cannot be read as a model; make it anew with `ostiary match train`") from None
    keys = {"ostiary_model", "roll", "people", "seed", "forms", "key", "splink"}
    if not isinstance(data, dict) or set(data) != keys or data["ostiary_model"] != FORMAT:
        raise BadInput(f"{path}: is no model of this format; make it anew with `ostiary match train`")
    model = Model(data["roll"], data["people"], data["seed"], data["key"], data["splink"])
    if data["forms"] != VERSION or not _same_ladders(model.settings):
        raise BadInput(f"{path}: was made by another version of Ostiary; make it anew with `ostiary match train`")
    return model


def _same_ladders(settings: Mapping[str, Any]) -> bool:
    """Whether the settings compare as this version does: the numbers of their levels are read by our ladders."""
    try:
        theirs = [
            [level["sql_condition"] for level in each["comparison_levels"][1:]] for each in settings["comparisons"]
        ]
    except (KeyError, TypeError):
        return False
    return theirs == [[rung.sql for rung in ladder.rungs] for ladder in LADDERS]


def _draw(connection: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Two samples of people, by a hash of id and seed: the same on every machine."""
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE drawn AS SELECT *, row_number() OVER (ORDER BY mark) AS place FROM "
        f"(SELECT *, md5(unique_id || ':{int(seed)}') AS mark FROM people ORDER BY mark LIMIT {2 * SAMPLE})"
    )
    names = [str(row[0]) for row in connection.execute("DESCRIBE people").fetchall()]
    sides = ", ".join(f"{side}.{name} AS {name}_{side}" for name in names for side in "lr")
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW chance AS SELECT {sides} FROM drawn l JOIN drawn r "
        "ON l.place % 2 = 0 AND r.place % 2 = 1"
    )


def _comparison(connection: duckdb.DuckDBPyConnection, ladder: Ladder) -> dict[str, Any]:
    shares = _by_chance(connection, ladder)
    levels: list[dict[str, Any]] = [
        {"sql_condition": ladder.silent, "label_for_charts": "missing", "is_null_level": True}
    ]
    for rung, u in zip(ladder.rungs, shares, strict=True):
        level: dict[str, Any] = {"sql_condition": rung.sql, "label_for_charts": rung.level.value}
        level |= {"m_probability": rung.m, "u_probability": u}
        if rung.frequencies:
            level |= {"tf_adjustment_column": rung.frequencies, "tf_adjustment_weight": 1.0, "tf_minimum_u_value": 1e-6}
        levels.append(level)
    return {"output_column_name": ladder.trait.value, "comparison_levels": levels}


def _by_chance(connection: duckdb.DuckDBPyConnection, ladder: Ladder) -> list[float]:
    """How often each rung holds for two people drawn at random, best rung first.

    What holds in no drawn pair is set to half a pair; equality is counted over the whole roll.
    """
    found = connection.execute(f"SELECT {ladder.case()} AS rung, count(*) FROM chance GROUP BY rung").fetchall()
    counts = {int(rung): int(count) for rung, count in found}
    pairs = max(sum(count for rung, count in counts.items() if rung >= 0), 1)
    top = len(ladder.rungs) - 1
    shares = [max(counts.get(top - place, 0), 0.5) / pairs for place in range(top + 1)]
    for place, rung in enumerate(ladder.rungs):
        column = rung.sql.partition("_l = ")[0]
        if rung.sql == f"{column}_l = {column}_r":
            shares[place] = _equal_by_chance(connection, column) or shares[place]
            break  # a second equality holds only where the first does not: the sample speaks of that
    _no_more_than_equality(ladder, shares)
    total = sum(shares)
    return [share / total for share in shares]


def _no_more_than_equality(ladder: Ladder, shares: list[float]) -> None:
    """A lesser agreement never weighs more than equality: in a small roll the sample hardly shows it at all."""
    best = next(place for place, rung in enumerate(ladder.rungs) if rung.level is Level.EXACT)
    ceiling = ladder.rungs[best].m / shares[best]
    for place, rung in enumerate(ladder.rungs):
        if rung.times:
            shares[place] = rung.m / rung.times
        shares[place] = max(shares[place], rung.m / ceiling)


def _equal_by_chance(connection: duckdb.DuckDBPyConnection, column: str) -> float:
    """How often two people who both have a value have the same one, over the whole roll."""
    found = connection.execute(
        f"SELECT sum(n * (n - 1.0)) / greatest(sum(n) * (sum(n) - 1.0), 1) "
        f"FROM (SELECT count(*)::DOUBLE AS n FROM people WHERE {column} IS NOT NULL GROUP BY {column})"
    ).fetchall()
    return float(found[0][0] or 0.0)
