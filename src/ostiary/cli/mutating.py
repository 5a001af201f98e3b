"""``ostiary check --mutants`` and ``--coverage``: how much the cases would notice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary import strict_yaml
from ostiary.cli import checking, covering
from ostiary.cli.shared import bundle_from, console, draw, progress, write_json
from ostiary.decide import killing
from ostiary.decide.judging import Judging
from ostiary.decide.killing import Judged
from ostiary.decide.mutants import Effect, Explained, Judgement, Mutant, explained, mutants
from ostiary.decide.provisions import provisions
from ostiary.decide.situations import Case, cases_of, packs_tests, scenario_cases
from ostiary.errors import ManyErrors, RequestError
from ostiary.law.bundle import Bundle

# What may let more out comes first; so does what the judge could not tell, for it may.
_ORDER = (Effect.WIDENS.value, Effect.UNKNOWN.value, Effect.NARROWS.value, Effect.ANSWERS.value)
_MAY_WIDEN = _ORDER[:2]


@dataclass(frozen=True, slots=True)
class Survivor:
    """A mutant that no case notices, what a judge says of it, and what the pack says of it."""

    mutant: Mutant
    judgement: Judgement
    because: str

    @property
    def effect(self) -> str:
        """The judge's word."""
        return self.judgement.effect.value

    @property
    def open(self) -> bool:
        """Whether it may let more out, and nobody has said why no case need notice."""
        return self.effect in _MAY_WIDEN and not self.because


def run(
    files: Sequence[Path], packs: Sequence[Path] | None, *, coverage: bool, with_mutants: bool, as_json: bool
) -> int:
    """Check the cases, then what they would notice; 0 when no unexplained survivor may let more out, else 1."""
    bundle = bundle_from(packs)
    if not as_json and checking.run(files, packs, as_json=False):
        return 1
    cases = list(_cases(bundle, files))
    if as_json and not (cases and all(case.right(bundle) for case in cases)):
        return checking.run(files, packs, as_json=True) or 1
    report: dict[str, Any] = {"right": len(cases), "total": len(cases)}
    if coverage:
        shown = provisions(bundle, cases)
        report["coverage"] = covering.as_json(bundle, shown)
        if not as_json:
            covering.show(bundle, shown)
    status, stale = 0, []
    if with_mutants:
        notes = explained(bundle)
        judged = _judged(bundle, cases)
        survivors = _survivors(bundle, judged, notes)
        stale = list(killing.stale(judged, notes))
        report["mutants"] = _json(judged, survivors, stale)
        status = 1 if any(one.open for one in survivors) else 0
        if not as_json:
            _show(judged, survivors)
    if as_json:
        write_json(report)
    if stale:
        raise ManyErrors(stale)
    return status


def _cases(bundle: Bundle, files: Sequence[Path]) -> Iterator[Case]:
    for path in files:
        doc = strict_yaml.read(path, RequestError)
        yield from progress(path.name, scenario_cases(bundle, doc), len(doc.data))
    if not files:
        for doc in packs_tests(bundle):
            yield from progress(doc.name, cases_of(bundle, doc), 0)


def _judged(bundle: Bundle, cases: Sequence[Case]) -> list[Judged]:
    made = list(progress("making mutants", mutants(bundle), 0))
    return list(progress("mutants", killing.run(made, cases), len(made)))


def _survivors(bundle: Bundle, judged: Sequence[Judged], notes: Mapping[str, Explained]) -> list[Survivor]:
    left = [found.mutant for found in judged if found.killed_by is None]
    with Judging(bundle, dt.date.today()) as judge:
        found = [
            Survivor(mutant, judge(mutant.bundle), notes[mutant.id].because if mutant.id in notes else "")
            for mutant in progress("judging survivors", left, len(left))
        ]
    return sorted(found, key=lambda one: _ORDER.index(one.effect) if one.effect in _ORDER else len(_ORDER))


def _show(judged: Sequence[Judged], survivors: Sequence[Survivor]) -> None:
    made = Counter(found.mutant.operator for found in judged)
    left = Counter(one.mutant.operator for one in survivors)
    rows = [(operator, count, count - left[operator], left[operator]) for operator, count in sorted(made.items())]
    draw("Mutants: the law with one thing changed", ["change", "made", "noticed", "survive"], rows)
    for effect in _ORDER:
        found = [one for one in survivors if one.effect == effect]
        if found:
            rows_of = [(one.mutant.id, one.mutant.words, one.because) for one in found]
            columns = ["mutant", "what is changed", "why no case need notice"]
            draw(f"Survivors: {effect}", columns, rows_of, lines=True, shares=(4, 6, 3))
        for one in found:
            if one.judgement.witness_yaml and not one.because:
                console().print(f"# {one.mutant.id}\n{one.judgement.witness_yaml}", markup=False, soft_wrap=True)
    same = sum(one.effect == Effect.SAME.value for one in survivors)
    waiting = sum(one.open for one in survivors)
    console().print(
        f"{len(judged)} mutants, {len(judged) - len(survivors)} noticed, {same} proved to mean the same, "
        f"{len(survivors) - same} survive; {waiting} of them may let more out and are not explained"
    )


def _json(judged: Sequence[Judged], survivors: Sequence[Survivor], stale: Sequence[str]) -> dict[str, Any]:
    return {
        "made": len(judged),
        "noticed": len(judged) - len(survivors),
        "by_operator": dict(sorted(Counter(found.mutant.operator for found in judged).items())),
        "by_effect": dict(Counter(one.effect for one in survivors)),
        "survivors": [
            {
                "mutant": one.mutant.id,
                "rule": one.mutant.rule,
                "operator": one.mutant.operator,
                "words": one.mutant.words,
                "effect": one.effect,
                "because": one.because,
                "scenario": one.judgement.witness_yaml,
            }
            for one in survivors
        ],
        "stale": list(stale),
    }
