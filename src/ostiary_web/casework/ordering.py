"""What is to be packed, as plain values: exactly the approved items that may still leave, of exactly the persons known.

Persons who share everything that is said of them in the docket and in the registers form a lot. Whoever packs and
whoever checks both begin here, and then go different ways: by compiled queries, and person by person by the rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ostiary.canonical import digest
from ostiary.decide.request import Group, Request
from ostiary.law.bundle import Copy
from ostiary.roll.mapping import Roll
from ostiary.vocabulary import Level
from ostiary_web.casework import facts
from ostiary_web.casework.docket.snapshot import Docket, ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries_work import Asked
from ostiary_web.wiring import bundle

_OPT_OUT = "flags.opt_out"
_LONG = 120  # characters: a code or a name is shorter; what is longer was written by somebody


@dataclass(frozen=True, slots=True)
class Stripped:
    """A text of the roll without what it says of other people. ``original``: the digest of the text as it stands."""

    original: str
    text: str


@dataclass(frozen=True, slots=True)
class Order:
    """A package to be made. ``text``: the request file as the facts count today; ``people``: in the request's order.

    ``alone``: groups that are one person each, whose facts in the docket and in the registers are that person's.
    ``opted_out``: records of whom the registers have an opt-out in force. ``stripped``: by record and column of the
    roll, the texts of which somebody took out what they say of other people.
    """

    docket: Docket
    text: str
    today: dt.date
    people: tuple[Asked, ...]
    alone: frozenset[str]
    opted_out: frozenset[str]
    stripped: Mapping[tuple[str, str], Stripped] = field(default_factory=dict)

    @property
    def items(self) -> frozenset[ItemKey]:
        """What may be packed: granted, lawful on both days, not challenged."""
        return self.docket.allowed_items

    @property
    def basis(self) -> str:
        """The digest of all that the package follows from, but the records: another one when it must be packed anew."""
        decision = self.docket.decision
        return digest(
            {
                "facts": self.text,
                "bundle": bundle().digest,
                "in_force": sorted(one.id for one in bundle().by_id.values() if one.in_force(self.today)),
                "decision": "" if decision is None else f"{decision.person} {decision.made} {decision.bundle}",
                "items": sorted("/".join((one.who, one.program, one.element, one.source)) for one in self.items),
                "people": [[one.number, one.who, one.record, sorted(one.strong)] for one in self.people],
                "alone": sorted(self.alone),
                "opted_out": sorted(self.opted_out),
                "stripped": [[*place, one.original, one.text] for place, one in sorted(self.stripped.items())],
            }
        )

    def as_it_leaves(self, roll: Roll, record: str, column: str, value: Any) -> Any:
        """A value as it may leave; None where it may speak of other people, and nobody has taken that out of it."""
        if not speaks_of_others(roll, column, value):
            return value
        return stripped_text(self.stripped, record, column, value)

    def request(self, day: dt.date | None) -> Request:
        """The request with the law as of a day; None is the day of its receipt."""
        return facts.read(self.text, bundle().words, as_of=day)

    @property
    def days(self) -> tuple[dt.date | None, dt.date]:
        """The two days whose law must both let a value go: the request's own, and today."""
        return None, self.today


def speaks_of_others(roll: Roll, column: str, value: Any) -> bool:
    """Whether a value may speak of other people: a text that people wrote, by the mapping or by its length.

    :raises CaseworkError: if the mapping says so of a column that holds no texts: nobody could read it on a page.
    """
    free = value is not None and column in roll.free_text
    if free and not isinstance(value, str):
        raise CaseworkError(f"`free_text` of the roll names `{column}`, which holds no texts; mend roll.yaml")
    return free or (isinstance(value, str) and len(value) > _LONG)


def stripped_text(stripped: Mapping[tuple[str, str], Stripped], record: str, column: str, text: str) -> str | None:
    """What stands in the place of a text; None where nobody has read just this one."""
    found = stripped.get((record, column))
    return found.text if found is not None and found.original == digest_of_text(text) else None


def digest_of_text(text: str) -> str:
    """The digest by which it is noticed that a text is another one now."""
    return digest({"text": text})


@dataclass(frozen=True, slots=True)
class Lot:
    """Persons of one group of whom the same is said. ``roll``: without what ``said`` stands in the place of.

    ``records``: the roll's ids, in the request's order. ``allowed``: the copies that were approved for the group.
    """

    group: str
    records: tuple[str, ...]
    said: Mapping[str, Any]
    roll: Roll
    allowed: frozenset[Copy]


def lots(order: Order, request: Request, roll: Roll) -> tuple[Lot, ...]:
    """The persons of an order, lot by lot.

    :raises CaseworkError: if a person belongs to no group of the request.
    """
    groups = {group.name: group for group in request.groups}
    made: dict[tuple[str, bool], list[str]] = {}
    for one in order.people:
        if one.who not in groups:
            raise CaseworkError("a person belongs to a group that the request does not have; leave the person out")
        out = one.record in order.opted_out
        made.setdefault((one.who, out), []).append(one.record)
    return tuple(
        _lot(order, groups[name], out, tuple(dict.fromkeys(records)), roll) for (name, out), records in made.items()
    )


def _lot(order: Order, group: Group, out: bool, records: tuple[str, ...], roll: Roll) -> Lot:
    allowed = frozenset(Copy(key.program, key.element, key.source) for key in order.items if key.who == group.name)
    said: dict[str, Any] = {}
    if group.name in order.alone:
        roll = _without(roll, relations=bundle().words.relations)
        said = said_of_one(group, roll)
    if out:  # the agency's register counts, whatever the roll says
        roll = _without(roll, names=(_OPT_OUT,))
        said |= {_OPT_OUT: True}
    return Lot(group.name, records, said, roll, allowed)


def said_of_one(group: Group, roll: Roll) -> dict[str, Any]:
    """What the docket says of the one person of a group, where the roll itself says nothing; registers included."""
    words = bundle().words
    personal = {name for name, fact in words.facts.items() if fact.level is Level.PERSON} - roll.open_facts
    said = {name: group.facts[name] for name in sorted(personal)}
    return said | {name: group.facts[name] for name in words.relations if name in group.facts}


def _without(roll: Roll, *, relations: Iterable[str] = (), names: Iterable[str] = ()) -> Roll:
    """The roll as if it mapped neither these relations nor these facts."""
    gone, dropped = frozenset(relations), frozenset(names)
    return replace(
        roll,
        relations={name: one for name, one in roll.relations.items() if name not in gone},
        facts={name: one for name, one in roll.facts.items() if name not in dropped},
    )
