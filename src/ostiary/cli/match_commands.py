"""The commands of ``ostiary match`` around its core: ``truth``, ``report``, ``review``, ``answer``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli.options import JsonOption, PacksOption


def add_to(match: typer.Typer) -> None:
    """Put the commands where they belong."""
    match.command("truth")(truth_command)
    match.command("report")(report_command)
    match.command("review")(review_command)
    match.command("answer")(answer_command)


def truth_command(
    roll: Annotated[Path, typer.Option(help="The roll.yaml of a roll that `ostiary roll generate` made.")],
    out: Annotated[Path, typer.Option(help="A new folder for subjects and truth.")],
    subjects: Annotated[int, typer.Option(help="How many people are asked about.")] = 4_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same subjects.")] = 42,
    json: JsonOption = False,
) -> None:
    """Make subjects of whom it is known who they are: members with slips, and the likest strangers."""
    from ostiary.cli import match_report

    raise typer.Exit(match_report.run_truth(roll, subjects, seed, out, as_json=json))


def report_command(
    decisions: Annotated[Path, typer.Argument(help="A folder that `ostiary match run` wrote.")],
    truth: Annotated[Path, typer.Option(help="The truth set whose subjects were matched.")],
    out: Annotated[Path | None, typer.Option(help="Also write the report and its pictures into this folder.")] = None,
    json: JsonOption = False,
) -> None:
    """What may be claimed of a matching: false matches, recall, work for people; exit 1 when a match was false."""
    from ostiary.cli import match_report

    raise typer.Exit(match_report.run_report(decisions, truth, out, as_json=json))


def review_command(
    folder: Annotated[Path, typer.Argument(help="A folder that `ostiary match run` wrote.")],
    subject: Annotated[str, typer.Option(help="Show this subject beside its candidates: personal data.")] = "",
    person: Annotated[str, typer.Option(help="Only this candidate, by the roll's id.")] = "",
    confirm: Annotated[bool, typer.Option("--confirm", help="Say that the pair is one person.")] = False,
    reject: Annotated[bool, typer.Option("--reject", help="Say that it is not.")] = False,
    by: Annotated[str, typer.Option(help="Who says so: your name.")] = "",
    out: Annotated[Path | None, typer.Option(help="Write each waterfall as SVG into this folder.")] = None,
    json: JsonOption = False,
) -> None:
    """The pairs that people must look at: list them, show one, say whether it is one person."""
    from ostiary.cli import match_report

    options = match_report.ReviewOptions(subject, person, by, confirm, reject, out)
    raise typer.Exit(match_report.run_review(folder, options, as_json=json))


def answer_command(
    request: Annotated[Path, typer.Argument(help="A request file (YAML or JSON).")],
    subjects: Annotated[Path, typer.Option(help="The people asked about: .csv, .parquet or .yaml.")],
    roll: Annotated[Path, typer.Option(help="The roll's mapping, roll.yaml.")],
    model: Annotated[Path, typer.Option(help="The model that `match train` wrote.")],
    work: Annotated[Path, typer.Option(help="The folder of the matching; made when it is not there (personal data).")],
    as_of: Annotated[str, typer.Option(help="Read the law as of this day (YYYY-MM-DD).")] = "",
    packs: PacksOption = None,
    json: JsonOption = False,
) -> None:
    """What the requester is told: alike for "not on the roll", "not sure who" and "on the roll but withheld"."""
    from ostiary.cli import answering

    raise typer.Exit(answering.run(request, subjects, answering.Places(roll, model, work), as_of, packs, as_json=json))
