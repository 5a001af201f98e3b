"""Seal a folder of ``ostiary minimise`` for one recipient: log first, then let go.

    prepare    read the folder once: hash the plaintext and seal it under a fresh key, kept in memory only
    (append)   the entry goes into the log; a proof comes back
    finish     check the proof against the policy; only then wrap the key, sign the manifest, write the package

A package without a proof cannot exist: the sealed payload of ``prepare`` is noise to everybody, the agency included,
when the process ends before ``finish``. ``manifest`` says how the parts are bound to each other.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from ostiary.errors import BadInput
from ostiary.release import manifest as form
from ostiary.release import shape
from ostiary.release.dsse import sign
from ostiary.release.keys import Recipient
from ostiary.release.payload import CHUNK, PayloadKey, Sink, Writer
from ostiary.release.tarball import BLOCK, END, header, padding
from ostiary_verify import Policy, VerifyError, parse_proof

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

Append = Callable[[bytes], bytes]
"""Appends an entry to the log; returns the tlog-proof, once the head has the cosignatures that the policy asks for."""

_DIFFERING = shape.record(
    {
        "element": shape.text(shape.CODE),
        "programs": shape.rows(shape.text(shape.CODE), 2),
        "columns": shape.rows(shape.rows(shape.text(most=200), 2), 200),
        "rows": shape.rows(shape.count, 100_000_000),
    }
)
_DICTIONARY = shape.record(
    {
        "schema": shape.exactly("ostiary.dictionary/1"),
        "bundle": shape.text(shape.DIGEST),
        "as_of": shape.day,
        "columns": form.COLUMNS,
        "differing": shape.rows(_DIFFERING, 2_000),
    },
    optional=frozenset({"differing"}),
)


@dataclass(frozen=True)
class Terms:
    """What people decided about a package; the rest is read from the folder."""

    docket: str
    decision: str
    recipient: Recipient
    notice: str
    sealed_on: dt.date
    valid_until: dt.date
    retain_until: dt.date


@dataclass(frozen=True)
class Prepared:
    """A sealed payload that nobody can open yet, and the entry that the log must hold first."""

    out: Path
    core: form.Core
    contents: str
    payload_sha256: str
    partial: Path
    written: int
    recipient: Recipient
    key: PayloadKey = field(repr=False)

    @property
    def seal(self) -> str:
        """The digest by which the log knows this package."""
        return form.seal_digest(self.core.sha256, self.contents, self.payload_sha256)

    @property
    def entry(self) -> bytes:
        """The log entry to append."""
        return form.entry_bytes(self.core.docket, self.core.sealed_on, self.seal)


def seal(folder: Path, out: Path, terms: Terms, append: Append, policy: Policy, signer: Signer) -> Path:
    """The whole way: prepare, append to the log, finish. Returns the package.

    :raises BadInput: when folder, terms or proof are not right; nothing is left behind.
    """
    with prepare(folder, out, terms) as prepared:
        return finish(prepared, append(prepared.entry), policy, signer)


@contextmanager
def prepare(folder: Path, out: Path, terms: Terms) -> Iterator[Prepared]:
    """Seal the payload beside ``out``. When the block ends, the sealed payload and its key are gone.

    :raises BadInput: when the folder is not one of ``ostiary minimise``, or the terms do not go together.
    """
    if out.exists():
        raise BadInput(f"{out}: is there already; name a new file")
    core = _core(folder, terms)
    key = PayloadKey.fresh()
    partial = _partial(out)
    try:
        with _disk(out), partial.open("wb") as file:
            file.write(bytes(BLOCK))  # the header's place: its size is known when all is sealed
            sink = Sink(file)
            with key.sealing(sink, core.bound(form.PAYLOAD)) as writer:
                contents = _write_inner(writer, folder, terms.notice)
            file.write(padding(sink.size))
            written = file.tell()
            file.seek(0)
            file.write(header(form.PAYLOAD, sink.size))
        yield Prepared(out, core, contents, sink.sha256, partial, written, terms.recipient, key)
    finally:
        partial.unlink(missing_ok=True)


def finish(prepared: Prepared, proof: bytes, policy: Policy, signer: Signer, entry: bytes | None = None) -> Path:
    """Write the package, if the log holds its entry under a head that the policy accepts.

    :param entry: the entry's bytes as they are in the log, when the log says more in them than ``prepared.entry``.
    :raises BadInput: when the proof does not hold, or the file cannot be written; nothing is left behind.
    """
    entry = prepared.entry if entry is None else entry
    try:
        form.check_entry(entry, prepared.core.docket, prepared.seal)
        head = parse_proof(proof).check(policy, entry)
    except (ValueError, VerifyError) as fault:
        raise BadInput(f"the log's proof does not hold: {fault}; nothing was sealed; ask the log's operator") from None
    wrapped = prepared.recipient.wrap(prepared.key.secret(), prepared.core.bound(form.KEY))
    parts = {form.ENTRY: entry, form.PROOF: proof, form.KEY: wrapped}
    digests = {form.CONTENTS: prepared.contents, form.PAYLOAD: prepared.payload_sha256}
    digests |= {name: form.sha256(data) for name, data in parts.items()}
    statement = form.Statement(prepared.core, digests, head.origin)
    envelope = sign(statement.as_bytes(), form.PAYLOAD_TYPE, signer)
    _write_package(prepared, {form.MANIFEST: envelope, **parts})
    return prepared.out


def _core(folder: Path, terms: Terms) -> form.Core:
    """The core of the manifest, checked as the recipient will check it."""
    found = _read_folder(folder)
    people, values = _counts(folder, found["columns"])
    core = form.Core(
        nonce=os.urandom(32).hex(),
        docket=terms.docket,
        decision=terms.decision,
        recipient=terms.recipient.name,
        key_id=terms.recipient.key_id,
        bundle=found["bundle"],
        as_of=dt.date.fromisoformat(found["as_of"]),
        columns=found["columns"],
        people=people,
        values=values,
        notice=terms.notice,
        sealed_on=terms.sealed_on,
        valid_until=terms.valid_until,
        retain_until=terms.retain_until,
    )
    try:
        form.check_core(core.as_data())
    except ValueError as fault:
        raise BadInput(f"this cannot be sealed: {fault}") from None
    key = terms.recipient
    if not key.valid_from <= terms.sealed_on <= terms.valid_until <= key.valid_until:
        raise BadInput(
            f"the key of `{key.name}` is good from {key.valid_from} until {key.valid_until}, "
            f"but the package could be opened until {terms.valid_until}; shorten that, or register a new key"
        )
    return core


def _read_folder(folder: Path) -> Any:
    """The data dictionary of a folder that holds what ``ostiary minimise`` writes, and nothing else."""
    wanted = {name for name in form.PLAIN_FILES if name != "NOTICE.txt"}
    there = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if there != wanted or not all((folder / name).is_file() and not (folder / name).is_symlink() for name in wanted):
        raise BadInput(
            f"{folder}: must hold {', '.join(sorted(wanted))} as `ostiary minimise` wrote them, and no other file"
        )
    try:
        return _DICTIONARY(shape.read_json((folder / "dictionary.json").read_bytes(), "the file"), "dictionary")
    except ValueError as fault:
        raise BadInput(f"{folder / 'dictionary.json'}: is not as `ostiary minimise` wrote it: {fault}") from None


def _counts(folder: Path, columns: dict[str, Any]) -> tuple[int, dict[str, int]]:
    """How many people, and values in each column; the columns of both files must be those of the dictionary."""
    import pyarrow as arrow
    import pyarrow.parquet as parquet

    try:
        file = parquet.ParquetFile(folder / "released.parquet")
        names = list(file.schema_arrow.names)
        values = dict.fromkeys(names, 0)
        for number in range(file.metadata.num_row_groups):
            # One column at a time: a row group may be far larger than memory that we want to take.
            for place, name in enumerate(names):
                values[name] += _present(file, number, place, name)
        with (folder / "released.csv").open(newline="", encoding="utf-8") as text:
            first = next(csv.reader(text), [])
    except (arrow.ArrowInvalid, OSError, UnicodeDecodeError, csv.Error):
        raise BadInput(f"{folder}: released.parquet or released.csv cannot be read; minimise again") from None
    if set(names) != set(columns) or first != names or len(set(names)) != len(names):
        raise BadInput(f"{folder}: the columns of the data are not those of dictionary.json; minimise again")
    return int(file.metadata.num_rows), values


def _present(file: Any, group: int, place: int, name: str) -> int:
    meta = file.metadata.row_group(group).column(place)
    if meta.statistics is not None and meta.statistics.has_null_count:
        return int(meta.statistics.num_values)
    column = file.read_row_group(group, columns=[name]).column(0)
    return len(column) - int(column.null_count)


def _write_inner(writer: Writer, folder: Path, notice: str) -> str:
    """The inner tar, its files read once: what is hashed is what is sealed. Returns the digest of contents.json."""
    files: list[form.PlainFile] = []
    for name in form.PLAIN_FILES:
        opened: BinaryIO = io.BytesIO(notice.encode()) if name == "NOTICE.txt" else (folder / name).open("rb")
        with opened as source:
            files.append(_write_file(writer, name, source))
    contents = form.contents_bytes(tuple(files), os.urandom(32))
    _write_file(writer, form.CONTENTS, io.BytesIO(contents))
    writer.write(END)
    return form.sha256(contents)


def _write_file(writer: Writer, name: str, source: BinaryIO) -> form.PlainFile:
    size = source.seek(0, 2)
    source.seek(0)
    writer.write(header(name, size))
    found, left = hashlib.sha256(), size
    while left:
        data = source.read(min(CHUNK, left))
        if not data:
            raise BadInput(f"`{name}` became shorter while it was read; nothing is left behind")
        found.update(data)
        writer.write(data)
        left -= len(data)
    if source.read(1):
        raise BadInput(f"`{name}` became longer while it was read; nothing is left behind")
    writer.write(padding(size))
    return form.PlainFile(name, size, found.hexdigest())


def _write_package(prepared: Prepared, small: dict[str, bytes]) -> None:
    """The small parts behind the payload, seen to the disk, then renamed: never a part of a package."""
    out = prepared.out
    with _disk(out):
        with prepared.partial.open("r+b") as file:
            file.seek(prepared.written)
            for name in form.MEMBERS[1:]:
                file.write(header(name, len(small[name])) + small[name] + padding(len(small[name])))
            file.write(END)
            file.truncate()
            file.flush()
            os.fsync(file.fileno())
        if out.exists():
            raise BadInput(f"{out}: is there already; name a new file")
        prepared.partial.rename(out)
        sync_folder(out.parent)


def _partial(out: Path) -> Path:
    """A new empty file beside ``out``, for its owner only."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.partial-", dir=out.parent)
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    os.close(handle)
    return Path(name)


@contextmanager
def _disk(out: Path) -> Iterator[None]:
    """A fault of the disk, said to a person."""
    try:
        yield
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}; nothing is left behind") from None


def sync_folder(folder: Path) -> None:
    """See a folder's new name to the disk: a rename alone can be lost when the power fails."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def default_notice(terms_day: dt.date) -> str:
    """What every recipient is told, unless the agency gives its own text."""
    return (
        "CONFIDENTIAL RECORDS\n\n"
        "These records are about people who asked a public agency for help. The law keeps them confidential.\n"
        "dictionary.json names, for each column, the law that lets you have it, and what you must do.\n\n"
        "Use them only for the purpose of your request. Do not give them to anyone else, inside or outside your\n"
        f"office, unless that law lets you. Destroy every copy by {terms_day.isoformat()} and tell the agency so.\n"
        "If they reach you by mistake, do not read them: destroy them and tell the agency today.\n"
    )
