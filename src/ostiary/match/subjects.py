"""The people a request asks about, as the requester wrote them: CSV, Parquet or YAML, all text.

A file is taken whole or not at all: whoever filed it learns every row that cannot be searched for, and why.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary import strict_yaml
from ostiary.errors import BadInput, did_you_mean
from ostiary.match.decision import FIELDS
from ostiary.match.forms import FORMS, refusal
from ostiary.roll.identifiers import Field

ID = "subject"
COLUMNS = (ID, *FIELDS)
SHOWN = 20  # faults that one message lists

# With a name alone half of a state has a namesake: one of these must come with it.
BESIDE_A_NAME = (Field.DOB, Field.SSN, Field.STREET, Field.PHONE, Field.EMAIL, Field.OTHER_NUMBER)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person asked about. ``id``: the request's own; ``texts``: a text for each field that is not blank."""

    id: str
    texts: Mapping[Field, str]


def read_subjects(path: Path, today: dt.date) -> tuple[Subject, ...]:
    """The subjects of a file, in its order.

    :raises BadInput: naming every unknown column, repeated id, and row that cannot be searched for; never a value.
    """
    readers = {".csv": _csv, ".parquet": _parquet, ".yaml": _yaml, ".yml": _yaml}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path}: subjects must stand in a .csv, .parquet or .yaml file")
    if not path.is_file():
        raise BadInput(f"{path}: there is no such file")
    columns, rows = reader(path)
    _check_columns(path, columns)
    subjects = tuple(_subject(row) for row in rows)
    if not subjects:
        raise BadInput(f"{path}: names nobody; write a row for each person asked about")
    faults = [*_repeated(subjects), *_unsearchable(subjects, today)]
    if faults:
        rest = [f"... and {len(faults) - SHOWN:,} more"] if len(faults) > SHOWN else []
        raise BadInput("\n".join(f"{path}: {fault}" for fault in [*faults[:SHOWN], *rest]))
    return subjects


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    for name in columns:
        if name not in COLUMNS:
            raise BadInput(f"{path}: unknown column `{name}`{did_you_mean(name, COLUMNS)}; one of {', '.join(COLUMNS)}")
    if repeated := sorted({name for name in columns if list(columns).count(name) > 1}):
        raise BadInput(f"{path}: column `{repeated[0]}` stands twice; keep one of them")
    if ID not in columns:
        raise BadInput(f"{path}: column `{ID}` is missing; give each person asked about an id of your own")


def _subject(row: Mapping[str, str]) -> Subject:
    texts = {field: row[field].strip() for field in Field if row.get(field, "").strip()}
    return Subject(row.get(ID, "").strip(), texts)


def _repeated(subjects: Sequence[Subject]) -> Iterator[str]:
    rows: dict[str, list[int]] = {}
    for row, subject in enumerate(subjects, 1):
        rows.setdefault(subject.id, []).append(row)
    for found in rows.values():
        if len(found) > 1 and subjects[found[0] - 1].id:
            yield f"rows {', '.join(map(str, found))}: `{ID}` is the same; give each row an id of its own"


def _unsearchable(subjects: Sequence[Subject], today: dt.date) -> Iterator[str]:
    for row, subject in enumerate(subjects, 1):
        if not subject.id:
            yield f"row {row}: `{ID}` is empty; give each row an id of its own"
        refused = [(field, refusal(field, text, today)) for field, text in subject.texts.items()]
        yield from (f"row {row}: `{field}` {reason}" for field, reason in refused if reason)
        if not any(reason for _, reason in refused):
            yield from _too_little(row, subject, today)


def _too_little(row: int, subject: Subject, today: dt.date) -> Iterator[str]:
    said = {field for field, text in subject.texts.items() if FORMS[field].read(text, today)[0] is not None}
    if Field.SSN in subject.texts and any(FORMS[Field.SSN].read(subject.texts[Field.SSN], today)):
        said.add(Field.SSN)  # the last four alone
    if not said & {Field.FIRST, Field.LAST}:
        yield f"row {row}: has no name, so there is nobody to look for; give `{Field.FIRST}` and `{Field.LAST}`"
    elif not said & set(BESIDE_A_NAME):
        wanted = ", ".join(f"`{field}`" for field in BESIDE_A_NAME)
        yield f"row {row}: has nothing beside a name that tells people apart; give one of {wanted}"


def _csv(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            columns = [name.strip() for name in next(reader, [])]
            rows = [line for line in reader if line]
    except (OSError, UnicodeDecodeError, csv.Error):
        raise BadInput(f"{path}: cannot be read as CSV in UTF-8") from None
    for row, line in enumerate(rows, 1):
        if len(line) != len(columns):
            raise BadInput(f"{path}: row {row}: has {len(line)} cells, the heading {len(columns)}; quote commas")
    return columns, [dict(zip(columns, line, strict=True)) for line in rows]


def _parquet(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
        table = table.cast(pa.schema([(name, pa.string()) for name in table.schema.names]))
    except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise BadInput(f"{path}: cannot be read as Parquet with columns of text") from None
    return table.schema.names, [{name: value or "" for name, value in row.items()} for row in table.to_pylist()]


def _yaml(path: Path) -> tuple[list[str], list[dict[str, str]]]:
    doc = strict_yaml.read(path, BadInput)
    if not isinstance(doc.data, dict) or set(doc.data) != {"subjects"} or not isinstance(doc.data["subjects"], list):
        raise BadInput(f"{path}: must be `subjects:` and a list, each entry with `{ID}` and what is known")
    for place, entry in enumerate(doc.data["subjects"]):
        if not isinstance(entry, dict):
            raise BadInput(f"{doc.at('subjects', place)}: must be a mapping with `{ID}` and what is known")
        for key, value in entry.items():
            if not isinstance(value, str | dt.date):
                raise BadInput(f"{doc.at('subjects', place, key)}: `{key}` must be text; quote it")
    rows = [{key: _text(value) for key, value in entry.items()} for entry in doc.data["subjects"]]
    return _in_order(rows), rows


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _in_order(rows: Iterable[Mapping[str, str]]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))
