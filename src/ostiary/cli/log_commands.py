"""The commands of the verifiable log: ``ostiary log ...``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ostiary.cli.options import JsonOption

app = typer.Typer(help="The verifiable log: append, prove, export, check again.", no_args_is_help=True)

DatabaseOption = Annotated[
    str, typer.Option(help="The log: a path of SQLite or postgresql://... Default: OSTIARY_DATABASE_URL.")
]
ExportOption = Annotated[
    Path | None, typer.Option(help="The folder of the public files. Default: OSTIARY_LEDGER_EXPORT, else none.")
]
KeyOption = Annotated[Path, typer.Option(help="The log's private key; only its owner may read it.")]
PolicyOption = Annotated[
    Path | None,
    typer.Option(
        help="Witnesses and the log's key (tlog-policy): what they hold is compared first, and they cosign after. "
        "Default: OSTIARY_WITNESS_POLICY, else none."
    ),
]


@app.command("init")
def log_init_command(
    key: KeyOption,
    database: DatabaseOption = "",
    export: ExportOption = None,
    name: Annotated[str, typer.Option(help="The log's name; a key is made under it where there is none.")] = "",
    json: JsonOption = False,
) -> None:
    """Make an empty log, and its key where there is none yet."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_init(logs.place(database, export), key, name, as_json=json))


@app.command("append")
def log_append_command(
    files: Annotated[list[Path], typer.Argument(help="Files of entries; - for standard input.")],
    key: KeyOption,
    database: DatabaseOption = "",
    export: ExportOption = None,
    policy: PolicyOption = None,
    name: Annotated[str, typer.Option(help="The log's name, where the key has none (PEM).")] = "",
    raw: Annotated[bool, typer.Option(help="Each file is one entry, byte for byte; else each line is one.")] = False,
    json: JsonOption = False,
) -> None:
    """Append entries (canonical JSON, one a line); says index and leaf hash once they are durable."""
    from ostiary.cli import logs

    where = logs.place(database, export, policy)
    raise typer.Exit(logs.run_append(where, files, (key, name), raw=raw, as_json=json))


@app.command("export")
def log_export_command(database: DatabaseOption = "", export: ExportOption = None, json: JsonOption = False) -> None:
    """Bring the folder of public files up to the head of the log."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_export(logs.place(database, export), as_json=json))


@app.command("verify")
def log_verify_command(database: DatabaseOption = "", export: ExportOption = None, json: JsonOption = False) -> None:
    """Check the public files as an outsider would, and that the log follows them."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_verify(logs.place(database, export), as_json=json))


@app.command("fsck")
def log_fsck_command(
    database: DatabaseOption = "",
    export: ExportOption = None,
    vkey: Annotated[str, typer.Option(help="The log's public key, as others know it.")] = "",
    json: JsonOption = False,
) -> None:
    """Compute everything again from the entries; name each row and file that is wrong."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_fsck(logs.place(database, export), vkey, as_json=json))


@app.command("prove")
def log_prove_command(
    index: Annotated[int, typer.Argument(help="The entry's index, from 0.")],
    database: DatabaseOption = "",
    out: Annotated[Path | None, typer.Option(help="Write the proof into this file.")] = None,
    json: JsonOption = False,
) -> None:
    """The proof that an entry is in the log: one text file that anybody can check offline."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_prove(logs.place(database, None), index, out, as_json=json))


@app.command("head")
def log_head_command(database: DatabaseOption = "", json: JsonOption = False) -> None:
    """The signed head of the log."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_head(logs.place(database, None), as_json=json))


@app.command("consistency")
def log_consistency_command(
    old: Annotated[int, typer.Argument(help="A size that the log had before.")],
    database: DatabaseOption = "",
    new: Annotated[int | None, typer.Option(help="A later size; else that of the head.")] = None,
    json: JsonOption = False,
) -> None:
    """The hashes that prove an older log to be a beginning of this one, in base64."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_consistency(logs.place(database, None), old, new, as_json=json))


@app.command("catch-up")
def log_catch_up_command(
    database: DatabaseOption = "",
    export: ExportOption = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="The log's key, and the witnesses that must vouch. Default: OSTIARY_WITNESS_POLICY."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, and bring nothing back.")] = False,
    json: JsonOption = False,
) -> None:
    """Bring back, from the public files, the entries that a database restored from a backup lacks."""
    from ostiary.cli import log_catch_up, logs

    where = logs.place(database, export, policy)
    raise typer.Exit(log_catch_up.run_catch_up(where, dry_run=dry_run, as_json=json))


@app.command("tidy")
def log_tidy_command(export: ExportOption = None, json: JsonOption = False) -> None:
    """Remove public files that fuller ones have replaced, and what a run that was cut short left behind."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_tidy(export, as_json=json))


@app.command("grant")
def log_grant_command(
    role: Annotated[str, typer.Option(help="A role of PostgreSQL that is there already.")],
    database: DatabaseOption = "",
    json: JsonOption = False,
) -> None:
    """Let a role of PostgreSQL read the log and append to it, and nothing else. Run it as the log's owner."""
    from ostiary.cli import logs

    raise typer.Exit(logs.run_grant(logs.place(database, None), role, as_json=json))
