"""``ostiary conflicts``: where law meets law, and where a doubtful reading decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.cli.proving import document, request_text
from ostiary.cli.shared import bundle_from, console, draw, progress, write_json
from ostiary.decide.compare import asked_in_short
from ostiary.decide.conflicts import Clash, Doubt, Finding, Undecided, conflicts
from ostiary.decide.witness import Witness
from ostiary.errors import BadInput, did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.plain import rule_in_short


@dataclass(frozen=True, slots=True)
class Options:
    """``rule``: only what this rule takes part in, with each witness in full. ``out``: a folder for request files."""

    since: dt.date
    rule: str
    out: Path | None
    seconds: float
    as_json: bool


def run(packs: Sequence[Path] | None, options: Options) -> int:
    """List every clash and every doubt; 0 when the list is whole, else 1."""
    bundle = bundle_from(packs)
    if options.rule and options.rule not in bundle.by_id:
        raise BadInput(f"no rule `{options.rule}`{did_you_mean(options.rule, bundle.by_id)}")
    every = progress("conflicts", conflicts(bundle, options.since, seconds=options.seconds), 0)
    found = [one for one in every if not options.rule or options.rule in rules_of(one)]
    if options.out is not None:
        _write(bundle, found, options.out)
    if options.as_json:
        write_json(_json(bundle, found, options))
    else:
        _show(bundle, found, in_full=bool(options.rule))
    return 1 if any(isinstance(one, Undecided) for one in found) else 0


def rules_of(finding: Finding) -> tuple[str, ...]:
    """The rules that a finding is about."""
    match finding:
        case Clash(mandate, bar, _):
            return (mandate, bar)
        case Doubt(rule, _):
            return (rule,)
        case Undecided(rules):
            return rules


def _write(bundle: Bundle, found: Sequence[Finding], out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for one in found:
        if not isinstance(one, Undecided):
            name = "--".join(rules_of(one))
            (out / f"{name}.yaml").write_text(request_text(bundle, one.witness), encoding="utf-8")


def _show(bundle: Bundle, found: Sequence[Finding], *, in_full: bool) -> None:
    clashes = [one for one in found if isinstance(one, Clash)]
    doubts = [one for one in found if isinstance(one, Doubt)]
    rows = [(_text(bundle, c.mandate), _text(bundle, c.bar), _smallest(bundle, c.witness)) for c in clashes]
    heads = ["the law that commands", "the law that forbids", "a smallest case"]
    draw("Law against law: counsel must say which", heads, rows, lines=True, shares=(4, 4, 3))
    told = [
        (_text(bundle, d.rule), bundle.by_id[d.rule].interpretation.why, _smallest(bundle, d.witness)) for d in doubts
    ]
    draw(
        "Doubtful readings that can decide",
        ["the rule", "the doubt", "a smallest case"],
        told,
        lines=True,
        shares=(4, 4, 3),
    )
    for one in found:
        if isinstance(one, Undecided):
            console().print(f"not decided in time: {', '.join(one.rules)}", markup=False)
        elif in_full:
            console().print(f"\n{' against '.join(rules_of(one))}:\n{request_text(bundle, one.witness)}", markup=False)
    console().print(f"{len(clashes)} clashes of a command with a bar, {len(doubts)} doubtful rules that can decide")


def _text(bundle: Bundle, name: str) -> str:
    return f"{name}\n{rule_in_short(bundle, bundle.by_id[name])}"


def _smallest(bundle: Bundle, witness: Witness) -> str:
    return f"{asked_in_short(bundle.words, witness)} ({witness.judged(bundle).outcome.value})"


def _json(bundle: Bundle, found: Sequence[Finding], options: Options) -> dict[str, Any]:
    return {
        "bundle": bundle.digest,
        "since": str(options.since),
        "whole": not any(isinstance(one, Undecided) for one in found),
        "clashes": [
            {"mandate": one.mandate, "bar": one.bar, **_witness(bundle, one.witness)}
            for one in found
            if isinstance(one, Clash)
        ],
        "doubts": [{"rule": one.rule, **_witness(bundle, one.witness)} for one in found if isinstance(one, Doubt)],
        "undecided": [list(one.rules) for one in found if isinstance(one, Undecided)],
    }


def _witness(bundle: Bundle, witness: Witness) -> dict[str, Any]:
    copy = witness.copy
    return {
        "copy": {"program": copy.program, "element": copy.element, "source": copy.source},
        "outcome": witness.judged(bundle).outcome.value,
        "request": document(bundle, witness),
    }
