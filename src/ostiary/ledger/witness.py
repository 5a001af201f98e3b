"""A small witness that a watchdog can run: it cosigns a log's head only if the log did nothing but grow.

    ostiary-witness init DIR --name witness.example/w1     make the key; prints the line that logs need
    ostiary-witness add-log DIR VKEY                       watch this log
    ostiary-witness run DIR --port 8080                    answer (C2SP tlog-witness), on this machine only by default

The folder holds ``witness.key`` (Ed25519, kind 0x04), ``logs.json`` and ``state.db``. Whether a head follows is
``ostiary_verify``'s to say; here is only the memory, in which checking and storing are one transaction.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sqlite3
import stat
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

import ostiary_verify as verify
from ostiary.errors import OstiaryError
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import strict_json

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"
MOST_BYTES = 65_536
_MOST_PROOF = 63
_MOST_EVIDENCE = 100
_OLD = re.compile(r"old (0|[1-9][0-9]{0,19})")
_KEY_FILE, _LOGS_FILE, _STATE_FILE = "witness.key", "logs.json", "state.db"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS heads (
    origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note BLOB NOT NULL, moment INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS evidence (digest TEXT PRIMARY KEY, held BLOB NOT NULL, shown BLOB NOT NULL) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What to answer: an HTTP status, the body, and its type."""

    status: int
    body: bytes
    type: str = TEXT


@dataclass(frozen=True, slots=True)
class Question:
    """A well-formed ``add-checkpoint``."""

    old: int
    proof: tuple[bytes, ...]
    note: verify.Note
    head: verify.Checkpoint


class Refusal(Exception):
    """The request is not granted; carries the answer."""

    def __init__(self, status: int, text: str, type_: str = TEXT) -> None:
        super().__init__(text)
        self.answer = Answer(status, text.encode() + b"\n", type_)


def parse_question(body: bytes) -> Question:
    """The parts of an ``add-checkpoint`` body.

    :raises Refusal: 400 if it is malformed.
    """
    try:
        head, gap, note_bytes = body.partition(b"\n\n")
        first, *rest = head.decode("ascii").split("\n")
        match = _OLD.fullmatch(first)
        if not gap or match is None or len(rest) > _MOST_PROOF:
            raise verify.VerifyError("it begins with `old` and a size, then at most 63 hashes, then an empty line")
        proof = tuple(map(verify.decode_base64, rest))
        note = verify.parse_note(note_bytes)
        return Question(verify.parse_size(match[1].encode()), proof, note, verify.parse_checkpoint(note.text))
    except (verify.VerifyError, UnicodeDecodeError) as fault:
        raise Refusal(400, f"malformed: {fault}") from None


class Witness:
    """One witness: its key, the logs that it knows, and what it last cosigned of each."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.time) -> None:
        self._state = folder / _STATE_FILE
        self._now = now
        self.key, self._private = _read_key(folder / _KEY_FILE)
        self._logs = _read_logs(folder / _LOGS_FILE)
        try:
            with self._open() as state:
                state.execute("PRAGMA journal_mode = WAL")
                state.executescript(_SCHEMA)
        except Refusal:
            raise LedgerInput(
                f"{self._state}: cannot be opened; is it a witness's folder, and is the disk full?"
            ) from None

    def add_checkpoint(self, body: bytes) -> Answer:
        """Answer one ``POST add-checkpoint``."""
        try:
            question = parse_question(body)
            keys = self._signers(question)
            if question.old > question.head.size:
                raise Refusal(400, "the old size is larger than the new")
            return Answer(200, self._cosign(question, keys).line().encode())
        except Refusal as refusal:
            return refusal.answer

    def checkpoint(self, origin_hash: str) -> Answer:
        """Answer one ``GET <origin hash>/checkpoint``: the head last cosigned, with our cosignature."""
        for origin in self._logs:
            if sha256(origin.encode()).hexdigest() == origin_hash:
                with self._open() as state:
                    row = state.execute("SELECT note FROM heads WHERE origin = ?", (origin,)).fetchone()
                if row is not None:
                    return Answer(200, row[0])
        return Answer(404, b"nothing is known of such a log\n")

    def evidence(self) -> list[tuple[bytes, bytes]]:
        """Pairs of heads that one log signed and that cannot both be true: the one held, the one shown later."""
        with self._open() as state:
            return list(state.execute("SELECT held, shown FROM evidence ORDER BY digest"))

    def _signers(self, question: Question) -> tuple[verify.VerifierKey, ...]:
        keys = self._logs.get(question.head.origin)
        if keys is None:
            raise Refusal(404, "this log is not known here")
        try:
            verify.verify_note(question.note, keys)
        except verify.VerifyError as fault:
            raise Refusal(403, str(fault)) from None
        return keys

    def _cosign(self, question: Question, keys: Sequence[verify.VerifierKey]) -> verify.Signature:
        """Check, sign and store under one lock: of two that come at once, the second sees what the first did."""
        with self._open() as state:
            state.execute("BEGIN IMMEDIATE")
            head, text = question.head, question.note.text
            sql = "SELECT size, root, note, moment FROM heads WHERE origin = ?"
            size, root, held, before = state.execute(sql, (head.origin,)).fetchone() or (0, None, b"", 0)
            if root is not None and head.size == size and head.root != root:
                _keep(state, held, question.note.to_bytes())
                state.execute("COMMIT")
            _check_growth(question, size, root)
            moment = int(self._now())
            if moment < before:
                raise Refusal(503, "this witness's clock went back; it cosigns nothing until that is mended")
            bare = self._private.sign(verify.signed_message(self.key, text, moment))
            cosignature = verify.Signature(self.key.name, self.key.key_id, moment.to_bytes(8, "big") + bare)
            known = {(key.name, key.key_id) for key in keys}
            lines = [one for one in question.note.signatures if (one.name, one.key_id) in known]
            note = verify.Note(text, (*lines, cosignature)).to_bytes()
            row = (head.origin, head.size, head.root, note, moment)
            state.execute("INSERT OR REPLACE INTO heads (origin, size, root, note, moment) VALUES (?, ?, ?, ?, ?)", row)
            state.execute("COMMIT")
            return cosignature

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection of this thread's own; what was not committed is undone."""
        state = sqlite3.connect(self._state, timeout=10, isolation_level=None)
        try:
            # The answer must not be known outside before the head is safe here.
            state.execute("PRAGMA synchronous = FULL")
            yield state
        except sqlite3.Error as fault:
            raise Refusal(503, "this witness cannot reach its memory; ask again") from fault
        finally:
            state.close()


def _check_growth(question: Question, size: int, root: bytes | None) -> None:
    """Whether the head may follow the one held (``root`` None: there is none). C2SP tlog-witness, add-checkpoint."""
    head, old = question.head, question.old
    if old != size:
        raise Refusal(409, str(size), SIZE)
    if old == 0:
        if question.proof:
            raise Refusal(422, "from nothing, the proof is empty")
        return
    try:
        verify.verify_consistency(old, root or b"", head.size, head.root, question.proof)
    except verify.VerifyError as fault:
        raise Refusal(422, str(fault)) from None


def _keep(state: sqlite3.Connection, held: bytes, shown: bytes) -> None:
    """Keep a pair of heads that convicts the log; the first hundred are enough."""
    if state.execute("SELECT count(*) FROM evidence").fetchone()[0] < _MOST_EVIDENCE:
        row = (sha256(held + shown).hexdigest(), held, shown)
        state.execute("INSERT OR IGNORE INTO evidence (digest, held, shown) VALUES (?, ?, ?)", row)


def init(folder: Path, name: str) -> verify.VerifierKey:
    """Make a witness's folder with a new key; its public key.

    :raises LedgerInput: if there is a key already, or the name cannot be a key's.
    """
    private = Ed25519PrivateKey.generate()
    try:
        key = verify.VerifierKey.make(name, verify.COSIGNATURE_ED25519, private.public_key().public_bytes_raw())
    except verify.VerifyError as fault:
        raise LedgerInput(str(fault)) from None
    secret = verify.encode_base64(bytes([key.kind]) + private.private_bytes_raw())
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / _KEY_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise LedgerInput(f"{folder}: there is a key already; a key is never written over") from None
    except OSError as fault:
        raise LedgerInput(f"{folder}: cannot be written: {fault.strerror}") from None
    with os.fdopen(handle, "w") as out:
        out.write(f"PRIVATE+KEY+{name}+{key.key_id.hex()}+{secret}\n")
        out.flush()
        os.fsync(out.fileno())
    return key


def add_log(folder: Path, vkey: str, origin: str = "") -> str:
    """Let a witness know a log; its origin, which is the key's name where none is given.

    :raises LedgerInput: if the key is malformed, or not a log's.
    """
    try:
        key = verify.parse_vkey(vkey)
    except verify.VerifyError as fault:
        raise LedgerInput(str(fault)) from None
    if key.kind != verify.ED25519:
        raise LedgerInput("this is not the key of a log, which is of kind 0x01")
    path = folder / _LOGS_FILE
    logs = [{"origin": one, "vkey": key.text()} for one, keys in _read_logs(path).items() for key in keys]
    row = {"origin": origin or key.name, "vkey": vkey}
    if row not in logs:
        fresh = path.with_suffix(".new")
        try:
            fresh.write_text(json.dumps([*logs, row], indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            fresh.replace(path)
        except OSError as fault:
            raise LedgerInput(f"{folder}: cannot be written: {fault.strerror}") from None
    return row["origin"]


def _read_key(path: Path) -> tuple[verify.VerifierKey, Ed25519PrivateKey]:
    try:
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise LedgerInput(f"{path}: others may read this key; `chmod 600` it")
        _, _, name, number, coded = path.read_text(encoding="utf-8").strip().split("+", 4)
        raw = verify.decode_base64(coded)
        private = Ed25519PrivateKey.from_private_bytes(raw[1:])
        key = verify.VerifierKey.make(name, raw[0], private.public_key().public_bytes_raw())
    except OSError as fault:
        raise LedgerInput(f"{path}: cannot be read: {fault.strerror}; `ostiary-witness init` makes it") from None
    except (ValueError, IndexError, verify.VerifyError):
        raise LedgerInput(f"{path}: is not a witness's key") from None
    if key.kind != verify.COSIGNATURE_ED25519 or key.key_id.hex() != number:
        raise LedgerInput(f"{path}: is not a witness's key")
    return key, private


def _read_logs(path: Path) -> Mapping[str, tuple[verify.VerifierKey, ...]]:
    if not path.exists():
        return {}
    found: dict[str, tuple[verify.VerifierKey, ...]] = {}
    try:
        for row in strict_json(path.read_bytes(), path.name):
            found[row["origin"]] = (*found.get(row["origin"], ()), verify.parse_vkey(row["vkey"]))
    except (KeyError, TypeError, OSError, verify.VerifyError):
        raise LedgerInput(f"{path}: must be a list of objects with `origin` and `vkey`") from None
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """The command ``ostiary-witness``; its exit status."""
    parser = argparse.ArgumentParser(prog="ostiary-witness", description="A witness of transparency logs.")
    commands = parser.add_subparsers(dest="command", required=True)
    made = commands.add_parser("init", help="make a witness's folder with a new key")
    made.add_argument("dir", type=Path)
    made.add_argument("--name", required=True, help="such as witness.example/w1")
    added = commands.add_parser("add-log", help="watch a log")
    added.add_argument("dir", type=Path)
    added.add_argument("vkey", help="the log's public key, one line")
    added.add_argument("--origin", default="", help="the log's origin line, where it is not the key's name")
    run = commands.add_parser("run", help="answer")
    run.add_argument("dir", type=Path)
    run.add_argument("--host", default="127.0.0.1", help="another than this machine only behind a proxy with TLS")
    run.add_argument("--port", type=int, default=8080)
    given = parser.parse_args(argv)
    try:
        if given.command == "init":
            print(init(given.dir, given.name).text())
        elif given.command == "add-log":
            print(add_log(given.dir, given.vkey, given.origin))
        else:
            from ostiary.ledger.witness_http import serve

            serve(Witness(given.dir), given.host, given.port)
    except OstiaryError as fault:
        print(f"ostiary-witness: {fault}", file=sys.stderr)
        return fault.exit_code
    return 0
