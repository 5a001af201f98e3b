"""What an entry commits to without saying it: HMAC-SHA-256 under a fresh key, and small private trees of them.

The 32 bytes in an entry are the root of a tree of four parts, always four:

    later    public fields that wait: opened to all when a delay ends
    people   the root of a private tree with one commitment for each person, in random places, filled up with noise
    private  what officials did and wrote; opened to a court or an auditor
    papers   the digests of documents

Each commitment has a key of its own, so the same data never gives the same value twice, and a value cannot be
guessed at. Who has the key and the data can check it; once the key is deleted the value is noise, and the log still
verifies. Nothing here is stored; see ``commitment_store``.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ostiary_verify as verify
from ostiary.ledger.entry import Entry, canonical_json
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import strict_json

VERSION = "ostiary.opening/1"
PARTS = ("later", "people", "private", "papers")
KEY = 32
# Fewer people than this look like this many.
LEAST_PLACES = 16
_DOMAIN = b"ostiary.commitment/1\n"
_HASH = verify.HASH_SIZE
_KEYS = {"v", "docket", "step", "part", "key", "data", "path", "person"}

Random = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class Secret:
    """What opens one commitment: its key (32 bytes), and the canonical JSON that it commits to."""

    key: bytes
    data: bytes

    def value(self) -> bytes:
        """The commitment: 32 bytes."""
        return commit(self.key, self.data)


def commit(key: bytes, data: bytes) -> bytes:
    """The commitment (32 bytes) to some bytes.

    :raises LedgerInput: unless the key is 32 bytes: HMAC fills shorter keys up, so two would open alike.
    """
    if len(key) != KEY:
        raise LedgerInput(f"the key of a commitment is {KEY} bytes, not {len(key)}")
    return hmac.digest(key, _DOMAIN + data, "sha256")


def new_secret(data: Any, random: Random = secrets.token_bytes) -> Secret:
    """A secret with a fresh key.

    :param data: what JSON can hold without floats.
    :raises LedgerInput: if it is something else, which could not be opened again.
    """
    try:
        raw = canonical_json(data)
    except ValueError:
        raise LedgerInput("only plain data can be committed to: texts, whole numbers, lists, objects") from None
    strict_json(raw, "what is committed to")
    return Secret(random(KEY), raw)


@dataclass(frozen=True, slots=True)
class PrivateTree:
    """A perfect Merkle tree over commitments, in one run of bytes for each level: leaves first, the root last."""

    levels: tuple[bytes, ...]

    @classmethod
    def over(cls, leaves: bytes) -> PrivateTree:
        """The tree over leaf hashes, of which there is a power of two."""
        levels = [leaves]
        while len(levels[-1]) > _HASH:
            low = levels[-1]
            pairs = range(0, len(low), 2 * _HASH)
            levels.append(
                b"".join([verify.node_hash(low[i : i + _HASH], low[i + _HASH : i + 2 * _HASH]) for i in pairs])
            )
        return cls(tuple(levels))

    @property
    def size(self) -> int:
        """How many leaves it has."""
        return len(self.levels[0]) // _HASH

    @property
    def root(self) -> bytes:
        """32 bytes."""
        return self.levels[-1]

    def path(self, index: int) -> tuple[bytes, ...]:
        """The siblings on the way from a leaf to the root, lowest first."""
        found = []
        for level in self.levels[:-1]:
            start = (index ^ 1) * _HASH
            found.append(level[start : start + _HASH])
            index >>= 1
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Sealed:
    """What an entry commits to, with all that opens it. ``committed``: the 32 bytes for the entry.

    ``places``: for each of ``people``, in the order given, the place in ``people_tree``, which tells nothing.
    """

    committed: bytes
    parts: Mapping[str, Secret]
    parts_tree: PrivateTree
    people: tuple[Secret, ...]
    places: tuple[int, ...]
    people_tree: PrivateTree


def seal(parts: Mapping[str, Any], people: Sequence[Any] = (), random: Random = secrets.token_bytes) -> Sealed:
    """Commit to the parts of an entry, and to each person apart.

    :param parts: data for ``later``, ``private``, ``papers``; one left out is a commitment to nothing, which looks
        the same.
    :raises LedgerInput: if another part is named.
    """
    if unknown := set(parts) - (set(PARTS) - {"people"}):
        raise LedgerInput(f"there is no committed part `{min(unknown)}`; people are given apart")
    secret = {name: new_secret(parts.get(name), random) for name in PARTS if name != "people"}
    persons = tuple(new_secret(person, random) for person in people)
    places, people_tree = _people(persons, random)
    values = [people_tree.root if name == "people" else secret[name].value() for name in PARTS]
    tree = PrivateTree.over(b"".join(map(verify.leaf_hash, values)))
    return Sealed(tree.root, secret, tree, persons, places, people_tree)


def _people(persons: Sequence[Secret], random: Random) -> tuple[tuple[int, ...], PrivateTree]:
    """A random place for each person in a tree of a power of two; the other places hold noise."""
    size = max(LEAST_PLACES, 1 << (len(persons) - 1).bit_length() if persons else 1)
    # Sorting by random keys of 128 bits is a shuffle that the caller's source of chance decides.
    order = sorted(range(size), key=lambda _: random(16))
    places = tuple(order[: len(persons)])
    values = [b""] * size
    for place, person in zip(places, persons, strict=True):
        values[place] = person.value()
    for place in order[len(persons) :]:
        values[place] = random(_HASH)
    return places, PrivateTree.over(b"".join(map(verify.leaf_hash, values)))


@dataclass(frozen=True, slots=True)
class Person:
    """Where one person stands in the private tree of an entry: ``path`` leads to ``root``."""

    place: int
    size: int
    root: bytes
    path: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Opening:
    """All that shows what one commitment of one entry says. ``path``: from the part to the entry's 32 bytes.

    Whoever has it learns this one part, or this one person, and nothing of the others.
    """

    docket: str
    step: int
    part: str
    secret: Secret
    path: tuple[bytes, ...]
    person: Person | None = None

    def check(self, entry: Entry) -> Any:
        """The data that the entry committed to, if this opens it.

        Does NOT check that the entry is in the log; a proof does.

        :raises LedgerInput: if it does not open this entry.
        """
        if (self.docket, self.step) != (entry.docket, entry.step):
            raise LedgerInput("this opening is another entry's")
        if (self.part == "people") != (self.person is not None):
            raise LedgerInput("an opening of the part `people` shows one person, and no other part does")
        value = self.secret.value()
        try:
            if self.person is not None:
                at = self.person
                verify.verify_inclusion(at.place, at.size, verify.leaf_hash(value), at.path, at.root)
                value = at.root
            index = PARTS.index(self.part)
            verify.verify_inclusion(index, len(PARTS), verify.leaf_hash(value), self.path, entry.committed)
        except (verify.VerifyError, ValueError):
            raise LedgerInput("this does not open the entry: the key, the data or the entry was changed") from None
        return strict_json(self.secret.data, "opening")

    def encode(self) -> bytes:
        """The opening as canonical JSON, to hand over or to publish."""
        person: dict[str, Any] | None = None
        if self.person is not None:
            at = self.person
            person = {"place": at.place, "size": at.size, "root": at.root.hex(), "path": [one.hex() for one in at.path]}
        return canonical_json(
            {
                "v": VERSION,
                "docket": self.docket,
                "step": self.step,
                "part": self.part,
                "key": self.secret.key.hex(),
                "data": strict_json(self.secret.data, "opening"),
                "path": [one.hex() for one in self.path],
                "person": person,
            }
        )


def open_part(sealed: Sealed, entry: Entry, part: str) -> Opening:
    """The opening of one part of an entry.

    :raises LedgerInput: if there is no such part, or it is ``people``, who are opened one by one.
    """
    if part not in sealed.parts:
        raise LedgerInput(f"there is no part `{part}` to open")
    path = sealed.parts_tree.path(PARTS.index(part))
    return Opening(entry.docket, entry.step, part, sealed.parts[part], path)


def open_person(sealed: Sealed, entry: Entry, number: int) -> Opening:
    """The opening for one person, by the order in which the people were given."""
    tree, place = sealed.people_tree, sealed.places[number]
    person = Person(place, tree.size, tree.root, tree.path(place))
    path = sealed.parts_tree.path(PARTS.index("people"))
    return Opening(entry.docket, entry.step, "people", sealed.people[number], path, person)


def read_opening(raw: bytes) -> Opening:
    """An opening from its JSON.

    :raises LedgerInput: if it is not the bytes that ``Opening.encode`` makes.
    """
    data = strict_json(raw, "opening")
    try:
        if set(data) != _KEYS or data["v"] != VERSION:
            raise ValueError
        at = data["person"]
        person = None
        if at is not None:
            person = Person(at["place"], at["size"], bytes.fromhex(at["root"]), _path(at["path"]))
        secret = Secret(bytes.fromhex(data["key"]), canonical_json(data["data"]))
        found = Opening(data["docket"], data["step"], data["part"], secret, _path(data["path"]), person)
        if found.encode() != raw:
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        raise LedgerInput(f"this is not an opening of version `{VERSION}`") from None
    return found


def _path(texts: Sequence[str]) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(text) for text in texts)
