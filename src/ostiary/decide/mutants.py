"""The law with one thing changed: each such *mutant* that the loader would accept, to be held against the cases.

A good set of cases gives a wrong answer under every mutant that means something else. Notes are left out (they
are never alive), and so is what no loader would read: an unguarded optional fact, a circle of defeat, ``knows``
where it may not stand. A definition, or a class, is changed once for all that use it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from ostiary import strict_yaml
from ostiary.decide.changes import Change, changes, exchanged, uses
from ostiary.errors import PackError
from ostiary.law.bundle import Bundle, Copy
from ostiary.law.checks import check_condition
from ostiary.law.condition import Condition, Defined, OneOf, Truth
from ostiary.law.defeat import Defeat, defeat_graph
from ostiary.law.parsing import ConditionError
from ostiary.law.rule import Kind, Overrides, Rule
from ostiary.law.words import in_words
from ostiary.strict_yaml import Entry

Edges = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Mutant:
    """One change. ``rule``: a rule's id, or ``definition:`` or ``class:`` with a name. ``since``: if it has versions.

    ``old`` and ``new``: the rules as they were and as they are, in the same order; a rule taken away has no new
    text. ``edges``: what defeats what in one of the two bundles only.
    """

    id: str
    rule: str
    since: dt.date | None
    operator: str
    words: str
    bundle: Bundle
    old: tuple[Rule, ...]
    new: tuple[Rule, ...]
    edges: Edges = frozenset()


class Effect(StrEnum):
    """What a mutant does to the law. ``ANSWERS``: as much leaves, but some other answer differs."""

    WIDENS = "widens"
    NARROWS = "narrows"
    ANSWERS = "other answers"
    SAME = "same"
    UNKNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's word on a mutant, and a scenario (YAML text) in which the two laws answer differently."""

    effect: Effect
    witness_yaml: str = ""


def mutants(bundle: Bundle) -> Iterator[Mutant]:
    """Every mutant of a bundle, rule by rule, then by definition and by class; made as they are asked for."""
    maker = _Maker(bundle)
    for rule in bundle.rules:
        if rule.kind is not Kind.NOTE:
            yield from maker.of_rule(rule)
    for name in bundle.definitions:
        yield from maker.of_definition(name)
    for name in sorted(bundle.words.classes):
        yield from maker.of_class(name)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A change of one rule, before it is known whether it makes a law. ``new`` is None for a rule taken away."""

    operator: str
    detail: str
    words: str
    new: Rule | None


class _Maker:
    """Makes mutants of one bundle; holds what all of them compare against."""

    def __init__(self, bundle: Bundle) -> None:
        self.bundle = bundle
        self.pairs = _pairs(bundle.defeat)
        self.versions = Counter(rule.id for rule in bundle.rules)

    def of_rule(self, rule: Rule) -> Iterator[Mutant]:
        versioned = self.versions[rule.id] > 1
        name = f"{rule.id}@{rule.since}" if versioned else rule.id
        seen: list[Rule] = [rule]
        for draft in self.drafts(rule):
            if draft.new in seen:
                continue
            if draft.new is not None:
                seen.append(draft.new)
            made = self.build((rule,), () if draft.new is None else (draft.new,))
            if made is not None:
                label = "/".join(filter(None, (name, draft.operator, draft.detail)))
                since = rule.since if versioned else None
                operator = draft.operator.rpartition("/")[2]
                yield Mutant(label, rule.id, since, operator, draft.words, *made)

    def drafts(self, rule: Rule) -> Iterator[_Draft]:
        yield from self.of_condition("", rule.when, lambda new: replace(rule, when=new))
        yield from self.of_condition("elements/", rule.elements, lambda new: replace(rule, elements=new))
        reading = rule.interpretation
        if reading.unless is not None:
            yield from self.of_condition("unless/", reading.unless, lambda new: _with_unless(rule, new))
        if reading.contested and rule.kind.helps:  # a contested bar binds in full either way
            settled = replace(rule, interpretation=replace(reading, contested=False, unless=None))
            yield _Draft("settle", "", "read as settled, not contested", settled)
        yield from _edge_drafts(rule)
        if rule.kind in _OTHER_KIND:
            other = _OTHER_KIND[rule.kind]
            yield _Draft("change-kind", "", f"a {other}, not a {rule.kind}", replace(rule, kind=other))
        yield _Draft("drop-rule", "", "the whole rule taken away", None)

    def of_condition(
        self, where: str, node: Condition, rebuilt: Callable[[Condition], Rule | None]
    ) -> Iterator[_Draft]:
        for change, number in _numbered(node):
            new = rebuilt(change.whole)
            if new is not None:
                detail, said = change.detail or str(number), self.said(change)
                yield _Draft(where + change.operator, detail, f"{where.replace('/', ': ')}{said}", new)

    def said(self, change: Change) -> str:
        text = in_words(change.part, self.bundle.words, self.bundle.meanings)
        return _WORDS[change.operator].format(text, change.detail)

    def of_definition(self, name: str) -> Iterator[Mutant]:
        seen = [self.bundle.definitions[name]]
        for change, number in _numbered(seen[0]):
            new = Defined(name, change.whole)
            if change.whole not in seen:
                seen.append(change.whole)
                detail = change.detail or str(number)
                label = f"definition:{name}/{change.operator}/{detail}"
                yield from self.everywhere(label, change.operator, self.said(change), _swap_definition(new))

    def of_class(self, name: str) -> Iterator[Mutant]:
        used = {
            node.values
            for rule in self.bundle.rules
            for condition in _conditions(rule)
            for node in uses(condition, OneOf)
            if node.named == name
        }
        for value in sorted({str(value) for values in used if len(values) > 1 for value in values}):
            words = f"“{value}” taken out of the class, wherever the law names it"
            yield from self.everywhere(
                f"class:{name}/drop-value/{value}", "drop-value", words, _swap_class(name, value)
            )

    def everywhere(
        self, label: str, operator: str, words: str, swap: Callable[[Condition], Condition | None]
    ) -> Iterator[Mutant]:
        """A mutant in which every rule says something else in place of one thing."""
        both = [(rule, _exchanged(rule, swap)) for rule in self.bundle.rules]
        both = [(old, new) for old, new in both if new is not old]
        made = self.build(tuple(old for old, _ in both), tuple(new for _, new in both)) if both else None
        if made is not None:
            yield Mutant(label, label.partition("/")[0], None, operator, words, *made)

    def build(
        self, old: tuple[Rule, ...], new: tuple[Rule, ...]
    ) -> tuple[Bundle, tuple[Rule, ...], tuple[Rule, ...], Edges] | None:
        """The changed bundle, if the loader would read it and it says anything else."""
        if not all(self.readable(rule, was) for rule, was in zip(new, old, strict=False)):
            return None
        put = dict(zip(map(id, old), new or (None,), strict=True))
        rules = tuple(found for rule in self.bundle.rules if (found := put.get(id(rule), rule)) is not None)
        defeat, edges = self.bundle.defeat, Edges()
        if not new:
            defeat = _without(defeat, {rule.id for rule in old} - {rule.id for rule in rules})
            edges = self.pairs ^ _pairs(defeat)
        elif any(_bonds(was) != _bonds(now) for was, now in zip(old, new, strict=True)):
            try:
                defeat = defeat_graph(rules)
            except PackError:
                return None
            edges = self.pairs ^ _pairs(defeat)
            if not edges and _OTHER_KIND.get(old[0].kind) is not new[0].kind:
                return None
        made = replace(self.bundle, rules=rules, defeat=defeat, _at={})
        reached = any(was.elements is not now.elements for was, now in zip(old, new, strict=False))
        return (made, old, new, edges) if self.free_of_circles(made, new, edges - self.pairs, reached) else None

    def readable(self, rule: Rule, was: Rule) -> bool:
        """Whether the loader would take the rule's conditions."""
        for new, old in zip(_conditions(rule), _conditions(was), strict=False):
            if new is not old:
                try:
                    check_condition(new, self.bundle.words, forbid=rule.kind is Kind.FORBID and new is rule.when)
                except ConditionError:
                    return False
        return True

    def free_of_circles(self, made: Bundle, new: tuple[Rule, ...], added: Edges, reached: bool) -> bool:
        """Whether no copy meets a circle that the bundle did not have: one by a new edge, or by a longer reach."""
        suspects = {target for _, target in added} | ({rule.id for rule in new} if reached else set())
        suspects = {name for name in suspects if _in_circle(made.defeat, name, made.by_id)}
        if not suspects:
            return True
        alone = replace(made, rules=new, defeat=Defeat({}), _at={})
        names = {rule.id for rule in new}
        met = {before - names | {rule.id for rule in alone.reaching(copy)} for copy, before in self.meeting.items()}
        return not any(_in_circle(made.defeat, name, ids) for ids in met for name in suspects & ids)

    @cached_property
    def meeting(self) -> Mapping[Copy, frozenset[str]]:
        """Per copy, the rules that meet there."""
        found = ((copy, self.bundle.reaching(copy)) for copy in self.bundle.all_copies())
        return {copy: frozenset(rule.id for rule in rules) for copy, rules in found}


_OTHER_KIND = {Kind.PERMIT: Kind.MANDATE, Kind.MANDATE: Kind.PERMIT}
_WORDS = {
    "drop-conjunct": "no longer asked: {0}",
    "drop-disjunct": "no longer enough: {0}",
    "negate": "the contrary asked of: {0}",
    "drop-value": "“{1}” taken out of: {0}",
    "boundary": "the boundary itself counted the other way: {0}",
    "drop-knows": "asked without knowledge: {0}",
    "drop-possibly": "only where it is certain: {0}",
}


def _numbered(node: Condition) -> Iterator[tuple[Change, int]]:
    """Changes with their place among those of the same operator, from 1; the same in every run."""
    count: Counter[str] = Counter()
    for change in changes(node):
        count[change.operator] += 1
        yield change, count[change.operator]


def _with_unless(rule: Rule, unless: Condition) -> Rule | None:
    """``TRUE`` would be the same as a settled reading, which has an operator of its own."""
    if unless == Truth(True):
        return None
    return replace(rule, interpretation=replace(rule.interpretation, unless=unless))


def _edge_drafts(rule: Rule) -> Iterator[_Draft]:
    for target in rule.lifts:
        rest = tuple(other for other in rule.lifts if other is not target)
        if rest or rule.kind is not Kind.EXEMPT:  # an exempt without a lift is no rule
            words = f"no longer lifts {target}"
            yield _Draft("drop-lift", target.rule or f"tag-{target.tag}", words, replace(rule, lifts=rest))
    over = rule.overrides
    for target in over.named:
        named = tuple(other for other in over.named if other is not target)
        words = f"no longer overrides {target}"
        new = replace(rule, overrides=replace(over, named=named))
        yield _Draft("drop-override", target.rule or f"tag-{target.tag}", words, new)
    if over.all:
        yield _Draft("drop-override", "all", "no longer overrides all", replace(rule, overrides=Overrides()))
    for target in over.doors:
        doors = tuple(other for other in over.doors if other is not target)
        new = replace(rule, overrides=replace(over, doors=doors))
        yield _Draft("drop-door", target.rule or f"tag-{target.tag}", f"no door left for {target}", new)


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    unless = rule.interpretation.unless
    return (rule.when, rule.elements) if unless is None else (rule.when, rule.elements, unless)


def _exchanged(rule: Rule, swap: Callable[[Condition], Condition | None]) -> Rule:
    new = [exchanged(condition, swap) for condition in _conditions(rule)]
    if all(a is b for a, b in zip(new, _conditions(rule), strict=True)):
        return rule
    reading = replace(rule.interpretation, unless=new[2]) if len(new) > 2 else rule.interpretation
    return replace(rule, when=new[0], elements=new[1], interpretation=reading)


def _swap_definition(new: Defined) -> Callable[[Condition], Condition | None]:
    return lambda node: new if isinstance(node, Defined) and node.name == new.name else None


def _swap_class(name: str, value: str) -> Callable[[Condition], Condition | None]:
    def swap(node: Condition) -> Condition | None:
        if isinstance(node, OneOf) and node.named == name and value in node.values and len(node.values) > 1:
            return replace(node, values=node.values - {value})
        return None

    return swap


def _bonds(rule: Rule) -> tuple[object, ...]:
    """All that the defeat graph reads of a rule."""
    return rule.kind, rule.lifts, rule.overrides, rule.discretionary, rule.tags


def _pairs(defeat: Defeat) -> Edges:
    return frozenset((edge.by, edge.target) for found in defeat.defeaters.values() for edge in found)


def _without(defeat: Defeat, gone: set[str]) -> Defeat:
    """The graph without some rules; what named them now names nothing."""
    kept = {
        target: tuple(edge for edge in found if edge.by not in gone)
        for target, found in defeat.defeaters.items()
        if target not in gone
    }
    return Defeat(kept)


def _in_circle(defeat: Defeat, start: str, among: Container[str]) -> bool:
    """Whether a rule, by way of what defeats it among these, comes to defeat itself."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for edge in defeat.defeaters.get(waiting.pop(), ()):
            if edge.by == start:
                return True
            if edge.by in among and edge.by not in seen:
                seen.add(edge.by)
                waiting.append(edge.by)
    return False


# What a pack says of its own survivors.


@dataclass(frozen=True, slots=True)
class Explained:
    """Why no case need notice a mutant, in a lawyer's words. ``where`` is file and line."""

    because: str
    where: str


def explained(bundle: Bundle) -> Mapping[str, Explained]:
    """Each mutant that a pack's ``survivors.yaml`` speaks of, by id.

    :raises PackError: an entry that is not well formed, or stands twice.
    """
    found: dict[str, Explained] = {}
    for pack in bundle.packs:
        path = pack.folder / "survivors.yaml"
        if not path.is_file():
            continue
        doc = strict_yaml.read(path, PackError, f"{pack.name}/{path.name}")
        if not isinstance(doc.data, list):
            raise PackError(f"{doc.at()}: must be a list, each entry with `mutant` and `because`")
        for index in range(len(doc.data)):
            entry = Entry(doc, (index,), "survivor", {"mutant": True, "because": True}, PackError)
            name = entry.text("mutant")
            if name in found:
                raise entry.fault(f"mutant `{name}` is already explained; keep one of them", "mutant")
            found[name] = Explained(entry.text("because"), doc.at(index))
    return found
