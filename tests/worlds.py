"""A known request put to the solver: every fact fixed, so that a formula has one value."""

import datetime as dt

from ostiary.decide.encode import moved
from ostiary.decide.formula import both, no
from ostiary.decide.solver import Said
from ostiary.law.bundle import copy_facts
from ostiary.law.meaning import Missing, Rows


def pinned(world, facts, copy=None):
    """The formula that fixes every fact of a world. ``facts`` as the interpreter reads them."""
    words = world.space.words
    known = {**facts, **(copy_facts(copy, words) if copy else {})}
    parts = []
    for name in world.space.names:
        relation = name.split(".")[0]
        if relation not in words.relations:
            parts += _fixed(world, name, 0, known[name])
    for relation, count in world.space.rows.items():
        rows = known[relation].rows if isinstance(known.get(relation), Rows) else ({**known},)
        assert len(rows) <= count, "more rows than the world thinks of"
        for place in range(count):
            there = place < len(rows)
            parts.append(f"|{relation}#{place}|" if there else no(f"|{relation}#{place}|"))
            for name in world.space.names:
                if there and name.split(".")[0] == relation:
                    parts += _fixed(world, name, place, {**known, **rows[place]}[name])
    return both(parts)


def _fixed(world, name, row, value):
    slot, fact = world.slot(name, row), world.space.words.facts[name]
    if value is Missing.UNKNOWN:
        return [no(slot.known)]
    if value is Missing.ABSENT:
        return [slot.absent]
    if isinstance(value, tuple | frozenset):
        members = world.space.members(fact)
        return [slot.given, *(_yes_no(world.member(name, one, row), one in value) for one in members)]
    if isinstance(value, bool):
        return [slot.given, _yes_no(slot.value, value)]
    number = world.space.number(fact, value)
    exact = [
        f"(= {moved_name} {moved(number, months)})"
        for moved_name, (start, months) in world.shifts.items()
        if start == slot.value and isinstance(value, dt.date)
    ]
    return [slot.given, f"(= {slot.value} {number})", *exact]


def _yes_no(name, value):
    return name if value else no(name)


NAMED = "outcome "


def named_outcomes(verdicts):
    """Each answer's formula under a name, to be told to the solver after the theory."""
    return [f"(define-fun |{NAMED}{name}| () Bool {formula})" for name, formula in verdicts.outcomes.items()]


def answer_of(solver, verdicts, facts, copy):
    """What the prover says of a known request: of the answers the only one whose formula is true."""
    names = [f"|{NAMED}{name}|" for name in verdicts.outcomes]
    said, model = solver.ask(pinned(verdicts.world, facts, copy), names)
    assert said is Said.SAT, "the facts contradict the theory"
    given = [name[len(NAMED) + 1 : -1] for name in names if model[name]]
    assert len(given) <= 1, given
    return given[0] if given else "withhold"
