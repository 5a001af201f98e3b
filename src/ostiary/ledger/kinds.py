"""The published catalogue of entry kinds (``kinds.json``) and of the reports' columns (``report_columns.json``).

Nothing here knows what a code means. What a field may hold is its type; no type holds free text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from ostiary.errors import did_you_mean
from ostiary.ledger.faults import LedgerInput

_HERE = Path(__file__).parent
# What stands around the public fields, and can feed a column too: the entry's day, its thread, its place in the
# log, and the mere number of such entries.
ENVELOPE = ("day", "docket", "index", "entries")


@dataclass(frozen=True, slots=True)
class Field:
    """One public field. ``list``: the list its codes come from. ``feeds``: columns, as ``file.column``.

    ``later``: may be left out, standing in the committed part until it is opened. ``named``: only for a requester
    of a kind that may be named.
    """

    name: str
    type: str
    says: str
    list: str = ""
    feeds: tuple[str, ...] = ()
    optional: bool = False
    later: bool = False
    named: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """Earlier entries of the same thread that an entry needs; see ``order.unmet``.

    At least ``least`` of any of ``kinds``, after the last entry of kind ``since``, each with another value in the
    field ``differ`` and the entry's own value in the field ``same``, the last with a value of ``where``; asked only on
    ``tracks`` (empty: on all).
    """

    kinds: tuple[str, ...]
    least: int = 1
    differ: str = ""
    same: str = ""
    since: str = ""
    tracks: frozenset[str] = frozenset()
    where: Mapping[str, tuple[Any, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """An earlier ``kind`` that forbids an entry, until one of kind ``until`` follows (empty: for ever)."""

    kind: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of entry. ``private``: what its committed part holds, in plain words, and the columns that feeds.

    ``feeds``: for each of ``ENVELOPE``, columns. ``for_audit``: it feeds no column, and is there to be checked.
    """

    name: str
    thread: str
    says: str
    for_audit: bool
    public: Mapping[str, Field]
    private: Mapping[str, Field]
    feeds: Mapping[str, tuple[str, ...]]
    needs: tuple[Need, ...]
    blocked_by: tuple[Block, ...]

    def columns(self) -> frozenset[str]:
        """Every column of a report that this kind feeds."""
        fields = [*self.public.values(), *self.private.values()]
        return frozenset(c for field in fields for c in field.feeds) | {c for cs in self.feeds.values() for c in cs}


@dataclass(frozen=True, slots=True)
class Band:
    """A range of numbers of people; ``most`` None is without end."""

    name: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All kinds and lists. ``nameable``: the requester kinds, public bodies all, that may stand by name.

    ``other_lists``: lists whose codes come with the rules or from the agency's registers, and what they are.
    """

    kinds: Mapping[str, Kind]
    types: Mapping[str, str]
    lists: Mapping[str, frozenset[str]]
    other_lists: Mapping[str, str]
    bands: tuple[Band, ...]
    nameable: frozenset[str]
    digest: str

    def kind(self, name: str) -> Kind:
        """The kind of this name.

        :raises LedgerInput: if there is none.
        """
        if name not in self.kinds:
            raise LedgerInput(f"there is no such kind of entry{did_you_mean(name, self.kinds)}")
        return self.kinds[name]

    def band(self, people: int) -> str:
        """The band of a number of people.

        :raises LedgerInput: if the number is negative.
        """
        for band in self.bands:
            if people >= band.least and (band.most is None or people <= band.most):
                return band.name
        raise LedgerInput("a number of people cannot be negative")


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One file of the public report. ``measures``: the figures of a file that has one figure per row."""

    name: str
    says: str
    public: bool
    columns: tuple[str, ...]
    measures: tuple[str, ...]

    def all(self) -> tuple[str, ...]:
        """Columns and measures, as ``file.name``."""
        return tuple(f"{self.name}.{one}" for one in (*self.columns, *self.measures))


def strict_json(raw: bytes, what: str) -> Any:
    """JSON without its traps: no key twice, no float, no NaN.

    :raises LedgerInput: with ``what`` in the message, and nothing of the content.
    """
    try:
        return _DECODER.decode(raw.decode("utf-8"))
    except LedgerInput as fault:
        raise LedgerInput(f"{what}: {fault}") from None
    except (ValueError, RecursionError):
        raise LedgerInput(f"{what}: is not JSON") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise LedgerInput("a key stands twice")
    return found


def _no_float(text: str) -> Any:
    raise LedgerInput("numbers must be whole")


_DECODER = json.JSONDecoder(object_pairs_hook=_once, parse_float=_no_float, parse_constant=_no_float)


@cache
def catalogue() -> Catalogue:
    """The catalogue that ships with this version."""
    raw = (_HERE / "kinds.json").read_bytes()
    return read_catalogue(raw)


def read_catalogue(raw: bytes) -> Catalogue:
    """A catalogue from its JSON.

    :raises LedgerInput: if it is not JSON, or a key is unknown or missing.
    """
    data = strict_json(raw, "kinds.json")
    try:
        kinds = [_kind(**one) for one in data["kinds"]]
        found = Catalogue(
            {kind.name: kind for kind in kinds},
            data["types"],
            {name: frozenset(codes) for name, codes in data["lists"].items()},
            data["other_lists"],
            tuple(Band(*band) for band in data["bands"]),
            frozenset(data["nameable"]),
            "sha256:" + sha256(raw).hexdigest(),
        )
    except (KeyError, TypeError) as fault:
        raise LedgerInput(f"kinds.json: {fault}") from None
    if len(found.kinds) != len(kinds):
        raise LedgerInput("kinds.json: a kind stands twice")
    _check(found)
    return found


def _kind(
    kind: str,
    thread: str,
    says: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
    feeds: Mapping[str, Sequence[str]] | None = None,
    needs: Sequence[Mapping[str, Any]] = (),
    blocked_by: Sequence[Mapping[str, str]] = (),
    **more: str,
) -> Kind:
    purpose = more.pop("for", "")
    if more or purpose not in ("", "audit"):
        raise TypeError(f"kind `{kind}` has an unknown key")
    return Kind(
        kind,
        thread,
        says,
        purpose != "",
        {name: _field(name, **one) for name, one in public.items()},
        {name: _field(name, type="private", **one) for name, one in (private or {}).items()},
        {name: tuple(columns) for name, columns in (feeds or {}).items()},
        tuple(_need(**need) for need in needs),
        tuple(Block(**block) for block in blocked_by),
    )


def _field(name: str, *, feeds: Sequence[str] = (), **more: Any) -> Field:
    return Field(name, feeds=tuple(feeds), **more)


def _need(
    *,
    kinds: Sequence[str],
    tracks: Sequence[str] = (),
    where: Mapping[str, Sequence[Any]] | None = None,
    **more: Any,
) -> Need:
    values = {name: tuple(allowed) for name, allowed in where.items()} if where else None
    return Need(tuple(kinds), tracks=frozenset(tracks), where=values, **more)


def _check(found: Catalogue) -> None:
    """Every name that one part of the catalogue uses stands in another."""
    for kind in found.kinds.values():
        named = {name for need in kind.needs for name in (*need.kinds, need.since) if name}
        named |= {name for block in kind.blocked_by for name in (block.kind, block.until) if name}
        if unknown := named - set(found.kinds):
            raise LedgerInput(f"kinds.json: kind `{kind.name}` speaks of `{min(unknown)}`, which is no kind")
        if unknown := set(kind.feeds) - set(ENVELOPE):
            raise LedgerInput(f"kinds.json: kind `{kind.name}`: `{min(unknown)}` is no part of an entry")
        for field in kind.public.values():
            if field.type not in found.types:
                raise LedgerInput(f"kinds.json: kind `{kind.name}`: field `{field.name}` has an unknown type")
            has_list = field.list in found.lists or field.list in found.other_lists
            if has_list != (field.type in ("code", "codes")):
                raise LedgerInput(f"kinds.json: kind `{kind.name}`: field `{field.name}` has no list, or one too many")


@cache
def report_files() -> tuple[ReportFile, ...]:
    """The files of the public report, and the one that goes to a person, with their columns."""
    data = strict_json((_HERE / "report_columns.json").read_bytes(), "report_columns.json")
    return tuple(
        ReportFile(name, one["says"], one["public"], tuple(one["columns"]), tuple(one.get("measures", ())))
        for name, one in data["files"].items()
    )
