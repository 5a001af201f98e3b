"""Whether the tables show every condition of the law: per authority, per rule, per condition.

For each rule, the table of the authority that it cites first must hold a row in
which the rule lives, and for each of its conditions a row in which only that one
fails; for what helps a release, the answer must change with it. (Bars may
overlap: law repeats itself.) Without such rows a condition could be dropped unseen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ostiary.decide.cases import Row
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.decide.verdict import Item, State
from ostiary.law.bundle import Bundle, copy_facts
from ostiary.law.condition import Condition, Present, conjuncts, facts_of
from ostiary.law.meaning import holds
from ostiary.law.rule import Kind, Rule
from ostiary.law.words import in_words


@dataclass
class Seen:
    """What the rows have shown so far."""

    alive: set[str] = field(default_factory=set)
    deciding: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    failed_alone: dict[tuple[str, int], set[str]] = field(default_factory=lambda: defaultdict(set))
    with_rule: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    outcomes: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def observe(bundle: Bundle, rows: Iterable[Row]) -> Seen:
    """Run the rows and note which rules lived, decided, and failed by one condition alone."""
    seen = Seen()
    first = _by_principal(bundle)
    for row in rows:
        request = read_request(row.facts, bundle.words)
        verdict = decide(bundle, request, agency=row.agency)
        groups = {group.name: group.facts for group in request.groups}
        for item in verdict.items:
            seen.outcomes[row.authority].add(item.outcome.value)
            note_item(seen, item)
            facts = {**groups[item.group], **copy_facts(item.copy, bundle.words)}
            reaching = {found.rule for found in item.considered}
            for rule in first.get(row.authority, ()):
                if rule.id in reaching:
                    _note_conditions(seen, rule, [holds(part, facts) for part in asked(rule)], item)
    return seen


def note_item(seen: Seen, item: Item) -> None:
    """Add what one judged copy shows."""
    seen.deciding.update(item.deciding)
    for found in item.considered:
        if found.state is State.ALIVE:
            seen.alive.add(found.rule)
        elif found.state is State.NOTED:
            seen.noted.add(found.rule)


def asked(rule: Rule) -> tuple[Condition, ...]:
    """The conditions that a row can fail alone: a guard ``present(x)`` fails only with what it guards."""
    parts = conjuncts(rule.when)
    reads = [name for part in parts if not isinstance(part, Present) for name in facts_of(part)]
    return tuple(part for part in parts if not (isinstance(part, Present) and part.fact.name in reads))


def _note_conditions(seen: Seen, rule: Rule, values: Sequence[bool | None], item: Item) -> None:
    failing = [index for index, value in enumerate(values) if value is not True]
    if len(failing) == 1:
        seen.failed_alone[rule.id, failing[0]].add(item.outcome.value)
    elif not failing:
        seen.with_rule[rule.id].add(item.outcome.value)


def _by_principal(bundle: Bundle) -> Mapping[str, list[Rule]]:
    """Each authority with the rules that cite it first."""
    found: dict[str, list[Rule]] = defaultdict(list)
    for rule in bundle.rules:
        found[rule.authorities[0]].append(rule)
    return found


def gaps(bundle: Bundle, seen: Seen) -> Iterator[str]:
    """What the tables do not show, a line each."""
    for authority in bundle.authorities.values():
        if authority.effect.operative and authority.id not in seen.outcomes:
            yield f"{authority.pack}/tests: authority `{authority.id}` has no table; write one from its conditions"
        elif authority.effect.operative and len(seen.outcomes[authority.id]) < 2:
            yield f"{authority.pack}/tests: table `{authority.id}`: no row changes the answer"
    for rule in bundle.rules:
        yield from _rule_gaps(bundle, rule, seen)


def _rule_gaps(bundle: Bundle, rule: Rule, seen: Seen) -> Iterator[str]:
    table = f"{rule.pack}/tests: table `{rule.authorities[0]}`"
    if rule.kind is Kind.NOTE:
        if rule.id not in seen.noted:
            yield f"{table}: no row shows note `{rule.id}`"
        return
    if rule.id not in seen.alive:
        yield f"{table}: no row meets all conditions of rule `{rule.id}`"
    elif rule.id not in seen.deciding:
        yield f"{table}: no row is decided by rule `{rule.id}`"
    if not bundle.authorities[rule.authorities[0]].effect.operative:
        return
    for index, part in enumerate(asked(rule)):
        failed = seen.failed_alone.get((rule.id, index), set())
        if not failed:
            yield f"{table}: no row in which only this fails for rule `{rule.id}`: {_said(part, bundle)}"
        elif rule.kind.helps and failed == seen.with_rule[rule.id]:
            yield f"{table}: the answer never changes when only this fails for rule `{rule.id}`: {_said(part, bundle)}"


def _said(part: Condition, bundle: Bundle) -> str:
    return in_words(part, bundle.words, bundle.meanings)
