"""Check an Ostiary log, and proofs taken from it, without trusting Ostiary.

This one file needs Python 3.11 and the package ``cryptography``; copy it anywhere. Read it from the top:

    1  trees         that an entry is in a log, and that a log only grew                      RFC 6962
    2  notes, keys   signed texts, and the keys that sign them    C2SP signed-note, tlog-cosignature
    3  checkpoints   what a log signs: its name, size and root                  C2SP tlog-checkpoint
    4  policies      which log and which witnesses you trust                        C2SP tlog-policy
    5  proofs        one text file that shows one entry to be in the log             C2SP tlog-proof
    6  sources       reading a log from a folder or the web; its tiles               C2SP tlog-tiles
    7  rules         what the entries must say to each other
    8  following     the whole check of a whole log, remembered from visit to visit
    9  the command

Nothing here is lenient: a text that could be read in two ways is refused. Every function that checks raises
``VerifyError`` when something does not add up; its text says what, where and what to do.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol, TypeVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

try:  # older builds of `cryptography` cannot check post-quantum signatures; then such keys are refused
    from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

    HAS_ML_DSA = True
except ImportError:  # pragma: no cover
    HAS_ML_DSA = False


class VerifyError(Exception):
    """Something does not add up. The text says what is wrong, where, and where it helps, what to do."""


class Missing(VerifyError):
    """The log does not have a file that it must have."""


class SplitView(VerifyError):
    """Two signed heads of one log that cannot both be true: ``notes``, as they were read, convict the signer."""

    def __init__(self, message: str, notes: tuple[bytes, bytes]) -> None:
        super().__init__(message)
        self.notes = notes
        self.evidence: tuple[Path, ...] = ()  # the files in which a ``Follower`` kept the notes


def _need(holds: bool, otherwise: str) -> None:
    if not holds:
        raise VerifyError(otherwise)


# --- 1  Trees: RFC 6962, section 2.1 ----------------------------------------------------------

HASH_SIZE = 32
MAX_SIZE = 2**63  # a tree is smaller than this
EMPTY_ROOT = hashlib.sha256(b"").digest()
_sha256 = hashlib.sha256


def leaf_hash(data: bytes) -> bytes:
    """The hash (32 bytes) of one entry. The first byte keeps it from posing as a node."""
    return _sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash (32 bytes) of two neighbours."""
    return _sha256(b"\x01" + left + right).digest()


def _need_hashes(hashes: Sequence[bytes]) -> None:
    for item in hashes:
        if len(item) != HASH_SIZE:
            raise VerifyError(f"a hash must have {HASH_SIZE} bytes, not {len(item)}")


def _climb(seed: bytes, proof: Sequence[bytes], turns: int) -> bytes:
    """Go up one level for each hash of the proof; bit i of ``turns`` is 1 where that hash stands on the left."""
    for other in proof:
        seed = _sha256(b"\x01" + other + seed if turns & 1 else b"\x01" + seed + other).digest()
        turns >>= 1
    return seed


_LEFT = -1  # all bits are 1: every hash of the proof stands on the left


def _shape(index: int, size: int) -> tuple[int, int]:
    """How many hashes of an inclusion proof are inner (on either side) and border (on the left only)."""
    inner = (index ^ (size - 1)).bit_length()
    return inner, (index >> inner).bit_count()


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that the leaf hash ``leaf`` is number ``index`` of the tree of ``size`` leaves with this root.

    ``proof``: the sibling hashes, lowest first. RFC 6962, 2.1.1, by the inner/border split of
    transparency-dev/merkle. Does NOT check that anyone signed the root.
    """
    if not 0 <= index < size < MAX_SIZE:
        raise VerifyError(f"entry {index} cannot be in a tree of {size} entries")
    _need_hashes(proof)
    _need_hashes((leaf, root))
    inner, border = _shape(index, size)
    if len(proof) != inner + border:
        raise VerifyError(f"the proof has {len(proof)} hashes; entry {index} of {size} needs {inner + border}")
    if _climb(_climb(leaf, proof[:inner], index), proof[inner:], _LEFT) != root:
        raise VerifyError(f"the proof does not lead from this entry to the root of {size} entries")


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Check that the tree of ``old_size`` leaves is the beginning of the tree of ``new_size`` leaves.

    RFC 6962, 2.1.2. An empty old tree is refused, since it proves nothing: a caller for whom "from nothing" is
    fine (a witness that sees a log for the first time) must say so itself.
    """
    if not 0 < old_size <= new_size < MAX_SIZE:
        raise VerifyError(f"a tree of {old_size} entries cannot be shown to be the beginning of one of {new_size}")
    _need_hashes((old_root, new_root, *proof))
    if old_size == new_size:
        _need(not proof and old_root == new_root, f"two heads of {old_size} entries need one root and an empty proof")
        return
    shift = (old_size & -old_size).bit_length() - 1
    inner, border = _shape(old_size - 1, new_size)
    inner -= shift
    # An old tree that is one whole subtree is its own starting point: the proof leaves it out.
    start = 0 if old_size == 1 << shift else 1
    wanted = start + inner + border
    _need(len(proof) == wanted, f"the proof has {len(proof)} hashes; {old_size} to {new_size} needs {wanted}")
    seed = proof[0] if start else old_root
    low, high = proof[start : start + inner], proof[start + inner :]
    turns = (old_size - 1) >> shift
    lefts = [item for level, item in enumerate(low) if turns >> level & 1]
    old_found = _climb(seed, [*lefts, *high], _LEFT)
    _need(old_found == old_root, f"the proof does not lead to the old root, of {old_size} entries")
    new_found = _climb(_climb(seed, low, turns), high, _LEFT)
    _need(new_found == new_root, f"the proof does not lead to the new root, of {new_size} entries")


def _root(hashes: Sequence[bytes]) -> bytes:
    """The root over neighbours of one height. One that has no partner moves up as it is: so RFC 6962 splits a tree."""
    while len(hashes) > 1:
        pairs = [node_hash(left, right) for left, right in zip(hashes[::2], hashes[1::2], strict=False)]
        hashes = [*pairs, *hashes[2 * len(pairs) :]]
    return hashes[0] if hashes else EMPTY_ROOT


def prefix_roots(peak: Callable[[int, int], bytes], old: int, new: int, start: int = 0) -> tuple[bytes, bytes]:
    """The roots over the leaves from ``start`` to ``old`` and from ``start`` to ``new``, from the same whole subtrees.

    ``peak(height, index)`` gives a subtree's root. If the second result is the root that was signed, all those
    subtrees are the signed tree's own, so the first is the only root that its first ``old`` leaves can have.
    """
    if new == start:
        return EMPTY_ROOT, EMPTY_ROOT
    height = (new - start - 1).bit_length()
    if new - start == 1 << height and not start < old < new:  # whole, and not cut by ``old``
        root = peak(height, start >> height)
        return root if start < old else EMPTY_ROOT, root
    middle = start + (1 << height - 1)
    old_left, left = prefix_roots(peak, min(old, middle), middle, start)
    old_right, right = prefix_roots(peak, old, new, middle)
    return node_hash(left, old_right) if middle < old else old_left, node_hash(left, right)


# --- 2  Notes and keys: C2SP signed-note and tlog-cosignature ----------------------------------

ED25519 = 0x01  # a log's plain signature
COSIGNATURE_ED25519 = 0x04  # a witness's signature with its time
COSIGNATURE_ML_DSA_44 = 0x06  # the same, safe against quantum computers
_PUBLIC_SIZE = {ED25519: 32, COSIGNATURE_ED25519: 32, COSIGNATURE_ML_DSA_44: 1312}
_SIGNATURE_SIZE = {ED25519: 64, COSIGNATURE_ED25519: 72, COSIGNATURE_ML_DSA_44: 2428}
MAX_SIGNATURES = 100
MAX_NOTE = 1_000_000
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")
_DIGITS = re.compile(rb"0|[1-9][0-9]{0,19}")


def parse_size(text: bytes) -> int:
    """The number that plain ASCII digits write, with no sign, space or leading zero; below 2**63.

    Not ``int()``: that also reads ``+1``, ``1_0``, and digits of other scripts.
    """
    plain = _DIGITS.fullmatch(text) is not None and int(text) < MAX_SIZE
    _need(plain, "a number must be plain digits without sign, space or leading zero, and below 2**63")
    return int(text)


def decode_base64(text: str) -> bytes:
    """What base64 text says; refused unless it is the one way of writing those bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        raise VerifyError("not base64 (letters, digits, + and / only)") from None
    _need(encode_base64(data) == text, "base64 that is not written the one right way")
    return data


def encode_base64(data: bytes) -> str:
    """Plain base64 (RFC 4648, section 4)."""
    return base64.b64encode(data).decode("ascii")


def _text(data: bytes, what: str) -> str:
    _need(len(data) <= MAX_NOTE, f"{what} is longer than {MAX_NOTE:,} bytes")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise VerifyError(f"{what} is not UTF-8 text") from None
    _need(not _CONTROL.search(text), f"{what} has a control character (a Windows line end, a tab?)")
    return text


def _need_key_name(name: str) -> None:
    bad = any(letter.isspace() or letter < " " or "\ud800" <= letter <= "\udfff" for letter in name)
    _need(bool(name) and "+" not in name and not bad, "a key's name must be text without spaces and plus signs")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: whose, by which key (4 bytes), and the signature itself."""

    name: str
    key_id: bytes
    blob: bytes

    def line(self) -> str:
        """The line as it stands in a note, with its newline."""
        return f"— {self.name} {encode_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A signed text, which ends in a newline. Nothing is verified yet."""

    text: bytes
    signatures: tuple[Signature, ...]

    def to_bytes(self) -> bytes:
        """The note as it was read."""
        return self.text + b"\n" + "".join(signature.line() for signature in self.signatures).encode()


def parse_note(data: bytes) -> Note:
    """Read a signed note; verifies nothing. C2SP signed-note."""
    # The *last* empty line ends the text: an earlier one belongs to it.
    body, gap, tail = _text(data, "the note").rpartition("\n\n")
    _need(bool(gap and tail), "the note has no signatures: after its text come an empty line and signature lines")
    _need(tail.endswith("\n"), "the note is cut off: its last line has no newline")
    lines = tail[:-1].split("\n")
    _need(len(lines) <= MAX_SIGNATURES, f"the note has more than {MAX_SIGNATURES} signatures")
    return Note((body + "\n").encode(), tuple(_parse_signature(line) for line in lines))


def _parse_signature(line: str) -> Signature:
    _need(line.startswith("— "), "a signature line must begin with a long dash and a space")
    name, _, coded = line[2:].partition(" ")
    _need_key_name(name)
    data = decode_base64(coded)
    _need(len(data) > 4, f"the signature of `{name}` is too short")
    return Signature(name, data[:4], data[4:])


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The short number (4 bytes) that ties a key to its name and kind. C2SP signed-note."""
    return _sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key with its name. ``kind`` is 1 (Ed25519), 4 or 6 (cosignatures)."""

    name: str
    key_id: bytes
    kind: int
    public: bytes

    @classmethod
    def make(cls, name: str, kind: int, public: bytes) -> VerifierKey:
        """The key of these parts, checked."""
        _need_key_name(name)
        known = kind in _PUBLIC_SIZE and (HAS_ML_DSA or kind != COSIGNATURE_ML_DSA_44)
        _need(known, f"the key of `{name}` is of kind {kind:#04x}; known are 0x01, 0x04, and with newer libraries 0x06")
        _need(len(public) == _PUBLIC_SIZE[kind], f"the key of `{name}` has the wrong length")
        return cls(name, key_id(name, kind, public), kind, public)

    def text(self) -> str:
        """The key as one line: name, number, key, joined by plus signs."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.kind]) + self.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Read a public key of the form ``name+0123abcd+base64``. C2SP signed-note."""
    name, _, rest = text.partition("+")
    number, _, coded = rest.partition("+")
    _need(re.fullmatch("[0-9a-f]{8}", number) is not None, "a key must look like name+0123abcd+base64")
    data = decode_base64(coded)
    _need(bool(data), f"the key of `{name}` is empty")
    key = VerifierKey.make(name, data[0], data[1:])
    _need(key.key_id.hex() == number, f"the key of `{name}` does not belong to its number {number}: was it changed?")
    return key


def cosignature_parts(blob: bytes, kind: int) -> tuple[int, bytes]:
    """The time (seconds since 1970) and the bare signature in a cosignature of this kind."""
    fits = kind != ED25519 and len(blob) == _SIGNATURE_SIZE[kind]
    _need(fits, "not a cosignature: its length or its key's kind is wrong")
    moment = int.from_bytes(blob[:8], "big")
    _need(moment < MAX_SIZE, "a cosignature's time is out of range")
    return moment, blob[8:]


def signed_message(key: VerifierKey, text: bytes, moment: int = 0) -> bytes:
    """The very bytes that ``key`` signs for a note of this text. ``moment`` counts for cosignatures only.

    Kind 6 signs its own name and the head's origin, size and root, but no extension lines (C2SP tlog-cosignature).
    """
    if key.kind == ED25519:
        return text
    if key.kind == COSIGNATURE_ED25519:
        return b"cosignature/v1\ntime %d\n" % moment + text
    head = parse_checkpoint(text)
    name, origin = key.name.encode(), head.origin.encode()
    _need(len(name) < 256 and len(origin) < 256, "ML-DSA-44 cosignatures need names of at most 255 bytes")
    message = b"subtree/v1\n\x00" + bytes([len(name)]) + name + moment.to_bytes(8, "big")
    return message + bytes([len(origin)]) + origin + bytes(8) + head.size.to_bytes(8, "big") + head.root


def _verify_signature(text: bytes, key: VerifierKey, blob: bytes) -> int:
    """Check one signature; gives its time (0 for a plain signature)."""
    moment, bare = (0, blob) if key.kind == ED25519 else cosignature_parts(blob, key.kind)
    message = signed_message(key, text, moment)
    try:
        if key.kind == COSIGNATURE_ML_DSA_44:
            MLDSA44PublicKey.from_public_bytes(key.public).verify(bare, message)
        else:
            Ed25519PublicKey.from_public_bytes(key.public).verify(bare, message)
    except (InvalidSignature, ValueError, UnsupportedAlgorithm):
        raise VerifyError(f"a signature is not good: `{key.name}` did not sign this text with this key") from None
    return moment


def _verified(note: Note, keys: Iterable[VerifierKey]) -> dict[VerifierKey, int]:
    """The keys that signed the note, each with its time. Each line of a known key must be good."""
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in keys:
        same = known.setdefault((key.name, key.key_id), key) == key
        _need(same, f"two keys have the name `{key.name}` and the same number")
    blobs: dict[VerifierKey, bytes] = {}
    for signature in note.signatures:
        signer = known.get((signature.name, signature.key_id))
        if signer is not None:  # C2SP: signatures of unknown keys are ignored
            same = blobs.setdefault(signer, signature.blob) == signature.blob
            _need(same, f"`{signature.name}` signed the note twice, each time differently")
    return {signer: _verify_signature(note.text, signer, blob) for signer, blob in blobs.items()}


def verify_note(note: Note, keys: Iterable[VerifierKey]) -> dict[str, VerifierKey]:
    """Those of ``keys`` that signed the note, at least one, by name. Lines of unknown keys are ignored.

    :raises VerifyError: a bad signature of a known key, or no signature of any.
    """
    signers = _verified(note, keys)
    _need(bool(signers), "none of the keys that you trust has signed this note")
    return {key.name: key for key in signers}


def cosignature_time(note: Note, key: VerifierKey) -> int:
    """When ``key`` cosigned the note, in seconds since 1970; the cosignature is verified."""
    _need(key.kind != ED25519, f"the key of `{key.name}` does not make cosignatures")
    times = _verified(note, [key])
    _need(key in times, f"`{key.name}` has not cosigned this note")
    return times[key]


# --- 3  Checkpoints: C2SP tlog-checkpoint -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log's head: its name, how many entries it has, and the root (32 bytes) over all of them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Read the text of a checkpoint (of a note: ``note.text``)."""
    lines = _text(text, "the checkpoint").split("\n")
    whole = lines.pop() == "" and len(lines) >= 3 and "" not in lines
    _need(whole, "a checkpoint is at least three lines (name, size, root), none empty, each with a newline")
    size, root = parse_size(lines[1].encode()), decode_base64(lines[2])
    _need_hashes([root])
    _need(size > 0 or root == EMPTY_ROOT, "a log without entries must have the root of the empty tree")
    return Checkpoint(lines[0], size, root, tuple(lines[3:]))


def checkpoint_text(origin: str, size: int, root: bytes, extensions: Sequence[str] = ()) -> bytes:
    """The text that a log signs; refused if it could not be read back as these very parts."""
    text = "".join(f"{line}\n" for line in [origin, str(size), encode_base64(root), *extensions])
    back = parse_checkpoint(text.encode("utf-8", "surrogatepass"))
    _need(back == Checkpoint(origin, size, root, tuple(extensions)), "a checkpoint's parts must be one line each")
    return text.encode()


# --- 4  Policies: C2SP tlog-policy ---------------------------------------------------------------

_POLICY_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Party:
    """A log or a witness that a policy names, with its key and, if the policy gives one, its address."""

    name: str
    key: VerifierKey
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Witnesses (or groups) of which ``threshold`` must have cosigned."""

    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """Which logs count, and whose cosignatures a head must bear. Made by ``parse_policy``."""

    logs: tuple[Party, ...]
    witnesses: tuple[Party, ...]
    groups: Mapping[str, Group]
    quorum: str

    def check(self, note: Note) -> Checkpoint:
        """The head in a note that a log of this policy signed and its quorum cosigned.

        :raises VerifyError: naming the signature or the witnesses that are missing; also on any bad signature.
        """
        return self.examine(note)[0]

    def examine(self, note: Note) -> tuple[Checkpoint, dict[str, int]]:
        """The head as ``check`` gives it, and the time of each witness that cosigned it, by its name here."""
        head = parse_checkpoint(note.text)
        logs = self.keys_of(head.origin)
        known = ", ".join(f"`{log.name}`" for log in self.logs) or "none"
        _need(bool(logs), f"this is a head of the log `{head.origin}`; the policy knows: {known}")
        times = _verified(note, [*logs, *(witness.key for witness in self.witnesses)])
        signers = [key for key in logs if key in times]
        _need(bool(signers), f"the log `{head.origin}` has not signed this head with a key of the policy")
        covered = not head.extensions or any(key.kind != COSIGNATURE_ML_DSA_44 for key in signers)
        _need(covered, "the head has extension lines that the log's signature does not cover")
        seen = {witness.name: times[witness.key] for witness in self.witnesses if witness.key in times}
        if not self.met_by(seen):
            raise VerifyError(f"too few witnesses cosigned this head: {self._lack(self.quorum, seen)}")
        return head, seen

    def met_by(self, names: Container[str]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == "none" or self._reached(self.quorum, names)

    def keys_of(self, origin: str) -> list[VerifierKey]:
        """The keys of one log. A key's name is its log's: the key of one log must not speak for another."""
        return [log.key for log in self.logs if log.key.name == origin]

    def _reached(self, name: str, seen: Container[str]) -> bool:
        group = self.groups.get(name)
        if group is None:
            return name in seen
        return sum(self._reached(member, seen) for member in group.members) >= group.threshold

    def _lack(self, name: str, seen: Mapping[str, int]) -> str:
        group = self.groups.get(name, Group(1, (name,)))
        missing = [member for member in group.members if not self._reached(member, seen)]
        have = len(group.members) - len(missing)
        names = ", ".join(f"`{member}`" for member in missing)
        text = f"`{name}` needs {group.threshold} of {len(group.members)}, has {have}, lacks {names}"
        return "; ".join([text, *(self._lack(member, seen) for member in missing if member in self.groups)])


def parse_policy(text: str) -> Policy:
    """Read a trust policy: lines ``log``, ``witness``, ``group`` and one ``quorum``. C2SP tlog-policy.

    Read files of it with ``surrogateescape``: names need not be UTF-8. An error names the line.
    """
    _need(text.endswith("\n") and len(text) < MAX_NOTE, "a policy must end in a newline (is it cut off?), below 1 MB")
    _need(not _POLICY_CONTROL.search(text), "a policy must not have control characters (Windows line ends?)")
    reader = _PolicyReader()
    for number, line in enumerate(text.split("\n"), 1):
        words = [word for word in re.split("[ \t]+", line) if word]
        if words and not words[0].startswith("#"):
            try:
                reader.take(words)
            except VerifyError as error:
                raise VerifyError(f"policy, line {number}: {error}") from None
    if reader.quorum is None:
        raise VerifyError("the policy has no `quorum` line; write `quorum none` if no witness is needed")
    return Policy(tuple(reader.logs), tuple(reader.witnesses), reader.groups, reader.quorum)


class _PolicyReader:
    """What the lines of a policy have said so far."""

    def __init__(self) -> None:
        self.logs: list[Party] = []
        self.witnesses: list[Party] = []
        self.groups: dict[str, Group] = {}
        self.quorum: str | None = None
        self._defined: set[str] = set()
        self._placed: set[str] = set()

    def take(self, words: Sequence[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                key = parse_vkey(vkey)
                self._add(self.logs, Party(key.name, key, *url))
            case ["witness", name, vkey, *url] if len(url) < 2:
                self._define(name)
                key = parse_vkey(vkey)
                _need(key.kind != ED25519, "a witness's key must be of a cosignature kind (0x04 or 0x06)")
                self._add(self.witnesses, Party(name, key, *url))
            case ["group", name, count, *members] if members:
                self._group(name, count, members)
            case ["quorum", name]:
                _need(self.quorum is None, "a policy has one `quorum` line only")
                _need(name == "none" or name in self._defined, f"`{name}` is not defined above this line")
                self.quorum = name
            case _:
                forms = "`log KEY [URL]`, `witness NAME KEY [URL]`, `group NAME all|any|K NAME...`, `quorum NAME`"
                raise VerifyError(f"expected one of {forms}; a comment needs a line of its own")

    def _add(self, parties: list[Party], party: Party) -> None:
        new = all(party.key.public != other.key.public for other in parties)
        _need(new, f"the key of `{party.name}` stands on an earlier line too: it would count twice")
        parties.append(party)

    def _define(self, name: str) -> None:
        _need(name not in ("all", "any", "none") and name not in self._defined, f"the name `{name}` is taken")
        self._defined.add(name)

    def _group(self, name: str, count: str, members: Sequence[str]) -> None:
        for member in members:
            _need(member in self._defined, f"`{member}` is not defined above this line")
            _need(member not in self._placed, f"`{member}` is in a group already: it would count twice")
            self._placed.add(member)
        self._define(name)
        named = {"all": len(members), "any": 1}
        threshold = named[count] if count in named else parse_size(count.encode("utf-8", "surrogateescape"))
        _need(1 <= threshold <= len(members), f"the group must need between 1 and {len(members)} of its members")
        self.groups[name] = Group(threshold, tuple(members))


# --- 5  Proofs: C2SP tlog-proof, version 1 -------------------------------------------------------

_PROOF_HEADER = b"c2sp.org/tlog-proof@v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """A proof as one text file. ``checkpoint`` is the signed note, unread; ``extra`` is not authenticated."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    def check(self, policy: Policy, entry: bytes) -> Checkpoint:
        """The signed and cosigned head under which ``entry`` (its very bytes) is in the log."""
        head = policy.check(parse_note(self.checkpoint))
        verify_inclusion(self.index, head.size, leaf_hash(entry), self.hashes, head.root)
        return head


def parse_proof(data: bytes) -> TlogProof:
    """Read a proof; verifies nothing, see ``TlogProof.check``."""
    _need(len(data) <= 2 * MAX_NOTE, "the proof is longer than 2 MB")
    top, gap, checkpoint = data.partition(b"\n\n")
    lines = top.split(b"\n")
    begins = bool(gap and checkpoint) and lines.pop(0) == _PROOF_HEADER
    _need(begins, "a proof must begin with `c2sp.org/tlog-proof@v1` and have a checkpoint after an empty line")
    extra = None
    if lines and lines[0].startswith(b"extra "):
        extra = decode_base64(lines.pop(0)[6:].decode("latin-1"))
        _need(bool(extra), "the proof's `extra` line is empty: leave it out")
    _need(bool(lines) and lines[0].startswith(b"index "), "the proof has no `index` line where it must be")
    index = parse_size(lines.pop(0)[6:])
    _need(len(lines) <= 63, "the proof has more than 63 hashes")
    hashes = tuple(decode_base64(line.decode("latin-1")) for line in lines)
    _need_hashes(hashes)
    return TlogProof(index, hashes, checkpoint, extra)


def proof_text(index: int, hashes: Sequence[bytes], checkpoint_note: bytes, extra: bytes | None = None) -> bytes:
    """The file of a proof, as it can be read back: ``checkpoint_note`` is the whole signed note."""
    more = [f"extra {encode_base64(extra)}"] if extra else []
    lines = [_PROOF_HEADER.decode(), *more, f"index {index}", *map(encode_base64, hashes), "", ""]
    data = "\n".join(lines).encode() + checkpoint_note
    parse_proof(data)
    return data


# --- 6  Sources: a log in a folder or on the web, and its tiles (C2SP tlog-tiles) -----------------

TILE = 256
MAX_BUNDLE = TILE * (2 + 65_535)


def _path(prefix: str, index: int, width: int) -> str:
    _need(0 <= index < MAX_SIZE and 1 <= width <= TILE, f"no tile has index {index} and width {width}")
    digits = str(index).zfill(-(-len(str(index)) // 3) * 3)
    groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    path = "/".join([prefix, *(f"x{group}" for group in groups[:-1]), groups[-1]])
    return path if width == TILE else f"{path}.p/{width}"


def tile_path(level: int, index: int, width: int = TILE) -> str:
    """Where a tile of hashes is: ``tile/0/x001/x234/067``, a partial one with ``.p/W`` behind."""
    _need(0 <= level <= 63, f"no tile has level {level}")
    return _path(f"tile/{level}", index, width)


def entries_path(index: int, width: int = TILE) -> str:
    """Where a bundle of entries is: ``tile/entries/x001/x234/067``, a partial one with ``.p/W`` behind."""
    return _path("tile/entries", index, width)


def split_entries(bundle: bytes) -> list[bytes]:
    """The entries of a bundle: each has its length in front, as two bytes, big-endian."""
    entries: list[bytes] = []
    at = 0
    while at < len(bundle):
        start = at + 2
        at = start + int.from_bytes(bundle[at:start], "big")
        _need(start <= len(bundle) and at <= len(bundle), f"the bundle is cut off in its entry {len(entries)}")
        entries.append(bundle[start:at])
    return entries


class Source(Protocol):
    """Anything that gives the file at a path of a log; ``Missing`` if there is none, ``VerifyError`` if unreadable."""

    def read(self, path: str) -> bytes:
        """The bytes at ``path``."""


def _limit(path: str) -> int:
    if path.startswith("tile/entries/"):
        return MAX_BUNDLE
    return TILE * HASH_SIZE if path.startswith("tile/") else MAX_NOTE


def _limited(stream: IO[bytes], path: str) -> bytes:
    data = stream.read(_limit(path) + 1)
    _need(len(data) <= _limit(path), f"`{path}` is larger than such a file can be")
    return data


@dataclass(frozen=True, slots=True)
class FolderSource:
    """A log in a folder of this machine."""

    path: Path | str

    def read(self, path: str) -> bytes:
        """The file at ``path`` below the folder."""
        try:
            with (Path(self.path) / path).open("rb") as stream:
                return _limited(stream, path)
        except (FileNotFoundError, NotADirectoryError):
            raise Missing(f"the log has no file `{path}`") from None
        except OSError as error:
            raise VerifyError(f"cannot read `{path}`: {error.strerror}") from None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could lead to plain http or into a private network: it stays the error that it is."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


class UrlSource:
    """A log on the web: https, or http on this machine only. Redirects are not followed."""

    def __init__(self, url: str) -> None:
        try:
            parts = urllib.parse.urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            raise VerifyError("the address is not a URL") from None
        here = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
        _need(bool(host) and (parts.scheme == "https" or here), "an address must begin with https:// (or be local)")
        _need(not parts.query and not parts.fragment, "an address must not have a `?` or a `#`")
        self._url = url.rstrip("/") + "/"
        self._opener = urllib.request.build_opener(_NoRedirect)

    def read(self, path: str) -> bytes:
        """The body of ``GET`` on the path below the address."""
        headers = {"User-Agent": "ostiary-verify", "Accept-Encoding": "gzip, identity"}
        try:
            request = urllib.request.Request(self._url + path, headers=headers)
            with self._opener.open(request, timeout=30) as answer:
                data = _limited(answer, path)
                packed = answer.headers.get("Content-Encoding", "").lower() == "gzip"
        except urllib.error.HTTPError as error:
            error.close()
            if error.code in (404, 410):
                raise Missing(f"the log has no file `{path}` ({error.code})") from None
            raise VerifyError(f"the server answers {error.code} for `{path}`; try again later") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise VerifyError(f"cannot fetch `{path}`: {type(error).__name__}; is the address right?") from None
        return _unzip(data, path) if packed else data


def _unzip(data: bytes, path: str) -> bytes:
    unpacker = zlib.decompressobj(wbits=31)
    try:
        plain = unpacker.decompress(data, _limit(path) + 1)  # never more, however small the packed file was
    except zlib.error:
        raise VerifyError(f"`{path}` is not the gzip that it claims to be") from None
    whole = len(plain) <= _limit(path) and unpacker.eof and not unpacker.unused_data
    _need(whole, f"`{path}` is cut off, or larger than such a file can be")
    return plain


class _Tiles:
    """The tiles of a log at one size. What they say is believed only once it leads to a signed root."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._size = size
        self._last: tuple[str, list[bytes]] = ("", [])

    def _fetch(self, to_path: Callable[[int], str], width: int) -> tuple[str, bytes, int]:
        """The file of this width, or the full one that may have replaced it; with its path and width."""
        for got in (width, TILE):
            with suppress(Missing):
                return to_path(got), self._source.read(to_path(got)), got
        raise Missing(f"the log has no file `{to_path(width)}`: part of the log is withheld or lost")

    def hashes(self, level: int, index: int) -> list[bytes]:
        """The hashes of one tile, cut to this size."""
        width = min(TILE, (self._size >> 8 * level) - index * TILE)
        path, data, got = self._fetch(partial(tile_path, level, index), width)
        _need(len(data) == got * HASH_SIZE, f"`{path}` has {len(data)} bytes, not {got * HASH_SIZE}")
        return [data[at : at + HASH_SIZE] for at in range(0, width * HASH_SIZE, HASH_SIZE)]

    def entries(self, index: int) -> list[bytes]:
        """The entries of one bundle, cut to this size."""
        width = min(TILE, self._size - index * TILE)
        path, data, got = self._fetch(partial(entries_path, index), width)
        try:
            entries = split_entries(data)
        except VerifyError as error:
            raise VerifyError(f"`{path}`: {error}") from None
        _need(len(entries) == got, f"`{path}` has {len(entries)} entries, not {got}")
        return entries[:width]

    def peak(self, height: int, index: int) -> bytes:
        """The root of the whole subtree number ``index`` of those of 2**height leaves."""
        level, step = divmod(height, 8)
        tile, offset = divmod(index << step, TILE)
        if self._last[0] != tile_path(level, tile):  # neighbours ask for the same tile
            self._last = (tile_path(level, tile), self.hashes(level, tile))
        return _root(self._last[1][offset : offset + (1 << step)])

    def root_at(self, size: int, head: Checkpoint) -> bytes:
        """The root that the first ``size`` entries of ``head`` have, proven from the tiles."""
        if size == head.size:
            return head.root
        old, new = prefix_roots(self.peak, size, head.size)
        _need(new == head.root, f"the tiles do not lead to the root that the log signed: a tile was changed; {_AGAIN}")
        return old


_AGAIN = "try again, then ask the log's keeper"


class RightEdge:
    """The unfinished tiles at the right edge of a tree: all that is needed to go on from there.

    ``rows[l]``: the hashes of the last, partial tile of level ``l``, at most 255.
    """

    def __init__(self, rows: Iterable[Iterable[bytes]] = ()) -> None:
        self.rows = [list(row) for row in rows]

    @property
    def size(self) -> int:
        """How many leaves the tree has."""
        return sum(len(row) << 8 * level for level, row in enumerate(self.rows))

    def root(self) -> bytes:
        """The root of the tree."""
        below: list[bytes] = []  # at most one: the root over all lower rows
        for row in self.rows:
            below = [_root([*row, *below])] if row or below else []
        return _root(below)

    def add(self, leaf: bytes, level: int = 0) -> list[tuple[int, list[bytes]]]:
        """Add a leaf hash; gives the tiles that it finished, each with its level, lowest first."""
        if level == len(self.rows):
            self.rows.append([])
        row = self.rows[level]
        row.append(leaf)
        if len(row) < TILE:
            return []
        self.rows[level] = []
        return [(level, row), *self.add(_root(row), level + 1)]


# --- 7  Rules: what the entries of a log must say to each other -----------------------------------

SCHEMA = "ostiary.entry/1"
MAX_LISTED = 1000  # breaches that are listed; all are counted
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Used where no catalogue of kinds is given: the least that any release must have before it.
_APPROVED = {"kinds": ["decision.approved"], "since": "decision.reopened"}
_DENIED = {"kind": "decision.denied", "until": "decision.approved"}
_REVIEWED = {"kinds": ["review.submitted"], "since": "decision.reopened"}
_SEALED = {"kinds": ["release.sealed"], "since": "decision.reopened"}
BASIC_NEEDS: Mapping[str, Any] = {
    "release.sealed": {"needs": [_REVIEWED, _APPROVED], "blocked_by": [_DENIED]},
    "release.delivered": {"needs": [_APPROVED, _SEALED], "blocked_by": [_DENIED]},
}
Step = tuple[str, Mapping[str, str | bool]]  # a kind, and those public fields that a later entry may need


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of schema ``ostiary.entry/1``, as far as the rules read it. ``step``: 1, 2, 3 ... in its docket."""

    index: int
    kind: str
    docket: str
    day: str
    step: int
    public: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Breach:
    """A rule that entry number ``index`` breaks."""

    index: int
    rule: str
    what: str


class Seen:
    """What earlier entries said: the latest day, and the steps of each docket. ``kinds``: the catalogue."""

    def __init__(self, kinds: Mapping[str, Any], day: str = "0001-01-01", dockets: Mapping[str, Any] | None = None):
        self.kinds = kinds
        self.day = day
        self.dockets: dict[str, list[Step]] = {name: [*steps] for name, steps in (dockets or {}).items()}
        needs = [need for row in kinds.values() for need in row.get("needs", ())]
        names = {str(name) for need in needs for name in (need.get("differ"), need.get("same"), *need.get("where", ()))}
        self.fields = sorted({"track", *names})  # the public fields that some need may ask for
        self._pool: dict[Any, Step] = {}

    def add(self, entry: Entry) -> None:
        """Remember one more entry."""
        public = {k: v for k, v in entry.public.items() if k in self.fields and isinstance(v, str | bool)}
        # Dockets by the hundred thousand share their few kinds of steps.
        step = self._pool.setdefault((entry.kind, *public.items()), (entry.kind, public))
        self.day = max(self.day, entry.day)
        self.dockets.setdefault(entry.docket, []).append(step)


def parse_entry(index: int, data: bytes) -> Entry | str | None:
    """The entry in these bytes; a text that says what is wrong with it; None if it is of another schema."""
    try:
        found = json.loads(data)
        if not isinstance(found, dict) or found.get("v") != SCHEMA:
            return None
        plain = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
        kind, docket, day, step, public = (found.get(key) for key in ("kind", "docket", "day", "step", "public"))
        if not (isinstance(kind, str) and isinstance(docket, str) and isinstance(day, str) and _DAY.fullmatch(day)):
            return "`kind`, `docket` and `day` must be there, as text, the day as YYYY-MM-DD"
        date.fromisoformat(day)
    except (ValueError, RecursionError):
        # What does not even say its schema is another's business; what does must be well made.
        return "it is not well-formed JSON with a real day" if f'"{SCHEMA}"'.encode() in data else None
    if plain != data:
        return "it is not written as canonical JSON: keys in order, each once, no spaces"
    if type(step) is not int or step < 1 or not isinstance(public, dict):
        return "`step` must be 1, 2, 3 and so on, and `public` an object"
    return Entry(index, kind, docket, day, step, public)


def _last_of(history: Sequence[Step], kind: str | None) -> int:
    return max((place for place, step in enumerate(history) if step[0] == kind), default=-1)


def _is_met(need: Mapping[str, Any], history: Sequence[Step], public: Mapping[str, Any]) -> bool:
    after = history[_last_of(history, need.get("since")) + 1 :]
    found = [fields for kind, fields in after if kind in need["kinds"]]
    if "same" in need:
        found = [one for one in found if one.get(need["same"]) == public.get(need["same"])]
    # The last word counts: a check that failed after one that passed takes it back.
    if found and any(found[-1].get(name) not in allowed for name, allowed in need.get("where", {}).items()):
        return False
    count = len({one.get(need["differ"]) for one in found}) if "differ" in need else len(found)
    return count >= int(need.get("least", 1))


def _needs_met(seen: Seen, entry: Entry) -> str | None:
    rule = seen.kinds.get(entry.kind, {})
    history = seen.dockets.get(entry.docket, ()) if rule else ()
    track = next((fields["track"] for _, fields in reversed(history) if "track" in fields), None)
    for need in rule.get("needs", ()):
        # Where no track stands yet, nothing is taken away.
        asked = track is None or track in need.get("tracks", (track,))
        if asked and not _is_met(need, history, entry.public):
            what = f"{need.get('least', 1)} of {' or '.join(need['kinds'])}"
            what += "".join(f", {name} {' or '.join(map(str, ok))}" for name, ok in need.get("where", {}).items())
            what += "".join(f", {word} {need[word]}" for word in ("same", "differ") if word in need)
            return f"`{entry.kind}` of docket `{entry.docket}` needs {what} before it: not there, or taken back"
    for block in rule.get("blocked_by", ()):
        last = _last_of(history, block["kind"])
        if last >= 0 and last > _last_of(history, block.get("until")):
            return f"`{entry.kind}` of docket `{entry.docket}` must not follow `{block['kind']}`"
    return None


def _no_back_dating(seen: Seen, entry: Entry) -> str | None:
    back = date.fromisoformat(seen.day) - date.fromisoformat(entry.day) > timedelta(days=1)
    return f"it is dated {entry.day}, but an earlier entry is dated {seen.day}" if back else None


def _no_gap(seen: Seen, entry: Entry) -> str | None:
    count = len(seen.dockets.get(entry.docket, ()))
    if entry.step == count + 1:
        return None
    return f"it is step {entry.step} of docket `{entry.docket}`, which has {count} before it: one is missing or double"


# Each rule looks at what was seen before and at one entry, and gives what is wrong, or None.
RULES: Mapping[str, Callable[[Seen, Entry], str | None]] = {
    "nothing-without-what-it-needs": _needs_met,
    "no-back-dating": _no_back_dating,
    "no-gap-in-steps": _no_gap,
}


def _is_list_of(kind: Any, value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _check_rule(found: Mapping[str, Any], must: str) -> None:
    """A rule of the catalogue has no key that this verifier would not obey, and each of its shape."""
    _need(must in found, f"a rule of the catalogue has no `{must}`")
    for key, value in found.items():
        match key:
            case "kind" | "until" | "since" | "differ" | "same":
                fits = isinstance(value, str)
            case "kinds" | "tracks":
                fits = _is_list_of(str, value)
            case "least":
                fits = type(value) is int
            case "where":
                fits = isinstance(value, dict) and all(_is_list_of((str, bool), ok) for ok in value.values())
            case _:
                raise VerifyError(f"a rule of the catalogue says `{key}`, which this verifier does not know")
        _need(fits, f"`{key}` of a rule of the catalogue has not the published shape")


def read_kinds(data: bytes) -> dict[str, Any]:
    """The published catalogue of entry kinds (``ostiary/ledger/kinds.json``), by name; checked as far as it is used."""
    try:
        kinds = {row["kind"]: row for row in json.loads(data)["kinds"]}
        for row in kinds.values():
            for need in row.get("needs", ()):
                _check_rule(need, "kinds")
            for block in row.get("blocked_by", ()):
                _check_rule(block, "kind")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise VerifyError("the catalogue of entry kinds is not JSON of the published shape") from None
    return kinds


# --- 8  Following: a whole log checked, and remembered from visit to visit ------------------------


@dataclass
class Report:
    """What one visit found. ``breaches`` are those of the new entries, at most 1,000 of ``breach_count``."""

    origin: str
    size: int
    root: str
    old_size: int
    witnesses: dict[str, int]
    opaque: int = 0
    unknown_kinds: dict[str, int] = field(default_factory=dict)
    breaches: list[Breach] = field(default_factory=list)
    breach_count: int = 0
    earlier_breaches: int = 0
    warnings: list[str] = field(default_factory=list)

    def breach(self, index: int, rule: str, what: str) -> None:
        """Note a breach."""
        self.breach_count += 1
        if len(self.breaches) < MAX_LISTED:
            self.breaches.append(Breach(index, rule, what))


@dataclass(frozen=True, slots=True)
class _Last:
    """Where the last visit ended."""

    note: bytes
    head: Checkpoint
    edge: RightEdge
    seen: Seen
    breaches: int

    def to_json(self) -> bytes:
        seen, rows = self.seen, [[item.hex() for item in row] for row in self.edge.rows]
        found = {"v": "ostiary.follower/1", "note": self.note.decode(), "edge": rows, "breaches": self.breaches}
        return json.dumps({**found, "day": seen.day, "dockets": seen.dockets, "fields": seen.fields}).encode()

    @classmethod
    def from_json(cls, data: bytes) -> _Last:
        found = json.loads(data)
        note = found["note"].encode()
        head = parse_checkpoint(parse_note(note).text)
        edge = RightEdge([bytes.fromhex(item) for item in row] for row in found["edge"])
        fits = all(len(row) < TILE and all(len(item) == HASH_SIZE for item in row) for row in edge.rows)
        _need(fits and edge.size == head.size and edge.root() == head.root, "its hashes do not make its own root")
        seen = Seen({}, date.fromisoformat(found["day"]).isoformat())
        seen.fields = [str(name) for name in found["fields"]]
        for docket, steps in found["dockets"].items():
            for kind, public in steps:
                seen.add(Entry(0, str(kind), docket, seen.day, 1, dict(public)))
        return cls(note, head, edge, seen, int(found["breaches"]))


@dataclass
class Follower:
    """Follows one log. With ``state`` it remembers its last head in that file, else in memory only.

    ``kinds``: the catalogue (``read_kinds``); without it ``BASIC_NEEDS`` is asked, and no kind is unknown.
    ``witness_source`` opens a witness's address; tests give another.
    """

    source: Source
    policy: Policy
    state: Path | None = None
    kinds: Mapping[str, Any] | None = None
    witness_source: Callable[[str], Source] = UrlSource
    _last: _Last | None = field(default=None, init=False)

    def update(self) -> Report:
        """Check everything that is new since the last visit, then remember the new head.

        1. the head's signatures, by the policy; 2. that it extends the last head, from the tiles; 3. every new
        entry, hashed into tiles and root again; 4. the rules; 5. what each witness saw.

        :raises SplitView: on two signed heads that exclude each other; both are written beside the state.
        :raises VerifyError: on anything else that does not add up. Nothing is remembered then.
        """
        try:
            return self._update()
        except SplitView as split:
            if self.state is not None:
                names = [f"{self.state.name}.evidence-{_sha256(note).hexdigest()[:16]}.note" for note in split.notes]
                places = tuple(self.state.with_name(name) for name in names)
                with suppress(VerifyError):  # a full disk must not hide the alarm, which carries the notes too
                    for place, note in zip(places, split.notes, strict=True):
                        _write(place, note)
                    split.evidence = places
            raise

    def _update(self) -> Report:
        data = self.source.read("checkpoint")
        head, cosigned = self.policy.examine(parse_note(data))
        last = self._last or self._load()
        report = Report(head.origin, head.size, head.root.hex(), last.head.size if last else 0, cosigned)
        tiles = _Tiles(self.source, head.size)
        kinds = BASIC_NEEDS if self.kinds is None else self.kinds
        edge, seen = RightEdge(), Seen(kinds)
        if last:
            _same_history(last, data, head, tiles)
        if last and last.seen.fields == seen.fields:  # another catalogue asks for other fields: then read all again
            # Copies: what is remembered changes only when all is well.
            edge, seen = RightEdge(last.edge.rows), Seen(kinds, last.seen.day, last.seen.dockets)
            report.earlier_breaches = last.breaches
        for index, entry in follow_entries(tiles, edge, head.size):
            self._apply_rules(index, entry, seen, report)
        _need(edge.root() == head.root, f"the entries do not lead to the root that the log signed; {_AGAIN}")
        self._ask_witnesses(data, head, tiles, report)
        last = _Last(data, head, edge, seen, report.earlier_breaches + report.breach_count)
        if self.state is not None:
            _write(self.state, last.to_json())
        self._last = last
        return report

    def _apply_rules(self, index: int, data: bytes, seen: Seen, report: Report) -> None:
        entry = parse_entry(index, data)
        if entry is None:
            report.opaque += 1
        elif isinstance(entry, str):
            report.breach(index, "well-made", entry)
        else:
            if self.kinds is not None and entry.kind not in self.kinds:
                report.unknown_kinds[entry.kind] = report.unknown_kinds.get(entry.kind, 0) + 1
            for name, rule in RULES.items():
                if what := rule(seen, entry):
                    report.breach(index, name, what)
            seen.add(entry)

    def _ask_witnesses(self, data: bytes, head: Checkpoint, tiles: _Tiles, report: Report) -> None:
        """Compare with each witness that has an address: it may have been shown another log."""
        path = _sha256(head.origin.encode()).hexdigest() + "/checkpoint"
        for witness in self.policy.witnesses:
            if witness.url is None:
                continue
            try:
                theirs = self.witness_source(witness.url).read(path)
                view = self._view(witness, theirs, head.origin)
            except VerifyError as error:
                report.warnings.append(f"witness `{witness.name}`: {error}")
                continue
            if view.size > head.size:
                seen = f"has seen {view.size} entries, we were shown {head.size}: try again soon"
                report.warnings.append(f"witness `{witness.name}` {seen}")
            elif tiles.root_at(view.size, head) != view.root:
                shown = f"the log showed witness `{witness.name}` other entries than us"
                raise SplitView(f"{shown}: its head of {view.size} entries is no beginning of ours", (theirs, data))

    def _view(self, witness: Party, data: bytes, origin: str) -> Checkpoint:
        note = parse_note(data)
        view, logs = parse_checkpoint(note.text), self.policy.keys_of(origin)
        signers = _verified(note, [*logs, witness.key])
        ours = view.origin == origin and witness.key in signers and any(key in signers for key in logs)
        _need(ours, "its copy is not a head of this log, signed by the log and by the witness")
        return view

    def _load(self) -> _Last | None:
        if self.state is None:
            return None
        try:
            return _Last.from_json(self.state.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, VerifyError):
            raise VerifyError(
                f"the state file `{self.state.name}` is damaged; restore it from a copy. "
                "Without it you start anew, and cannot notice that the log changed its past"
            ) from None


def _same_history(last: _Last, data: bytes, head: Checkpoint, tiles: _Tiles) -> None:
    """Check that the new head extends the last one."""
    old = last.head.size
    same = head.origin == last.head.origin
    _need(same, f"this is the log `{head.origin}`; the state file is of `{last.head.origin}`")
    if head.size < old:
        raise VerifyError(
            f"the log went back: it had {old} entries at the last visit and shows {head.size} now. "
            "It may be an old copy: try again; if it stays so, entries were taken out"
        )
    if tiles.root_at(old, head) != last.head.root:
        raise SplitView(
            f"the log changed its past: the {old} entries that it showed at the last visit "
            f"are not the first {old} of the {head.size} that it shows now",
            (last.note, data),
        )


def follow_entries(tiles: _Tiles, edge: RightEdge, size: int) -> Iterator[tuple[int, bytes]]:
    """Each entry from ``edge.size`` up to ``size``, while its hash is added to ``edge``; memory is one bundle.

    Each tile that is finished, and at the end each partial one, is compared with the published one, since others
    make their proofs from those. Does NOT compare the root: its caller must, before it believes anything.
    """
    start = edge.size
    if start == size:
        return
    for bundle in range(start // TILE, -(-size // TILE)):
        for index, entry in enumerate(tiles.entries(bundle), bundle * TILE):
            leaf = leaf_hash(entry)
            if index < start:  # seen at the last visit, as a part of this bundle
                same = edge.rows[0][index % TILE] == leaf
                _need(same, f"entry {index} in `{entries_path(bundle)}` was changed since the last visit")
                continue
            for level, row in edge.add(leaf):
                _same_tile(tiles, level, (index + 1 >> 8 * (level + 1)) - 1, row)
            yield index, entry
    for level, row in enumerate(edge.rows):
        if row:
            _same_tile(tiles, level, size >> 8 * (level + 1), row)


def _same_tile(tiles: _Tiles, level: int, index: int, row: Sequence[bytes]) -> None:
    published = tiles.hashes(level, index)
    for at, (ours, theirs) in enumerate(zip(row, published, strict=True)):
        if ours != theirs:
            first = index * TILE + at << 8 * level
            where = f"entry {first}" if level == 0 else f"entries {first} to {first + (1 << 8 * level) - 1}"
            path = tile_path(level, index, len(row))
            raise VerifyError(f"`{path}` and the entries do not agree about {where}: one was changed; {_AGAIN}")


def _write(path: Path, data: bytes) -> None:
    """Put a file in place whole, or not at all, even if the power fails."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
        if os.name == "posix":  # elsewhere a folder cannot be opened
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except OSError as error:
        raise VerifyError(f"cannot write `{path.name}`: {error.strerror}") from None


# --- 9  The command --------------------------------------------------------------------------------

_ABOUT = """\
Check a transparency log of record disclosures, without trusting the agency that keeps it.

  ostiary-verify LOG --policy FILE [--state FILE] [--kinds FILE] [--monitor SECONDS] [--json]
  ostiary-verify proof FILE --policy FILE --entry FILE
  ostiary-verify note FILE --key KEY [--key KEY ...]

LOG is an address (https://...) or a folder."""

_TRUST = """\
What you must trust: that the keys in your policy file are the right ones. Get the log's key and
the witnesses' keys from their owners, not from the log's own website. A policy looks like this:

  log agency.example/log+0123abcd+AZ...
  witness paper newspaper.example/w+4567cdef+BK...
  witness union union.example/w+89ab0123+BL...
  group both all paper union
  quorum both

Then nobody, the agency included, can change or remove an entry, or show you another log than it
shows others, unless the log and the witnesses of your quorum lie together. What an entry *says* is
the agency's word: this program checks that it was said, and cannot be unsaid.

Use --state to remember the last head: only so is it noticed when a log goes back on what it showed you.

Exit status: 0 all is well; 1 refused: something does not add up; 2 a file or an option is wrong;
3 alarm: the log showed two different pasts, or its entries break a rule."""


_T = TypeVar("_T")


class _BadInput(Exception):
    """A file or an option of the command is wrong: the user's fault, not the log's."""


def _show(text: str, stream: IO[str] | None = None) -> None:
    """Print what may hold another's words: without the codes that move a terminal's cursor or colours."""
    safe = "".join(letter if letter.isprintable() or letter == "\n" else "\N{REPLACEMENT CHARACTER}" for letter in text)
    print(safe.encode("utf-8", "replace").decode(), file=stream, flush=True)


def _given(name: str, read: Callable[[], _T]) -> _T:
    """What ``read`` makes of an option or of the file ``name``."""
    try:
        return read()
    except OSError as error:
        raise _BadInput(f"cannot read `{name}`: {error.strerror}") from None
    except VerifyError as error:
        raise _BadInput(f"{name}: {error}") from None


def _read_file(name: str, parse: Callable[[bytes], _T]) -> _T:
    def read() -> _T:
        with Path(name).open("rb") as stream:
            data = stream.read(2 * MAX_NOTE + 1)
        _need(len(data) <= 2 * MAX_NOTE, "the file is larger than 2 MB")
        return parse(data)

    return _given(name, read)


def _read_policy(name: str) -> Policy:
    return _read_file(name, lambda data: parse_policy(data.decode("utf-8", "surrogateescape")))


def _moment(seconds: int) -> str:
    try:
        return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M UTC}"
    except (ValueError, OverflowError, OSError):
        return f"{seconds} seconds after 1970"


def _witnessed(times: Mapping[str, int]) -> str:
    seen = [f"{name} ({_moment(moment)})" for name, moment in sorted(times.items())]
    return "cosigned by " + ", ".join(seen) if seen else "cosigned by no witness that you know"


def _check_proof(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("ostiary-verify proof", description="Check that an entry is in a log.")
    parser.add_argument("proof", metavar="FILE", help="the proof (.tlog-proof)")
    parser.add_argument("--policy", required=True, help="the logs and witnesses that you trust")
    parser.add_argument("--entry", required=True, help="the entry, byte for byte")
    options = parser.parse_args(argv)
    policy, entry = _read_policy(options.policy), _read_file(options.entry, bytes)
    proof = parse_proof(_read_file(options.proof, bytes))
    head = proof.check(policy, entry)
    _, times = policy.examine(parse_note(proof.checkpoint))
    _show(f"verified: this is entry {proof.index} of the log `{head.origin}`, under its head of {head.size} entries")
    _show(f"  {_witnessed(times)}")
    return 0


def _check_note(argv: Sequence[str]) -> int:
    parser = argparse.ArgumentParser("ostiary-verify note", description="Check the signatures of a note.")
    parser.add_argument("note", metavar="FILE", help="the signed note")
    parser.add_argument("--key", required=True, action="append", help="a key that you trust; may be given again")
    options = parser.parse_args(argv)
    keys = _given("--key", lambda: [parse_vkey(text) for text in options.key])
    note = parse_note(_read_file(options.note, bytes))
    verify_note(note, keys)
    for key, moment in _verified(note, keys).items():
        _show(f"verified: signed by `{key.name}`" + (f" at {_moment(moment)}" if moment else ""))
    return 0


def _check_log(argv: Sequence[str], sleep: Callable[[float], None]) -> int:
    plain = argparse.RawDescriptionHelpFormatter
    about: dict[str, Any] = {"description": _ABOUT, "epilog": _TRUST, "formatter_class": plain}
    parser = argparse.ArgumentParser("ostiary-verify", usage=argparse.SUPPRESS, **about)
    parser.add_argument("log", metavar="LOG", help="the log: an address or a folder")
    parser.add_argument("--policy", required=True, help="the logs and witnesses that you trust")
    parser.add_argument("--state", type=Path, help="where to remember the last head")
    parser.add_argument("--kinds", help="the published catalogue of entry kinds (kinds.json)")
    parser.add_argument("--monitor", type=float, metavar="SECONDS", help="look again and again, until stopped")
    parser.add_argument("--json", action="store_true", help="one line of JSON for each visit")
    options = parser.parse_args(argv)
    reader = UrlSource if "://" in options.log else FolderSource
    source: Source = _given("LOG", lambda: reader(options.log))
    beside = Path(__file__).parent / "ostiary" / "ledger" / "kinds.json"  # where this file came with Ostiary
    catalogue = options.kinds or (str(beside) if beside.is_file() else None)
    kinds = _read_file(catalogue, read_kinds) if catalogue else None
    follower = Follower(source, _read_policy(options.policy), options.state, kinds)
    worst = 0
    with suppress(KeyboardInterrupt):
        while True:
            worst = max(worst, status := _visit(follower, options.json))
            # An alarm does not heal, and must not scroll away.
            if options.monitor is None or status == 3:
                break
            sleep(max(1.0, options.monitor))
    return worst


def _visit(follower: Follower, as_json: bool) -> int:
    try:
        report = follower.update()
    except VerifyError as error:
        return _refuse(error, as_json)
    _show(json.dumps(asdict(report)) if as_json else "\n  ".join(_lines(report)))
    return 3 if report.breach_count else 0


def _lines(report: Report) -> Iterator[str]:
    new = report.size - report.old_size
    yield f"verified: the log `{report.origin}` has {report.size} entries, {new} of them new; every new one was hashed"
    yield f"root {report.root}"
    yield _witnessed(report.witnesses)
    if report.opaque:
        yield f"{report.opaque} entries are of another schema: hashed, not read"
    for kind, count in sorted(report.unknown_kinds.items()):
        yield f"{count} entries are of the unknown kind `{kind}`"
    for warning in report.warnings:
        yield f"warning: {warning}"
    for breach in report.breaches:
        yield f"ALARM: entry {breach.index} breaks the rule {breach.rule}: {breach.what}"
    if report.breach_count > len(report.breaches):
        yield f"ALARM: {report.breach_count - len(report.breaches)} more breaches are not listed"
    if report.earlier_breaches:
        yield f"earlier visits found {report.earlier_breaches} breaches of rules"


def _refuse(error: VerifyError, as_json: bool) -> int:
    notes = error.notes if isinstance(error, SplitView) else ()
    texts = [note.decode("utf-8", "replace") for note in notes]
    if as_json:
        _show(json.dumps({"refused": str(error), "split_view": bool(notes), "notes": texts}))
    _show(f"{'ALARM, split view' if notes else 'refused'}: {error}", sys.stderr)
    if not isinstance(error, SplitView):
        return 1
    places = ", ".join(f"`{place.name}`" for place in error.evidence)
    heads = f"kept beside the state, in {places}" if places else "\n".join(["these:", *texts])
    _show(f"The two signed heads are {heads}", sys.stderr)
    _show("Keep both, and show them to the witnesses and to other watchers.", sys.stderr)
    return 3


def main(argv: Sequence[str] | None = None, sleep: Callable[[float], None] = time.sleep) -> int:
    """Run the command; gives its exit status (see ``--help``)."""
    words = list(sys.argv[1:] if argv is None else argv)
    try:
        if words[:1] == ["proof"]:
            return _check_proof(words[1:])
        if words[:1] == ["note"]:
            return _check_note(words[1:])
        return _check_log(words, sleep)
    except _BadInput as error:
        _show(f"ostiary-verify: {error}", sys.stderr)
        return 2
    except VerifyError as error:
        return _refuse(error, as_json=False)


if __name__ == "__main__":
    sys.exit(main())
