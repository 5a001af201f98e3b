"""``ostiary correct``: tell past recipients which released values have turned out wrong."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ostiary.cli.options import JsonOption, PacksOption

if TYPE_CHECKING:
    from ostiary.release.corrections import Traced


def add_to(app: typer.Typer) -> None:
    """Put the command where it belongs."""
    app.command("correct")(correct_command)


def correct_command(
    releases: Annotated[list[Path], typer.Argument(help="Folders of `ostiary minimise`, each with its package.tar.")],
    roll: Annotated[Path, typer.Option(help="The roll's mapping, roll.yaml, as the roll is today.")],
    signers: Annotated[Path, typer.Option(help="The list of signers that you trust.")],
    out: Annotated[Path, typer.Option(help="A new folder for the notices.")],
    corrections: Annotated[Path | None, typer.Option(help="A file of corrections that somebody found.")] = None,
    packs: PacksOption = None,
    json: JsonOption = False,
) -> None:
    """Find released values that have turned out wrong, and write a notice to each past recipient."""
    raise typer.Exit(run(releases, roll, signers, out, corrections, packs, as_json=json))


def run(
    releases: Sequence[Path],
    roll_path: Path,
    signers: Path,
    out: Path,
    corrections: Path | None,
    packs: Sequence[Path] | None,
    *,
    as_json: bool,
) -> int:
    """Trace every release; 0 when done, whether or not anything is wrong."""
    from ostiary.cli.shared import bundle_from, steps, write_json
    from ostiary.errors import BadInput
    from ostiary.release.corrections import open_past, read_known, trace, write_notices
    from ostiary.release.signers import read_signers
    from ostiary.roll.duckdb import DuckEngine
    from ostiary.roll.reading import read_roll

    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    trusted = read_signers(signers)
    pasts = [open_past(folder, trusted) for folder in releases]
    rows = []
    with steps() as on_step:
        on_step("opening the roll")
        roll = read_roll(roll_path, bundle_from(packs).words)
        known = read_known(corrections, roll) if corrections else ()
        engine = DuckEngine(roll)
        for number, past in enumerate(pasts, 1):
            on_step(f"tracing release {number} of {len(pasts)}")
            found = trace(past, roll, engine, known, dt.date.today())
            rows.append(_row(found, write_notices(found, out / f"{number:03}") if found.wrong else []))
    if as_json:
        write_json({"schema": "ostiary.corrections/1", "releases": rows})
    else:
        _show(rows, out)
    return 0


def _row(found: Traced, files: Sequence[Path]) -> dict[str, Any]:
    core = found.past.core
    return {
        "release": str(found.past.folder),
        "docket": core.docket,
        "recipient": core.recipient,
        "rows": core.people,
        "wrong_values": len(found.wrong),
        "changed_since": found.changed_later,
        "untraced_rows": found.untraced,
        "files": [str(file) for file in files],
    }


def _show(rows: Sequence[dict[str, Any]], out: Path) -> None:
    from ostiary.cli.shared import console, draw

    columns = ("docket", "recipient", "rows", "wrong_values", "changed_since", "untraced_rows")
    shown = [[str(row[name]) for name in columns] for row in rows]
    draw("Past releases held against the roll today", [name.replace("_", " ") for name in columns], shown)
    written = sum(row["wrong_values"] for row in rows)
    console().print(
        f"{written} notices{f' in {out}' if written else ''}. Rows not traced to one person must be looked at by a "
        "person. This command writes nothing into the log; a notice that goes out by the desk has its entry there.",
        markup=False,
    )
