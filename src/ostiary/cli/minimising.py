"""``ostiary minimise``: the released cells only."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ostiary.cli.screening import Options, exit_of, screened
from ostiary.cli.shared import console, draw, steps, write_json
from ostiary.release.checking import check_sample
from ostiary.release.minimise import minimise


def run(path: Path, roll_path: Path, as_of: str, packs: Sequence[Path] | None, options: Options) -> int:
    """Screen, write what may leave, check it against an independent reading; returns the exit status of ``decide``."""
    assert options.out is not None
    with steps() as on_step:
        bundle, _, found, engine = screened(path, roll_path, as_of, packs, options, on_step)
        written = minimise(found, engine, options.out, on_step, check=lambda file: check_sample(found, engine, file))
    if options.as_json:
        write_json(
            {
                "folder": str(written.folder),
                "people": written.people,
                "copies": [
                    {"program": one.copy.program, "element": one.copy.element, "source": one.copy.source,
                     "values": one.values, "authorities": list(one.authorities)}
                    for one in written.leaving
                ],
            }
        )  # fmt: skip
        return int(exit_of(found))
    rows = [
        (
            bundle.words.code_label("elements", one.copy.element),
            bundle.words.code_label("programs", one.copy.program),
            f"{one.values:,}",
            "; ".join(bundle.authorities[name].citation for name in one.authorities),
        )
        for one in written.leaving
    ]
    draw("What leaves once people decide so", ["element", "held under", "values", "by"], rows, shares=[4, 2, 2, 5])
    console().print(
        f"{written.people:,} people; written to {written.folder}: released.parquet, released.csv, dictionary.json. "
        "It holds personal data: keep it as the records are kept."
    )
    return int(exit_of(found))
