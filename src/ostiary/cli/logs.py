"""``ostiary log``: the stand-alone log."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import ostiary_verify as verify
from ostiary.cli.log_first import Witnesses
from ostiary.cli.settings import database_url, ledger_export, witness_policy
from ostiary.cli.shared import console, write_json
from ostiary.ledger.export import tidy
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.log import Log
from ostiary.ledger.opening import connect, explained
from ostiary.ledger.schema import grant_writer
from ostiary.ledger.signing import FileSigner, write_new_key
from ostiary.ledger.store import Head


@dataclass(frozen=True, slots=True)
class Place:
    """Where the log is, where its public files go, and who cosigns its heads, if anybody."""

    database: str
    export: Path | None
    policy: Path | None = None


def place(database: str, export: Path | None, policy: Path | None = None) -> Place:
    """The options, or what the environment says in their stead.

    :raises LedgerInput: if no database is named.
    """
    found = database or database_url()
    if not found:
        raise LedgerInput("name the log with `--database`, or set OSTIARY_DATABASE_URL")
    return Place(found, export or ledger_export(), policy or witness_policy())


def run_init(where: Place, key: Path, name: str, *, as_json: bool) -> int:
    """Make a log, and a key where there is none."""
    made = not key.exists()
    if made:
        if not name:
            raise LedgerInput(f"{key}: there is no key; give the log's name with `--name`, and one is made")
        write_new_key(key, name)
    with closing(FileSigner(key, name)) as signer, Log.init(where.database, signer, where.export) as log:
        head = log.head()
    if as_json:
        write_json({"origin": signer.name, "vkey": head.vkey, "key_made": made, "size": head.size})
    else:
        console().print(f"An empty log, `{signer.name}`. Its public key, for everybody who checks it:", markup=False)
        sys.stdout.write(f"{head.vkey}\n")
    return 0


def run_append(where: Place, files: Sequence[Path], key: tuple[Path, str], *, raw: bool, as_json: bool) -> int:
    """Append; say where each entry stands."""
    entries = [entry for file in files for entry in _entries(file, raw=raw)]
    witnesses = Witnesses.of(where.policy)
    with (
        closing(FileSigner(*key)) as signer,
        Log(where.database, signer, where.export, partial(witnesses.seen, signer.name)) as log,
    ):
        done = log.append(entries)
        cosigned = witnesses.cosign(log, done.head.note)
    if as_json:
        rows = [{"index": n, "leaf": leaf.hex()} for n, leaf in enumerate(done.leaves, done.first)]
        write_json({**_head(done.head), "entries": rows, "cosignatures": cosigned})
    else:
        for n, leaf in enumerate(done.leaves, done.first):
            sys.stdout.write(f"{n} {leaf.hex()}\n")
    return 0


def run_export(where: Place, *, as_json: bool) -> int:
    """Bring the folder up to the head."""
    if where.export is None:
        raise LedgerInput("name a folder with `--export`, or set OSTIARY_LEDGER_EXPORT")
    with Log(where.database, None, where.export) as log, _bar("exporting files") as on_file:
        new, head = log.export(on_file), log.head()
    if as_json:
        write_json({**_head(head), "new_files": new})
    else:
        console().print(f"{where.export}: {new:,} new files; {head.size:,} entries", markup=False)
    return 0


def run_verify(where: Place, *, as_json: bool) -> int:
    """Check the exported folder as an outsider would."""
    with Log(where.database, None, where.export) as log:
        try:
            report = log.verify()
        except verify.VerifyError as fault:
            if as_json:
                write_json({"good": False, "fault": str(fault)})
            else:
                sys.stderr.write(f"ostiary: {fault}\n")
            return 1
    good = report.breach_count == 0
    if as_json:
        write_json({"good": good, "size": report.size, "root": report.root, "breaches": report.breach_count})
    else:
        console().print(f"{report.size:,} entries, every one hashed; root {report.root}")
        for breach in report.breaches:
            console().print(f"entry {breach.index} breaks the rule {breach.rule}: {breach.what}", markup=False)
    return 0 if good else 1


def run_fsck(where: Place, vkey: str, *, as_json: bool) -> int:
    """Compute everything again; name what is wrong."""
    with Log(where.database, None, where.export) as log, _bar("checking entries") as on_entries:
        faults = log.fsck(on_entries, vkey or None)
    if as_json:
        write_json({"good": not faults, "faults": [{"where": one.where, "what": one.what} for one in faults]})
    else:
        for one in faults:
            sys.stdout.write(f"{one.where}: {one.what}\n")
        sys.stdout.write(f"faults: {len(faults):,}\n" if faults else "no fault\n")
    return 1 if faults else 0


def run_prove(where: Place, index: int, out: Path | None, *, as_json: bool) -> int:
    """Prove one entry."""
    with Log(where.database) as log:
        proof = log.prove(index)
    if out is not None:
        with explained(str(out)):
            out.write_bytes(proof)
    if as_json:
        write_json({"index": index, "proof": proof.decode(), "file": None if out is None else str(out)})
    elif out is None:
        sys.stdout.write(proof.decode())
    return 0


def run_consistency(where: Place, old: int, new: int | None, *, as_json: bool) -> int:
    """Prove that the log only grew."""
    with Log(where.database) as log:
        proof = [base64.b64encode(one).decode() for one in log.consistency(old, new)]
    if as_json:
        write_json({"old": old, "new": new, "proof": proof})
    else:
        sys.stdout.write("".join(f"{one}\n" for one in proof))
    return 0


def run_tidy(export: Path | None, *, as_json: bool) -> int:
    """Remove replaced files from the exported folder."""
    folder = export or ledger_export()
    if folder is None:
        raise LedgerInput("name a folder with `--export`, or set OSTIARY_LEDGER_EXPORT")
    with explained(str(folder)):
        removed = tidy(folder)
    if as_json:
        write_json({"removed": removed})
    else:
        console().print(f"{folder}: {removed:,} files removed; every entry is still there", markup=False)
    return 0


def run_grant(where: Place, role: str, *, as_json: bool) -> int:
    """Give a role the writer's rights."""
    with closing(connect(where.database)) as connection, explained("the database"):
        grant_writer(connection, role)
        connection.commit()
    if as_json:
        write_json({"role": role, "may": ["read", "append"]})
    else:
        console().print(f"`{role}` may read this log and append to it, and nothing else", markup=False)
    return 0


def run_head(where: Place, *, as_json: bool) -> int:
    """Show the signed head."""
    with Log(where.database) as log:
        head = log.head()
    if as_json:
        write_json({**_head(head), "vkey": head.vkey, "note": head.note.decode()})
    else:
        sys.stdout.write(head.note.decode())
    return 0


def _head(head: Head) -> dict[str, object]:
    return {"size": head.size, "root": head.root.hex()}


def _entries(file: Path, *, raw: bool) -> Iterator[bytes]:
    """The entries of one file, in order.

    :raises LedgerInput: if the file cannot be read, or a line is not the one way of writing its JSON.
    """
    try:
        data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as fault:
        raise LedgerInput(f"{file}: cannot be read: {fault.strerror}") from None
    if raw:
        yield data
        return
    for number, line in enumerate(data.splitlines(), 1):
        if not _is_canonical(line):
            raise LedgerInput(
                f"{file}: line {number}: is not canonical JSON (RFC 8785: keys in order, no spaces); "
                "use `--raw` to append a file byte for byte"
            )
        yield line


def _is_canonical(line: bytes) -> bool:
    import rfc8785

    try:
        return rfc8785.dumps(json.loads(line)) == line
    except (ValueError, RecursionError, rfc8785.CanonicalizationError):
        return False


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal's standard error; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
