"""Mutants held against the cases: which case gives a wrong answer under each, or that none does.

Fast, because a case's facts are read and its conditions answered beforehand (``situations``): of a mutant only
the changed rule is asked again, and a copy is judged anew, by the reference meaning itself, only where that
rule's own answer, its kind or an edge of it changed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

from ostiary.decide.interpret import Own, Reading, judge
from ostiary.decide.mutants import Explained, Mutant
from ostiary.decide.situations import Case, Situation
from ostiary.decide.verdict import Item, Outcome, Reason
from ostiary.errors import PackError, did_you_mean
from ostiary.law.bundle import Bundle, Copy
from ostiary.law.defeat import Defeat
from ostiary.law.meaning import Facts
from ostiary.law.rule import Rule


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of a mutant: the first case that goes wrong under it, or None for a survivor."""

    mutant: Mutant
    killed_by: str | None


def run(mutants: Iterable[Mutant], cases: Sequence[Case]) -> Iterator[Judged]:
    """Hold each mutant against the cases, those of its own authorities first. All cases must be right."""
    bench = _Bench(cases)
    for mutant in mutants:
        yield Judged(mutant, bench.killer(mutant))


def stale(judged: Sequence[Judged], notes: Mapping[str, Explained]) -> Iterator[str]:
    """Each explanation of a mutant that is no survivor, a line each."""
    fates = {found.mutant.id: found.killed_by for found in judged}
    for name, note in notes.items():
        if name not in fates:
            yield f"{note.where}: explains `{name}`, which is no mutant any more{did_you_mean(name, fates)}"
        elif fates[name] is not None:
            yield f"{note.where}: explains `{name}`, which {fates[name]} notices; take the entry out"


@dataclass(frozen=True)
class _Changed(Bundle):
    """A mutant's bundle as far as an answer needs it; in what order rules are told is not asked for by any case."""

    @cached_property
    def telling(self) -> Mapping[str, tuple[int, ...]]:
        return {rule.id: () for rule in self.rules}

    @cached_property
    def copy_bound(self) -> frozenset[str]:
        return frozenset(rule.id for rule in self.rules)


@dataclass(frozen=True)
class _Known(Reading):
    """A reading in which every rule's own condition is already answered."""

    owns: Mapping[str, Own]
    order: Sequence[Rule]

    def reaching(self, copy: Copy) -> Sequence[Rule]:
        return self.order

    def own(self, rule: Rule, facts: Facts) -> Own:
        return self.owns[rule.id]


@dataclass(frozen=True)
class _Again(Reading):
    """The changed rules read with the facts of a reading that is already made."""

    base: Reading

    @cached_property
    def unknown(self) -> frozenset[str]:
        return self.base.unknown


class _Bench:
    """The cases, and which of them each rule, or each copy, stands in."""

    def __init__(self, cases: Sequence[Case]) -> None:
        self.cases = cases
        self.of_rule: dict[tuple[str, str], set[int]] = defaultdict(set)
        self.of_copy: dict[Copy, set[int]] = defaultdict(set)
        self.of_authority: dict[str, set[int]] = defaultdict(set)
        for place, case in enumerate(cases):
            self.of_authority[case.authority].add(place)
            for situation in case.situations:
                self.of_copy[situation.copy].add(place)
                for rule in situation.rules:
                    self.of_rule[_key(rule)].add(place)
        self.by_id: dict[str, set[int]] = defaultdict(set)
        for (name, _), places in self.of_rule.items():
            self.by_id[name] |= places

    def killer(self, mutant: Mutant) -> str | None:
        trial = _Trial(mutant)
        places: set[int] = set()
        for rule in mutant.old:
            places |= self.of_rule[_key(rule)]
        if trial.reaches_anew:
            for copy, found in self.of_copy.items():
                if trial.reached(copy):
                    places |= found
        for by, target in mutant.edges:
            places |= self.by_id[by] & self.by_id[target]
        own = {place for rule in mutant.old for name in rule.authorities for place in self.of_authority[name]}
        for place in sorted(places, key=lambda place: (place not in own, place)):
            if trial.fails(self.cases[place]):
                return self.cases[place].label
        return None


class _Trial:
    """One mutant on trial."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        values = {item.name: getattr(mutant.bundle, item.name) for item in fields(mutant.bundle) if item.init}
        self.bundle = _Changed(**{**values, "_at": {}})
        # The changed rules alone: what depends on a bundle's rules is then made for these few only.
        self.alone = replace(mutant.bundle, rules=mutant.new, defeat=Defeat({}), _at={})
        pairs = zip(mutant.old, mutant.new, strict=False)
        self.reaches_anew = any(old.elements is not new.elements for old, new in pairs)
        self.rekinded = {new.id for old, new in zip(mutant.old, mutant.new, strict=False) if old.kind is not new.kind}
        self.old = {_key(rule) for rule in mutant.old}
        self.readings: dict[int, Reading] = {}
        self.reach: dict[Copy, list[Rule]] = {}

    def reached(self, copy: Copy) -> Sequence[Rule]:
        """The changed rules that reach a copy."""
        found = self.reach.get(copy)
        if found is None:
            found = self.reach[copy] = self.alone.reaching(copy)
        return found

    def fails(self, case: Case) -> bool:
        items: list[Item] | None = None
        for situation in case.situations:
            owns = self.owns(situation)
            if self.differs(situation, owns):
                items = items or [one.item for one in case.situations]
                items[situation.place] = self.judged(situation, owns)
        return items is not None and not case.right(self.bundle, items)

    def owns(self, situation: Situation) -> dict[str, Own | None]:
        """The changed rules' own conditions in this situation; None where the rule does not stand here any more."""
        day = situation.reading.as_of
        found: dict[str, Own | None] = {
            rule.id: None for rule in self.mutant.old if rule.in_force(day) and rule.id in situation.owns
        }
        for rule in self.reached(situation.copy):
            if rule.in_force(day):
                found[rule.id] = self.reading(situation).own(rule, situation.facts)
        return found

    def reading(self, situation: Situation) -> Reading:
        base = situation.reading
        found = self.readings.get(id(base))
        if found is None:
            found = self.readings[id(base)] = _Again(self.alone, base.facts, base.as_of, base.agency, base)
        return found

    def differs(self, situation: Situation, owns: Mapping[str, Own | None]) -> bool:
        """Whether anything that an answer rests on is not as it was."""
        for name, new in owns.items():
            was, now = _value(situation.owns.get(name)), _value(new)
            if was != now or (name in self.rekinded and now != (False, False)):
                return True
        here = situation.owns
        return any(
            by in here and target in here and _value(owns.get(by, here[by])) != (False, False)
            for by, target in self.mutant.edges
        )

    def judged(self, situation: Situation, owns: Mapping[str, Own | None]) -> Item:
        known = {name: own for name, own in {**situation.owns, **owns}.items() if own is not None}
        try:
            order = self.order(situation)
        except PackError:
            return Item(situation.group, situation.copy, Outcome.WITHHOLD, Reason.ENGINE_ERROR)
        self.bundle._at[situation.copy] = order
        base = situation.reading
        reading = _Known(self.bundle, base.facts, base.as_of, base.agency, known, order)
        item = judge(reading, situation.copy, situation.group)
        if item.outcome.discloses and not situation.held:
            return replace(item, outcome=Outcome.WITHHOLD, reason=Reason.NOT_HELD)
        return item

    def order(self, situation: Situation) -> tuple[Rule, ...]:
        """The rules at this copy, each after what defeats it."""
        new = {_key(rule): rule for rule in self.reached(situation.copy)}
        put = tuple(new.get(_key(rule), rule) for rule in situation.rules)
        before = {_key(rule) for rule in situation.rules}
        if not self.mutant.edges and before & self.old == set(new):
            return put
        kept = [rule for rule in put if _key(rule) in new or _key(rule) not in self.old]
        return self.bundle.defeat.in_order([*kept, *(rule for key, rule in new.items() if key not in before)])


def _key(rule: Rule) -> tuple[str, str]:
    return rule.id, rule.since.isoformat()


def _value(own: Own | None) -> tuple[bool | None, bool | None]:
    """A rule that does not stand here is as one that does not hold."""
    return (False, False) if own is None else (own.full, own.bare)
