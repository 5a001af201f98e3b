"""A request file, read strictly into facts: what is not known stays unknown.

One YAML or JSON mapping. Every key and code is checked against the vocabulary; a
misspelt one is an error, never ignored. Left out, a fact is unknown, or known to
be absent where the vocabulary marks it ``optional``; ``complete: [flags]`` says
that flags left out are false, ``unknown: [flags.opt_out]`` that one is not known.
A relation (``consent``) is one mapping or, where a person has several rows, a list of them.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.canonical import digest
from ostiary.errors import RequestError, did_you_mean
from ostiary.law.condition import Value
from ostiary.law.meaning import Known, Missing, Rows
from ostiary.strict_yaml import Document, Path_
from ostiary.vocabulary import OPEN_LISTS, Base, Fact, FactType, Level, Vocabulary

_SYNTAX = ("flags", "complete", "unknown", "groups")
_GROUP_KEYS = ("programs", "flags", "statements", "consent", "instrument", "subjects", "holder", "unknown")
LARGEST = 10**12  # more people than there are; canonical JSON could not hold a much larger number
# Begins with a letter: a number could be a person's, and is not repeated.
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Group:
    """One group of persons of a request, with all its facts. ``name`` is empty where there are none."""

    name: str
    facts: Mapping[str, Known | Missing]
    programs: tuple[str, ...]
    elements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """A request as facts, and the day as of which the law is read. ``digest`` is of its canonical JSON."""

    name: str
    received: dt.date
    as_of: dt.date
    groups: tuple[Group, ...]
    asserted: tuple[str, ...]
    digest: str


def read_request(
    doc: Document,
    words: Vocabulary,
    *,
    at: Path_ = (),
    complete: tuple[str, ...] = (),
    as_of: dt.date | None = None,
) -> Request:
    """The request that stands at ``at`` in a document.

    :param complete: groups of facts taken as complete besides those the file names.
    :param as_of: read the law as of this day instead of the day of receipt.
    :raises RequestError: naming file, line, key, and what to write.
    """
    return _Reader(doc, words, at, complete, as_of).request()


class _Reader:
    """Reads one request; holds the document, the words and the place."""

    def __init__(
        self, doc: Document, words: Vocabulary, at: Path_, complete: tuple[str, ...], as_of: dt.date | None
    ) -> None:
        self.doc, self.words, self.at, self.as_of = doc, words, at, as_of
        data = doc.data
        for step in at:
            data = data[step]
        if not isinstance(data, dict) or not data:
            raise RequestError(f"{doc.at(*at)}: a request must be a mapping of facts; see examples/")
        self.data: dict[str, Any] = data
        self.sections = {name.split(".")[0] for name in words.facts if "." in name} - {"element", "copy"}
        self.complete = {*complete, *self.listed(data, (), "complete", FactType(Base.CODE, "complete_groups", True))}

    def fault(self, text: str, *path: str | int) -> RequestError:
        return RequestError(f"{self.doc.at(*self.at, *path)}: {text}")

    def request(self) -> Request:
        base = self.stated(self.data, ())
        received = base.get("request_date")
        if not isinstance(received, dt.date):
            raise self.fault("`request_date` is missing; say on which day the request was received (YYYY-MM-DD)")
        for key in ("programs", "elements_requested"):
            if not base.get(key) and not (key == "programs" and self.data.get("groups")):
                raise self.fault(f"`{key}` is missing or empty; list what is asked for", key)
        groups = tuple(self.group(name, base) for name in self.group_names())
        named = base.get("asserted_authority", ())
        own_words = base.get("asserted_text")
        asserted = [str(name) for name in named] if isinstance(named, tuple) else []
        asserted += _split(own_words) if isinstance(own_words, str) else []
        return Request(
            self.doc.name, received, self.as_of or received, groups, tuple(dict.fromkeys(asserted)), digest(self.data)
        )

    def group_names(self) -> list[str]:
        groups = self.data.get("groups")
        if groups is None:
            return [""]
        if not isinstance(groups, dict) or not groups:
            raise self.fault("`groups` must map each group's name to the facts that differ", "groups")
        return list(groups)

    def group(self, name: str, base: Mapping[str, Known]) -> Group:
        stated, unknown = dict(base), self.unknown(self.data, ())
        if name:
            overlay = self.data["groups"][name]
            path: Path_ = ("groups", name)
            if not isinstance(overlay, dict):
                raise self.fault(f"group `{name}` must be a mapping of the facts that differ", *path)
            for key in overlay:
                if key not in _GROUP_KEYS:
                    raise self.fault(f"a group cannot change `{key}`{did_you_mean(key, _GROUP_KEYS)}", *path, key)
            laid_over = self.stated(overlay, path)
            if "flags" in overlay:  # lists replace
                stated = {key: value for key, value in stated.items() if not key.startswith("flags.")}
            stated |= laid_over
            own = self.unknown(overlay, path)
            unknown = (unknown - set(laid_over)) | own
        self.check_contradiction(stated, unknown)
        facts = {fact.name: self.known(fact, stated, unknown) for fact in self.words.facts.values()}
        facts |= self.rows(self.data, ())
        if name:
            facts |= self.rows(self.data["groups"][name], ("groups", name))
        programs, elements = stated.get("programs", ()), stated["elements_requested"]
        if not programs:
            raise self.fault(f"group `{name}` has no programs; list those whose records are asked for")
        return Group(name, facts, _texts(programs), _texts(elements))

    def rows(self, data: Mapping[str, Any], path: Path_) -> dict[str, Known | Missing]:
        """The relations of which a person has several rows: a list of mappings, each like the one mapping."""
        found: dict[str, Known | Missing] = {}
        for relation in self.words.relations:
            listed = data.get(relation)
            if isinstance(listed, list):
                rows = tuple(self.row(relation, row, (*path, relation, index)) for index, row in enumerate(listed))
                found[relation] = Rows(rows)
        return found

    def row(self, relation: str, row: Any, path: Path_) -> Mapping[str, Known | Missing]:
        if not isinstance(row, dict):
            raise self.fault(f"each row of `{relation}` must be a mapping of its facts", *path)
        inner = {key: value for key, value in row.items() if key != "unknown"}
        stated = self.stated({relation: inner}, path)
        unknown = {f"{relation}.{name}" for name in self.unknown_in(row, path, relation)}
        self.check_contradiction(stated, unknown)
        facts = (fact for fact in self.words.facts.values() if fact.name.split(".")[0] == relation)
        return {fact.name: self.known(fact, stated, unknown) for fact in facts}

    def check_contradiction(self, stated: Mapping[str, Known], unknown: set[str]) -> None:
        for name in sorted(unknown):
            if name in stated:
                raise self.fault(f"two answers to one fact: `{name}` is given and also listed under `unknown`")

    def known(self, fact: Fact, stated: Mapping[str, Known], unknown: set[str]) -> Known | Missing:
        if fact.name == "as_of":
            return self.as_of or stated["request_date"]
        if fact.name in unknown:
            return Missing.UNKNOWN
        if fact.name in stated:
            return stated[fact.name]
        if fact.optional:
            return Missing.ABSENT
        section = fact.name.split(".")[0]
        if section in self.complete and fact.type == FactType(Base.BOOL):
            return False
        return Missing.UNKNOWN

    def unknown(self, data: Mapping[str, Any], path: Path_) -> set[str]:
        return self.unknown_in(data, path, "")

    def unknown_in(self, data: Mapping[str, Any], path: Path_, relation: str) -> set[str]:
        names = data.get("unknown", [])
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self.fault("`unknown` must be a list of facts", *path, "unknown")
        known = [name.removeprefix(f"{relation}.") for name in self.words.facts if name.startswith(relation)]
        for name in names:
            if name not in known:
                raise self.fault(f"unknown fact {_shown(name)}{did_you_mean(name, known)}", *path, "unknown")
        return set(names)

    def stated(self, data: Mapping[str, Any], path: Path_) -> dict[str, Known]:
        """Every fact that a mapping states, by its dotted name."""
        found: dict[str, Known] = {}
        for name, value, where in self.leaves(data, path):
            if name == "flags":
                found |= {f"flags.{flag}": True for flag in self.flags(value, where)}
                continue
            fact = self.words.facts.get(name)
            if fact is None or fact.by == "system" or fact.level in (Level.ELEMENT, Level.COPY):
                raise self.fault(f"unknown key {_shown(name)}{self.nearest(name)}", *where)
            found[name] = self.value(fact.type, value, name, where)
        return found

    def nearest(self, name: str) -> str:
        known = [n for n, fact in self.words.facts.items() if fact.by != "system"]
        return did_you_mean(name, [*known, *self.sections, *_SYNTAX])

    def leaves(self, data: Mapping[str, Any], path: Path_) -> Iterator[tuple[str, Any, Path_]]:
        for key, value in data.items():
            if key in ("complete", "unknown", "groups"):
                continue
            if key in self.words.relations and isinstance(value, list):
                continue  # several rows: see `rows`
            if key in self.sections and key != "flags":
                if not isinstance(value, dict):
                    raise self.fault(f"`{key}` must be a mapping of its facts", *path, key)
                for inner, item in value.items():
                    yield f"{key}.{inner}", item, (*path, key, inner)
            else:
                yield key, value, (*path, key)

    def flags(self, value: Any, path: Path_) -> list[str]:
        known = [name.removeprefix("flags.") for name in self.words.facts if name.startswith("flags.")]
        if not isinstance(value, list):
            raise self.fault("`flags` must be a list", *path)
        for index, flag in enumerate(value):
            if flag not in known:
                raise self.fault(f"unknown flag {_shown(flag)}{did_you_mean(str(flag), known)}", *path, index)
        return value

    def value(self, kind: FactType, value: Any, name: str, path: Path_) -> Known:
        if not kind.many:
            return self.one(kind, value, name, path)
        if not isinstance(value, list):
            raise self.fault(f"`{name}` must be a list", *path)
        single = FactType(kind.base, kind.codes)
        return tuple(self.one(single, item, name, (*path, index)) for index, item in enumerate(value))

    def listed(self, data: Mapping[str, Any], path: Path_, key: str, kind: FactType) -> tuple[str, ...]:
        value = self.value(kind, data.get(key, []), key, (*path, key))
        return _texts(value) if isinstance(value, tuple) else ()

    def one(self, kind: FactType, value: Any, name: str, path: Path_) -> Value:
        if kind.base is Base.BOOL and isinstance(value, bool):
            return value
        if kind.base is Base.INT and isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST:
            return value
        if kind.base is Base.DATE:
            return self.day(value, name, path)
        if kind.base in (Base.TEXT, Base.CODE) and isinstance(value, str) and value:
            if kind.base is Base.CODE and kind.codes not in OPEN_LISTS:
                known = self.words.known_codes(kind.codes)
                if value not in known:
                    near = did_you_mean(value, known)
                    raise self.fault(f"`{name}`: unknown code {_shown(value)} of {kind.codes}{near}", *path)
            return value
        raise self.fault(f"`{name}` must be {_FORMS[kind.base]}", *path)

    def day(self, value: Any, name: str, path: Path_) -> dt.date:
        if isinstance(value, dt.date):
            return value
        if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                raise self.fault(f"`{name}`: there is no such day; write a date as YYYY-MM-DD", *path) from None
        raise self.fault(f"`{name}` must be a date like 2026-03-10", *path)


_FORMS = {
    Base.BOOL: "true or false",
    Base.INT: "a whole number, 0 or more, and no more than a million millions",
    Base.TEXT: "text, and not empty",
    Base.CODE: "a code (text)",
    Base.DATE: "a date",
}


def _shown(word: object) -> str:
    """A word for a message, unless it does not look like a code: then it may be a person's."""
    return f"`{word}`" if isinstance(word, str) and _CODE.match(word) else "(not shown: it does not look like a code)"


def _split(text: str) -> list[str]:
    """A requester's free words, cut where one citation ends and the next begins."""
    return [part.strip() for part in re.split(r"[;\n]| and (?=[0-9])", text) if part.strip()]


def _texts(values: Any) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values))
