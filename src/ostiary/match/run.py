"""One run: the subjects of a request against a roll, decided in bands, with everything needed to check it again.

decisions.parquet   one row a subject
pairs.parquet       what clerks compare: evidence side by side
manifest.json       digests, counts by band and versions; no personal data
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.errors import BadInput
from ostiary.match.bands import AGREEING, FLOOR, TWO_SUBJECTS, Finding, by_hand, decide
from ostiary.match.cache import NormalRoll, text_of
from ostiary.match.candidates import Weighed, candidates, linking_connection
from ostiary.match.decision import Band, Level, MatchDecision, Trait, pair_schema, write_decisions
from ostiary.match.forms import VERSION
from ostiary.match.model import Model
from ostiary.match.normal import Step, normalise
from ostiary.match.subjects import Subject
from ostiary.roll.identifiers import Field
from ostiary.roll.mapping import Roll, quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

DECISIONS, PAIRS, MANIFEST = "decisions.parquet", "pairs.parquet", "manifest.json"
# Two subjects that differ in any of these are two people: one person of the roll cannot be both.
TELLING = ("first", "last", "dob", Field.SSN.value, "sex", "substr(middle, 1, 1)", "suffix", "other_number")


@dataclass(frozen=True, slots=True)
class Matched:
    """What a run found. ``notes``: what a reader must know, in words, without personal data."""

    decisions: tuple[MatchDecision, ...]
    pairs: pa.Table
    notes: tuple[str, ...]

    def counts(self) -> dict[str, int]:
        """How many subjects each band holds."""
        found = Counter(each.band for each in self.decisions)
        return {band.value: found[band] for band in Band}

    def tiers(self) -> dict[str, int]:
        """How many automatic decisions each tier made."""
        return dict(sorted(Counter(each.tier for each in self.decisions if each.band is Band.AUTOMATIC).items()))


def match(
    subjects: Sequence[Subject], roll: Roll, normal: NormalRoll, model: Model, today: dt.date, on_step: Step
) -> Matched:
    """Decide for each subject who of the roll is meant, if anybody."""
    on_step("normalising the subjects")
    connection = linking_connection(normal.path)
    connection.register("as_written", _as_arrow(subjects))
    connection.execute("CREATE TABLE subjects_written AS SELECT * FROM as_written")  # cursors see tables only
    normalise(connection, "subjects_written", "subjects", "common", today=today, on_step=lambda what: None)
    on_step("weighing candidates")
    weighed = candidates(connection, model)
    on_step("deciding")
    findings = {each.id: decide([one.candidate for one in weighed.get(each.id, ())]) for each in subjects}
    findings |= _claimed_twice(connection, findings)
    digest = model.digest
    decisions = tuple(_decision(each.id, findings[each.id], digest) for each in subjects)
    on_step("laying out the pairs")
    pairs = _pairs(subjects, findings, weighed, roll, model.prior)
    connection.close()
    return Matched(decisions, pairs, tuple(_notes(subjects, roll, normal, model)))


def write_run(matched: Matched, about: Mapping[str, Any], out: Path) -> None:
    """Write the three files into a new folder; only its owner may read it. Nothing is left behind when it fails.

    :raises BadInput: if the folder is there already, or cannot be written.
    """
    import pyarrow.parquet as pq

    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    draft = out.absolute().with_name(f".{out.name}.{os.getpid()}")
    try:
        draft.mkdir(mode=0o700, parents=True)
        write_decisions(matched.decisions, draft / DECISIONS)
        pq.write_table(matched.pairs, draft / PAIRS)
        files = {name: file_digest(draft / name) for name in (DECISIONS, PAIRS)}
        manifest = {**about, "files": files}
        (draft / MANIFEST).write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        draft.rename(out)
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def manifest_of(matched: Matched, roll: Roll, normal: NormalRoll, model: Model, subjects: Path) -> dict[str, Any]:
    """What a run was made of and what it found; no personal data."""
    return {
        "ostiary_match": 1,
        "roll": {"name": roll.name, "people": normal.people, "key": normal.key, "unusable": dict(normal.unusable)},
        "model": model.digest,
        "subjects": {"count": len(matched.decisions), "sha256": file_digest(subjects)},
        "bands": matched.counts(),
        "automatic_by_tier": matched.tiers(),
        "pairs": matched.pairs.num_rows,
        "notes": list(matched.notes),
        "versions": {"forms": VERSION, **{name: version(name) for name in ("ostiary", "splink", "duckdb")}},
    }


def file_digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _as_arrow(subjects: Sequence[Subject]) -> pa.Table:
    import pyarrow as pa

    columns: dict[str, list[str | None]] = {"unique_id": [each.id for each in subjects]}
    columns |= {field.value: [each.texts.get(field) for each in subjects] for field in Field}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _claimed_twice(connection: duckdb.DuckDBPyConnection, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """Automatic findings of one person for subjects that cannot be the same: they go to people."""
    claims: dict[str, list[str]] = {}
    for subject, finding in findings.items():
        if finding.best is not None and finding.band is not Band.NO_MATCH:
            claims.setdefault(finding.best.person, []).append(subject)
    shared = {subject for claim in claims.values() if len(claim) > 1 for subject in claim}
    rows = connection.execute(f"SELECT unique_id, {', '.join(TELLING)} FROM subjects").fetchall() if shared else []
    said = {str(row[0]): row[1:] for row in rows if str(row[0]) in shared}
    return {
        subject: Finding(by_hand(finding.best.levels), finding.tier, finding.best, finding.margin, (TWO_SUBJECTS,))
        for claim in claims.values()
        for subject in claim
        if (finding := findings[subject]).band is Band.AUTOMATIC and finding.best is not None
        if any(_contradict(said[subject], said[other]) for other in claim if other != subject)
    }


def _contradict(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return any(a is not None and b is not None and a != b for a, b in zip(one, other, strict=True))


def _decision(subject: str, finding: Finding, digest: str) -> MatchDecision:
    best = finding.best
    if best is None:
        return MatchDecision(subject, finding.band, "", None, None, None, (), (), digest)
    agreed = tuple(_codes(best.levels, AGREEING))
    against = (*_codes(best.levels, frozenset({Level.DIFFERS})), *finding.against)
    return MatchDecision(
        subject, finding.band, finding.tier, best.person, best.weight, finding.margin, agreed, against, digest
    )


def _codes(levels: Mapping[Trait, Level], wanted: frozenset[Level]) -> Iterable[str]:
    return (f"{trait}:{levels[trait]}" for trait in Trait if levels.get(trait) in wanted)


def _pairs(
    subjects: Sequence[Subject],
    findings: Mapping[str, Finding],
    weighed: Mapping[str, Sequence[Weighed]],
    roll: Roll,
    prior: float,
) -> pa.Table:
    """The candidates that people have to compare, in the order of the subjects, heaviest first."""
    import pyarrow as pa

    by_hand_ones = [each for each in subjects if findings[each.id].band in (Band.CLERICAL, Band.CLERICAL_TWO)]
    shown = {each.id: [one for one in weighed[each.id] if one.candidate.weight >= FLOOR] for each in by_hand_ones}
    people = _written(roll, {one.candidate.person for found in shown.values() for one in found})
    rows = []
    for subject in by_hand_ones:
        finding, weights = findings[subject.id], [one.candidate.weight for one in weighed[subject.id]]
        for place, one in enumerate(shown[subject.id]):
            others = weights[:place] + weights[place + 1 :]
            margin = one.candidate.weight - max(others) if others else None
            head = {"subject": subject.id, "person": one.candidate.person, "weight": one.candidate.weight}
            head |= {"prior": prior, "margin": margin, "band": finding.band.value, "tier": finding.tier}
            rows.append({**head, **_side_by_side(subject, people[one.candidate.person], one)})
    return pa.Table.from_pylist(rows, schema=pair_schema())


def _side_by_side(subject: Subject, person: Mapping[str, Any], one: Weighed) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for field in Field:
        row[f"{field}_subject"], row[f"{field}_roll"] = subject.texts.get(field), person[field]
    for trait in Trait:
        row[f"gamma_{trait}"] = one.candidate.levels[trait].value
        row[f"mw_{trait}"] = one.bits[trait]
    return row


def _written(roll: Roll, persons: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What the roll itself says of some persons, field by field, as text."""
    import pyarrow as pa

    from ostiary.roll.duckdb import DuckEngine

    wanted = sorted(persons)
    if not wanted:
        return {}
    engine = DuckEngine(roll)
    engine.connection.register("wanted_people", pa.table({"wanted": pa.array(wanted, pa.string())}))
    fields = ", ".join(f"{text_of(roll.identifiers.get(field, ()))} AS {field}" for field in Field)
    table = engine.query(
        f"SELECT CAST({quoted(roll.id)} AS VARCHAR) AS unique_id, {fields} FROM {quoted(roll.people)} "
        f"SEMI JOIN wanted_people ON CAST({quoted(roll.id)} AS VARCHAR) = wanted"
    )
    return {row["unique_id"]: row for row in table.to_pylist()}


def _notes(subjects: Sequence[Subject], roll: Roll, normal: NormalRoll, model: Model) -> Iterable[str]:
    if Field.SSN not in roll.identifiers:
        yield f"the roll maps no `{Field.SSN}`: tier T1 cannot be reached through it, so more goes to people"
    if model.key != normal.key:
        yield "the roll has changed since the model was trained; train again when it has changed much"
    written = Counter(
        tuple(sorted((field, text.casefold()) for field, text in each.texts.items())) for each in subjects
    )
    if alike := sum(count for count in written.values() if count > 1):
        yield f"{alike:,} subjects are written exactly as another one is; they are decided alike"
