"""Which rule defeats which, and why: a cited graph without circles.

A permit, mandate or exempt *lifts* a forbid; a forbid *overrides* what would
help. Every edge says because of what. The kinds alternate, which is what keeps
the meaning monotone: learning a fact never undoes a release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ostiary.errors import ManyErrors, PackError, did_you_mean
from ostiary.law.rule import Kind, Rule, Target


@dataclass(frozen=True, slots=True)
class Edge:
    """``by`` defeats ``target`` while it is alive."""

    by: str
    target: str
    because: str


@dataclass(frozen=True)
class Defeat:
    """The graph: for each rule id, what defeats it."""

    defeaters: Mapping[str, tuple[Edge, ...]]

    def of(self, rule: Rule) -> tuple[Edge, ...]:
        """The edges that defeat a rule, in order of id."""
        return self.defeaters.get(rule.id, ())

    def in_order(self, rules: Sequence[Rule]) -> tuple[Rule, ...]:
        """These rules, each after all of them that defeat it.

        :raises PackError: when they defeat each other in a circle.
        """
        places = {rule.id: [] for rule in rules}  # type: dict[str, list[Rule]]
        for rule in rules:
            places[rule.id].append(rule)
        graph = {name: [e.by for e in self.defeaters.get(name, ()) if e.by in places] for name in places}
        try:
            order = list(TopologicalSorter(graph).static_order())
        except CycleError as circle:
            names = " -> ".join(f"`{name}`" for name in circle.args[1])
            raise PackError(
                f"rules defeat each other in a circle: {names}; remove one `lifts`, or name a door under `except`"
            ) from None
        return tuple(rule for name in order for rule in places[name])


def defeat_graph(rules: Sequence[Rule]) -> Defeat:
    """Expand tags and ``all``, add that every mandate lifts a discretionary bar, and check the ends.

    :raises ManyErrors: an end that does not exist, or kinds that do not alternate.
    """
    index = _Index(rules)
    edges: dict[tuple[str, str], Edge] = {}
    faults: list[str] = []
    for rule in rules:
        for edge in _edges_of(rule, index, faults):
            edges.setdefault((edge.by, edge.target), edge)
    if faults:
        raise ManyErrors(sorted(set(faults)))
    defeaters: dict[str, list[Edge]] = {}
    for edge in sorted(edges.values(), key=lambda e: (e.target, e.by)):
        defeaters.setdefault(edge.target, []).append(edge)
    return Defeat({name: tuple(found) for name, found in defeaters.items()})


class _Index:
    """Rules by id, by tag and by kind."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.by_id = {rule.id: rule for rule in rules}
        self.helpers = sorted(rule.id for rule in self.by_id.values() if rule.kind.helps)
        self.discretionary = sorted(rule.id for rule in self.by_id.values() if rule.discretionary)

    def tagged(self, tag: str, helps: bool) -> list[str]:
        return sorted(
            rule.id
            for rule in self.by_id.values()
            if tag in rule.tags and (rule.kind.helps if helps else rule.kind is Kind.FORBID)
        )


def _edges_of(rule: Rule, index: _Index, faults: list[str]) -> Iterable[Edge]:
    for target in rule.lifts:
        for name in _resolve(rule, target, index, faults, helps=False):
            yield Edge(rule.id, name, target.because)
    if rule.kind is Kind.MANDATE:
        for name in index.discretionary:
            yield Edge(rule.id, name, "a bar on what the agency may give never blocks what the law compels")
    for target in rule.overrides.named:
        for name in _resolve(rule, target, index, faults, helps=True):
            if not (rule.discretionary and index.by_id[name].kind is Kind.MANDATE):
                yield Edge(rule.id, name, target.because)
            else:
                faults.append(
                    f"{rule.where}: rule `{rule.id}`: a discretionary bar cannot override the mandate `{name}`"
                )
    if rule.overrides.all:
        doors = {n for door in rule.overrides.doors for n in _resolve(rule, door, index, faults, helps=True)}
        for name in index.helpers:
            spared = rule.discretionary and index.by_id[name].kind is Kind.MANDATE
            if name not in doors and not spared:
                yield Edge(rule.id, name, rule.overrides.because)


def _resolve(rule: Rule, target: Target, index: _Index, faults: list[str], *, helps: bool) -> list[str]:
    if target.tag:
        return [name for name in index.tagged(target.tag, helps) if name != rule.id]
    found = index.by_id.get(target.rule)
    wanted = "permit, mandate or exempt" if helps else "forbid"
    if found is None:
        near = did_you_mean(target.rule, index.by_id)
        faults.append(f"{rule.where}: rule `{rule.id}`: names `{target.rule}`, which is no rule{near}")
    elif (found.kind.helps if helps else found.kind is Kind.FORBID) is False:
        faults.append(
            f"{rule.where}: rule `{rule.id}`: names `{target.rule}`, a {found.kind}; a {wanted} must stand there"
        )
    else:
        return [target.rule]
    return []
