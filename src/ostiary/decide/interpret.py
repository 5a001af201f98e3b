"""The reference meaning: what the rules say of one copy, given the facts.

Pure, total and small enough to read against ``rules.md``. Every other engine is
checked against it. An exception here withholds; it never skips a rule.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

from ostiary.decide.verdict import (
    Considered,
    Duty,
    Item,
    MissingFact,
    Outcome,
    Reason,
    State,
)
from ostiary.law.bundle import Bundle, Copy, copy_facts
from ostiary.law.meaning import NOTHING, Facts, Kleene, Missing, Rows, holds, kleene_all, kleene_any, kleene_not, weigh
from ostiary.law.rule import Kind, Rule

Alive = Mapping[str, Kleene]


@dataclass(frozen=True, slots=True)
class Own:
    """One rule's own condition: its value, the same without doubtful help, and what it waits for."""

    full: Kleene
    bare: Kleene
    waits: frozenset[str]


@dataclass(frozen=True)
class Reading:
    """A bundle read on one day with one set of facts.

    ``facts`` has an entry for every fact of the vocabulary but those of the copy. ``agency``:
    the kinds of agency that the decider is. ``follow``: which unknown facts are waited for is found out too.
    """

    bundle: Bundle
    facts: Facts
    as_of: dt.date
    agency: frozenset[str]
    follow: ClassVar[bool] = True
    _cache: dict[str, Own] = field(default_factory=dict, init=False, repr=False, compare=False)
    idle: dict[tuple[str, dt.date], Considered] = field(default_factory=dict, init=False, repr=False, compare=False)

    @cached_property
    def unknown(self) -> frozenset[str]:
        """The facts that are not known, of the request or in a row of one of its relations."""
        rows = (row for value in self.facts.values() if isinstance(value, Rows) for row in value.rows)
        every = (item for facts in (self.facts, *rows) for item in facts.items())
        return frozenset(name for name, value in every if value is Missing.UNKNOWN)

    def reaching(self, copy: Copy) -> Sequence[Rule]:
        """The rules to judge a copy by, each after all that can defeat it."""
        return self.bundle.rules_at(copy)

    def own(self, rule: Rule, facts: Facts) -> Own:
        """A rule's own condition; kept when it does not depend on the copy."""
        found = self._cache.get(rule.id)
        if found is None:
            found = self._own(rule, facts)
            if rule.id not in self.bundle.copy_bound:
                self._cache[rule.id] = found
        return found

    def _own(self, rule: Rule, facts: Facts) -> Own:
        if not rule.binds & self.agency:
            return Own(False, False, frozenset())
        certain = not self.follow or self.unknown.isdisjoint(self.bundle.reads[rule.id])
        full, waits = (holds(rule.when, facts), NOTHING) if certain else weigh(rule.when, facts)
        reading = rule.interpretation
        if not (reading.contested and rule.kind.helps):
            return Own(full, full, waits)
        if reading.unless is None:
            return Own(full, False, waits)
        settled, also = (holds(reading.unless, facts), NOTHING) if certain else weigh(reading.unless, facts)
        return Own(full, kleene_all((full, settled)), waits | also if full is not False or waits else waits)


class Brief(Reading):
    """A reading of one copy that does not follow what is waited for: quick, for those who ask thousands of times."""

    follow = False

    def own(self, rule: Rule, facts: Facts) -> Own:
        """A rule's own condition, kept."""
        found = self._cache.get(rule.id)
        if found is None:
            found = self._cache[rule.id] = self._own(rule, facts)
        return found

    def take_over(self, other: Brief, changed: Set[str]) -> None:
        """Keep what another reading of the same copy found out, but of rules that read a changed fact."""
        if "as_of" not in changed:  # another day can mean another text of a rule
            reads = self.bundle.reads
            self._cache.update((name, own) for name, own in other._cache.items() if changed.isdisjoint(reads[name]))


def judge(reading: Reading, copy: Copy, group: str = "") -> Item:
    """The answer for one copy. Never raises: a fault withholds with reason ``engine_error``."""
    try:
        return _judge(reading, copy, group)
    except Exception:  # T3: any fault withholds; the caller sees the reason and calls the operator
        return Item(group, copy, Outcome.WITHHOLD, Reason.ENGINE_ERROR)


@dataclass(frozen=True, slots=True)
class Lives:
    """Which rules that reach a copy are alive: with all help, and without what is doubtful."""

    facts: Facts
    rules: Sequence[Rule]
    owns: Mapping[str, Own]
    full: Alive
    bare: Alive


def lives(reading: Reading, copy: Copy) -> Lives:
    """The life of every rule that is law on the day and reaches the copy."""
    facts = {**reading.facts, **copy_facts(copy, reading.bundle.words)}
    rules = [r for r in reading.reaching(copy) if r.in_force(reading.as_of) and r.kind is not Kind.NOTE]
    owns = {rule.id: reading.own(rule, facts) for rule in rules}
    full = alive(reading.bundle, rules, {name: own.full for name, own in owns.items()})
    doubtful = any(own.full is not own.bare for own in owns.values())
    bare = alive(reading.bundle, rules, {name: own.bare for name, own in owns.items()}) if doubtful else full
    return Lives(facts, rules, owns, full, bare)


def outcome_of(reading: Reading, copy: Copy) -> Outcome:
    """The outcome alone, for those who ask thousands of times: the same that :func:`judge` gives."""
    return _settled(reading, copy, lives(reading, copy))[0]


def _settled(reading: Reading, copy: Copy, found: Lives) -> tuple[Outcome, Reason, tuple[Duty, ...]]:
    outcome, reason = settle(found.rules, found.full, found.bare)
    duties = _duties(reading, reading.reaching(copy), found.facts, found.full, outcome)
    if outcome.discloses and _exclude_each_other(reading.bundle, duties):
        outcome, reason = Outcome.REFER, Reason.DUTIES_CONFLICT
    return outcome, reason, duties


def _judge(reading: Reading, copy: Copy, group: str) -> Item:
    found = lives(reading, copy)
    facts, rules, owns, full, bare = found.facts, found.rules, found.owns, found.full, found.bare
    outcome, reason, duties = _settled(reading, copy, found)
    waits = _waits(reading.bundle, rules, owns, full)
    deciding = _deciding(reading, copy, rules, full, bare, outcome, reason)
    return Item(
        group,
        copy,
        outcome,
        reason,
        tuple(rule.id for rule in deciding),
        tuple(dict.fromkeys(name for rule in deciding for name in rule.authorities)),
        tuple(
            reading.idle.get((rule.id, rule.since)) or _considered(reading, rule, owns, full, bare, waits, facts)
            for rule in reading.reaching(copy)
        ),
        _missing(rules, full, waits, outcome),
        duties,
    )


def alive(bundle: Bundle, rules: Sequence[Rule], own: Alive) -> Alive:
    """alive(r) = its own condition, and nothing that defeats it is alive. ``rules`` in defeat order."""
    found: dict[str, Kleene] = {}
    for rule in rules:
        value = own[rule.id]
        if value is not False:  # what does not hold needs no defeating
            spared = (kleene_not(found[edge.by]) for edge in bundle.defeat.of(rule) if edge.by in found)
            value = kleene_all((value, *spared))
        found[rule.id] = value
    return found


@dataclass(frozen=True, slots=True)
class Stand:
    """Whether anything forbids, mandates, or gives authority."""

    forbidden: Kleene
    mandated: Kleene
    authority: Kleene

    @classmethod
    def of(cls, rules: Sequence[Rule], living: Alive) -> Stand:
        """Read off what is alive."""
        by_kind = {
            kind: kleene_any(living[rule.id] for rule in rules if rule.kind is kind)
            for kind in (Kind.FORBID, Kind.PERMIT, Kind.MANDATE)
        }
        mandated = by_kind[Kind.MANDATE]
        return cls(by_kind[Kind.FORBID], mandated, kleene_any((mandated, by_kind[Kind.PERMIT])))

    @property
    def releases(self) -> bool:
        """The only row that discloses: certainly an authority, certainly no bar."""
        return self.forbidden is False and self.authority is True


def settle(rules: Sequence[Rule], full: Alive, bare: Alive) -> tuple[Outcome, Reason]:
    """The outcome table, decided with and without doubtful help (``rules.md``, point 7)."""
    sure, all_help = Stand.of(rules, bare), Stand.of(rules, full)
    if sure.releases:
        return (Outcome.MANDATED if sure.mandated is True else Outcome.RELEASE), Reason.AUTHORISED
    if all_help.releases:
        return Outcome.REFER, Reason.CONTESTED
    if all_help.mandated is True and all_help.forbidden is True:
        return Outcome.CONFLICT, Reason.CONFLICT
    if all_help.mandated is True and all_help.forbidden is None:
        return Outcome.REFER, Reason.POSSIBLE_CONFLICT
    if all_help.forbidden is True:
        return Outcome.WITHHOLD, Reason.FORBIDDEN
    return Outcome.WITHHOLD, Reason.NO_AUTHORITY if all_help.authority is False else Reason.MISSING_FACTS


def _deciding(
    reading: Reading, copy: Copy, rules: Sequence[Rule], full: Alive, bare: Alive, outcome: Outcome, reason: Reason
) -> list[Rule]:
    """The rules that made the outcome, the most telling first."""
    living = bare if reason is Reason.AUTHORISED else full
    rules = sorted(rules, key=lambda rule: (reading.bundle.telling[rule.id], rule.id))
    up = [rule for rule in rules if living[rule.id] is True]
    by_kind = {kind: [rule for rule in up if rule.kind is kind] for kind in Kind}
    if outcome is Outcome.CONFLICT:
        return by_kind[Kind.MANDATE] + by_kind[Kind.FORBID]
    if reason is Reason.POSSIBLE_CONFLICT:
        doubts = [rule for rule in rules if rule.kind is Kind.FORBID and full[rule.id] is None]
        return by_kind[Kind.MANDATE] + doubts
    if reason is Reason.FORBIDDEN:
        return by_kind[Kind.FORBID]
    if reason is Reason.MISSING_FACTS:
        return [rule for rule in rules if full[rule.id] is None]
    if reason is Reason.NO_AUTHORITY:
        return []
    lifters = [rule for rule in by_kind[Kind.EXEMPT] if _lifts_here(reading, copy, rule)]
    return by_kind[Kind.MANDATE] + by_kind[Kind.PERMIT] + lifters


def _lifts_here(reading: Reading, copy: Copy, lifter: Rule) -> bool:
    here = (rule for rule in reading.bundle.rules_at(copy) if rule.in_force(reading.as_of))
    return any(edge.by == lifter.id for rule in here for edge in reading.bundle.defeat.of(rule))


def _waits(bundle: Bundle, rules: Sequence[Rule], owns: Mapping[str, Own], full: Alive) -> dict[str, frozenset[str]]:
    """Per rule, the unknown facts on which being alive still rests; empty when it is final."""
    found: dict[str, frozenset[str]] = {}
    for rule in rules:
        own = owns[rule.id]
        defeaters = [edge.by for edge in bundle.defeat.of(rule) if edge.by in found]
        dead = own.full is False and not own.waits
        dead = dead or any(full[name] is True and not found[name] for name in defeaters)
        found[rule.id] = NOTHING if dead else own.waits.union(*(found[name] for name in defeaters))
    return found


def _missing(
    rules: Sequence[Rule], full: Alive, waits: Mapping[str, frozenset[str]], outcome: Outcome
) -> tuple[MissingFact, ...]:
    """The unknown facts that could still change the outcome, read off what is undecided."""
    barred = any(rule.kind is Kind.FORBID and full[rule.id] is True and not waits[rule.id] for rule in rules)
    wanted = (Kind.MANDATE,) if barred or outcome.discloses else (Kind.MANDATE, Kind.PERMIT)
    helpers = [rule for rule in rules if rule.kind in wanted]
    if not any(full[rule.id] is True or waits[rule.id] for rule in helpers):
        return ()
    bars = [] if barred or outcome.discloses else [rule for rule in rules if rule.kind is Kind.FORBID]
    by_fact: dict[str, list[str]] = {}
    for rule in (*helpers, *bars):
        for name in waits[rule.id]:
            by_fact.setdefault(name, []).append(rule.id)
    return tuple(MissingFact(name, tuple(sorted(by_fact[name]))) for name in sorted(by_fact))


def _considered(
    reading: Reading,
    rule: Rule,
    owns: Mapping[str, Own],
    full: Alive,
    bare: Alive,
    waits: Mapping[str, frozenset[str]],
    facts: Facts,
) -> Considered:
    def entry(state: State, by: tuple[str, ...] = (), doubtful: bool = False) -> Considered:
        wanted = waits.get(rule.id, NOTHING)
        return Considered(rule.id, rule.kind.value, state, doubtful, by, tuple(sorted(wanted)) if wanted else ())

    def idle(state: State) -> Considered:
        """The same for every copy, unless the condition reads the copy or waits for a fact."""
        found = entry(state)
        if rule.id not in reading.bundle.copy_bound and not found.waits_for:
            reading.idle[rule.id, rule.since] = found
        return found

    if not rule.in_force(reading.as_of):
        return idle(State.NOT_IN_FORCE)
    if not rule.binds & reading.agency:
        return idle(State.NOT_BOUND)
    if rule.kind is Kind.NOTE:
        return idle(State.NOT_MET if reading.own(rule, facts).full is False else State.NOTED)
    if full[rule.id] is True:
        return entry(State.ALIVE, doubtful=rule.kind.helps and bare[rule.id] is not True)
    if owns[rule.id].full is False:
        return entry(State.NOT_MET) if owns[rule.id].waits else idle(State.NOT_MET)
    by = tuple(edge.by for edge in reading.bundle.defeat.of(rule) if full.get(edge.by) is True)
    if by:
        return entry(State.DEFEATED, by)
    return entry(State.UNDECIDED, doubtful=rule.kind.helps and rule.interpretation.contested)


def _duties(
    reading: Reading, reaching: Sequence[Rule], facts: Facts, full: Alive, outcome: Outcome
) -> tuple[Duty, ...]:
    """Duties of every note and bar that may apply and, where it leaves, of every rule that may support it."""
    found: dict[Duty, None] = {}
    for rule in reaching:
        if not rule.obligations or not rule.in_force(reading.as_of):
            continue
        if rule.kind is Kind.NOTE:
            applies = reading.own(rule, facts).full is not False
        else:
            applies = full[rule.id] is not False and (not rule.kind.helps or outcome.discloses)
        if applies:
            for duty in _duties_of(reading, rule):
                found.setdefault(duty)
    return tuple(sorted(found, key=lambda duty: (duty.do, duty.rule)))


def _duties_of(reading: Reading, rule: Rule) -> list[Duty]:
    duties = []
    for owed in rule.obligations:
        until = reading.facts.get(owed.until, Missing.ABSENT)
        duties.append(
            Duty(
                owed.do,
                rule.id,
                reading.bundle.words.actions[owed.do].when,
                owed.to,
                owed.within,
                until if isinstance(until, dt.date) else None,
                owed.elements,
                owed.note,
            )
        )
    return duties


def _exclude_each_other(bundle: Bundle, duties: Sequence[Duty]) -> bool:
    """Two duties that cannot both be kept: counsel must say which, and nothing leaves meanwhile."""
    codes = {duty.do for duty in duties}
    return any(bundle.words.actions[code].excludes & codes for code in codes)
