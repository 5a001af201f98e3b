"""``ostiary conflicts``: where law meets law, and where a doubtful reading decides."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
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
from ostiary.law.known_clash import KnownClash, read_known_clashes
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
    """List every clash and every doubt; 0 when the list is whole and each clash is explained in a pack, else 1."""
    bundle = bundle_from(packs)
    if options.rule and options.rule not in bundle.by_id:
        raise BadInput(f"no rule `{options.rule}`{did_you_mean(options.rule, bundle.by_id)}")
    known = read_known_clashes(bundle)
    every = list(progress("conflicts", conflicts(bundle, options.since, seconds=options.seconds), 0))
    gone = sorted(known.keys() - {(one.mandate, one.bar) for one in every if isinstance(one, Clash)})
    found = [one for one in every if not options.rule or options.rule in rules_of(one)]
    if options.out is not None:
        _write(bundle, found, options.out)
    if options.as_json:
        write_json(_json(bundle, found, known, gone, options))
    else:
        _show(bundle, found, known, in_full=bool(options.rule))
        for mandate, bar in gone:
            where = known[mandate, bar].where
            console().print(f"{where}: `{mandate}` against `{bar}` no longer clash; take it out", markup=False)
    fresh = any(isinstance(one, Clash) and (one.mandate, one.bar) not in known for one in found)
    return 1 if fresh or gone or any(isinstance(one, Undecided) for one in found) else 0


Known = Mapping[tuple[str, str], KnownClash]


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


def _show(bundle: Bundle, found: Sequence[Finding], known: Known, *, in_full: bool) -> None:
    clashes = sorted((one for one in found if isinstance(one, Clash)), key=lambda c: (_key(c) in known, *_key(c)))
    doubts = [one for one in found if isinstance(one, Doubt)]
    _draw_clashes(bundle, clashes, known, in_full=in_full)
    _draw_doubts(bundle, doubts, in_full=in_full)
    for one in found:
        if isinstance(one, Undecided):
            console().print(f"not decided in time: {', '.join(one.rules)}", markup=False)
        elif in_full:
            console().print(f"\n{' against '.join(rules_of(one))}:\n{request_text(bundle, one.witness)}", markup=False)
    explained = f"{sum(_key(one) in known for one in clashes)} explained in conflicts.yaml"
    doubtful = f"{len(doubts)} doubtful rules that can decide"
    console().print(f"{len(clashes)} clashes of a command with a bar ({explained}), {doubtful}")
    if not in_full:
        console().print("The two texts in full, and the case as a request: ostiary conflicts RULE")


def _key(clash: Clash) -> tuple[str, str]:
    return clash.mandate, clash.bar


def _draw_clashes(bundle: Bundle, clashes: Sequence[Clash], known: Known, *, in_full: bool) -> None:
    heads = ["the law that commands", "the law that forbids", "a smallest case, and why it stands"]
    rows = [
        (
            _text(bundle, one.mandate, in_full),
            _text(bundle, one.bar, in_full),
            f"{_smallest(bundle, one.witness)}\n{_why(known, one)}",
        )
        for one in clashes
    ]
    draw("Law against law: counsel must say which", heads, rows, lines=True, shares=(4, 4, 3))


def _draw_doubts(bundle: Bundle, doubts: Sequence[Doubt], *, in_full: bool) -> None:
    heads = ["the rule", "the doubt", "a smallest case"]
    rows = [
        (
            _text(bundle, one.rule, in_full),
            bundle.by_id[one.rule].interpretation.why,
            _smallest(bundle, one.witness),
        )
        for one in doubts
    ]
    draw("Doubtful readings that can decide", heads, rows, lines=True, shares=(4, 4, 3))


def _why(known: Known, clash: Clash) -> str:
    found = known.get(_key(clash))
    return found.because if found else "NEW: read it, and mend a rule or explain it in conflicts.yaml"


def _text(bundle: Bundle, name: str, in_full: bool) -> str:
    """A rule's id, what it says in plain words (in short unless one rule was asked about), and its citations."""
    rule = bundle.by_id[name]
    if in_full:
        return f"{name}\n{rule_in_short(bundle, rule)}"
    return f"{name}\n{rule.title} [{'; '.join(bundle.authorities[one].citation for one in rule.authorities)}]"


def _smallest(bundle: Bundle, witness: Witness) -> str:
    return f"{asked_in_short(bundle.words, witness)} ({witness.judged(bundle).outcome.value})"


def _json(
    bundle: Bundle, found: Sequence[Finding], known: Known, gone: Sequence[tuple[str, str]], options: Options
) -> dict[str, Any]:
    return {
        "bundle": bundle.digest,
        "since": str(options.since),
        "whole": not any(isinstance(one, Undecided) for one in found),
        "clashes": [
            {
                "mandate": one.mandate,
                "bar": one.bar,
                "texts": [rule_in_short(bundle, bundle.by_id[name]) for name in (one.mandate, one.bar)],
                "explained": found_why.because if (found_why := known.get((one.mandate, one.bar))) else None,
                **_witness(bundle, one.witness),
            }
            for one in found
            if isinstance(one, Clash)
        ],
        "no_longer": [list(pair) for pair in gone],
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
