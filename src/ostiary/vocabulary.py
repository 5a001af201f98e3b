"""The words that every rule and every request is written in: facts, codes, classes, elements.

All of them are data of the packs (``vocabulary.yaml``, ``classes.yaml``,
``elements.yaml``). This module knows the shape of a word, never a word itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ostiary.errors import PackError, did_you_mean
from ostiary.strict_yaml import Document, Entry


class Level(StrEnum):
    """What a fact is a fact about. The roll fixes person facts, a request all others."""

    REQUEST = "request"
    INSTRUMENT = "instrument"
    AGREEMENT = "agreement"
    ELEMENT = "element"
    COPY = "copy"
    PERSON = "person"


class Base(StrEnum):
    """The kind of value a fact has."""

    BOOL = "bool"
    INT = "int"
    DATE = "date"
    TEXT = "text"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class FactType:
    """A fact's type: its base, for codes the list they come from, and whether it holds many."""

    base: Base
    codes: str = ""
    many: bool = False

    def __str__(self) -> str:
        word = f"code of {self.codes}" if self.codes else self.base.value
        return f"list of {word}" if self.many else word


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its type and level, how a person is asked for it, and who establishes it.

    ``optional``: left out of a request, it is known to be absent; any other fact
    left out is unknown, and unknown never helps a release.
    """

    name: str
    type: FactType
    level: Level
    label: str
    question: str
    by: str
    optional: bool = False
    register: bool = False


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A named set of codes of one list ("law enforcement"), so that no rule lists codes."""

    name: str
    of: str
    means: str
    members: frozenset[str]


@dataclass(frozen=True, slots=True)
class Element:
    """A kind of datum: where it comes from and under which programs a copy can exist."""

    id: str
    label: str
    group: str
    cls: str
    law: tuple[str, ...]
    note: str
    sources: tuple[str, ...]
    held_under: frozenset[str]


@dataclass(frozen=True, slots=True)
class Action:
    """A duty that can go with an answer: what it means, when it is due, what it cannot stand beside."""

    code: str
    means: str
    when: str
    basis: str
    excludes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All words of a bundle."""

    codes: Mapping[str, Mapping[str, str]]
    facts: Mapping[str, Fact]
    classes: Mapping[str, NamedClass]
    elements: Mapping[str, Element]
    actions: Mapping[str, Action]
    relations: Mapping[str, str] = field(default_factory=dict)

    def known_codes(self, listing: str) -> Iterable[str]:
        """The codes of a list; ``elements`` is the catalogue of elements."""
        return self.elements if listing == "elements" else self.codes[listing]

    def code_label(self, listing: str, code: str) -> str:
        """A code in plain words; the code itself where it has none."""
        if listing == "elements":
            return self.elements[code].label if code in self.elements else code
        return self.codes.get(listing, {}).get(code) or code


OPEN_LISTS = frozenset({"authorities"})  # a requester may cite anything; what is not found is answered so
_BY = ("requester", "intake", "verifier", "custodian", "counsel", "system")
_WHEN = ("at_once", "before_release", "with_release", "after_release")
_TOP_KEYS = {"codes": False, "actions": False, "facts": False, "relations": False}
_FACT_KEYS = {
    "type": True, "level": True, "label": True, "question": True, "by": True,
    "optional": False, "register": False,
}  # fmt: skip


class VocabularyBuilder:
    """Joins the words of several packs; a word said twice is an error."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, str]] = {}
        self.facts: dict[str, Fact] = {}
        self.classes: dict[str, NamedClass] = {}
        self.elements: dict[str, Element] = {}
        self.actions: dict[str, Action] = {}
        self.relations: dict[str, str] = {}

    def add_words(self, doc: Document) -> None:
        """Read a ``vocabulary.yaml``: ``codes``, ``actions``, ``facts``, ``relations``."""
        top = Entry(doc, (), "vocabulary", _TOP_KEYS, PackError)
        for listing in top.data.get("codes", {}):
            self._add_codes(doc, listing)
        for code in top.data.get("actions", {}):
            self._once(doc, ("actions", code), code, self.actions, "action")
            self.actions[code] = self._action(doc, code)
        for name in top.data.get("facts", {}):
            self._once(doc, ("facts", name), name, self.facts, "fact")
            self.facts[name] = self._fact(doc, name)
        for name, label in top.data.get("relations", {}).items():
            self._once(doc, ("relations", name), name, self.relations, "relation")
            self.relations[name] = label

    def _add_codes(self, doc: Document, listing: str) -> None:
        target = self.codes.setdefault(listing, {})
        for code, label in doc.data["codes"][listing].items():
            self._once(doc, ("codes", listing, code), code, target, f"code of `{listing}`")
            if not isinstance(label, str) or not label:
                raise PackError(f"{doc.at('codes', listing, code)}: code `{code}` needs a label in plain words")
            target[code] = label

    def _once(self, doc: Document, path: tuple[str, ...], name: str, known: Iterable[str], what: str) -> None:
        if name in known:
            raise PackError(f"{doc.at(*path)}: {what} `{name}` is already defined; use another name")

    def _action(self, doc: Document, code: str) -> Action:
        keys = {"means": True, "when": True, "basis": True, "excludes": False}
        entry = Entry(doc, ("actions", code), f"action `{code}`", keys, PackError)
        return Action(
            code,
            entry.text("means"),
            entry.choice("when", _WHEN),
            entry.choice("basis", ("law", "practice")),
            frozenset(entry.texts("excludes")),
        )

    def _fact(self, doc: Document, name: str) -> Fact:
        entry = Entry(doc, ("facts", name), f"fact `{name}`", _FACT_KEYS, PackError)
        return Fact(
            name,
            self._type(entry),
            Level(entry.choice("level", [level.value for level in Level])),
            entry.text("label"),
            entry.text("question"),
            entry.choice("by", _BY),
            entry.flag("optional"),
            entry.flag("register"),
        )

    def _type(self, entry: Entry) -> FactType:
        word = entry.text("type")
        many = word.startswith("list of ")
        word = word.removeprefix("list of ")
        if word in (Base.BOOL, Base.INT, Base.DATE, Base.TEXT):
            return FactType(Base(word), many=many)
        known = {*self.codes, "elements", *OPEN_LISTS}
        if word not in known:
            raise entry.fault(f"unknown type `{word}`{did_you_mean(word, known)}", "type")
        return FactType(Base.CODE, word, many)

    def add_elements(self, doc: Document) -> None:
        """Read an ``elements.yaml``: the catalogue of data elements."""
        keys = {
            "id": True, "label": True, "group": True, "class": True, "law": False,
            "note": False, "sources": True, "held_under": True,
        }  # fmt: skip
        for index in range(len(doc.data)):
            entry = Entry(doc, (index,), "element", keys, PackError)
            element = self._element(entry)
            self._once(doc, (str(index),), element.id, self.elements, "element")
            self.elements[element.id] = element

    def _element(self, entry: Entry) -> Element:
        programs = self.codes["programs"]
        held = entry.data["held_under"]
        held_under = frozenset(programs) if held == "all" else frozenset(entry.texts("held_under"))
        self._all_known(entry, "held_under", held_under, programs)
        sources = entry.texts("sources")
        self._all_known(entry, "sources", sources, self.codes["sources"])
        return Element(
            entry.text("id"),
            entry.text("label"),
            entry.choice("group", self.codes["element_groups"]),
            entry.choice("class", self.codes["element_classes"]),
            entry.texts("law"),
            entry.text("note"),
            sources,
            held_under,
        )

    def _all_known(self, entry: Entry, key: str, words: Iterable[str], known: Iterable[str]) -> None:
        for word in words:
            if word not in known:
                raise entry.fault(f"unknown code `{word}`{did_you_mean(word, known)}", key)

    def add_classes(self, doc: Document) -> None:
        """Read a ``classes.yaml``: named classes; ``+name`` takes in another class."""
        for name in doc.data:
            self._once(doc, (name,), name, self.classes, "class")
            entry = Entry(doc, (name,), f"class `{name}`", {"of": True, "means": True, "members": True}, PackError)
            self.classes[name] = self._class(entry, name)

    def _class(self, entry: Entry, name: str) -> NamedClass:
        listing = entry.choice("of", [*self.codes, "elements"])
        known = self.elements if listing == "elements" else self.codes[listing]
        members: set[str] = set()
        for word in entry.texts("members"):
            if word.startswith("+"):
                other = self.classes.get(word[1:])
                if other is None or other.of != listing:
                    raise entry.fault(f"`{word}` is no class of {listing} defined above", "members")
                members |= other.members
            else:
                self._all_known(entry, "members", [word], known)
                members.add(word)
        if not members:
            raise entry.fault("a class needs at least one member", "members")
        return NamedClass(name, listing, entry.text("means"), frozenset(members))

    def build(self) -> Vocabulary:
        """The joined words. Every action named as excluded exists, and exclusion is mutual."""
        for action in self.actions.values():
            for other in action.excludes:
                if other not in self.actions:
                    raise PackError(f"action `{action.code}`: excludes `{other}`, which is no action")
        return Vocabulary(self.codes, self.facts, self.classes, self.elements, self.actions, self.relations)
