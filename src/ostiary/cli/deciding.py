"""``ostiary decide``: one request, judged and explained."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from pathlib import Path

from ostiary import strict_yaml
from ostiary.cli.shared import bundle_from, console, draw, write_json
from ostiary.decide import explain as explaining
from ostiary.decide.decide import decide
from ostiary.decide.request import Request, read_request
from ostiary.decide.verdict import Exit, Outcome, Verdict
from ostiary.errors import BadInput, RequestError
from ostiary.law.bundle import Bundle

OUTCOME_STYLES = {
    Outcome.MANDATED: "bold green",
    Outcome.RELEASE: "green",
    Outcome.CONFLICT: "bold yellow",
    Outcome.REFER: "yellow",
    Outcome.WITHHOLD: "red",
}


def run(path: Path, as_of: str, packs: Sequence[Path] | None, *, explain: bool, as_json: bool) -> int:
    """Judge the request file and print the verdict; returns the exit status."""
    day = as_day(as_of)
    bundle = bundle_from(packs)
    doc = strict_yaml.read(path, RequestError)
    request = read_request(doc, bundle.words, as_of=day)
    verdict = decide(bundle, request)
    if as_json:
        write_json(verdict.to_json())
    else:
        show(bundle, request, verdict, explain=explain)
    if verdict.exit is Exit.INTERNAL:
        sys.stderr.write("ostiary: a fault in the engine withheld at least one item; call the operator\n")
    return int(verdict.exit)


def as_day(text: str) -> dt.date | None:
    """The day of ``--as-of``; None when it was not given."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadInput("--as-of must be a day like 2026-03-10") from None


def show(bundle: Bundle, request: Request, verdict: Verdict, *, explain: bool) -> None:
    """The table first, then what was cited, what is missing, what is owed; the ladder on request."""
    from rich.text import Text

    out = console()
    packs = ", ".join(f"{name} {version}" for name, version in verdict.packs)
    out.print(Text(f"{request.name}, judged as of {verdict.as_of} for {verdict.agency}"))
    out.print(Text(f"law: {packs}; {verdict.bundle[:19]}…; not legal advice", style="dim"))
    grouped = any(group.name for group in request.groups)
    rows = [
        [
            *([line.group.replace("_", " ")] if grouped else []),
            ", ".join(line.elements),
            line.program,
            Text(line.answer, style=OUTCOME_STYLES[line.outcome]),
            line.because,
        ]
        for line in explaining.table(bundle, verdict)
    ]
    columns = [*(["group"] if grouped else []), "what is asked for", "held under", "answer", "why"]
    draw("", columns, rows, shares=[*([2] if grouped else []), 4, 2, 2, 6])
    _summary(verdict)
    if verdict.answers:
        cited = [(a.asserted, a.text) for a in verdict.answers]
        draw("What the requester cites", ["cited", "answer"], cited, shares=[2, 7])
    missing = explaining.questions(bundle, verdict)
    if missing:
        heads = ["question", "established by", "fact"]
        draw("Facts that could change an answer", heads, missing, shares=[6, 2, 4])
    owed = explaining.duties(bundle, verdict)
    rows_owed = [(what, when.replace("_", " "), f"{basis}: {cite}") for what, when, basis, cite in owed]
    draw("What is owed with this answer", ["duty", "when", "by"], rows_owed, shares=[5, 2, 5])
    if explain:
        _ladders(bundle, request, verdict)


def _summary(verdict: Verdict) -> None:
    leaving = sum(item.outcome.discloses for item in verdict.items)
    counsel = sum(item.outcome in (Outcome.CONFLICT, Outcome.REFER) for item in verdict.items)
    stays = len(verdict.items) - leaving - counsel
    console().print(
        f"{leaving} of {len(verdict.items)} items may leave once people decide so, "
        f"{counsel} go to counsel, {stays} stay."
    )


def _ladders(bundle: Bundle, request: Request, verdict: Verdict) -> None:
    for item in verdict.items:
        label = bundle.words.code_label("elements", item.copy.element)
        program = bundle.words.code_label("programs", item.copy.program)
        group = f" ({item.group.replace('_', ' ')})" if item.group else ""
        answer = f"{explaining.OUTCOME_WORDS[item.outcome]}, {explaining.REASON_WORDS[item.reason]}"
        rungs = explaining.ladder(bundle, request, item)
        draw(
            f"{label} under {program}{group}: {answer}",
            ["rule", "what it says", "law, and how sure", "what became of it"],
            [
                (
                    rung.rule,
                    rung.title,
                    f"{rung.citations} ({rung.sure})",
                    "\n".join([rung.state.value.replace("_", " "), *rung.detail]),
                )
                for rung in rungs
            ],
            lines=True,
            shares=[4, 4, 4, 5],
        )
