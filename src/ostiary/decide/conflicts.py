"""Where the law may contradict itself or be doubted: every clash that some request can meet.

A *clash* is a mandate alive beside a live bar that it does not lift. A *doubt* is a
contested rule that can decide: help that is doubtful and without which nothing would
leave, or a doubtful bar that alone stands in the way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import partial

from ostiary.decide.encode import Space, World
from ostiary.decide.encode_rules import Verdicts, theory
from ostiary.decide.formula import both, either, no
from ostiary.decide.interpret import Stand, lives, settle
from ostiary.decide.solver import Said, Solver
from ostiary.decide.verdict import Reason
from ostiary.decide.witness import Test, Witness, find, find_any, smallest
from ostiary.law.bundle import Bundle
from ostiary.law.rule import Kind, Rule


@dataclass(frozen=True, slots=True)
class Clash:
    """A mandate and a bar that can both be alive, with a smallest request in which they are."""

    mandate: str
    bar: str
    witness: Witness


@dataclass(frozen=True, slots=True)
class Doubt:
    """A contested rule that can decide, with a smallest request in which it does."""

    rule: str
    witness: Witness


@dataclass(frozen=True, slots=True)
class Undecided:
    """Rules of which the solver could not say whether they clash or decide."""

    rules: tuple[str, ...]


Finding = Clash | Doubt | Undecided


def conflicts(bundle: Bundle, since: dt.date, *, seconds: float = 60.0) -> Iterator[Finding]:
    """All clashes, then all doubts, for every day from ``since`` on.

    :param seconds: wall-clock limit of each question.
    """
    world = World(Space((bundle,), (), since))
    verdicts = Verdicts(bundle, world)
    doubts = [(rule, _doubted(verdicts, rule)) for rule in _contested(bundle)]
    with Solver(theory([verdicts]), seconds=seconds) as solver:
        yield from _clashes(bundle, verdicts, solver)
        for rule, question in doubts:
            said, witness = find(solver, world, question, partial(_decides, bundle, rule))
            if said is Said.UNKNOWN:
                yield Undecided((rule.id,))
            elif witness is not None:
                yield Doubt(rule.id, witness)


Pairs = set[tuple[str, str]]


def _clashes(bundle: Bundle, verdicts: Verdicts, solver: Solver) -> Iterator[Finding]:
    """Every pair that can clash. One world often shows several pairs, so that few questions are asked."""
    living = verdicts.full
    left = _can_meet(bundle)
    while left:
        question = either(both((living[mandate].t, living[bar].t)) for mandate, bar in sorted(left))
        said, found = find_any(solver, verdicts.world, question, partial(_shows, bundle, frozenset(left)))
        if said is Said.UNKNOWN:
            yield Undecided(tuple(sorted({name for pair in left for name in pair})))
        if found is None:
            return
        seen = _seen(bundle, left, found)
        for mandate, bar in sorted(seen):
            small = smallest(found, bundle.words, _both_alive(bundle, mandate, bar), verdicts.world.space.since)
            yield Clash(mandate, bar, small)
        left -= seen


def _shows(bundle: Bundle, pairs: Set[tuple[str, str]], found: Witness) -> bool:
    return bool(_seen(bundle, pairs, found))


def _seen(bundle: Bundle, pairs: Set[tuple[str, str]], found: Witness) -> Pairs:
    up = alive_in(bundle, found)
    return {(mandate, bar) for mandate, bar in pairs if mandate in up and bar in up}


def _both_alive(bundle: Bundle, mandate: str, bar: str) -> Test:
    return lambda found: alive_in(bundle, found) >= {mandate, bar}


def _can_meet(bundle: Bundle) -> Pairs:
    """The pairs of a mandate and a bar that reach one copy and of which the one does not lift the other."""
    lifted = {(edge.by, target) for target, edges in bundle.defeat.defeaters.items() for edge in edges}
    found: Pairs = set()
    for copy in bundle.all_copies():
        reaching = [rule for rule in bundle.reaching(copy) if rule.binds & bundle.agency.kinds]
        bars = [rule.id for rule in reaching if rule.kind is Kind.FORBID]
        found |= {(rule.id, bar) for rule in reaching if rule.kind is Kind.MANDATE for bar in bars}
    return {(m, b) for m, b in found if (m, b) not in lifted and (b, m) not in lifted}


def alive_in(bundle: Bundle, found: Witness) -> frozenset[str]:
    """The rules that are certainly alive, all help counted, by the interpreter."""
    full = lives(found.reading(bundle), found.copy).full
    return frozenset(name for name, value in full.items() if value is True)


def _contested(bundle: Bundle) -> list[Rule]:
    found = {rule.id: rule for rule in bundle.rules if rule.interpretation.contested and rule.kind is not Kind.NOTE}
    return list(found.values())


def _doubted(verdicts: Verdicts, rule: Rule) -> str:
    """Doubtful help without which nothing would leave, or a doubtful bar that alone stands in the way."""
    full, bare = verdicts.full[rule.id], verdicts.bare[rule.id]
    if rule.kind.helps:
        return both((full.t, no(bare.t), either((verdicts.contested, verdicts.conflict))))
    others = (pair.f for name, pair in verdicts.full.items() if name != rule.id and _is_bar(verdicts, name))
    return both((full.t, *others, verdicts.all_help.authority))


def _is_bar(verdicts: Verdicts, name: str) -> bool:
    return verdicts.bundle.by_id[name].kind is Kind.FORBID


def _decides(bundle: Bundle, rule: Rule, found: Witness) -> bool:
    living = lives(found.reading(bundle), found.copy)
    full, bare, rules = living.full, living.bare, living.rules
    if full.get(rule.id) is not True:
        return False
    if rule.kind.helps:
        reason = settle(rules, full, bare)[1]
        return bare[rule.id] is not True and reason in (Reason.CONTESTED, Reason.CONFLICT)
    others = [full[one.id] for one in rules if one.kind is Kind.FORBID and one.id != rule.id]
    return all(value is False for value in others) and Stand.of(rules, full).authority is True
