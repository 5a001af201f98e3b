"""The report on a matching: what may be claimed of it, and what not; as Markdown, as one HTML page, as JSON.

A claim is made only where the sample carries it (see ``bounds``), and every claim says of which data it speaks:
figures of a made-up roll say nothing of a real one until they are measured there.
"""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ostiary.errors import BadInput
from ostiary.match.bands import MARGIN
from ostiary.match.bounds import Rate, claimable, needed
from ostiary.match.plots import charts
from ostiary.match.scoring import Score, Scored, by_weight_alone, calibration

SCHEMA = "ostiary.match-report/1"
LIMITS = (1e-3, 1e-4)  # the rates of false matches that one would like to claim
GROUPS = {"origin": "name origin", "sex": "sex", "kind": "who was asked about", "tier": "tier"}
Table = tuple[Sequence[str], Sequence[Sequence[str]]]


def claims(scored: Scored, limits: Sequence[float] = LIMITS) -> list[dict[str, Any]]:
    """For each limit whether these decisions carry it; where not, how many would, were no more of them wrong."""
    false = scored.total.false
    rows = []
    for limit in limits:
        wanted = needed(limit, false.hits)
        rows.append(
            {
                "limit": limit,
                "claimed": claimable(false.hits, false.of, limit),
                "automatic": false.of,
                "false": false.hits,
                "needed": wanted,
            }
        )
    return rows


def claim_text(claim: Mapping[str, Any], about: str) -> str:
    """One claim, or its refusal, as a sentence."""
    rate = f"{claim['limit']:g}"
    counted = f"{claim['false']:,} false among {claim['automatic']:,} automatic decisions"
    if claim["claimed"]:
        return f"At most {rate} of automatic matches are false, at 95 % confidence ({counted}), on this data: {about}."
    return (
        f"NOT claimed: that at most {rate} of automatic matches are false. {counted.capitalize()} do not carry it; "
        f"{claim['needed']:,} automatic decisions with no more than {claim['false']:,} false would."
    )


def as_json(scored: Scored) -> dict[str, Any]:
    """All figures as plain data: numbers and codes only, of nobody."""
    return {
        "schema": SCHEMA,
        "about": scored.about,
        "model": scored.model,
        "false_matches": _rate(scored.total.false),
        "claims": claims(scored),
        "total": _score(scored.total),
        **{f"by_{name}": [_score(one) for one in rows] for name, rows in scored.by.items()},
        "weight_alone": [
            {**{k: v for k, v in asdict(one).items() if k in ("weight", "taken")},
             "false": _rate(one.false), "recall": _rate(one.alone)}
            for one in by_weight_alone(scored)
        ],
        "calibration": [
            {"from_bits": _finite(one.low), "to_bits": _finite(one.high), "model_says": one.said,
             "true": _rate(one.true)}
            for one in calibration(scored)
        ],
        "margins": [{"margin": margin, "decided": _rate(rate)} for margin, rate in _margins(scored)],
    }  # fmt: skip


def _finite(number: float) -> float | None:
    return None if number in (float("inf"), float("-inf")) else number


def _rate(rate: Rate) -> dict[str, Any]:
    return {"hits": rate.hits, "of": rate.of, "share": rate.share, "low": rate.low, "high": rate.high}


def _score(score: Score) -> dict[str, Any]:
    rates = {name: _rate(getattr(score, name)) for name in ("false", "alone", "found", "clerical")}
    return {"name": score.name, "subjects": score.subjects, "automatic": score.automatic, **rates}


def _margins(scored: Scored) -> list[tuple[float, Rate]]:
    """Best candidates at least 10 bits strong, by their lead over the runner-up: how many are another person."""
    strong = [c for c in scored.cases if c.decision.weight is not None and c.decision.weight >= 10]
    rows = []
    for least in (0, 1, 2, 5, 10, 20):
        led = [case for case in strong if case.decision.margin is None or case.decision.margin >= least]
        rows.append((float(least), Rate(sum(not case.right for case in led), len(led))))
    return rows


def percent(rate: Rate) -> str:
    """A share with its exact interval, as a reader takes it in."""
    if rate.share is None:
        return "none"
    return f"{rate.share:.2%} ({rate.low:.2%} to {rate.high:.2%})"


def group_table(rows: Iterable[Score], name: str, width: int = 8) -> Table:
    """The table of one grouping, its first ``width`` columns."""
    columns = [name, "subjects", "automatic", "false", "false, at most", "recall, automatic",
               "recall with people", "to a person"]  # fmt: skip
    return columns[:width], [
        (
            one.name,
            f"{one.subjects:,}",
            f"{one.automatic:,}",
            f"{one.false.hits:,}",
            f"{one.false.high:.2e}" if one.automatic else "none decided",
            _share(one.alone),
            _share(one.found),
            _share(one.clerical),
        )[:width]
        for one in rows
    ]


def _share(rate: Rate) -> str:
    return "-" if rate.share is None else f"{rate.share:.2%}"


def sections(scored: Scored) -> list[tuple[str, Sequence[str], Table | None, str]]:
    """The report in order: heading, sentences, table, picture (a file's name, or empty)."""
    total = scored.total
    found: list[tuple[str, Sequence[str], Table | None, str]] = [
        ("What may be claimed", [claim_text(one, scored.about) for one in claims(scored)], None, ""),
        (
            "In all",
            [
                f"Automatic decisions: {total.automatic:,} of {total.subjects:,} subjects, {total.false.hits:,} false; "
                f"the true rate of false matches lies below {total.false.high:.2e} (95 %, Clopper and Pearson).",
                f"Recall, automatic: {percent(total.alone)}. Recall, automatic or shown to a person: "
                f"{percent(total.found)}. To a person: {percent(total.clerical)} of subjects.",
                f"All of this speaks of this data and no other: {scored.about}. Model {scored.model[:23]}.",
            ],
            None,
            "",
        ),
    ]
    for by, name in GROUPS.items():
        picture = "groups.svg" if by == "sex" else ""
        columns = 5 if by == "tier" else 8  # recall of a tier would be that of those whom it took
        found.append((f"By {name}", _notes(by), group_table(scored.by[by], name, columns), picture))
    return [*found, *_thresholds(scored)]


def _notes(by: str) -> Sequence[str]:
    if by == "kind":
        return ["Every kind that is not a member is on no roll: each automatic decision there is a false one."]
    return ["The bound of a small group is wide: that is what its numbers carry, not what is likely."] * (
        by == "origin"
    )


def _thresholds(scored: Scored) -> list[tuple[str, Sequence[str], Table | None, str]]:
    alone = [
        (f"{one.weight:g}", f"{one.taken:,}", f"{one.false.hits:,}", percent(one.false), _share(one.alone))
        for one in by_weight_alone(scored)
    ]
    margins = [(f"{least:g}", f"{rate.of:,}", f"{rate.hits:,}", percent(rate)) for least, rate in _margins(scored)]
    fitted = [
        (one.range,f"{one.true.of:,}", f"{one.said:.4f}",
         percent(one.true))
        for one in calibration(scored)
    ]  # fmt: skip
    return [
        (
            "Why the weight alone does not decide",
            ["Had everybody at or above a weight been taken as a match, on the same subjects:"],
            (["weight, bits", "taken", "false", "share false", "recall"], alone),
            "weights.svg",
        ),
        (
            "Why a lead over the runner-up is asked for",
            [f"Best candidates of 10 bits or more, by their lead; the bands ask for {MARGIN:g} bits, and for more:"],
            (["lead, at least", "candidates", "another person", "share"], margins),
            "",
        ),
        (
            "Is the model's probability true",
            ["A model that is true has both marks in one place. It treats fields as independent, which twins refute."],
            (["weight, bits", "candidates", "the model says", "is true"], fitted),
            "calibration.svg",
        ),
    ]


TITLE = "Report on a matching"


def markdown(scored: Scored) -> str:
    """The report as Markdown; pictures are files beside it."""
    lines = [f"# {TITLE}", ""]
    for heading, texts, table, picture in sections(scored):
        lines += [f"## {heading}", ""]
        for text in texts:
            lines += [text, ""]
        lines += [f"![{heading}; the numbers stand in the table]({picture})", ""] if picture else []
        if table is not None:
            columns, rows = table
            lines += [f"| {' | '.join(columns)} |", f"|{'---|' * len(columns)}"]
            lines += [f"| {' | '.join(row)} |" for row in rows] + [""]
    return "\n".join(lines)


def page(scored: Scored, pictures: Mapping[str, str]) -> str:
    """The report as one HTML page, without script; pictures inside."""
    parts = [_HEAD]
    for heading, texts, table, picture in sections(scored):
        parts.append(f"<h2>{html.escape(heading)}</h2>")
        parts += [f"<p>{html.escape(text)}</p>" for text in texts]
        if picture:
            label = html.escape(f"{heading}: picture; the numbers stand in the table")
            parts.append(f'<div class="picture" role="img" aria-label="{label}">{pictures[picture]}</div>')
        if table is not None:
            parts.append(_html_table(heading, table))
    return "\n".join([*parts, "</main></body></html>", ""])


_HEAD = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{TITLE}</title><style>
body {{ font: 16px/1.5 sans-serif; color: #1b1b1b; margin: 0 }}
main {{ max-width: 62rem; margin: 0 auto; padding: 1rem 1.5rem 3rem }}
table {{ border-collapse: collapse }} caption {{ text-align: left; font-weight: bold; padding: .3rem 0 }}
th, td {{ border-bottom: 1px solid #c9c9c9; padding: .3rem .7rem; text-align: right }}
th:first-child, td:first-child {{ text-align: left }}
.picture, .table {{ overflow-x: auto; margin: 1rem 0 }} svg {{ max-width: 100%; height: auto }}
</style></head><body><main><h1>{TITLE}</h1>"""


def _html_table(caption: str, table: Table) -> str:
    columns, rows = table
    head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in columns)
    body = "".join(f"<tr>{_html_row(row)}</tr>" for row in rows)
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{html.escape(caption)}"><table>'
        f"<caption>{html.escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def _html_row(row: Sequence[str]) -> str:
    first, *rest = map(html.escape, row)
    return f'<th scope="row">{first}</th>' + "".join(f"<td>{cell}</td>" for cell in rest)


def write_report(scored: Scored, out: Path) -> list[Path]:
    """Write ``report.json``, ``report.md``, ``report.html`` and the pictures into a folder; the files written.

    :raises BadInput: if they cannot be written.
    """
    import json

    pictures = charts(scored)
    texts = {
        "report.json": json.dumps(as_json(scored), indent=2) + "\n",
        "report.md": markdown(scored),
        "report.html": page(scored, pictures),
        **pictures,
    }
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    return [out / name for name in texts]
