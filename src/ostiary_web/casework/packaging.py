"""A package while it is the agency's: built, sealed under a key of its own at once, kept, opened for the check.

    payload        the sealed payload, as ``ostiary.release.sealing`` writes it: noise without the key
    payload.key    its key, until it is wrapped for the recipient; then it is destroyed, and the agency cannot open it
    package.json   the core of the manifest, and the digests that the log knows the package by

So no plaintext lies on the disk once the package is built; and what is checked is what was sealed, not a copy of it.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.errors import BadInput
from ostiary.release import manifest as form
from ostiary_web.casework import roll
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.wiring import bundle, config

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

    from ostiary.release.keys import Recipient
    from ostiary.release.sealing import Prepared

PAYLOAD, KEY, ABOUT, PLAIN = "payload", "payload.key", "package.json", "plain"


@dataclass(frozen=True, slots=True)
class Terms:
    """What people settled about a package. ``conditions``: codes of what binds the recipient."""

    docket: str
    decision: str
    recipient: Recipient
    today: dt.date
    retain_until: dt.date
    notice: str


def recipient_of(public: str, last: dt.date) -> Recipient:
    """The registered key, as a package can be sealed to it.

    :raises CaseworkError: if what is registered is no such key, or it ends before its registration says.
    """
    from ostiary.release.keys import parse_recipient

    try:
        found = parse_recipient(public.encode(), "the registered key")
    except BadInput as fault:
        cure = "have the recipient make one with `ostiary keys new-recipient`, and register it"
        raise CaseworkError(f"{fault}; {cure}") from None
    if found.valid_until < last:
        raise CaseworkError("the recipient's key ends before its registration does; have the right day registered")
    return found


def notice(conditions: Sequence[str], retain_until: dt.date, rows: Sequence[int], *, stripped: bool = False) -> str:
    """What the recipient is told: the law's confidentiality, every condition, and which row is whom of the request.

    :param stripped: something was taken out of a text, since it spoke of other people.
    """
    from ostiary.release.sealing import default_notice

    text = default_notice(retain_until)
    means = [bundle().words.actions[code].means for code in conditions if code in bundle().words.actions]
    if means:
        text += "\nWhat the law asks with these records:\n" + "".join(f"- {one}\n" for one in means)
    if stripped:
        text += "\nIn texts, what they say of other people was taken out.\n"
    if len(rows) > 1:
        text += "\nThe rows stand in the order of your request: "
        text += "; ".join(f"row {place} is person {number}" for place, number in enumerate(rows, 1)) + ".\n"
    return text


def seal_plain(folder: Path, terms: Terms) -> str:
    """Seal what stands in ``folder/plain`` under a fresh key, and keep both; the digest that the log will know.

    :raises BadInput: if the plain files do not go together, or the key's days do not.
    """
    from ostiary.release import sealing

    valid_until = min(terms.retain_until, terms.recipient.valid_until)
    made = sealing.Terms(
        docket=terms.docket, decision=terms.decision, recipient=terms.recipient, notice=terms.notice,
        sealed_on=terms.today, valid_until=valid_until, retain_until=terms.retain_until,
    )  # fmt: skip
    with sealing.prepare(folder / PLAIN, folder / "package", made) as prepared:
        os.link(prepared.partial, folder / PAYLOAD)
        about = {
            "core": prepared.core.as_data(),
            "contents": prepared.contents,
            "payload_sha256": prepared.payload_sha256,
            "written": prepared.written,
            "recipient": prepared.recipient.as_data(),
        }
        (folder / ABOUT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        _private(folder / KEY, base64.b64encode(prepared.key.secret()))
        seal = prepared.seal
    shutil.rmtree(folder / PLAIN)
    return seal


def _private(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def prepared(place: Path, out: Path) -> Prepared:
    """What was sealed, ready to be finished as the file ``out``; the payload stays until then.

    :raises CaseworkError: if it is gone.
    """
    from ostiary.release.keys import parse_recipient
    from ostiary.release.payload import PayloadKey
    from ostiary.release.sealing import Prepared

    try:
        about: dict[str, Any] = json.loads((place / ABOUT).read_text(encoding="utf-8"))
        secret = base64.b64decode((place / KEY).read_bytes(), validate=True)
        recipient = parse_recipient(json.dumps(about["recipient"]).encode(), "the recipient's key")
        core = form.check_core(about["core"])
    except (OSError, ValueError, KeyError):
        raise CaseworkError("the package is not in the private folder as it was built; have it packed again") from None
    return Prepared(
        out, core, about["contents"], about["payload_sha256"], place / PAYLOAD, about["written"], recipient,
        PayloadKey.parse(secret),
    )  # fmt: skip


@contextmanager
def opened(place: Path) -> Iterator[Path]:
    """What is inside a package that is not finished, for as long as the block lasts; then it is removed.

    :raises PackageRefused, BadInput: if it is not what was sealed.
    """
    from ostiary.release.opening import open_payload

    found = prepared(place, place / "unused")
    folder = Path(tempfile.mkdtemp(dir=roll.folder("work"), prefix=".check-"))
    try:
        open_payload(place / PAYLOAD, found.core, found.contents, found.key, folder / PLAIN)
        yield folder / PLAIN
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def manifest_digest(place: Path) -> str:
    """The digest by which the log knows what stands in this folder now; another one when any byte was changed.

    :raises CaseworkError: if it is gone.
    """
    from ostiary.release.payload import CHUNK, Slice
    from ostiary.release.tarball import BLOCK, LARGEST, BadTar, size_in

    found, hashed = prepared(place, place / "unused"), sha256()
    try:
        with found.partial.open("rb") as file:
            sealed = Slice(file, BLOCK, size_in(file.read(BLOCK), form.PAYLOAD, LARGEST))
            while data := sealed.read(CHUNK):
                hashed.update(data)
    except (OSError, BadTar):
        raise CaseworkError("the package is not in the private folder as it was built; have it packed again") from None
    return form.seal_digest(found.core.sha256, found.contents, hashed.hexdigest())


def signer() -> Signer:
    """Who signs manifests.

    :raises CaseworkError: if none is configured, or it cannot be used.
    """
    from ostiary.release.signers import load_signer, read_signers

    if not config().signer:
        raise CaseworkError("no key that signs packages is configured: set OSTIARY_SIGNER; nothing was sealed")
    public = config().signer_public
    try:
        return load_signer(config().signer, read_signers(public) if public else (), _nobody_to_ask)
    except BadInput as fault:
        raise CaseworkError(f"the key that signs packages cannot be used: {fault}; nothing was sealed") from None


def _nobody_to_ask(what: str) -> str:
    raise BadInput("the key has a passphrase, and nobody to ask for it; guard its file by its rights, or use a module")
