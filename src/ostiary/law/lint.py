"""Faults that a lawyer would find by reading: what is cited by nobody, reaches nothing, or lifts nothing.

Whether the tables show every condition is asked in ``decide.coverage``. What is
plainly wrong (no citation, overlapping dates, a circle) does not even load.
"""

from __future__ import annotations

from collections.abc import Iterator

from ostiary.errors import did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.condition import Compare, Condition, Defined, FactRef, Literal, OneOf, conjuncts, walk
from ostiary.law.rule import Kind, Rule


def faults(bundle: Bundle) -> Iterator[str]:
    """Every fault, a line each: ``where: what; what to do``."""
    yield from _authorities(bundle)
    yield from _element_laws(bundle)
    yield from _definitions(bundle)
    reached = {rule.id for copy in bundle.all_copies() for rule in bundle.reaching(copy)}
    for rule in bundle.rules:
        if rule.id not in reached:
            yield f"{rule.where}: rule `{rule.id}` reaches no copy that can exist; widen or drop `elements`"
        for name in _contradictions(rule.when):
            yield f"{rule.where}: rule `{rule.id}` can never hold: no value of `{name}` meets all its conditions"
        yield from _lifts_nothing(bundle, rule)


def _authorities(bundle: Bundle) -> Iterator[str]:
    cited = {name for rule in bundle.rules for name in rule.authorities}
    for authority in bundle.authorities.values():
        if authority.effect.operative and authority.id not in cited:
            yield (
                f"{authority.pack}/authorities.yaml: authority `{authority.id}` {authority.effect} something "
                "but no rule cites it; write its rule"
            )


def _element_laws(bundle: Bundle) -> Iterator[str]:
    for element in bundle.words.elements.values():
        for name in element.law:
            if name not in bundle.authorities:
                near = did_you_mean(name, bundle.authorities)
                yield f"elements.yaml: element `{element.id}` names `{name}`, which is not in the register{near}"


def _definitions(bundle: Bundle) -> Iterator[str]:
    conditions = [part for rule in bundle.rules for part in _conditions(rule)]
    used = {part.name for whole in conditions for part in walk(whole) if isinstance(part, Defined)}
    for name in bundle.definitions:
        if name not in used:
            yield f"definitions.yaml: definition `{name}` is used by no rule; drop it"


def _conditions(rule: Rule) -> list[Condition]:
    unless = rule.interpretation.unless
    return [rule.elements, rule.when, *([unless] if unless is not None else [])]


def _contradictions(when: Condition) -> list[str]:
    """Facts whose required values exclude each other among the conditions that must all hold."""
    allowed: dict[str, frozenset[object]] = {}
    impossible: list[str] = []
    for part in conjuncts(when):
        match part:
            case OneOf(FactRef(name), values, _):
                wanted: frozenset[object] = frozenset(values)
            case Compare("=", FactRef(name), Literal(value)):
                wanted = frozenset({value})
            case _:
                continue
        allowed[name] = allowed.get(name, wanted) & wanted
        if not allowed[name]:
            impossible.append(name)
    return impossible


def _lifts_nothing(bundle: Bundle, rule: Rule) -> Iterator[str]:
    """A permit or exempt must lift a bar that stands where it reaches; else it opens nothing.

    A bar that overrides it (a gate, tax data) is not for it to lift.
    """
    if rule.kind not in (Kind.PERMIT, Kind.EXEMPT):
        return
    lifted = {name for name, edges in bundle.defeat.defeaters.items() if any(e.by == rule.id for e in edges)}
    above, barred = {edge.by for edge in bundle.defeat.of(rule)}, False
    for copy in bundle.all_copies():
        here = bundle.reaching(copy)
        if rule not in here:
            continue
        bars = {o.id for o in here if o.kind is Kind.FORBID and not o.discretionary} - above
        if bars & lifted:
            return
        barred = barred or bool(bars)
    if barred:
        yield f"{rule.where}: {rule.kind} `{rule.id}` lifts nothing where it reaches; say which bar it opens"
