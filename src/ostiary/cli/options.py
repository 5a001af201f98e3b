"""Options that many commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

PacksOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--packs",
        help="Packs' folders, or folders of packs. Default: OSTIARY_PACKS, else the packs shipped.",
    ),
]
MatchedOption = Annotated[
    Path | None,
    typer.Option(help="Only the people whom this folder of `ostiary match run` matched, or whom people confirmed."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
