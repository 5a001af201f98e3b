"""The packs in force, joined: one vocabulary, one register, one checked defeat graph, one digest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any

from ostiary.canonical import digest
from ostiary.errors import BadInput, ManyErrors, PackError, did_you_mean
from ostiary.law.authority import Authority, read_authorities
from ostiary.law.condition import Condition, facts_of
from ostiary.law.defeat import Defeat, defeat_graph
from ostiary.law.meaning import holds
from ostiary.law.pack import Agency, Pack, read_pack
from ostiary.law.rule import RULE_KEYS, Context, Layer, Rule, read_definition, read_rule
from ostiary.law.tracks import Procedure, read_procedure
from ostiary.strict_yaml import Entry
from ostiary.vocabulary import Level, Vocabulary, VocabularyBuilder


@dataclass(frozen=True, slots=True, order=True)
class Copy:
    """One copy: an element as held under one program, from one source. The unit that is judged."""

    program: str
    element: str
    source: str


@dataclass(frozen=True)
class Bundle:
    """All that a verdict depends on besides the facts. ``rules`` are in order of id."""

    packs: tuple[Pack, ...]
    agency: Agency
    words: Vocabulary
    authorities: Mapping[str, Authority]
    definitions: Mapping[str, Condition]
    meanings: Mapping[str, str]
    tags: Mapping[str, str]
    rules: tuple[Rule, ...]
    defeat: Defeat
    procedure: Procedure = field(default_factory=Procedure)
    _at: dict[Copy, tuple[Rule, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def digest(self) -> str:
        """``sha256:`` of the canonical JSON (RFC 8785) of every file of law in the packs."""
        return digest({doc.name: doc.data for pack in self.packs for doc in pack.documents()})

    @cached_property
    def by_id(self) -> Mapping[str, Rule]:
        """Each rule by its id."""
        return {rule.id: rule for rule in self.rules}

    def rules_at(self, copy: Copy) -> tuple[Rule, ...]:
        """The rules whose ``elements`` reach this copy, each after all that can defeat it."""
        found = self._at.get(copy)
        if found is None:
            found = self._at[copy] = self.defeat.in_order(self.reaching(copy))
        return found

    def reaching(self, copy: Copy) -> list[Rule]:
        """The rules whose ``elements`` hold; each condition is asked once per combination that it reads."""
        facts = copy_facts(copy, self.words)
        found = []
        for rule, names in self._element_facts:
            key = (rule.id, rule.since, *(facts[name] for name in names))
            if key not in self._grounded:
                self._grounded[key] = holds(rule.elements, facts) is not False
            if self._grounded[key]:
                found.append(rule)
        return found

    @cached_property
    def _element_facts(self) -> tuple[tuple[Rule, tuple[str, ...]], ...]:
        return tuple((rule, tuple(sorted(facts_of(rule.elements)))) for rule in self.rules)

    @cached_property
    def _grounded(self) -> dict[tuple[Any, ...], bool]:
        return {}

    @cached_property
    def telling(self) -> Mapping[str, tuple[int, ...]]:
        """A sort key per rule: the more telling one first, where several decide alike.

        Federal law before State law, what overrides all or speaks of this very element before the
        rest, settled before contested, fewer programs before more, then more elements before fewer.
        """
        reach: dict[str, tuple[set[str], set[str]]] = {rule.id: (set(), set()) for rule in self.rules}
        for copy in self.all_copies():
            for rule in self.reaching(copy):
                programs, elements = reach[rule.id]
                programs.add(copy.program)
                elements.add(copy.element)
        return {
            rule.id: (
                _LAYER_ORDER[rule.layer],
                not (rule.overrides.all or len(reach[rule.id][1]) <= 3),
                rule.interpretation.contested,
                len(reach[rule.id][0]),
                -len(reach[rule.id][1]),
            )
            for rule in self.rules
        }

    @cached_property
    def reads(self) -> Mapping[str, frozenset[str]]:
        """Per rule, the facts that its condition, or what settles it, reads."""
        found: dict[str, frozenset[str]] = {}
        for rule in self.rules:
            unless = rule.interpretation.unless
            names = facts_of(rule.when) | (facts_of(unless) if unless is not None else frozenset())
            found[rule.id] = found.get(rule.id, frozenset()) | names
        return found

    @cached_property
    def copy_bound(self) -> frozenset[str]:
        """The ids of rules whose condition depends on the copy, so that each copy asks it anew."""
        own = {name for name, fact in self.words.facts.items() if fact.level in (Level.ELEMENT, Level.COPY)}
        return frozenset(rule for rule, names in self.reads.items() if not own.isdisjoint(names))

    def copies(self, programs: Iterable[str], elements: Iterable[str]) -> list[Copy]:
        """The copies that can exist of these elements under these programs, from their usual source."""
        return [
            Copy(program, name, self.words.elements[name].sources[0])
            for name in elements
            for program in programs
            if program in self.words.elements[name].held_under
        ]

    def all_copies(self) -> list[Copy]:
        """Every copy that can exist at all."""
        return [
            Copy(program, element.id, source)
            for element in self.words.elements.values()
            for program in sorted(element.held_under)
            for source in element.sources
        ]


def copy_facts(copy: Copy, words: Vocabulary) -> dict[str, Any]:
    """The element and copy facts that one copy fixes."""
    element = words.elements[copy.element]
    return {
        "element.id": element.id,
        "element.group": element.group,
        "element.class": element.cls,
        "copy.program": copy.program,
        "copy.source": copy.source,
    }


def load_bundle(folders: Sequence[Path], library: Path | None = None) -> Bundle:
    """Join packs into a bundle, taking what they require from ``library`` (a folder of packs).

    :raises PackError: naming file, line and rule for everything that is wrong.
    """
    packs = _with_required([read_pack(folder) for folder in folders], library)
    words = _words(packs)
    tags = _joined_tags(packs)
    definitions, meanings = _definitions(packs, words, tags)
    authorities = _authorities(packs)
    rules = _rules(packs, words, definitions, tags)
    _check_citations(rules, authorities)
    procedure = read_procedure(packs, words, definitions)
    bundle = Bundle(
        packs, _agency(packs), words, authorities, definitions, meanings, tags, rules, defeat_graph(rules), procedure
    )
    _check_acyclic(bundle)
    return bundle


def _check_acyclic(bundle: Bundle) -> None:
    """No circle among the rules that can meet at one copy; a circle no copy can close is harmless."""
    try:
        bundle.defeat.in_order(bundle.rules)
    except PackError:
        seen: set[tuple[str, ...]] = set()
        for copy in bundle.all_copies():
            reaching = bundle.reaching(copy)
            ids = tuple(rule.id for rule in reaching)
            if ids not in seen:
                seen.add(ids)
                bundle.defeat.in_order(reaching)


_LAYER_ORDER = {layer: place for place, layer in enumerate(Layer)}


def _with_required(packs: list[Pack], library: Path | None) -> tuple[Pack, ...]:
    found = {pack.name: pack for pack in packs}
    if len(found) != len(packs):
        raise PackError("the same pack is named twice; name each pack once")
    waiting = [(name, pack.name) for pack in packs for name in pack.requires]
    while waiting:
        name, by = waiting.pop()
        if name in found:
            continue
        if library is None or not (library / name / "pack.yaml").is_file():
            raise PackError(f"{by}/pack.yaml: requires pack `{name}`, which is not there; name its folder too")
        found[name] = read_pack(library / name)
        waiting += [(other, name) for other in found[name].requires]
    order = TopologicalSorter({pack.name: set(pack.requires) for pack in found.values()})
    try:
        names = list(order.static_order())
    except CycleError:
        raise PackError("packs require each other in a circle; remove one `requires`") from None
    return tuple(sorted((found[name] for name in names), key=lambda p: (_LAYER_ORDER[p.layer], names.index(p.name))))


def _words(packs: Sequence[Pack]) -> Vocabulary:
    builder = VocabularyBuilder()
    for pack in packs:
        if pack.words is not None:
            builder.add_words(pack.words)
        if pack.elements is not None:
            builder.add_elements(pack.elements)
        if pack.classes is not None:
            builder.add_classes(pack.classes)
    if "agency_kinds" not in builder.codes:
        raise PackError("no pack brings a vocabulary; one of them must be a base pack such as us-federal")
    return builder.build()


def _joined_tags(packs: Sequence[Pack]) -> dict[str, str]:
    tags: dict[str, str] = {}
    for pack in packs:
        for name, meaning in pack.tags.items():
            if name in tags:
                raise PackError(f"{pack.head.at('tags', name)}: tag `{name}` is already declared")
            tags[name] = meaning
    return tags


def _context(pack: Pack, words: Vocabulary, definitions: Mapping[str, Condition], tags: Mapping[str, str]) -> Context:
    return Context(words, definitions, frozenset(tags), pack.name, pack.layer, pack.binds)


def _definitions(
    packs: Sequence[Pack], words: Vocabulary, tags: Mapping[str, str]
) -> tuple[dict[str, Condition], dict[str, str]]:
    found: dict[str, Condition] = {}
    meanings: dict[str, str] = {}
    for pack in packs:
        doc = pack.definitions
        for name in doc.data if doc is not None else ():
            assert doc is not None
            entry = Entry(doc, (name,), f"definition `{name}`", {"means": True, "when": True, "over": False}, PackError)
            if name in found or name in words.facts or name in words.classes:
                raise entry.fault("this name is already a definition, fact or class")
            found[name] = read_definition(entry, _context(pack, words, found, tags))
            meanings[name] = entry.text("means")
    return found, meanings


def _authorities(packs: Sequence[Pack]) -> dict[str, Authority]:
    found: dict[str, Authority] = {}
    for pack in packs:
        for authority in read_authorities(pack.authorities, pack.name) if pack.authorities else ():
            if authority.id in found:
                raise PackError(f"{pack.name}/authorities.yaml: authority `{authority.id}` is already registered")
            found[authority.id] = authority
    return found


def _rules(
    packs: Sequence[Pack], words: Vocabulary, definitions: Mapping[str, Condition], tags: Mapping[str, str]
) -> tuple[Rule, ...]:
    rules: dict[str, list[Rule]] = {}
    faults: list[str] = []
    for pack in packs:
        context = _context(pack, words, definitions, tags)
        for doc in pack.rules:
            if not isinstance(doc.data, list):
                raise PackError(f"{doc.at()}: must be a list of rules")
            for index, data in enumerate(doc.data):
                name = data.get("id", index + 1) if isinstance(data, dict) else index + 1
                try:
                    rule = read_rule(Entry(doc, (index,), f"rule `{name}`", RULE_KEYS, PackError), context)
                    _add_version(rules.setdefault(rule.id, []), rule)
                except BadInput as fault:
                    faults.append(str(fault))
    if faults:
        raise ManyErrors(faults)
    return tuple(rule for name in sorted(rules) for rule in rules[name])


def _add_version(versions: list[Rule], rule: Rule) -> None:
    """One id may have several texts over time, never two on one day."""
    for other in versions:
        if rule.since < (other.until or dt.date.max) and other.since < (rule.until or dt.date.max):
            raise PackError(f"{rule.where}: rule `{rule.id}`: its dates overlap those at {other.where}")
    versions.append(rule)


def _check_citations(rules: Iterable[Rule], authorities: Mapping[str, Authority]) -> None:
    faults = [
        f"{rule.where}: rule `{rule.id}`: cites `{name}`, which is not in the register{did_you_mean(name, authorities)}"
        for rule in rules
        for name in rule.authorities
        if name not in authorities
    ]
    if faults:
        raise ManyErrors(faults)


def _agency(packs: Sequence[Pack]) -> Agency:
    """Who decides: the pack nearest to the agency says it."""
    named = [pack.agency for pack in packs if pack.agency is not None]
    if not named:
        raise PackError("no pack says who decides; add `agency:` with `name` and `kinds` to a pack.yaml")
    return named[-1]
