"""What happened at the desk of the demonstration: read from ``stories.yaml``, and done in order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ostiary.errors import BadInput
from ostiary_web import wiring
from ostiary_web.casework import queries
from ostiary_web.casework.actions import machine
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.demo.roster import Desk
from ostiary_web.demo.walk import Walk

FILE = Path(__file__).with_name("stories.yaml")
_DONE, _DEPENDS = "done", "depends"


@dataclass(frozen=True, slots=True)
class Story:
    """One docket. ``like``: a scenario of the packs; ``given`` is laid over it. ``steps``: days ago, and what was done.

    ``said``: what the paper says of whom it asks about; empty: somebody of the roll. ``hold``: one stands at the end.
    ``acknowledged``: the requester was told that it arrived.
    """

    name: str
    like: str
    ends: str
    steps: tuple[tuple[float, tuple[Any, ...]], ...]
    body: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    mode: str = "post"
    kind: str = "request"
    track: str = ""
    said: str = ""
    cover: str = ""
    emergency: bool = False
    hold: bool = False
    acknowledged: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """The whole file: how people are called, which bodies there are, and what happened."""

    names: Mapping[str, str]
    bodies: tuple[Mapping[str, Any], ...]
    stories: tuple[Story, ...]


def read() -> Told:
    """The file that ships with the demonstration."""
    doc = yaml.safe_load(FILE.read_text())
    return Told(doc["names"], tuple(doc["bodies"]), tuple(_story(one) for one in doc["stories"]))


def _story(doc: dict[str, Any]) -> Story:
    steps = tuple((float(days), tuple(acts)) for days, acts in sorted(doc.pop("steps").items(), reverse=True))
    return Story(steps=steps, given=doc.pop("with", {}), **doc)


def scenarios() -> dict[str, dict[str, Any]]:
    """The facts of every scenario in the tests of the packs in use, by its id."""
    found: dict[str, dict[str, Any]] = {}
    for pack in wiring.bundle().packs:
        for path in sorted((pack.folder / "tests").glob("scenarios*.yaml")):
            found |= {one["id"]: one["facts"] for one in yaml.safe_load(path.read_text())}
    return found


def request_of(story: Story, facts: Mapping[str, Any], day: dt.date) -> dict[str, Any]:
    """The request of a story: its scenario moved to this day, every date by as much."""
    by = day - dt.date.fromisoformat(str(facts["request_date"]))
    moved: dict[str, Any] = _moved(dict(facts), by) | dict(story.given)
    return {name: value for name, value in moved.items() if value is not None} | {"complete": ["flags", "statements"]}


def _moved(value: Any, by: dt.timedelta) -> Any:
    if isinstance(value, dict):
        return {name: _moved(one, by) for name, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, by) for one in value]
    try:
        return (dt.date.fromisoformat(str(value)) + by).isoformat()
    except ValueError:
        return value


def tell(
    desk: Desk, told: Told, people: Iterator[str], until: dt.datetime, say: Callable[[int, int], None]
) -> list[tuple[Story, Walk]]:
    """Do everything that happened, the oldest first, between days also what fell due by itself.

    :param until: the moment that the days are counted back from. ``say`` is told how many steps are done, of how many.
    """
    facts = scenarios()
    plan = sorted(
        ((days, number, acts) for number, one in enumerate(told.stories) for days, acts in one.steps), reverse=True
    )
    walks: dict[int, Walk] = {}
    for done, (days, number, acts) in enumerate(plan):
        _to(desk, until - dt.timedelta(days=days))
        story = told.stories[number]
        if number not in walks:
            walks[number] = _begun(desk, story, facts[story.like], people)
        for act in acts:
            _act(walks[number], act)
        say(done + 1, len(plan))
    _to(desk, until)
    return [(story, walks[number]) for number, story in enumerate(told.stories)]


def _to(desk: Desk, moment: dt.datetime) -> None:
    """Let time pass until a moment; on each day on which a limit is over, the machine goes over the dockets."""
    while desk.now.date() < moment.date():
        first = max(queries.next_due() or moment.date(), desk.now.date()) + dt.timedelta(days=1)
        if first > moment.date():
            break
        # In the morning of that day, but never after the moment: on the last day it may not be morning yet.
        desk.now = min(desk.now.replace(hour=6, minute=0) + (first - desk.now.date()), moment)
        passed = machine.tick(at=desk.minute(), due_only=True)
        if passed.faults:
            raise BadInput(f"the machine's pass over the demonstration failed: {passed.faults[0][1]}")
    desk.now = max(desk.now, moment)


def _begun(desk: Desk, story: Story, facts: Mapping[str, Any], people: Iterator[str]) -> Walk:
    request = request_of(story, facts, desk.now.date())
    said = story.said if story.said not in ("", "own") else next(people)
    opening: dict[str, Any] = {"kind": DocketKind(story.kind), "emergency": story.emergency, "subjects": {"": said}}
    walk = Walk(desk, request, body=story.body, mode=story.mode, **opening)
    if story.acknowledged:
        walk.do("acknowledge")
    if story.cover:
        walk.paper(story.cover, Role.INTAKE)
    return walk


def _act(walk: Walk, act: Any) -> None:
    """One step: a word of the walk, with or without what is given, or an act of the one table."""
    if isinstance(act, str):
        act = {act: {}}
    if "act" in act:
        name, role = act["act"], Role(act["as"]) if "as" in act else None
        given = {key: value for key, value in act.items() if key not in ("act", "as")}
        role = role or walk.role_for(name)
        walk.do(name, role, **{key: _value(walk, one, role) for key, one in given.items()})
        return
    for word, given in act.items():
        _WORDS[word](walk, **given)


def _value(walk: Walk, value: Any, role: Role) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    ((how, what),) = value.items()
    meant: dict[str, Callable[[], Any]] = {
        "paper": lambda: walk.paper(what, role),
        "days": lambda: walk.desk.now.date() + dt.timedelta(days=what),
        "lawful": lambda: walk.lawful[:what],
    }
    return meant[how]()


def _anew(walk: Walk) -> None:
    walk.anew = True


_WORDS: Mapping[str, Callable[..., object]] = {
    "anew": _anew,
    "appeal_part": lambda walk: walk.appeal_part(),
    **{
        word: getattr(Walk, word)
        for word in (
            *("docketed", "confirmed", "verified", "reviewed", "approved", "denied", "told", "cleared"),
            *("packed", "checked", "packaged", "own_key", "seal", "released", "receipted", "disposed"),
        )
    },
}
