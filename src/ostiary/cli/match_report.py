"""``ostiary match truth | report | review``: the evidence around a matching, and the work of clerks."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.cli.shared import console, draw, steps, write_json
from ostiary.errors import BadInput

if TYPE_CHECKING:
    from ostiary.match.review import Pair, Review


def run_truth(roll: Path, subjects: int, seed: int, out: Path, *, as_json: bool) -> int:
    """Make subjects with known truth from a generated roll."""
    from ostiary.match.truth import counted, write_truth_set
    from ostiary.match.truth_making import make_truth

    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    with steps() as on_step:
        asked = make_truth(roll, subjects, seed, on_step)
    kinds = counted(asked)
    about = {
        "about": f"{len(asked):,} subjects, seed {seed}, from the generated roll {roll.parent.name}; no real person",
        "roll": str(roll),
        "roll_digest": _digest(roll),
        "seed": seed,
        "kinds": kinds,
    }
    write_truth_set(asked, about, out)
    if as_json:
        write_json(about)
        return 0
    draw("Subjects with known truth", ["who is asked about", "subjects"], [(k, f"{n:,}") for k, n in kinds.items()])
    console().print(f"written to {out}: subjects.csv, truth.parquet, truth.json", markup=False)
    return 0


def _digest(roll: Path) -> str:
    """Of the mapping and the people's files, by name and size: enough to see that it is another roll."""
    digest = hashlib.sha256(roll.read_bytes())
    for file in sorted((roll.parent / "people").glob("*.parquet")):
        digest.update(f"{file.name} {file.stat().st_size}\n".encode())
    return f"sha256:{digest.hexdigest()}"


def run_report(decisions: Path, truth: Path, out: Path | None, *, as_json: bool) -> int:
    """Score decisions against a truth set; 1 when an automatic decision was false."""
    from ostiary.match.report import as_json as report_json
    from ostiary.match.report import claim_text, claims, group_table, percent, write_report
    from ostiary.match.scoring import score_files
    from ostiary.match.truth import read_truth_set

    scored = score_files(decisions, read_truth_set(truth))
    written = write_report(scored, out) if out is not None else []
    total = scored.total
    if as_json:
        write_json(report_json(scored))
        return int(total.false.hits > 0)
    for by, name in (("kind", "who was asked about"), ("origin", "name origin"), ("sex", "sex")):
        columns, rows = group_table(scored.by[by], name)
        draw("", columns, rows, shares=[4, *(2 for _ in columns[1:])])
    columns, rows = group_table(scored.by["tier"], "tier", 5)
    draw("", columns, rows)
    say = console()
    say.print(f"recall, automatic: {percent(total.alone)}; with people: {percent(total.found)}", markup=False)
    say.print(f"to a person: {percent(total.clerical)} of {total.subjects:,} subjects", markup=False)
    for claim in claims(scored):
        say.print(claim_text(claim, scored.about), markup=False)
    if written:
        say.print(f"written to {out}: {', '.join(file.name for file in written)}", markup=False)
    return int(total.false.hits > 0)


@dataclass(frozen=True, slots=True)
class ReviewOptions:
    """What one call of ``ostiary match review`` wants: look at a subject, or say something of a pair."""

    subject: str
    person: str
    by: str
    confirm: bool
    reject: bool
    out: Path | None


def run_review(folder: Path, options: ReviewOptions, *, as_json: bool) -> int:
    """List the open cases, show one, or record what a person says of it."""
    from ostiary.match.confirmed import Verdict
    from ostiary.match.review import open_review, record

    if options.confirm and options.reject:
        raise BadInput("say either `--confirm` or `--reject`, not both")
    said = options.confirm or options.reject
    if said and not (options.subject and options.by):
        raise BadInput("`--confirm` and `--reject` need `--subject` and `--by`: who is meant, and who says so")
    review = open_review(folder)
    if not options.subject:
        return _list(review, as_json=as_json)
    pairs = [one for one in review.of(options.subject) if not options.person or one.person == options.person]
    if not pairs:
        raise BadInput(f"{folder}: `{options.person}` is no candidate of `{options.subject}`")
    if said:
        if len(pairs) > 1:
            raise BadInput(f"`{options.subject}` has {len(pairs)} candidates; name the one meant with `--person`")
        verdict = Verdict.SAME if options.confirm else Verdict.OTHER
        standing = record(folder, options.subject, pairs[0].person, options.by, verdict)
        if as_json:
            write_json({"subject": options.subject, "person": pairs[0].person, "standing": standing.value})
        else:
            console().print(f"recorded; the pair is now: {standing.value}")
        return 0
    if as_json:
        write_json([_pair_json(review, one) for one in pairs])
        return 0
    sys.stderr.write("about one person: keep it as the record is kept\n")
    for number, pair in enumerate(pairs, 1):
        _show(review, pair, number, len(pairs))
    if options.out is not None:
        _write_pictures(pairs, options.out)
    return 0


def _list(review: Review, *, as_json: bool) -> int:
    """Which subjects wait for a person: ids and counts only, no value of anybody."""
    from ostiary.match.confirmed import NEEDED

    rows = [
        (
            subject,
            str(len(review.pairs[subject])),
            str(NEEDED[review.decisions[subject].band]),
            "; ".join(sorted({review.standing(pair).value for pair in review.pairs[subject]})),
        )
        for subject in review.waiting()
    ]
    if as_json:
        names = ("subject", "candidates", "people_needed", "standing")
        write_json([dict(zip(names, row, strict=True)) for row in rows])
        return 0
    draw("Waiting for a person, the weakest first", ["subject", "candidates", "people needed", "standing"], rows[:50])
    if len(rows) > 50:
        console().print(f"and {len(rows) - 50:,} more; `--json` lists all")
    console().print(f"{len(rows):,} of {len(review.pairs):,} subjects wait; look at one with `--subject`")
    return 0


def _pair_json(review: Review, pair: Pair) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(pair), "standing": review.standing(pair).value}


def _show(review: Review, pair: Pair, number: int, of: int) -> None:
    """Both sides of a pair, how each field agrees, and the waterfall of the weight."""
    margin = "no other candidate" if pair.margin is None else f"{pair.margin:.1f} bits before the next"
    title = f"Candidate {number} of {of}: {pair.person}; {pair.band}; {margin}; {review.standing(pair).value}"
    rows = [(one.field, one.subject, one.roll, one.level.value, f"{one.bits:+.1f}" if one.bits else "")
            for one in pair.evidence if one.subject or one.roll]  # fmt: skip
    draw(title, ["", "as asked", "on the roll", "agrees", "bits"], rows, shares=[2, 5, 5, 2, 1])
    draw("", ["", "bits", "so far", ""], list(_waterfall(pair)))


def _waterfall(pair: Pair) -> list[tuple[str, str, str, str]]:
    rows, so_far = [], 0.0
    steps_ = pair.steps()
    reach = [0.0]
    for _, bits, _ in steps_:
        reach.append(reach[-1] + bits)
    low, span = min(reach), (max(reach) - min(reach)) or 1.0
    for what, bits, _ in steps_:
        start, end = sorted((so_far, so_far + bits))
        left, width = round(40 * (start - low) / span), max(1, round(40 * (end - start) / span))
        so_far += bits
        bar = " " * left + ("█" if bits >= 0 else "░") * width
        rows.append((what, f"{bits:+.1f}", f"{so_far:+.1f}", bar))
    return rows


def _write_pictures(pairs: list[Pair], out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
        for number, pair in enumerate(pairs, 1):
            (out / f"waterfall-{number}.svg").write_text(pair.waterfall(), encoding="utf-8")
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    sys.stderr.write(f"written: {len(pairs)} waterfalls in {out}; they hold no value of anybody\n")
