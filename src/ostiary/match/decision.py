"""What matching says of one subject, and the Parquet files in which it is handed on.

    decisions.parquet   one row for each subject
    pairs.parquet       one row for each clerical candidate: evidence side by side

Both hold personal data and stay inside the agency.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum, auto
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.errors import BadInput
from ostiary.roll.identifiers import Field

if TYPE_CHECKING:
    import pyarrow as pa

FIELDS: tuple[str, ...] = tuple(field.value for field in Field)


class Trait(StrEnum):
    """What is compared, in the order of every file: street, city and ZIP are one thing, an address."""

    FIRST = auto()
    MIDDLE = auto()
    LAST = auto()
    SUFFIX = auto()
    DOB = auto()
    SSN = auto()
    SEX = auto()
    ADDRESS = auto()
    PHONE = auto()
    EMAIL = auto()
    OTHER_NUMBER = auto()


COMPARED: tuple[str, ...] = tuple(trait.value for trait in Trait)


class Band(StrEnum):
    """Who decides that a subject is a person of the roll."""

    AUTOMATIC = "automatic"
    CLERICAL = "clerical"
    CLERICAL_TWO = "clerical_two"
    NO_MATCH = "no_match"


class Level(StrEnum):
    """How well one field of a subject and of a person agree.

    ``near``: a slip of the pen; ``part``: one of two surnames, an initial, the last four digits, the
    same street or ZIP only; ``swapped``: first and last name, or day and month, changed places.
    ``weak``: equal, but a value that stands for "not known" (1 January, 1900). ``missing``: one side is silent.
    """

    EXACT = "exact"
    NEAR = "near"
    NICKNAME = "nickname"
    SWAPPED = "swapped"
    PART = "part"
    WEAK = "weak"
    DIFFERS = "differs"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class MatchDecision:
    """What matching says of one subject.

    ``subject``: its id in the request. ``tier``: ``T1`` to ``T4``, empty where none was reached.
    ``person``: the roll's id of the best candidate, None for no match. ``weight``: Splink's match weight
    in bits. ``margin``: bits over the runner-up; None without a candidate or a runner-up.
    ``agreed`` and ``contradicted``: codes as ``first:exact``, ``ssn:differs`` (``field:Level``; a code of
    ``contradicted`` may also be ``rival:...``, a reason outside the pair). ``model``: SHA-256 of the
    model's settings, the bands and the normalisation's version.
    """

    subject: str
    band: Band
    tier: str
    person: str | None
    weight: float | None
    margin: float | None
    agreed: tuple[str, ...]
    contradicted: tuple[str, ...]
    model: str


def pair_columns() -> tuple[str, ...]:
    """The columns of ``pairs.parquet`` in order; ``weight`` and ``mw_...`` in bits, ``gamma_...`` a ``Level``."""
    sides = [f"{field}_{side}" for field in FIELDS for side in ("subject", "roll")]
    levels = [f"gamma_{field}" for field in COMPARED]
    weights = [f"mw_{field}" for field in COMPARED]
    head = ["subject", "person", "weight", "prior", "margin", "band", "tier"]
    return (*head, *sides, *levels, *weights)


def decision_schema() -> pa.Schema:
    """The Arrow schema of ``decisions.parquet``."""
    import pyarrow as pa

    text, bits, codes = pa.string(), pa.float64(), pa.list_(pa.string())
    kinds = {"weight": bits, "margin": bits, "agreed": codes, "contradicted": codes}
    return pa.schema([(name, kinds.get(name, text)) for name in MatchDecision.__dataclass_fields__])


def pair_schema() -> pa.Schema:
    """The Arrow schema of ``pairs.parquet``: bits are doubles, all else text."""
    import pyarrow as pa

    bits = {"weight", "prior", "margin", *(f"mw_{field}" for field in COMPARED)}
    return pa.schema([(name, pa.float64() if name in bits else pa.string()) for name in pair_columns()])


def write_decisions(decisions: Iterable[MatchDecision], path: Path) -> None:
    """Write ``decisions.parquet``, a row for each decision in the order given."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [
        {**asdict(each), "agreed": list(each.agreed), "contradicted": list(each.contradicted)} for each in decisions
    ]
    pq.write_table(pa.Table.from_pylist(rows, schema=decision_schema()), path)


def read_decisions(path: Path) -> tuple[MatchDecision, ...]:
    """The decisions of a ``decisions.parquet``, in its order.

    :raises BadInput: if the file is not there, or is not such a file.
    """
    table = _read(path, decision_schema())
    return tuple(_decision(row) for row in table.to_pylist())


def read_pairs(path: Path) -> pa.Table:
    """The rows of a ``pairs.parquet`` as Arrow (see ``pair_columns``).

    :raises BadInput: if the file is not there, or is not such a file.
    """
    return _read(path, pair_schema())


def _decision(row: dict[str, Any]) -> MatchDecision:
    codes = {name: tuple(row[name]) for name in ("agreed", "contradicted")}
    return MatchDecision(**{**row, **codes, "band": Band(row["band"])})


def _read(path: Path, schema: pa.Schema) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise BadInput(f"{path}: cannot be read as Parquet; give a file that `ostiary match run` wrote") from error
    if table.schema.names != schema.names:
        raise BadInput(
            f"{path}: has other columns than `ostiary match run` writes; was it written by an older Ostiary?"
        )
    return table.cast(schema)
