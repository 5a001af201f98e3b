"""The answer: per copy an outcome, why, what was considered, what is missing, and what is owed.

Frozen values, and their JSON under ``verdict.schema.json``. Later steps use that
JSON unchanged.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import lru_cache
from typing import Any

from ostiary.law.bundle import Copy

SCHEMA = "ostiary.verdict/1"


class Outcome(StrEnum):
    """What the rules say of one copy. Only the first two disclose."""

    MANDATED = "mandated"
    RELEASE = "release"
    CONFLICT = "conflict"
    REFER = "refer_to_counsel"
    WITHHOLD = "withhold"

    @property
    def discloses(self) -> bool:
        """Whether the copy may leave, once people have decided so."""
        return self in (Outcome.MANDATED, Outcome.RELEASE)


WIDEST_FIRST = tuple(Outcome)


class Reason(StrEnum):
    """Why the outcome is what it is."""

    AUTHORISED = "authorised"
    CONTESTED = "contested"
    CONFLICT = "conflict"
    POSSIBLE_CONFLICT = "possible_conflict"
    DUTIES_CONFLICT = "duties_conflict"
    MISSING_FACTS = "missing_facts"
    NO_AUTHORITY = "no_authority"
    FORBIDDEN = "forbidden"
    NOT_HELD = "not_held"
    ENGINE_ERROR = "engine_error"


class State(StrEnum):
    """What became of one rule that reaches the copy."""

    ALIVE = "alive"
    UNDECIDED = "undecided"
    DEFEATED = "defeated"
    NOT_MET = "not_met"
    NOT_IN_FORCE = "not_in_force"
    NOT_BOUND = "not_bound"
    NOTED = "noted"


class Exit(IntEnum):
    """The command's exit status for a verdict."""

    ALL = 0
    PART = 10
    NONE = 11
    COUNSEL = 12
    INTERNAL = 70


@dataclass(frozen=True, slots=True)
class Considered:
    """One rule that reaches the copy: what became of it, what defeated it, what it waits for.

    ``doubtful``: it helps, but on a contested reading that nothing here settles.
    """

    rule: str
    kind: str
    state: State
    doubtful: bool
    defeated_by: tuple[str, ...]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingFact:
    """A fact that is not known and could change the outcome, and the rules that wait for it."""

    fact: str
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """What is owed with this answer, by whose rule. ``until`` is a day, where one is known."""

    do: str
    rule: str
    when: str
    to: str = ""
    within: str = ""
    until: dt.date | None = None
    elements: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """The answer for one copy, in one group of persons (empty where there are no groups)."""

    group: str
    copy: Copy
    outcome: Outcome
    reason: Reason
    deciding: tuple[str, ...] = ()
    authorities: tuple[str, ...] = ()
    considered: tuple[Considered, ...] = ()
    missing: tuple[MissingFact, ...] = ()
    duties: tuple[Duty, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a requester who cites a law. ``authority`` is empty when it was not found."""

    asserted: str
    authority: str
    effect: str
    text: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The whole answer to one request under one bundle as of one day."""

    bundle: str
    packs: tuple[tuple[str, str], ...]
    agency: str
    as_of: dt.date
    facts: str
    items: tuple[Item, ...]
    answers: tuple[Answer, ...]

    @property
    def exit(self) -> Exit:
        """0 all may be released, 10 part, 11 none, 12 counsel must act, 70 an engine fault."""
        if any(item.reason is Reason.ENGINE_ERROR for item in self.items):
            return Exit.INTERNAL
        if any(item.outcome in (Outcome.REFER, Outcome.CONFLICT) for item in self.items):
            return Exit.COUNSEL
        leaving = sum(item.outcome.discloses for item in self.items)
        if leaving == 0:
            return Exit.NONE
        return Exit.ALL if leaving == len(self.items) else Exit.PART

    def duties(self) -> tuple[str, ...]:
        """The codes of all duties of the request, each once, in order."""
        return tuple(sorted({duty.do for item in self.items for duty in item.duties}))

    def to_json(self) -> dict[str, Any]:
        """Plain data under the published schema."""
        return {
            "schema": SCHEMA,
            "bundle": {
                "digest": self.bundle,
                "packs": [{"name": name, "version": version} for name, version in self.packs],
                "agency": self.agency,
            },
            "as_of": self.as_of.isoformat(),
            "facts": self.facts,
            "items": [item_json(item) for item in self.items],
            "answers": [
                {"asserted": a.asserted, "authority": a.authority, "effect": a.effect, "text": a.text}
                for a in self.answers
            ],
            "duties": list(self.duties()),
            "exit": int(self.exit),
        }


def widest(outcomes: Iterable[Outcome]) -> Outcome:
    """The widest of several answers: mandated, release, conflict, refer_to_counsel, withhold."""
    return min(outcomes, key=WIDEST_FIRST.index)


def item_json(item: Item) -> dict[str, Any]:
    """One item as plain data under the published schema."""
    return {
        "group": item.group,
        "program": item.copy.program,
        "element": item.copy.element,
        "source": item.copy.source,
        "outcome": item.outcome.value,
        "reason": item.reason.value,
        "deciding": list(item.deciding),
        "authorities": list(item.authorities),
        "considered": [_considered(found) for found in item.considered],
        "missing": [{"fact": found.fact, "rules": list(found.rules)} for found in item.missing],
        "duties": [_duty(duty) for duty in item.duties],
    }


@lru_cache(maxsize=65_536)  # the same few thousand stand in every item of a roll's screen
def _considered(found: Considered) -> dict[str, Any]:
    return {
        "rule": found.rule,
        "kind": found.kind,
        "state": found.state.value,
        "doubtful": found.doubtful,
        "defeated_by": list(found.defeated_by),
        "waits_for": list(found.waits_for),
    }


def _duty(duty: Duty) -> dict[str, Any]:
    return {
        "do": duty.do,
        "rule": duty.rule,
        "when": duty.when,
        "to": duty.to,
        "within": duty.within,
        "until": duty.until.isoformat() if duty.until else "",
        "elements": list(duty.elements),
        "note": duty.note,
    }
