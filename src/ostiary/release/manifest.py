"""What a package says of itself: an in-toto Statement, signed, over every other byte of the package.

There is a circle to cut: the payload is sealed *to* the manifest (as associated data), while the manifest must name
the digest of the sealed payload. So the manifest has two parts.

    core       all that is known before sealing: docket, decision, recipient, legal basis, days, notice, a nonce.
               Its digest is the associated data of payload and wrapped key.
    subject    the digests of what came after, in the order in which they come to be:
               contents.json    inside the payload: name, size and digest of each plaintext file, with a salt
               payload.tink     the sealed payload
               entry.json       the log entry: commits to the core, the contents and the payload by one digest
               proof.tlog-proof that the entry is in the log, under a checkpoint with the wanted cosignatures
               key.tink         the payload's key, wrapped only then

The signature comes last and covers core and subject, so no byte of the package is unsigned.

The digest of each plaintext file does not stand in the manifest itself: whoever sees the package on its way could
try all 10^9 Social Security numbers against the hash of a small file. It stands in the sealed contents.json, whose
own digest is hidden by its salt; so the manifest still commits to every plaintext byte. For the same reason the core
has a nonce: its digest is in the public log.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.release import shape

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "urn:ostiary:package:1"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
CORE_SCHEMA = "ostiary.package/1"
CONTENTS_SCHEMA = "ostiary.contents/1"
ENTRY_SCHEMA = "ostiary.entry/1"
ENTRY_KIND = "release.sealed"

MANIFEST, PROOF, ENTRY, KEY, PAYLOAD = (
    "manifest.dsse.json",
    "proof.tlog-proof",
    "entry.json",
    "key.tink",
    "payload.tink",
)
CONTENTS = "contents.json"
MEMBERS = (PAYLOAD, ENTRY, PROOF, KEY, MANIFEST)
"""The parts of a package in the order in which they come to be, so that the payload is written once, in its place."""
SUBJECT = (CONTENTS, PAYLOAD, ENTRY, PROOF, KEY)
PLAIN_FILES = ("NOTICE.txt", "dictionary.json", "released.csv", "released.parquet")
"""The plaintext files inside the payload, in their order; ``contents.json`` follows them."""

_WORDS = shape.rows(shape.text(most=300), 200)
_COLUMN_NAME = r"[A-Za-z0-9_]{1,200}"
COLUMN = shape.record(
    {
        "element": shape.text(shape.CODE),
        "label": shape.text(most=300),
        "program": shape.text(shape.CODE),
        "part": shape.text(shape.CODE),
        "sources": _WORDS,
        "rules": _WORDS,
        "authorities": shape.rows(shape.record({"id": shape.text(most=200), "citation": shape.text(most=500)}), 100),
        "duties": _WORDS,
    }
)
COLUMNS = shape.table(_COLUMN_NAME, COLUMN)
_CORE = shape.record(
    {
        "schema": shape.exactly(CORE_SCHEMA),
        "nonce": shape.text(shape.HEX_32),
        "docket": shape.text(shape.CODE),
        "decision": shape.text(shape.CODE),
        "recipient": shape.record({"name": shape.text(shape.NAME), "key_id": shape.text(shape.DIGEST)}),
        "bundle": shape.text(shape.DIGEST),
        "as_of": shape.day,
        "columns": COLUMNS,
        "duties": _WORDS,
        "people": shape.count,
        "values": shape.table(_COLUMN_NAME, shape.count),
        "notice": shape.text(most=20_000),
        "sealed_on": shape.day,
        "valid_until": shape.day,
        "retain_until": shape.day,
    }
)
_SUBJECT = shape.rows(
    shape.record({"name": shape.text(shape.CODE), "digest": shape.record({"sha256": shape.text(shape.HEX_32)})}), 5
)
_STATEMENT = shape.record(
    {
        "_type": shape.exactly(STATEMENT),
        "subject": _SUBJECT,
        "predicateType": shape.exactly(PREDICATE),
        "predicate": shape.record({"core": _CORE, "log": shape.record({"origin": shape.text(most=300)})}),
    }
)
_FILE = shape.record(
    {"name": shape.text(shape.CODE), "bytes": shape.count, "sha256": shape.text(shape.HEX_32)},
)
_CONTENTS = shape.record(
    {
        "schema": shape.exactly(CONTENTS_SCHEMA),
        "salt": shape.text(shape.HEX_32),
        "files": shape.rows(_FILE, len(PLAIN_FILES)),
    }
)


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True)
class Core:
    """All that a manifest says before anything is sealed. A day ends at the midnight of whoever reads it."""

    nonce: str
    docket: str
    decision: str
    recipient: str
    key_id: str
    bundle: str
    as_of: dt.date
    columns: Mapping[str, Mapping[str, Any]]
    people: int
    values: Mapping[str, int]
    notice: str
    sealed_on: dt.date
    valid_until: dt.date
    retain_until: dt.date

    @property
    def duties(self) -> tuple[str, ...]:
        """The conditions that bind the recipient or the agency: those of every column, once."""
        return tuple(sorted({duty for column in self.columns.values() for duty in column["duties"]}))

    def as_data(self) -> dict[str, Any]:
        """The core as it stands in the manifest."""
        return {
            "schema": CORE_SCHEMA,
            "nonce": self.nonce,
            "docket": self.docket,
            "decision": self.decision,
            "recipient": {"name": self.recipient, "key_id": self.key_id},
            "bundle": self.bundle,
            "as_of": self.as_of.isoformat(),
            "columns": self.columns,
            "duties": list(self.duties),
            "people": self.people,
            "values": self.values,
            "notice": self.notice,
            "sealed_on": self.sealed_on.isoformat(),
            "valid_until": self.valid_until.isoformat(),
            "retain_until": self.retain_until.isoformat(),
        }

    @property
    def sha256(self) -> str:
        """The digest that payload and wrapped key are bound to."""
        return sha256(shape.canonical(self.as_data()))

    def bound(self, part: str) -> bytes:
        """The associated data of one sealed part: no part can be taken for another."""
        return f"{CORE_SCHEMA} {part}\n".encode() + bytes.fromhex(self.sha256)


@dataclass(frozen=True)
class Statement:
    """The whole manifest: the core, the digest of each part, and the log that holds the entry."""

    core: Core
    digests: Mapping[str, str]
    origin: str

    def as_bytes(self) -> bytes:
        """The bytes that are signed."""
        return shape.canonical(
            {
                "_type": STATEMENT,
                "subject": [{"name": name, "digest": {"sha256": self.digests[name]}} for name in SUBJECT],
                "predicateType": PREDICATE,
                "predicate": {"core": self.core.as_data(), "log": {"origin": self.origin}},
            }
        )


def check_core(data: object) -> Core:
    """A core from its JSON.

    :raises ValueError: when a key is unknown, missing or of another form, or the parts do not go together.
    """
    found = _CORE(data, "core")
    days = {name: dt.date.fromisoformat(found[name]) for name in ("as_of", "sealed_on", "valid_until", "retain_until")}
    core = Core(
        nonce=found["nonce"],
        docket=found["docket"],
        decision=found["decision"],
        recipient=found["recipient"]["name"],
        key_id=found["recipient"]["key_id"],
        bundle=found["bundle"],
        columns=found["columns"],
        people=found["people"],
        values=found["values"],
        notice=found["notice"],
        **days,
    )
    if found["duties"] != list(core.duties):
        raise ValueError("core.duties are not those of the columns")
    if set(core.values) != set(core.columns) or not core.columns:
        raise ValueError("core.values must count each column, and there must be one")
    if any(not column["authorities"] for column in core.columns.values()):
        raise ValueError("core.columns has a column without a cited authority")
    if not core.sealed_on <= core.valid_until <= core.retain_until:
        raise ValueError("core: the package must be sealed before it lapses, and kept no shorter than it can be opened")
    return core


def parse_statement(data: bytes) -> Statement:
    """A manifest from the bytes that were signed.

    :raises ValueError: when it is not canonical, has an unknown key, or is of another form.
    """
    found = _STATEMENT(shape.read_canonical(data, "the manifest"), "manifest")
    if [one["name"] for one in found["subject"]] != list(SUBJECT):
        raise ValueError("manifest.subject does not name the parts of a package")
    digests = {one["name"]: one["digest"]["sha256"] for one in found["subject"]}
    return Statement(check_core(found["predicate"]["core"]), digests, found["predicate"]["log"]["origin"])


def seal_digest(core: str, contents: str, payload: str) -> str:
    """The one digest (``sha256:...``) by which the log knows a package, from three in hex.

    Nobody can guess what is behind it: core and contents are salted, the payload is sealed under a random key.
    """
    parts = {"core": core, "contents": contents, "payload": payload}
    return "sha256:" + sha256(shape.canonical(parts))


def entry_bytes(docket: str, day: dt.date, seal: str) -> bytes:
    """The log entry of a package: which docket, which day, and a digest. It names nobody."""
    public = {"manifest": seal}
    data = {"v": ENTRY_SCHEMA, "kind": ENTRY_KIND, "docket": docket, "day": day.isoformat(), "public": public}
    return shape.canonical(data)


def check_entry(data: bytes, docket: str, seal: str) -> None:
    """Check that a log entry is the sealing of this package. The log may say more in it than we ask for.

    :raises ValueError: when it is of another kind, docket or package.
    """
    found = shape.read_canonical(data, "the entry")
    public = found.get("public") if isinstance(found, dict) else None
    sealed = public.get("manifest") if isinstance(public, dict) else None
    said = (found.get("v"), found.get("kind"), found.get("docket"), sealed) if isinstance(found, dict) else ()
    if said != (ENTRY_SCHEMA, ENTRY_KIND, docket, seal):
        raise ValueError("the entry is of another package")


@dataclass(frozen=True)
class PlainFile:
    """One plaintext file inside the payload."""

    name: str
    size: int
    sha256: str


def contents_bytes(files: tuple[PlainFile, ...], salt: bytes) -> bytes:
    """``contents.json``: what is inside the payload."""
    listed = [{"name": one.name, "bytes": one.size, "sha256": one.sha256} for one in files]
    return shape.canonical({"schema": CONTENTS_SCHEMA, "salt": salt.hex(), "files": listed})


def parse_contents(data: bytes) -> tuple[PlainFile, ...]:
    """The files that ``contents.json`` lists.

    :raises ValueError: when they are not exactly those of a package, in order.
    """
    found = _CONTENTS(shape.read_canonical(data, "the contents"), "contents")
    files = tuple(PlainFile(one["name"], one["bytes"], one["sha256"]) for one in found["files"])
    if tuple(one.name for one in files) != PLAIN_FILES:
        raise ValueError("contents.files are not those of a package")
    return files
