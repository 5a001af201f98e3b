"""Requests of which it is known who is meant: subjects made from a generated roll, with the hardest strangers.

Half of the art is in whom the roll does *not* hold: the twin of a member, the son of a member's name, the stranger
of a member's name and birth date. Each is one subject with truth "nobody". Members are asked about with the faults
of real letters: typing errors, nicknames, day and month changed, a surname left out, no number, an old address.

    subjects.csv     what the requester writes; input of `ostiary match run`
    truth.parquet    who is meant; read by `ostiary match report` only
    truth.json       of which roll, and how it was made
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.errors import BadInput
from ostiary.match.decision import FIELDS

if TYPE_CHECKING:
    import pyarrow as pa

SUBJECTS, TRUTH, ABOUT = "subjects.csv", "truth.parquet", "truth.json"
COLUMNS = ("subject", "person", "kind", "origin", "sex", "slips")


class Kind(StrEnum):
    """Who is asked about. Members are on the roll; of all others nobody on the roll is right."""

    MEMBER = "member"
    MEMBER_TWIN = "member_twin"  # and the twin is on the roll too
    MEMBER_NAMESAKE = "member_namesake"  # and one of the same name and birth date is on the roll too
    MEMBER_FATHER_SON = "member_father_son"  # and the father or son of the same name is on the roll too
    STRANGER = "stranger"
    RELATIVE = "relative"  # at a member's address, with the member's surname
    TWIN = "twin"  # of a member: surname, birth date and address of the member
    SAME_NAME_AND_BIRTH = "same_name_and_birth"  # a member's name, sex and birth date, another life
    FATHER_OR_SON = "father_or_son"  # a member's whole name at the member's address, another generation


@dataclass(frozen=True, slots=True)
class Truth:
    """Who one subject is. ``person``: the roll's id, None where the roll does not hold the subject.

    ``origin``: the group of names the subject belongs to, ``sex`` as the truth set has it; empty where not known.
    ``slips``: what was done to the data, as codes.
    """

    subject: str
    person: str | None
    kind: str
    origin: str
    sex: str
    slips: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """One subject as the requester writes it, by the names of ``FIELDS``, and who is meant."""

    fields: Mapping[str, str]
    truth: Truth


@dataclass(frozen=True, slots=True)
class TruthSet:
    """Truth by subject, and ``about``: which data this is, in words, for whatever is claimed from it."""

    rows: Mapping[str, Truth]
    about: str


def write_truth_set(asked: Sequence[Asked], about: Mapping[str, object], out: Path) -> None:
    """Write the three files into a new folder.

    :raises BadInput: if the folder is there already or cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    try:
        out.mkdir(parents=True)
        with (out / SUBJECTS).open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("subject", *FIELDS))
            writer.writerows((one.truth.subject, *(one.fields.get(name, "") for name in FIELDS)) for one in asked)
        rows = [_row(one.truth) for one in asked]
        parquet.write_table(pa.Table.from_pylist(rows, schema=_schema()), out / TRUTH)
        (out / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    except FileExistsError:
        raise BadInput(f"{out}: is there already; name a new folder") from None
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None


def read_truth_set(path: Path) -> TruthSet:
    """The truth of a folder that ``write_truth_set`` wrote, or of its ``truth.parquet``.

    :raises BadInput: if it is not there, is not such a file, or speaks of one subject twice.
    """
    import pyarrow as pa
    import pyarrow.parquet as parquet

    file = path / TRUTH if path.is_dir() else path
    try:
        table = parquet.read_table(file)
        about = json.loads((file.parent / ABOUT).read_text(encoding="utf-8"))
    except (OSError, pa.ArrowInvalid, ValueError):
        raise BadInput(f"{file}: cannot be read; give a folder that `ostiary match truth` wrote") from None
    if tuple(table.schema.names) != COLUMNS or not isinstance(about, dict) or not isinstance(about.get("about"), str):
        raise BadInput(f"{file}: is no truth set of this version; make it anew with `ostiary match truth`")
    rows = [Truth(**{**row, "slips": tuple(row["slips"])}) for row in table.cast(_schema()).to_pylist()]
    by_subject = {row.subject: row for row in rows}
    if len(by_subject) != len(rows):
        raise BadInput(f"{file}: {len(rows) - len(by_subject)} subjects stand twice; each must be known once")
    return TruthSet(by_subject, about["about"])


def counted(asked: Iterable[Asked]) -> dict[str, int]:
    """How many subjects of each kind."""
    found: dict[str, int] = {}
    for one in asked:
        found[one.truth.kind] = found.get(one.truth.kind, 0) + 1
    return dict(sorted(found.items()))


def _row(truth: Truth) -> dict[str, object]:
    return {name: list(truth.slips) if name == "slips" else getattr(truth, name) for name in COLUMNS}


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([(name, pa.list_(pa.string()) if name == "slips" else pa.string()) for name in COLUMNS])
