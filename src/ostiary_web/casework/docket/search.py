"""Every path there is: a breadth-first search over what dockets can become, asking the invariants on every edge.

The search walks the engine itself, not a copy of it. Dockets that agree in all that guards and duties read (``look``)
count as one, so days, digests and numbers do not multiply them. The first edge that breaks something is told with the
shortest path to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any

from ostiary_web.casework.docket.duties import kept_apart
from ostiary_web.casework.docket.invariants import broken
from ostiary_web.casework.docket.machine import RULES, Rules, Step, step
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ClockName, Docket, Notice
from ostiary_web.casework.docket.states import ENDED, LEFT, STAGES, State
from ostiary_web.casework.docket.world import World


@dataclass(frozen=True, slots=True)
class Move:
    """One act that someone could try. ``given`` as pairs."""

    act: str
    by: str
    role: Role
    second: str = ""
    given: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Model:
    """What is searched: ``moves`` to try in a situation, ``turns`` of the world, and what is ``shut`` (I6).

    ``shut``: from a situation, those in which nothing may come nearer to a release, each with its name.
    """

    moves: Callable[[Docket, World], Iterable[Move]]
    turns: Callable[[Docket, World], Iterable[tuple[str, World]]]
    shut: Callable[[Docket, World], Iterable[tuple[str, Docket, World]]]
    rules: Rules = RULES


@dataclass(frozen=True, slots=True)
class Found:
    """What a search saw. ``broken`` is empty where every invariant holds; ``path``: how it came to it, in words."""

    situations: int
    edges: int
    refusals: int
    states: frozenset[State]
    broken: str = ""
    path: tuple[str, ...] = ()

    def in_words(self) -> str:
        """The counterexample as numbered lines, or what was seen."""
        if not self.broken:
            return (
                f"{self.situations} situations, {self.edges} edges, {self.refusals} refusals, {len(self.states)} states"
            )
        steps = [f"{number}. {one}" for number, one in enumerate(self.path, 1)]
        return "\n".join([self.broken, *steps])


# Limits whose passing opens or shuts something; of the others it only makes an entry.
# From these nothing leads back towards a release: a test of the table says so.
_OVER = frozenset({*ENDED, *LEFT, State.CLOSED})
_REVIEWING = (State.IN_REVIEW, State.CONSOLIDATING)
READ = (ClockName.ANSWER, ClockName.APPEAL, ClockName.DISPOSE)


def look(docket: Docket, world: World) -> Hashable:
    """All of a docket and its world that a guard or a duty can tell apart, in the state where it is."""
    overdue = frozenset((c.name, c.due < world.today) for c in docket.clocks if c.name in READ)
    if docket.state in _OVER:
        owed = (docket.decision is None, docket.emergency_reviewed, docket.on_hold, bool(docket.linked), overdue)
        return (docket.state, docket.kind, docket.track, owed, _look_at_notice(docket.notice, world))
    today, decision, package, seal = world.today, docket.decision, docket.package, docket.seal
    return (
        docket.state,
        docket.kind,
        docket.track,
        docket.requester_verified,
        (docket.instrument.in_writing, docket.instrument.valid),
        None if docket.verdict is None or world.verdict is None else docket.verdict == world.verdict,
        world.verdict,
        frozenset((one.person, one.role, one.needed, one.on_call) for one in docket.reviews),
        # Whether the reviewers agree is read on the way to the decision, and not again.
        {one.opinion for one in docket.reviews} != {"grant"} and docket.state in _REVIEWING,
        None if decision is None else (decision.person, decision.granted, decision.lapses < today),
        _look_at_notice(docket.notice, world),
        tuple((one.items, one.outcome, one.freed) for one in docket.challenges),
        (docket.stay, docket.stay_ended, docket.cleared, docket.on_hold),
        None if package is None else (package.items, package.passed, frozenset(package.agreed)),
        None if seal is None else seal.expires < today,
        (docket.appealed, docket.emergency_reviewed, docket.acknowledged, bool(docket.before)),
        docket.preserve_until is not None and docket.preserve_until < today,
        overdue,
        max((clock.tolls for clock in docket.clocks), default=0),
        _barred(docket, world),
    )


def _barred(docket: Docket, world: World) -> frozenset[tuple[str, Role]]:
    """Who may no longer act as what: all that duties read of who acted.

    Whom an appeal would bind is left out: the model has others act after one, and there is one appeal only.
    """
    found: set[tuple[str, Role]] = set()
    for name in {one.person for one in docket.acted}:
        person = world.people.get(name)
        mine = frozenset(one.role for one in docket.acted if one.person == name)
        found |= {(name, role) for role in (person.roles if person else ()) if kept_apart(mine, role)}
    return frozenset(found)


def _look_at_notice(notice: Notice | None, world: World) -> Hashable:
    if notice is None:
        return None
    over = notice.until is not None and notice.until < world.today
    court = notice.court_date is not None and notice.court_date <= world.today
    return (notice.kind, over, notice.late, notice.waived, court)


@dataclass(slots=True)
class _Walk:
    """The search as it goes: where each situation was come from, and the counts."""

    model: Model
    came: dict[Hashable, tuple[Hashable | None, str]]
    states: set[State]
    edges: int = 0
    refusals: int = 0

    def path(self, key: Hashable | None, last: str) -> tuple[str, ...]:
        words = [last]
        while key is not None:
            key, word = self.came[key]
            words.append(word)
        return tuple(word for word in reversed(words) if word)

    def found(self, says: str = "", path: tuple[str, ...] = ()) -> Found:
        return Found(len(self.came), self.edges, self.refusals, frozenset(self.states), says, path)


def search(docket: Docket, world: World, model: Model, *, most: int = 1_000_000) -> Found:
    """Everything that can become of a docket; or the first edge that breaks an invariant, by the shortest path.

    :raises ValueError: if there are more situations than ``most``: then nothing is proved.
    """
    start = look(docket, world)
    walk = _Walk(model, {start: (None, "")}, {docket.state})
    waiting = deque([(docket, world, start)])
    while waiting:
        here, around, key = waiting.popleft()
        for word, after, then, says in _edges(here, around, walk):
            if says:
                return walk.found(says, walk.path(key, word))
            seen = look(after, then)
            if seen not in walk.came:
                if len(walk.came) >= most:
                    raise ValueError(f"more than {most} situations; make the model smaller")
                walk.came[seen] = (key, word)
                walk.states.add(after.state)
                waiting.append((after, then, seen))
    return walk.found()


def _edges(docket: Docket, world: World, walk: _Walk) -> Iterable[tuple[str, Docket, World, str]]:
    """Each edge from here: in words, where it leads, and what it breaks."""
    for name, turned in walk.model.turns(docket, world):
        yield name, docket, turned, ""
    for move in walk.model.moves(docket, world):
        done = _try(docket, world, move, walk.model.rules)
        if not isinstance(done, Step):
            walk.refusals += 1
            continue
        walk.edges += 1
        wrong = broken(docket, done, world)
        says = wrong[0] if wrong else _still_open(docket, world, move, done, walk.model)
        yield f"{move.by} ({move.role}): {done.explanation}", done.docket, world, says


def _try(docket: Docket, world: World, move: Move, rules: Rules) -> object:
    given = dict(move.given)
    return step(docket, world, move.act, move.by, move.role, world.now, second=move.second, rules=rules, **given)


def _still_open(docket: Docket, world: World, move: Move, done: Step, model: Model) -> str:
    """I6, asked outright: with any one thing shut, an edge into a stage is no edge."""
    if done.docket.state is docket.state or done.docket.state not in STAGES:
        return ""
    for name, held, shut in model.shut(docket, world):
        if isinstance(_try(held, shut, move, model.rules), Step):
            return f"I6: `{move.act}` goes through although {name}"
    return ""
