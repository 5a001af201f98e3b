"""One entry of the ledger, version 1: canonical JSON of one fixed shape and one of a few fixed lengths.

An entry has a public part, closed by the catalogue, and 32 bytes that commit to the rest (``commitment``). It is
padded to the next of ``SIZES``, so that its length tells nothing. A reader takes exactly the bytes that a writer
makes: the pad, the order of keys and each number have one form, so nothing can be hidden in them.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.errors import did_you_mean
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import Catalogue, Field, Kind, strict_json

VERSION = "ostiary.entry/1"
# C2SP tlog-tiles gives an entry's length 16 bits.
LARGEST = 65_535
SIZES = (512, 1024, 2048, 4096, 8192, 16_384, 32_768, LARGEST)
_KEYS = {"v", "kind", "docket", "step", "day", "public", "committed", "pad"}
_PAD = "="
_MOST = 2**31 - 1
# Begins with a letter, and has no run of digits as long as a number of a person: a citation has five at most.
_CODE = re.compile(r"(?!.*[0-9]{6})[A-Za-z][A-Za-z0-9_.-]{0,79}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_PERIOD = re.compile(r"[0-9]{4}(-(H[12]|Q[1-4]|0[1-9]|1[0-2]))?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PSEUDONYM = re.compile(r"[a-z2-7]{26}")


@dataclass(frozen=True, slots=True)
class Words:
    """The codes that an agency's rules and registers allow, by list, and the requester kinds it may name.

    ``nameable`` is normally the catalogue's own table.
    """

    lists: Mapping[str, frozenset[str]]
    nameable: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One step of one thread. ``docket``: the thread's pseudonym. ``step``: 1, 2, 3 ... in it.

    ``day`` is all of the time that the log tells. ``committed``: 32 bytes.
    """

    kind: str
    docket: str
    step: int
    day: dt.date
    public: Mapping[str, Any]
    committed: bytes

    def encode(self) -> bytes:
        """The bytes that go into the log: canonical JSON (RFC 8785), padded to one of ``SIZES``.

        :raises LedgerInput: if it is larger than ``LARGEST``.
        """
        plain = {
            "v": VERSION,
            "kind": self.kind,
            "docket": self.docket,
            "step": self.step,
            "day": self.day.isoformat(),
            "public": dict(self.public),
            "committed": base64.b64encode(self.committed).decode(),
            "pad": "",
        }
        length = len(canonical_json(plain))
        size = next((size for size in SIZES if length <= size), None)
        if size is None:
            raise LedgerInput(f"an entry of kind `{self.kind}` is larger than {LARGEST} bytes; name fewer codes")
        return canonical_json({**plain, "pad": _PAD * (size - length)})


def canonical_json(data: Any) -> bytes:
    """The one form of some data as JSON (RFC 8785)."""
    import rfc8785

    return rfc8785.dumps(data)


def new_docket(random: Callable[[int], bytes] = secrets.token_bytes) -> str:
    """A pseudonym for a thread or a release: 128 random bits in base32."""
    return base64.b32encode(random(16)).decode().rstrip("=").lower()


def build_entry(
    kinds: Catalogue,
    words: Words,
    *,
    kind: str,
    docket: str,
    step: int,
    day: dt.date,
    public: Mapping[str, Any],
    committed: bytes,
) -> Entry:
    """An entry whose every code is one that the catalogue, the rules or the agency's registers know.

    :param public: days as dates or ISO texts, lists of codes in any order, numbers of people as bands.
    :raises LedgerInput: naming the field; never repeating a value.
    """
    given = {name: _plain(value) for name, value in public.items()}
    entry = Entry(kind, docket, step, day, given, committed)
    _check_entry(entry, kinds, words)
    entry.encode()
    return entry


def read_entry(raw: bytes, kinds: Catalogue, words: Words | None = None) -> Entry:
    """The entry that these bytes are.

    :param words: without them, a code of a list that the catalogue does not hold is only checked for its form, and
        whether a requester may be named is not checked.
    :raises LedgerInput: if they are not the bytes that ``Entry.encode`` makes for an entry of this catalogue.
    """
    if len(raw) not in SIZES:
        raise LedgerInput(f"an entry has one of the lengths {', '.join(map(str, SIZES))}, not {len(raw)}")
    data = strict_json(raw, "entry")
    if not isinstance(data, dict) or set(data) != _KEYS:
        raise LedgerInput(f"an entry has the keys {', '.join(sorted(_KEYS))}, and no other")
    texts = [data[key] for key in ("v", "kind", "docket", "day", "committed", "pad")]
    if not all(isinstance(text, str) for text in texts) or data["v"] != VERSION:
        raise LedgerInput(f"an entry's version is `{VERSION}`, and its other parts are texts")
    if not isinstance(data["public"], dict):
        raise LedgerInput("an entry's `public` must be an object")
    if not _is_day(data["day"]):
        raise LedgerInput("an entry's `day` must be a date, YYYY-MM-DD")
    try:
        committed = base64.b64decode(data["committed"], validate=True)
    except (binascii.Error, ValueError):
        raise LedgerInput("an entry's `committed` must be base64") from None
    day = dt.date.fromisoformat(data["day"])
    entry = Entry(data["kind"], data["docket"], data["step"], day, data["public"], committed)
    _check_entry(entry, kinds, words)
    if entry.encode() != raw:
        raise LedgerInput("the entry is not in its one canonical form")
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple | set | frozenset) and all(isinstance(one, str) for one in value):
        return sorted(value)
    return value


def _check_entry(entry: Entry, kinds: Catalogue, words: Words | None) -> None:
    kind = kinds.kind(entry.kind)
    if not is_pseudonym(entry.docket):
        raise LedgerInput("`docket` must be a pseudonym: 26 characters of base32")
    if not _is_count(entry.step) or entry.step < 1:
        raise LedgerInput("`step` must be a whole number from 1")
    if len(entry.committed) != 32:
        raise LedgerInput("`committed` must be 32 bytes")
    for name, value in entry.public.items():
        if name not in kind.public:
            raise LedgerInput(f"kind `{kind.name}` has no public field `{name}`{did_you_mean(name, kind.public)}")
        _check_value(kind, kind.public[name], value, kinds, words)
    for field in kind.public.values():
        if not (field.optional or field.later) and field.name not in entry.public:
            raise LedgerInput(f"kind `{kind.name}`: field `{field.name}` is missing")
    if words is not None:
        _check_names(kind, entry.public, words.nameable)


def _check_names(kind: Kind, public: Mapping[str, Any], nameable: frozenset[str]) -> None:
    """A private person who asks stands in the log by kind only."""
    named = [field.name for field in kind.public.values() if field.named and field.name in public]
    asker = next((field.name for field in kind.public.values() if field.list == "requesters"), "")
    if named and public.get(asker) not in nameable:
        raise LedgerInput(f"kind `{kind.name}`: `{named[0]}` must be left out: this kind of requester is never named")


def _check_value(kind: Kind, field: Field, value: Any, kinds: Catalogue, words: Words | None) -> None:
    where = f"kind `{kind.name}`: `{field.name}`"
    if field.type in ("code", "codes"):
        codes = value if field.type == "codes" else [value]
        if not isinstance(codes, list) or not all(isinstance(one, str) and _CODE.fullmatch(one) for one in codes):
            raise LedgerInput(f"{where} must be {'a list of codes' if field.type == 'codes' else 'a code'}")
        if codes != sorted(set(codes)):
            raise LedgerInput(f"{where} must hold each code once, in order")
        known = kinds.lists.get(field.list)
        if known is None and words is not None:
            known = words.lists.get(field.list, frozenset())
        if known is not None and not known.issuperset(codes):
            raise LedgerInput(f"{where} holds a code that is not in the list `{field.list}`")
    elif field.type == "band":
        if all(value != band.name for band in kinds.bands):
            raise LedgerInput(f"{where} must be a band, such as `{kinds.bands[1].name}`, never a number of people")
    elif not _FORMS[field.type](value):
        raise LedgerInput(f"{where} must be {kinds.types[field.type]}")


def is_pseudonym(value: Any) -> bool:
    """Whether this is 128 bits in base32: 26 characters, with nothing in the two spare bits."""
    if not isinstance(value, str) or not _PSEUDONYM.fullmatch(value):
        return False
    raw = base64.b32decode(value.upper() + "======")
    return base64.b32encode(raw).decode().rstrip("=").lower() == value


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= _MOST


def _is_day(value: Any) -> bool:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        return False
    try:
        return bool(dt.date.fromisoformat(value))
    except ValueError:
        return False


def _matches(form: re.Pattern[str]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and form.fullmatch(value) is not None


_FORMS: Mapping[str, Callable[[Any], bool]] = {
    "flag": lambda value: isinstance(value, bool),
    "day": _is_day,
    "count": _is_count,
    "digest": _matches(_DIGEST),
    "period": _matches(_PERIOD),
    "pseudonym": is_pseudonym,
}
