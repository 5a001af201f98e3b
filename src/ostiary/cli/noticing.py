"""``ostiary notice``: a past recipient reads a signed notice of correction."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli.options import JsonOption


def add_to(app: typer.Typer) -> None:
    """Put the command where it belongs."""
    app.command("notice")(notice_command)


def notice_command(
    file: Annotated[Path, typer.Argument(help="The signed notice, as the agency gave it.")],
    signers: Annotated[Path, typer.Option(help="The list of signers that you trust.")],
    json: JsonOption = False,
) -> None:
    """Check who signed a notice of correction, and read which released values are not to be relied on."""
    raise typer.Exit(run(file, signers, as_json=json))


def run(path: Path, signers: Path, *, as_json: bool) -> int:
    """Check and print; 0 when it was signed by somebody trusted.

    :raises PackageRefused: when it was not. :raises BadInput: when a file cannot be read.
    """
    from ostiary.cli.shared import console, write_json
    from ostiary.errors import BadInput
    from ostiary.release.corrections import letter
    from ostiary.release.notices import verify_notices
    from ostiary.release.signers import read_signers

    try:
        data = path.read_bytes()
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from None
    found = verify_notices(data, read_signers(signers))
    if as_json:
        signed = {"signer": found.signer, "signed_on": found.signed_on.isoformat(), "notices": list(found.notices)}
        write_json({"schema": "ostiary.notice-read/1", **signed})
        return 0
    console().print(f"Signed by {found.signer} on {found.signed_on}: {len(found.notices)} values.\n", markup=False)
    for one in found.notices:
        console().print(letter(one), markup=False, highlight=False)
    return 0
