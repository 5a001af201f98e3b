"""``ostiary match``: who of the roll is asked about."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from ostiary.cli.options import JsonOption, PacksOption

match_app = typer.Typer(
    help="Who is the person asked about: find candidates, weigh them, decide in bands.", no_args_is_help=True
)

RollOption = Annotated[Path, typer.Option(help="The roll's mapping, roll.yaml.")]
CacheOption = Annotated[
    Path | None,
    typer.Option(help="Where the normalised roll is kept (personal data). Default: the model's name with .duckdb."),
]
ProgressOption = Annotated[bool, typer.Option("--progress", help="Say each step, also where there is no terminal.")]
SAID = {
    "automatic": "the machine: a second strong identifier, and a clear margin",
    "clerical": "one person compares",
    "clerical_two": "two people compare, apart",
    "no_match": "nobody of the roll is meant",
}


@match_app.command("train")
def train_command(
    roll: RollOption,
    out: Annotated[Path, typer.Option(help="The model's file (JSON; no personal data).")],
    seed: Annotated[int, typer.Option(help="The same roll and seed make the same model.")] = 42,
    cache: CacheOption = None,
    packs: PacksOption = None,
    progress: ProgressOption = False,
    json: JsonOption = False,
) -> None:
    """Measure on a roll how often people agree by chance; the model for `match run`."""
    from ostiary.cli.shared import bundle_from, console, write_json
    from ostiary.match.cache import normal_roll
    from ostiary.match.candidates import linking_connection
    from ostiary.match.model import train, write_model
    from ostiary.roll.reading import read_roll

    mapped = read_roll(roll, bundle_from(packs).words)
    with _told(progress) as on_step:
        normal = normal_roll(mapped, cache or _beside(out), dt.date.today(), on_step)
        on_step("measuring chance")
        with linking_connection(normal.path) as connection:
            model = train(connection, mapped.name, normal.people, normal.key, seed)
        write_model(model, out)
    if json:
        write_json({"model": model.digest, "file": str(out), "people": normal.people, "seed": seed})
    else:
        console().print(f"model {model.digest} of {normal.people:,} people (seed {seed}): {out}", soft_wrap=True)
        _say_unusable(normal.unusable)


@match_app.command("run")
def run_command(
    subjects: Annotated[Path, typer.Argument(help="The people asked about: .csv, .parquet or .yaml.")],
    roll: RollOption,
    model: Annotated[Path, typer.Option(help="The model that `match train` wrote.")],
    out: Annotated[Path, typer.Option(help="A new folder for decisions and pairs (personal data).")],
    cache: CacheOption = None,
    packs: PacksOption = None,
    progress: ProgressOption = False,
    json: JsonOption = False,
) -> None:
    """Decide for each subject who of the roll is meant; shows counts only, never a person."""
    from ostiary.cli.shared import bundle_from, write_json
    from ostiary.errors import BadInput
    from ostiary.match.cache import normal_roll
    from ostiary.match.model import read_model
    from ostiary.match.run import manifest_of, match, write_run
    from ostiary.match.subjects import read_subjects
    from ostiary.roll.reading import read_roll

    today = dt.date.today()
    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    trained = read_model(model)
    asked = read_subjects(subjects, today)
    mapped = read_roll(roll, bundle_from(packs).words)
    with _told(progress) as on_step:
        normal = normal_roll(mapped, cache or _beside(model), today, on_step)
        matched = match(asked, mapped, normal, trained, today, on_step)
        on_step("writing")
        manifest = manifest_of(matched, mapped, normal, trained, subjects)
        write_run(matched, manifest, out)
    if json:
        write_json(manifest)
    else:
        _draw(manifest, out)


def _draw(manifest: dict[str, Any], out: Path) -> None:
    from ostiary.cli.shared import console, draw

    total = manifest["subjects"]["count"]
    rows = [(band, f"{count:,}", f"{count / total:.1%}", SAID[band]) for band, count in manifest["bands"].items()]
    draw(
        f"{total:,} subjects against {manifest['roll']['people']:,} people",
        ["band", "subjects", "share", "who decides"],
        rows,
    )
    tiers = ", ".join(f"{tier} {count:,}" for tier, count in manifest["automatic_by_tier"].items())
    console().print(f"Automatic by tier: {tiers or 'none'}. Pairs to compare: {manifest['pairs']:,}.")
    for note in manifest["notes"]:
        console().print(f"Note: {note}.")
    console().print(f"Written to {out}; it holds personal data.", soft_wrap=True)


def _say_unusable(unusable: dict[str, int] | Any) -> None:
    from ostiary.cli.shared import console

    for field, count in unusable.items():
        console().print(f"{count:,} distinct values of `{field}` in the roll cannot be meant; they say nothing.")


def _beside(model: Path) -> Path:
    return model.with_suffix(".duckdb")


@contextmanager
def _told(progress: bool) -> Iterator[Callable[[str], None]]:
    """A bar on a terminal; with ``--progress`` lines on standard error elsewhere."""
    from ostiary.cli.shared import steps

    if progress and not sys.stderr.isatty():
        yield lambda what: print(what, file=sys.stderr, flush=True)
        return
    with steps() as on_step:
        yield on_step
