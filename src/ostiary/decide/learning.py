"""A release that rests on ignorance: two worlds, of which the second knows more and keeps what the first lets out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ostiary.decide.encode import World
from ostiary.decide.solver import Said, Solver
from ostiary.decide.witness import Witness, read, smallest
from ostiary.errors import EngineDisagreement
from ostiary.law.bundle import Bundle
from ostiary.law.meaning import Facts, Known, Missing, Rows


def find_learning(
    bundle: Bundle, solver: Solver, world: World, wiser: World, question: str
) -> tuple[Said, Witness | None, str]:
    """A smallest request that is released, and the one fact whose learning undoes the release.

    :raises EngineDisagreement: the interpreter bears out no step from the one world to the other.
    """
    variables = list(dict.fromkeys([*world.variables, *wiser.variables]))
    while True:
        said, model = solver.ask(question, variables)
        if said is not Said.SAT:
            return said, None, ""
        for before, name, value in _one_by_one(read(world, model), read(wiser, model)):
            if _undoes(bundle, name, value, before):
                small = smallest(before, world.space.words, partial(_undoes, bundle, name, value), world.space.since)
                return said, small, name
        pins = world.pins(model)
        if not pins:
            raise EngineDisagreement("the interpreter bears out no step by which the release is undone")
        solver.add(pins)


def _one_by_one(less: Witness, more: Witness) -> Iterator[tuple[Witness, str, Known | Missing]]:
    """The way from the one to the other, a fact at a time: what is known so far, and the next fact with its value."""
    for name, value in _learnt(less.facts, more.facts):
        yield less, name, value
        less = learn(less, name, value)


def _learnt(less: Facts, more: Facts) -> Iterator[tuple[str, Known | Missing]]:
    for name, value in less.items():
        other = more[name]
        if value is Missing.UNKNOWN and other is not Missing.UNKNOWN:
            yield name, other
        elif isinstance(value, Rows) and isinstance(other, Rows):
            for row, wiser in zip(value.rows, other.rows, strict=True):
                yield from _learnt(row, wiser)


def learn(found: Witness, name: str, value: Known | Missing) -> Witness:
    """The request with one more fact known, wherever it was not."""
    facts = {key: _learn_rows(one, name, value) for key, one in found.facts.items()}
    if facts.get(name) is Missing.UNKNOWN:
        facts[name] = value
    return Witness(facts, found.copy)


def _learn_rows(one: Known | Missing, name: str, value: Known | Missing) -> Known | Missing:
    if not isinstance(one, Rows):
        return one
    return Rows(tuple({**row, name: value} if row.get(name) is Missing.UNKNOWN else row for row in one.rows))


def _undoes(bundle: Bundle, name: str, value: Known | Missing, found: Witness) -> bool:
    wiser = learn(found, name, value)
    if wiser.facts == found.facts or not found.outcome(bundle).discloses:
        return False
    return not wiser.outcome(bundle).discloses
