"""A small world for packages: keys, a log that keeps its leaves in a list, and a folder as `minimise` writes it.

The log is the plainest reading of RFC 6962 and of the C2SP texts, and shares no code with what it tests.
"""

import base64
import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as arrow
import pyarrow.csv as csv
import pyarrow.parquet as parquet
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.release.keys import new_recipient, read_recipient, read_recipient_key
from ostiary.release.opening import open_package
from ostiary.release.sealing import Terms, default_notice, seal
from ostiary.release.signers import load_signer, new_signer, read_signers
from ostiary_verify import parse_policy

TODAY = dt.date(2026, 3, 19)
NOON = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
YEAR = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
PASSPHRASE = "correct horse battery"


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_of(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if len(leaves) == 1:
        return sha(b"\0" + leaves[0])
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return sha(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:]))


def path_of(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962, 2.1.1, word for word."""
    if len(leaves) == 1:
        return []
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]


@dataclass
class Key:
    """An Ed25519 key of a log (kind 1) or a witness (kind 4)."""

    name: str
    kind: int = 1
    private: Ed25519PrivateKey = field(default_factory=Ed25519PrivateKey.generate)

    @property
    def public(self) -> bytes:
        return bytes([self.kind]) + self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)

    @property
    def number(self) -> bytes:
        return sha(self.name.encode() + b"\n" + self.public)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.number.hex()}+{base64.b64encode(self.public).decode()}"

    def line(self, text: bytes) -> str:
        blob = self.private.sign(text)
        if self.kind == 4:
            time = 1_774_000_000
            blob = time.to_bytes(8, "big") + self.private.sign(b"cosignature/v1\ntime %d\n" % time + text)
        return f"— {self.name} {base64.b64encode(self.number + blob).decode()}\n"


@dataclass
class Log:
    """A log in memory, with witnesses that always cosign."""

    key: Key = field(default_factory=lambda: Key("agency.example/log"))
    witnesses: list[Key] = field(default_factory=list)
    leaves: list[bytes] = field(default_factory=list)

    def append(self, entry: bytes) -> bytes:
        self.leaves.append(entry)
        return self.proof(len(self.leaves) - 1)

    def proof(self, index: int, extra: bytes = b"", cosigned: bool = True) -> bytes:
        root = base64.b64encode(root_of(self.leaves)).decode()
        text = f"{self.key.name}\n{len(self.leaves)}\n{root}\n".encode()
        signed = [self.key, *(self.witnesses if cosigned else [])]
        note = text.decode() + "\n" + "".join(key.line(text) for key in signed)
        hashes = "".join(base64.b64encode(one).decode() + "\n" for one in path_of(index, self.leaves))
        more = f"extra {base64.b64encode(extra).decode()}\n" if extra else ""
        return f"c2sp.org/tlog-proof@v1\n{more}index {index}\n{hashes}\n{note}".encode()

    @property
    def policy_text(self) -> str:
        lines = [f"log {self.key.vkey}"]
        lines += [f"witness w{place} {key.vkey}" for place, key in enumerate(self.witnesses)]
        if self.witnesses:
            names = " ".join(f"w{place}" for place in range(len(self.witnesses)))
            lines += [f"group all-of-them all {names}", "quorum all-of-them"]
        else:
            lines += ["quorum none"]
        return "\n".join(lines) + "\n"

    @property
    def policy(self):
        return parse_policy(self.policy_text)


def no_passphrase(what: str) -> str:
    raise AssertionError("nothing here has a passphrase")


@dataclass
class World:
    """All that a package needs, in one folder."""

    root: Path
    log: Log = field(default_factory=Log)

    def __post_init__(self) -> None:
        self.root.mkdir(exist_ok=True)
        self.folder = a_folder(self.root / "released")
        public, private = new_recipient("County Sheriff", self.root / "recipient", YEAR, None)
        listed, pem = new_signer("Release Officer", self.root / "signer", YEAR, None)
        self.files = {"public": public, "private": private, "signers": listed, "pem": pem}
        self.recipient = read_recipient(public)
        self.key = read_recipient_key(private, no_passphrase)
        self.signers = read_signers(listed)
        self.signer = load_signer(f"file:{pem}", (), no_passphrase)

    def terms(self, **changed) -> Terms:
        until = dt.date(2026, 9, 30)
        return Terms(
            **{
                **{"docket": "D-2026-0042", "decision": "D-2026-0042/3", "recipient": self.recipient},
                **{"notice": default_notice(until), "sealed_on": TODAY},
                **{"valid_until": dt.date(2026, 4, 18), "retain_until": until},
                **changed,
            }
        )

    def seal(self, name="package.tar", append=None, signer=None, **changed) -> Path:
        policy = self.log.policy
        append = append or self.log.append
        return seal(self.folder, self.root / name, self.terms(**changed), append, policy, signer or self.signer)

    def open(self, path: Path, out="out", key=None, signers=None, policy=None, now=NOON):
        out = self.root / out
        return open_package(path, out, key or self.key, signers or self.signers, policy or self.log.policy, now)

    def leftovers(self) -> list[str]:
        """What stands beside the package that should not: a folder of plaintext, or a temporary file."""
        return sorted(path.name for path in self.root.iterdir() if path.name.startswith(".") or path.name == "out")


def a_folder(folder: Path, rows: int = 3, padding: int = 0) -> Path:
    """A folder as `ostiary minimise` writes it, about people who do not exist."""
    folder.mkdir()
    name = "x__y__line"
    values = [f"{number} Nowhere Street{'.' * padding}" if number else None for number in range(rows)]
    table = arrow.table({name: values})
    parquet.write_table(table, folder / "released.parquet")
    csv.write_csv(table, folder / "released.csv")
    column = {
        **{"element": "y", "label": "A label", "program": "x", "part": "value", "sources": ["client"]},
        **{"rules": ["a.rule"], "authorities": [{"id": "an_act", "citation": "1 Act 2"}]},
        **{"duties": ["bind_recipient", "log"]},
    }
    dictionary = {
        **{"schema": "ostiary.dictionary/1", "bundle": "sha256:" + "ab" * 32, "as_of": "2026-03-19"},
        **{"columns": {name: column}},
    }
    (folder / "dictionary.json").write_text(json.dumps(dictionary, indent=2) + "\n")
    return folder
