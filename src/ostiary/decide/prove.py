"""Properties shown for every request at once, or refuted by a smallest one that breaks them.

*Proved* means: no facts, known or unknown, no copy that can exist and no day from ``since``
on break the property under these rules. It does not mean that the rules read the law
rightly. A solver that gives no answer has proved nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ostiary.decide.encode import Space, World
from ostiary.decide.encode_rules import Verdicts, theory
from ostiary.decide.formula import both, either, no
from ostiary.decide.learning import find_learning
from ostiary.decide.solver import Said, Solver
from ostiary.decide.verdict import Outcome
from ostiary.decide.witness import Witness, find
from ostiary.errors import EngineDisagreement
from ostiary.law.bundle import Bundle, copy_facts
from ostiary.law.meaning import Missing, Rows, holds
from ostiary.law.property import Never, Property
from ostiary.law.rule import Kind


class Result(StrEnum):
    """What became of a property. Only the first is good news."""

    PROVED = "proved"
    REFUTED = "refuted"
    VACUOUS = "vacuous"
    UNDECIDED = "not_proved"


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found out about one property.

    ``witness``: a smallest request that breaks it; ``learned``: the fact whose learning undoes
    the release; ``idle``: it holds even without its ``unless``.
    """

    property: Property
    result: Result
    why: str = ""
    witness: Witness | None = None
    learned: str = ""
    idle: bool = False


@dataclass(frozen=True)
class Case:
    """A property as a question: the theory it is asked in, when it is broken, when it applies at all.

    ``wiser``: for ``LEARNING``, the world that knows more.
    """

    world: World
    theory: str
    broken: str
    applies: str
    without_unless: str
    wiser: World | None = None


def prove(
    bundle: Bundle, properties: Sequence[Property], since: dt.date, *, solver: str = "z3", seconds: float = 60.0
) -> Iterator[Proof]:
    """Each property, proved or not, for every day from ``since`` on.

    :param seconds: wall-clock limit of each question; past it the property is not proved.
    :raises BadInput: the solver is not installed.
    """
    told: tuple[str, Solver] | None = None
    try:
        for one, case in cases(bundle, properties, since):
            if told is None or told[0] != case.theory:
                if told is not None:
                    told[1].close()
                told = (case.theory, Solver(case.theory, name=solver, seconds=seconds))
            yield _proof(bundle, one, case, told[1])
    finally:
        if told is not None:
            told[1].close()


def cases(bundle: Bundle, properties: Sequence[Property], since: dt.date) -> Iterator[tuple[Property, Case]]:
    """Each property as a question, those of one request first: they share one theory."""
    asked = tuple(part for one in properties for part in (one.when, one.unless))
    space = Space((bundle,), asked, since)
    world = World(space)
    verdicts = Verdicts(bundle, world)
    single = [one for one in properties if one.never.of_one_request]
    parts = [(one, world.say(one.when).t, world.say(one.unless).t) for one in single]
    shared = theory([verdicts])
    for one, when, unless in parts:
        happens = _happens(verdicts, one.never)
        if one.never is Never.STAYS:  # what is not known is asked for; only what is all known must not stay
            happens = both((happens, *(name for name in world.variables if name.endswith("?|"))))
        yield (
            one,
            Case(world, shared, both((when, no(unless), happens)), both((when, no(unless))), both((when, happens))),
        )
    for one in properties:
        if one.never is Never.LEARNING:
            yield one, _learning_case(bundle, space)
        elif one.never is Never.BLOCKED:
            yield one, _blocked_case(bundle, space, one.rules)
        elif one.never is Never.HANGS:
            yield one, _hanging_case(bundle, space, one)


def _happens(verdicts: Verdicts, never: Never) -> str:
    return {
        Never.LEAVES: verdicts.leaves,
        Never.DISCRETION: verdicts.discretionary,
        Never.MANDATED: verdicts.mandated,
        Never.STAYS: no(verdicts.leaves),
    }[never]


def _learning_case(bundle: Bundle, space: Space) -> Case:
    """Two worlds, the second knowing all that the first knows and perhaps more (``rules.md``, T2)."""
    world, wiser = World(space), World(space, "'")
    now, then = Verdicts(bundle, world), Verdicts(bundle, wiser)
    bits = [name for name in world.variables if name.endswith("?|")]
    more = "\n".join(f"(assert (=> {bit} {bit[:-1]}'|))" for bit in bits) + "\n"
    leaves = now.leaves
    broken = both((leaves, no(then.leaves)))
    return Case(world, theory([now, then]) + more, broken, leaves, broken, wiser)


def _blocked_case(bundle: Bundle, space: Space, rules: frozenset[str]) -> Case:
    """The same request judged with and without these rules."""
    world = World(space)
    now, without = Verdicts(bundle, world), Verdicts(bundle, world, "without ", rules)
    broken = both((without.mandated, no(now.leaves)))
    asks = either(now.own(rule) for rule in sorted(rules))
    return Case(world, theory([now, without]), broken, both((without.mandated, asks)), broken)


def _hanging_case(bundle: Bundle, space: Space, one: Property) -> Case:
    """The same request with one fact changed: a mandate must not go with it."""
    assert one.instead is not None
    fact, code = one.instead
    world, other = World(space), World(space, "'", frozenset({fact}))
    now, then = Verdicts(bundle, world), Verdicts(bundle, other)
    bits = [name for name in world.variables if name.endswith("?|") and name != world.slot(fact, 0).known]
    there = other.slot(fact, 0)
    same = [f"(assert (= {bit} {bit[:-1]}'|))" for bit in bits]
    same.append(f"(assert (and {there.given} (= {there.value} {space.number(space.words.facts[fact], code)})))")
    mandates = [rule.id for rule in now.rules if rule.kind is Kind.MANDATE]
    hangs = either(both((now.own(name), no(then.own(name)))) for name in dict.fromkeys(mandates))
    applies = both((world.say(one.when).t, no(world.say(one.unless).t)))
    told = theory([now, then]) + "\n".join(same) + "\n"
    return Case(world, told, both((applies, hangs)), both((applies, either(now.own(name) for name in mandates))), hangs)


def _proof(bundle: Bundle, one: Property, case: Case, solver: Solver) -> Proof:
    try:
        return _asked(bundle, one, case, solver)
    except EngineDisagreement as fault:
        return Proof(one, Result.UNDECIDED, f"the engines disagree: {fault}")


def _asked(bundle: Bundle, one: Property, case: Case, solver: Solver) -> Proof:
    said, witness, fact = _found(bundle, one, case, solver)
    if said is Said.UNKNOWN:
        return Proof(one, Result.UNDECIDED, f"the solver gave no answer within {solver.seconds:.0f} seconds")
    if witness is not None:
        return Proof(one, Result.REFUTED, "", witness, fact)
    applies, _ = solver.ask(case.applies)
    if applies is Said.UNSAT:
        return Proof(one, Result.VACUOUS, "no request meets its `when` without its `unless`: it says nothing")
    if applies is Said.UNKNOWN:
        return Proof(one, Result.UNDECIDED, "whether any request meets its `when` is not known")
    idle = one.never.of_one_request and case.without_unless != case.broken
    return Proof(one, Result.PROVED, idle=idle and solver.ask(case.without_unless)[0] is Said.UNSAT)


def _found(bundle: Bundle, one: Property, case: Case, solver: Solver) -> tuple[Said, Witness | None, str]:
    """A smallest request that breaks the property and, for ``LEARNING``, the fact that undoes the release."""
    if case.wiser is not None:
        return find_learning(bundle, solver, case.world, case.wiser, case.broken)
    said, found = find(solver, case.world, case.broken, _breaks(bundle, one, case.world.space.names))
    return said, found, ""


# The interpreter's word on the same question: a witness must break the property there too.


def _breaks(bundle: Bundle, one: Property, names: Collection[str]) -> Callable[[Witness], bool]:
    if one.never is Never.HANGS:
        return lambda found: _hangs(bundle, one, found)
    if one.never is Never.BLOCKED:
        lesser = without(bundle, one.rules)
        return lambda found: found.outcome(lesser) is Outcome.MANDATED and not found.outcome(bundle).discloses
    if one.never is Never.STAYS:
        return lambda found: breaks(bundle, one, found) and not _unknown(found, names)
    return lambda found: breaks(bundle, one, found)


def _unknown(found: Witness, names: Collection[str]) -> bool:
    """Whether a fact that the rules read is not known."""
    rows = (row for value in found.facts.values() if isinstance(value, Rows) for row in value.rows)
    return any(facts.get(name) is Missing.UNKNOWN for facts in (found.facts, *rows) for name in names)


def _hangs(bundle: Bundle, one: Property, found: Witness) -> bool:
    assert one.instead is not None
    other = Witness({**found.facts, one.instead[0]: one.instead[1]}, found.copy)
    return _applies(bundle, one, found) and not commands(bundle, found) <= commands(bundle, other)


def commands(bundle: Bundle, found: Witness) -> set[str]:
    """The mandates whose own conditions a request meets, whatever may defeat them."""
    reading = found.reading(bundle)
    facts = {**found.facts, **copy_facts(found.copy, bundle.words)}
    mandates = (rule for rule in bundle.rules_at(found.copy) if rule.kind is Kind.MANDATE)
    return {rule.id for rule in mandates if rule.in_force(found.day) and reading.own(rule, facts).full is True}


def _applies(bundle: Bundle, one: Property, found: Witness) -> bool:
    facts = {**found.facts, **copy_facts(found.copy, bundle.words)}
    return holds(one.when, facts) is True and holds(one.unless, facts) is not True


def breaks(bundle: Bundle, one: Property, found: Witness) -> bool:
    """Whether a request breaks a property of one request, by the interpreter."""
    return _applies(bundle, one, found) and _did(found.outcome(bundle), one.never)


def _did(outcome: Outcome, never: Never) -> bool:
    if never is Never.STAYS:
        return not outcome.discloses
    wanted = {
        Never.LEAVES: (Outcome.RELEASE, Outcome.MANDATED),
        Never.DISCRETION: (Outcome.RELEASE,),
        Never.MANDATED: (Outcome.MANDATED,),
    }
    return outcome in wanted[never]


def without(bundle: Bundle, rules: frozenset[str]) -> Bundle:
    """The bundle as if these rules were not law."""
    left = tuple(rule for rule in bundle.rules if rule.id not in rules)
    return replace(bundle, rules=left, defeat=bundle.defeat, _at={})
