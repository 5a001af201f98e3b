"""The normalised roll in a DuckDB file, made once for each roll and each version of the forms.

    people    a row a person: ``unique_id`` and the columns of ``forms``
    common    first names that many people bear
    crowded   birth date and address that two or more people of the roll share: twins, or nearly
    tf_...    how frequent each value of a column is
    about     the key, how many people, what could not be read

It holds personal data: only its owner may read it, and it belongs beside the roll.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.canonical import digest
from ostiary.errors import BadInput, RollError
from ostiary.match.comparisons import LADDERS
from ostiary.match.forms import VERSION
from ostiary.match.normal import Step, normalise
from ostiary.roll.identifiers import Field
from ostiary.roll.mapping import Roll, quoted

if TYPE_CHECKING:
    import duckdb

    from ostiary.roll.duckdb import DuckEngine

FREQUENCIES = tuple(sorted({rung.frequencies for ladder in LADDERS for rung in ladder.rungs if rung.frequencies}))
PLACE = "coalesce({0}.zip, {0}.city, '')"


@dataclass(frozen=True, slots=True)
class NormalRoll:
    """A normalised roll. ``key``: digest of roll and forms; ``unusable``: distinct texts that say nothing, by field."""

    path: Path
    key: str
    people: int
    unusable: Mapping[str, int]


def roll_key(roll: Roll) -> str:
    """``sha256:...`` of the people's files, of what ``identifiers`` maps, and of the version of the forms.

    :raises RollError: if the roll maps no identifiers, or no file of the people is there.
    """
    _check_mapped(roll)
    files = sorted(roll.path.parent.glob(roll.tables[roll.people]))
    if not files:
        raise RollError(f"{roll.path}: table `{roll.people}`: no file matches `{roll.tables[roll.people]}`")
    hashes = []
    for file in files:
        with file.open("rb") as opened:
            hashes.append(hashlib.file_digest(opened, "sha256").hexdigest())
    mapped = {field.value: list(columns) for field, columns in roll.identifiers.items()}
    return digest(
        {"files": hashes, "id": roll.id, "identifiers": mapped, "forms": VERSION, "frequencies": [*FREQUENCIES]}
    )


def normal_roll(roll: Roll, path: Path, today: dt.date, on_step: Step) -> NormalRoll:
    """The normalised roll of the file ``path``; made, or made anew when the roll or the forms changed.

    :raises RollError: if the roll cannot be read, maps no identifiers, or bears one id twice.
    """
    on_step("hashing the roll")
    key = roll_key(roll)
    found = _read_about(path)
    if found is not None and found.key == key:
        return found
    import duckdb

    from ostiary.roll.duckdb import DuckEngine

    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as folder:
            draft = Path(folder) / "draft.duckdb"
            _make(DuckEngine(roll), roll, draft, key, today, on_step)
            os.chmod(draft, 0o600)
            draft.replace(path)
    except duckdb.Error as fault:  # its words may hold a person's value: only its kind is told
        kind = type(fault).__name__
        raise RollError(f"{roll.path}: table `{roll.people}` cannot be read as mapped ({kind})") from None
    except OSError as fault:
        raise BadInput(
            f"{path}: cannot be written ({fault.strerror}); give a place that is yours and has room"
        ) from None
    made = _read_about(path)
    assert made is not None
    return made


def _make(engine: DuckEngine, roll: Roll, draft: Path, key: str, today: dt.date, on_step: Step) -> None:
    connection = engine.connection
    connection.execute(f"ATTACH '{_sql_text(str(draft))}' AS cache")
    try:
        connection.execute(f"CREATE VIEW identifying AS {_source(roll, engine)}")
        unusable = normalise(
            connection, "identifying", "cache.people", "cache.common", make_common=True, today=today, on_step=on_step
        )
        on_step("counting")
        people = _count(connection, roll)
        _make_counts(connection)
        about = json.dumps({"key": key, "people": people, "unusable": unusable})
        connection.execute("CREATE TABLE cache.about AS SELECT ?::VARCHAR AS about", [about])
    finally:
        connection.execute("DETACH cache")
        connection.close()


def _make_counts(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        f"CREATE TABLE cache.crowded AS SELECT dob, street, {PLACE.format('p')} AS place FROM cache.people p "
        "WHERE dob IS NOT NULL AND street IS NOT NULL GROUP BY ALL HAVING count(*) > 1"
    )
    for column in FREQUENCIES:
        connection.execute(
            f"CREATE TABLE cache.tf_{column} AS SELECT {column}, count(*)::DOUBLE / sum(count(*)) OVER () "
            f"AS tf_{column} FROM cache.people WHERE {column} IS NOT NULL GROUP BY {column}"
        )


def _source(roll: Roll, engine: DuckEngine) -> str:
    """The people with a text column for each field; several columns of one field are read as one text."""
    there = set(engine.columns(roll.people))
    columns = [f"CAST({quoted(roll.id)} AS VARCHAR) AS unique_id"]
    for field in Field:
        names = roll.identifiers.get(field, ())
        if missing := [name for name in names if name not in there]:
            raise RollError(f"{roll.path}: identifiers: `{field}`: table `{roll.people}` has no column `{missing[0]}`")
        columns.append(f"{text_of(names)} AS {field}")
    return f"SELECT {', '.join(columns)} FROM {quoted(roll.people)}"


def text_of(names: tuple[str, ...]) -> str:
    """SQL of the text that some columns say together; NULL where there are none or all are NULL."""
    if not names:
        return "CAST(NULL AS VARCHAR)"
    casts = [f"CAST({quoted(name)} AS VARCHAR)" for name in names]
    return casts[0] if len(casts) == 1 else f"nullif(concat_ws(' ', {', '.join(casts)}), '')"


def _count(connection: duckdb.DuckDBPyConnection, roll: Roll) -> int:
    found = connection.execute(
        "SELECT count(*), count(DISTINCT unique_id), count(unique_id) FROM cache.people"
    ).fetchall()[0]
    people, distinct, with_id = (int(value) for value in found)
    if not people:
        raise RollError(f"{roll.path}: table `{roll.people}` has no rows; there is nobody to match with")
    if distinct != people or with_id != people:
        raise RollError(
            f"{roll.path}: column `{roll.id}` is empty or the same for {people - distinct:,} rows; one id a person"
        )
    return people


def _check_mapped(roll: Roll) -> None:
    needed = (Field.FIRST, Field.LAST)
    if missing := [field.value for field in needed if field not in roll.identifiers]:
        raise RollError(
            f"{roll.path}: `identifiers` does not say which column holds `{missing[0]}`; "
            "matching needs a first and a last name (see docs/how-to/match-people.md)"
        )


def _read_about(path: Path) -> NormalRoll | None:
    import duckdb

    if not path.is_file():
        return None
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            about: dict[str, Any] = json.loads(connection.execute("SELECT about FROM about").fetchall()[0][0])
    except duckdb.Error:
        return None  # not ours, or cut short: made anew
    return NormalRoll(path, about["key"], about["people"], about["unusable"])


def _sql_text(text: str) -> str:
    return text.replace("'", "''")
