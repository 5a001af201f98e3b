"""Decisions held against a truth set: what was wrong, what was found, what went to people. Numbers only.

false match   an automatic decision for a person who is not the subject
recall        of the subjects who are on the roll: how many were decided automatically and rightly;
              and how many were that, or were laid before a person among the clerical candidates
clerical      of all subjects: how many a person must look at
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.errors import BadInput
from ostiary.match.bounds import Rate
from ostiary.match.decision import Band, MatchDecision, read_decisions, read_pairs
from ostiary.match.truth import Truth, TruthSet

if TYPE_CHECKING:
    import pyarrow as pa

CLERICAL = (Band.CLERICAL, Band.CLERICAL_TWO)
DECISIONS, PAIRS = "decisions.parquet", "pairs.parquet"


@dataclass(frozen=True, slots=True)
class Case:
    """One subject: what was decided, who it is, and whom a person would be shown."""

    decision: MatchDecision
    truth: Truth
    shown: frozenset[str]

    @property
    def automatic(self) -> bool:
        """Whether no person looks at it."""
        return self.decision.band is Band.AUTOMATIC

    @property
    def clerical(self) -> bool:
        """Whether a person looks at it."""
        return self.decision.band in CLERICAL

    @property
    def right(self) -> bool:
        """Whether the best candidate is the subject."""
        return self.decision.person is not None and self.decision.person == self.truth.person

    @property
    def false(self) -> bool:
        """An automatic decision for another person: the fault that must not happen."""
        return self.automatic and not self.right

    @property
    def found(self) -> bool:
        """Decided rightly, or laid before a person among the candidates."""
        return self.right if self.automatic else self.clerical and self.truth.person in self.shown


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of one group of subjects; ``name`` says which."""

    name: str
    subjects: int
    automatic: int
    false: Rate
    alone: Rate
    found: Rate
    clerical: Rate


@dataclass(frozen=True)
class Scored:
    """Everything that a report says: in all, by group, and the cases themselves for the pictures."""

    about: str
    model: str
    cases: tuple[Case, ...] = field(repr=False)
    total: Score
    by: Mapping[str, tuple[Score, ...]]


def score_files(decisions: Path, truth: TruthSet) -> Scored:
    """Score a folder of `ostiary match run`, or its ``decisions.parquet`` (``pairs.parquet`` beside it, if there).

    :raises BadInput: if a file cannot be read, or decisions and truth speak of different subjects.
    """
    file = decisions / DECISIONS if decisions.is_dir() else decisions
    pairs = file.with_name(PAIRS)
    shown = candidates(read_pairs(pairs)) if pairs.exists() else {}
    return score(read_decisions(file), truth, shown)


def candidates(pairs: pa.Table) -> dict[str, frozenset[str]]:
    """By subject: the persons whom a clerk is shown."""
    found: dict[str, set[str]] = {}
    for subject, person in zip(pairs["subject"].to_pylist(), pairs["person"].to_pylist(), strict=True):
        found.setdefault(subject, set()).add(person)
    return {subject: frozenset(persons) for subject, persons in found.items()}


def score(decisions: Sequence[MatchDecision], truth: TruthSet, shown: Mapping[str, frozenset[str]]) -> Scored:
    """Score decisions. ``shown``: by subject the clerical candidates; without any, the best one counts.

    :raises BadInput: if they speak of different subjects, or were made with different models.
    """
    _check(decisions, truth)
    cases = tuple(
        Case(
            one,
            truth.rows[one.subject],
            shown.get(one.subject, frozenset()) | ({one.person} if one.person is not None else set()),
        )
        for one in decisions
    )
    by: dict[str, Callable[[Case], str]] = {
        "origin": lambda case: case.truth.origin or "not known",
        "sex": lambda case: case.truth.sex or "not known",
        "kind": lambda case: case.truth.kind,
        "tier": lambda case: case.decision.tier or "none",
    }
    return Scored(
        truth.about,
        decisions[0].model if decisions else "",
        cases,
        _score("all", cases),
        {name: tuple(_grouped(cases, key)) for name, key in by.items()},
    )


def _check(decisions: Sequence[MatchDecision], truth: TruthSet) -> None:
    """Left-out subjects would flatter: decisions and truth must cover the same ones, each once."""
    decided = [one.subject for one in decisions]
    twice = len(decided) - len(set(decided))
    strange, missing = len(set(decided) - truth.rows.keys()), len(truth.rows.keys() - set(decided))
    if twice or strange or missing:
        raise BadInput(
            f"decisions and truth do not fit: {missing} subjects of the truth set are not decided, {strange} "
            f"decisions are about subjects that it does not know, {twice} stand twice; "
            "run `ostiary match run` on the truth set's own subjects.csv"
        )
    if len({one.model for one in decisions}) > 1:
        raise BadInput("the decisions were made with several models; a bound speaks of one; run them anew")


def _grouped(cases: Iterable[Case], key: Callable[[Case], str]) -> Iterable[Score]:
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    return (_score(name, groups[name]) for name in sorted(groups))


def _score(name: str, cases: Sequence[Case]) -> Score:
    automatic = sum(case.automatic for case in cases)
    members = [case for case in cases if case.truth.person is not None]
    return Score(
        name,
        len(cases),
        automatic,
        Rate(sum(case.false for case in cases), automatic),
        Rate(sum(case.automatic and case.right for case in members), len(members)),
        Rate(sum(case.found for case in members), len(members)),
        Rate(sum(case.clerical for case in cases), len(cases)),
    )


@dataclass(frozen=True, slots=True)
class Threshold:
    """What would have happened had the weight alone decided: everybody at or above it taken as a match."""

    weight: float
    taken: int
    false: Rate
    alone: Rate


def by_weight_alone(scored: Scored, thresholds: Sequence[float] = (0, 5, 10, 15, 20, 25, 30)) -> list[Threshold]:
    """The evidence for bands: the score's own faults at each threshold, on the same subjects."""
    members = sum(case.truth.person is not None for case in scored.cases)
    rows = []
    for weight in thresholds:
        taken = [c for c in scored.cases if c.decision.weight is not None and c.decision.weight >= weight]
        right = sum(case.right for case in taken)
        rows.append(Threshold(weight, len(taken), Rate(len(taken) - right, len(taken)), Rate(right, members)))
    return rows


@dataclass(frozen=True, slots=True)
class Calibration:
    """Best candidates whose match probability lies in one range: what the model says, and what is true."""

    low: float
    high: float
    said: float
    true: Rate

    @property
    def range(self) -> str:
        """The range in words."""
        if math.isinf(self.low):
            return f"below {self.high:g}"
        return f"{self.low:g} and more" if math.isinf(self.high) else f"{self.low:g} to {self.high:g}"


def calibration(scored: Scored, edges: Sequence[float] = (-10, -5, 0, 2, 4, 6, 8, 10, 15, 20, 30)) -> list[Calibration]:
    """Splink's probability against the share that is right, by ranges of the weight in bits."""
    rows = []
    weighed = [(c.decision.weight, c.right) for c in scored.cases if c.decision.weight is not None]
    for low, high in zip((-math.inf, *edges), (*edges, math.inf), strict=True):
        inside = [(weight, right) for weight, right in weighed if low <= weight < high]
        if inside:
            said = sum(probability(weight) for weight, _ in inside) / len(inside)
            rows.append(Calibration(low, high, said, Rate(sum(right for _, right in inside), len(inside))))
    return rows


def probability(weight: float) -> float:
    """The probability that a match weight in bits stands for."""
    return float(1 / (1 + 2.0 ** -max(-1000.0, min(1000.0, weight))))
