"""How far the cases show each condition of each provision: modified condition/decision coverage.

An *atom* is one question about a fact. It *decides* in a case when its answer alone, turned round, turns round
whether the rule's ``when`` holds. A provision is well shown when each atom of its rules decides somewhere with
yes, and somewhere with no. Atoms count once a rule, also where they stand in a definition or twice.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ostiary.decide.situations import Case, Situation
from ostiary.law.bundle import Bundle
from ostiary.law.condition import (
    All,
    Any,
    Condition,
    Defined,
    Knows,
    Not,
    Possibly,
    Present,
    SomeRow,
    Truth,
    atom_facts,
    children,
)
from ostiary.law.meaning import Kleene, holds, kleene_all, kleene_any, kleene_not
from ostiary.law.rule import Rule
from ostiary.law.words import in_words

Answers = Mapping[Condition, Kleene]


@dataclass(frozen=True, slots=True)
class AtomShown:
    """One atom of one rule, and in how many situations it decides with yes and with no."""

    rule: str
    atom: Condition
    yes: int
    no: int

    @property
    def ways(self) -> int:
        """In how many of the two ways it is shown: 0, 1 or 2."""
        return (self.yes > 0) + (self.no > 0)

    def words(self, bundle: Bundle) -> str:
        """The atom as a plain sentence part."""
        return in_words(self.atom, bundle.words, bundle.meanings)


@dataclass(frozen=True, slots=True)
class Provision:
    """An authority with the rules that cite it first, and every atom of theirs."""

    authority: str
    citation: str
    rules: tuple[str, ...]
    atoms: tuple[AtomShown, ...]

    def shown(self, ways: int) -> int:
        """How many atoms are shown in so many ways."""
        return sum(found.ways == ways for found in self.atoms)

    @property
    def share(self) -> float:
        """The part of all yes and no that is shown; 1 where nothing is asked."""
        return sum(found.ways for found in self.atoms) / (2 * len(self.atoms)) if self.atoms else 1.0


def provisions(bundle: Bundle, cases: Iterable[Case]) -> tuple[Provision, ...]:
    """Every authority behind a rule, the least shown first."""
    seen = _answers(bundle, cases)
    behind: dict[str, list[Rule]] = defaultdict(list)
    for rule in bundle.rules:
        behind[rule.authorities[0]].append(rule)
    found = (
        Provision(
            name,
            bundle.authorities[name].citation,
            tuple(dict.fromkeys(rule.id for rule in rules)),
            tuple(shown for rule in rules for shown in shown_of(rule, seen[rule.id, rule.since.isoformat()])),
        )
        for name, rules in behind.items()
    )
    return tuple(sorted(found, key=lambda one: (one.share, one.citation)))


def atoms_of(node: Condition) -> tuple[Condition, ...]:
    """The atoms of a condition, each once, in the order of its text; looking into definitions and rows."""
    return tuple(dict.fromkeys(_atoms(node)))


def _atoms(node: Condition) -> Iterator[Condition]:
    if atom_facts(node):
        yield node
    for child in children(node):
        yield from _atoms(child)


def _answers(bundle: Bundle, cases: Iterable[Case]) -> Mapping[tuple[str, str], Counter[tuple[Kleene, ...]]]:
    """Per rule, the answers to its atoms, and in how many situations that it reaches they are given."""
    atoms = {id(rule): atoms_of(rule.when) for rule in bundle.rules}
    found: dict[tuple[str, str], Counter[tuple[Kleene, ...]]] = defaultdict(Counter)
    for case in cases:
        for situation in case.situations:
            known: dict[Condition, Kleene] = {}
            for rule in _bearing(situation):
                for atom in atoms[id(rule)]:
                    if atom not in known:
                        known[atom] = holds(atom, situation.facts)
                found[rule.id, rule.since.isoformat()][tuple(known[atom] for atom in atoms[id(rule)])] += 1
    return found


def _bearing(situation: Situation) -> Iterator[Rule]:
    """The rules that are law here for this agency. A request has one row of each relation: its own facts."""
    day, agency = situation.reading.as_of, situation.reading.agency
    return (rule for rule in situation.rules if rule.in_force(day) and rule.binds & agency)


def shown_of(rule: Rule, seen: Mapping[tuple[Kleene, ...], int]) -> Iterator[AtomShown]:
    """How often each atom of a rule decides, given how often each set of answers was seen."""
    atoms = atoms_of(rule.when)
    count: Counter[tuple[Condition, bool]] = Counter()
    for values, times in seen.items():
        answers = dict(zip(atoms, values, strict=True))
        holds_now = value(rule.when, answers) is True
        for atom, answer in answers.items():
            if answer is not None and _decides(rule.when, atom, answers, holds_now):
                count[atom, answer] += times
    return (AtomShown(rule.id, atom, count[atom, True], count[atom, False]) for atom in atoms)


def _decides(when: Condition, atom: Condition, answers: Answers, holds_now: bool) -> bool:
    """Whether turning this answer turns the condition. A guard may turn together with what it guards."""
    turned = [{atom: not answers[atom]}]
    if isinstance(atom, Present):
        guarded = [other for other in answers if other != atom and atom.fact.name in atom_facts(other)]
        turned.append(dict.fromkeys((atom, *guarded), not answers[atom]))
    return any((value(when, {**answers, **other}) is True) is not holds_now for other in turned)


def value(node: Condition, answers: Answers) -> Kleene:
    """A condition's value, given the answers to its atoms: ``meaning.holds`` without facts."""
    match node:
        case All(parts):
            return kleene_all(value(part, answers) for part in parts)
        case Any(parts):
            return kleene_any(value(part, answers) for part in parts)
        case Not(part):
            return kleene_not(value(part, answers))
        case Knows(part):
            return value(part, answers) is True
        case Possibly(part):
            return value(part, answers) is not False
        case Defined(_, body) | SomeRow(_, body):
            return value(body, answers)
        case Truth(fixed):
            return fixed
        case _:
            return answers[node]
