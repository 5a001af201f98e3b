"""Open a package: everything is checked before the first byte is opened, and nothing is kept unless all of it holds.

    1  the tar is of the one form                       5  the package is for this key
    2  the manifest is signed by a trusted signer       6  it has not lapsed
    3  every part has the digest that was signed        7  each segment of the payload is authentic
    4  the log holds the entry, under the policy        8  each plaintext file has the digest that was signed

Plaintext is written into a folder beside ``out`` that only its owner can read, and gets its name after step 8.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from ostiary.errors import BadInput
from ostiary.release import manifest as form
from ostiary.release.dsse import LARGEST, verify
from ostiary.release.keys import RecipientKey
from ostiary.release.payload import CHUNK, LARGEST_KEY, PayloadKey, Reader, Slice
from ostiary.release.refused import PackageRefused
from ostiary.release.sealing import sync_folder
from ostiary.release.signers import TrustedSigner
from ostiary.release.tarball import BLOCK, END, BadTar, Member, members, padding, size_in
from ostiary.release.tarball import LARGEST as LARGEST_FILE
from ostiary_verify import Policy, VerifyError, parse_proof

_LIMITS = (LARGEST_FILE, 65_535, 2_000_000, LARGEST_KEY, LARGEST)
_SLACK = dt.timedelta(days=1)  # the agency's midnight is not the reader's
_AGAIN = "do not use it; ask the agency to send it again"


@dataclass(frozen=True)
class Opened:
    """What was opened: the folder, what the manifest says, who signed it, and the head of the log that holds it."""

    folder: Path
    core: form.Core
    signer: str
    origin: str
    index: int


def open_package(
    path: Path, out: Path, key: RecipientKey, signers: Sequence[TrustedSigner], policy: Policy, now: dt.datetime
) -> Opened:
    """Check a package and write its plaintext into the new folder ``out``; all of it or nothing.

    :param now: on the reader's own clock, so that a day ends at the reader's midnight.
    :raises PackageRefused: when anything does not hold; no plaintext is left behind.
    :raises BadInput: when ``out`` is there already, or a file cannot be read or written.
    """
    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    try:
        with path.open("rb") as file:
            parts, statement, signer = _verified(file, path.name, signers)
            index = _check_log(file, parts, statement, policy)
            _check_terms(statement.core, signer, key, now.date())
            payload_key = _unwrap(_part(file, parts[form.KEY]), statement.core, key)
            _write_plaintext(file, parts[form.PAYLOAD], statement, payload_key, out)
    except OSError as fault:
        name = fault.filename or path
        raise BadInput(f"{name}: cannot be read or written: {fault.strerror}; nothing is left behind") from None
    return Opened(out, statement.core, signer.name, statement.origin, index)


def _verified(
    file: BinaryIO, name: str, signers: Sequence[TrustedSigner]
) -> tuple[dict[str, Member], form.Statement, TrustedSigner]:
    """Steps 1 to 3: where the parts are, and the signed manifest that every one of them agrees with."""
    try:
        parts = members(file, form.MEMBERS, _LIMITS)
    except BadTar as fault:
        raise PackageRefused(f"{name} is not a whole package ({fault}); {_AGAIN}") from None
    payload, signer = verify(_part(file, parts[form.MANIFEST]), form.PAYLOAD_TYPE, signers, "the package's manifest")
    try:
        statement = form.parse_statement(payload)
    except ValueError as fault:
        raise PackageRefused(
            f"the manifest cannot be read ({fault}); a newer Ostiary may have made it: update yours, or ask the agency"
        ) from None
    for member in form.MEMBERS[:-1]:
        if _digest(file, parts[member]) != statement.digests[member]:
            raise PackageRefused(f"the part `{member}` is not the one that was signed; {_AGAIN}")
    return parts, statement, signer


def _check_log(file: BinaryIO, parts: dict[str, Member], statement: form.Statement, policy: Policy) -> int:
    """Step 4: the entry's number in the log."""
    entry = _part(file, parts[form.ENTRY])
    digests = statement.digests
    seal = form.seal_digest(statement.core.sha256, digests[form.CONTENTS], digests[form.PAYLOAD])
    try:
        form.check_entry(entry, statement.core.docket, seal)
        proof = parse_proof(_part(file, parts[form.PROOF]))
        head = proof.check(policy, entry)
    except (ValueError, VerifyError) as fault:
        raise PackageRefused(
            f"the package does not prove that it stands in the public log ({fault}); do not use it; tell the agency, "
            "and if it has no answer, whoever watches its log"
        ) from None
    if head.origin != statement.origin:
        raise PackageRefused(f"the package names another log than the one that holds it; {_AGAIN}")
    return proof.index


def _check_terms(core: form.Core, signer: TrustedSigner, key: RecipientKey, today: dt.date) -> None:
    """Steps 5 and 6."""
    if not signer.valid_from <= core.sealed_on <= signer.valid_until:
        raise PackageRefused(
            f"`{signer.name}` may not sign for {core.sealed_on}, the day of this package; ask the agency about it"
        )
    if core.key_id != key.public.key_id:
        raise PackageRefused(
            f"the package is sealed for another key (of `{core.recipient}`, {core.key_id[:19]}...), and yours is "
            f"{key.public.key_id[:19]}...; use that key, or ask the agency to seal it for yours"
        )
    if today > core.valid_until:
        raise PackageRefused(
            f"the package could be opened until {core.valid_until}, and that day has passed; "
            "ask the agency for a new one"
        )
    if today < core.sealed_on - _SLACK:
        raise PackageRefused(
            f"the package was sealed on {core.sealed_on}, but this computer's clock says {today}; set the clock, "
            "then try again"
        )


def open_payload(path: Path, core: form.Core, contents: str, key: PayloadKey, out: Path) -> None:
    """Open a sealed payload whose key is still the sealer's own, before there is a package: for whoever checks it.

    :param path: the file that ``sealing.prepare`` writes. ``contents``: the digest of ``contents.json``, in hex.
    :raises PackageRefused: when it is not what was sealed; no plaintext is left behind.
    :raises BadInput: when ``out`` is there already, or a file cannot be read or written.
    """
    try:
        with path.open("rb") as file:
            size = size_in(file.read(BLOCK), form.PAYLOAD, LARGEST_FILE)
            statement = form.Statement(core, {form.CONTENTS: contents}, "")
            _write_plaintext(file, Member(form.PAYLOAD, BLOCK, size), statement, key, out)
    except (BadTar, OSError):
        raise BadInput(f"{path.name}: cannot be read; have it packed again") from None


def _unwrap(wrapped: bytes, core: form.Core, key: RecipientKey) -> PayloadKey:
    secret = key.unwrap(wrapped, core.bound(form.KEY))
    if secret is None:
        raise PackageRefused("your key does not open this package, though it names it; ask the agency to seal it again")
    return PayloadKey.parse(secret)


def _write_plaintext(file: BinaryIO, payload: Member, statement: form.Statement, key: PayloadKey, out: Path) -> None:
    """Steps 7 and 8."""
    with _folder(out) as folder:
        source = Slice(file, payload.start, payload.size)
        with key.opening(source, statement.core.bound(form.PAYLOAD)) as reader:
            try:
                _extract(reader, folder, statement)
            except (BadTar, ValueError):
                raise PackageRefused(f"what is inside the package is not what its manifest says; {_AGAIN}") from None
        sync_folder(folder)


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """A folder for the owner only, that gets its name when the block ends well and is gone when it does not."""
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    try:
        yield folder
        if out.exists():
            raise BadInput(f"{out}: is there already; name a new folder")
        folder.rename(out)
        sync_folder(out.parent)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _extract(reader: Reader, folder: Path, statement: form.Statement) -> None:
    """The files of the inner tar.

    :raises BadTar, ValueError: when they are not the files that the manifest commits to.
    """
    written = [_write_file(reader, folder, name) for name in form.PLAIN_FILES]
    size = size_in(reader.exactly(BLOCK), form.CONTENTS, LARGEST)
    contents = reader.exactly(size)
    if reader.exactly(len(padding(size)) + len(END)) != padding(size) + END or reader.exactly(1):
        raise BadTar("something stands after the last file")
    if form.sha256(contents) != statement.digests[form.CONTENTS] or form.parse_contents(contents) != tuple(written):
        raise BadTar("the files are not those of the contents")
    _save(folder / form.CONTENTS, [contents])


def _write_file(reader: Reader, folder: Path, name: str) -> form.PlainFile:
    size = size_in(reader.exactly(BLOCK), name, LARGEST_FILE)
    found = hashlib.sha256()

    def hashed() -> Iterator[bytes]:
        for data in reader.chunks(size):
            found.update(data)
            yield data

    if _save(folder / name, hashed()) != size or reader.exactly(len(padding(size))) != padding(size):
        raise BadTar(f"`{name}` is cut")
    return form.PlainFile(name, size, found.hexdigest())


def _save(path: Path, pieces: Iterator[bytes] | Sequence[bytes]) -> int:
    """Write a new file for its owner only, and see it to the disk; returns its size."""
    size = 0
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        for data in pieces:
            size += file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return size


def _part(file: BinaryIO, member: Member) -> bytes:
    file.seek(member.start)
    return file.read(member.size)


def _digest(file: BinaryIO, member: Member) -> str:
    found = hashlib.sha256()
    source = Slice(file, member.start, member.size)
    while data := source.read(CHUNK):
        found.update(data)
    return found.hexdigest()
