"""Makers of lawful things: small vocabularies, rules and bundles. A test spells out only what it is about."""

import datetime as dt
from collections.abc import Mapping, Sequence

from ostiary.decide.interpret import Reading
from ostiary.law.authority import Authority, Effect, Evidence, Mark
from ostiary.law.bundle import Bundle, Copy
from ostiary.law.condition import Condition, Truth
from ostiary.law.defeat import defeat_graph
from ostiary.law.meaning import Missing
from ostiary.law.pack import Agency
from ostiary.law.rule import Interpretation, Kind, Layer, Overrides, Rule, Target
from ostiary.vocabulary import Base, Element, Fact, FactType, Level, Vocabulary

FACTS = ("rain", "sun", "wind", "snow")
DAY = dt.date(2026, 3, 10)
COPY = Copy("snap", "address", "client")
BENEFITS = frozenset({"state_benefits_agency"})


ALWAYS = Truth(True)


def a_fact(name: str, level: Level = Level.REQUEST) -> Fact:
    return Fact(name, FactType(Base.BOOL), level, f"there is {name}", f"Is there {name}?", "intake")


def a_vocabulary() -> Vocabulary:
    element = Element("address", "Address", "contact", "C3", (), "", ("client",), frozenset({"snap"}))
    return Vocabulary({}, {name: a_fact(name) for name in FACTS}, {}, {"address": element}, {})


def a_rule(
    name: str,
    kind: Kind,
    when: Condition = ALWAYS,
    *,
    lifts: Sequence[str] = (),
    overrides: Sequence[str] = (),
    tags: Sequence[str] = (),
    contested: bool = False,
    unless: Condition | None = None,
    **changes: object,
) -> Rule:
    """A settled rule of 2000, reaching every copy. ``lifts`` and ``overrides`` name tags."""
    values: dict[str, object] = {
        "id": name,
        "kind": kind,
        "discretionary": False,
        "layer": Layer.FEDERAL,
        "pack": "test",
        "regime": "test",
        "tags": frozenset(tags or (name,)),
        "title": name,
        "authorities": ("law",),
        "binds": BENEFITS,
        "since": dt.date(2000, 1, 1),
        "until": None,
        "review_by": None,
        "parties": "",
        "interpretation": Interpretation(contested, "in doubt" if contested else "", unless),
        "elements": ALWAYS,
        "when": when,
        "lifts": tuple(Target("", tag, "so it is written") for tag in lifts),
        "overrides": Overrides(tuple(Target("", tag, "so it is written") for tag in overrides)),
        "obligations": (),
        "note": "",
        "where": "test:1",
    }
    return Rule(**(values | changes))  # type: ignore[arg-type]


def a_bundle(rules: Sequence[Rule], words: Vocabulary | None = None) -> Bundle:
    words = words or a_vocabulary()
    text = "-"
    law = Authority(
        "law",
        "1 USC 1",
        *[text] * 2,
        Effect.FORBIDS,
        *[text] * 5,
        Evidence(Mark.VERIFIED, "", text),
        text,
        (),
        (),
        "test",
    )
    agency = Agency("an agency", "IL", BENEFITS)
    return Bundle((), agency, words, {"law": law}, {}, {}, {}, tuple(rules), defeat_graph(rules))


def a_reading(rules: Sequence[Rule], known: Mapping[str, bool], agency: frozenset[str] = BENEFITS) -> Reading:
    """The rules read with these facts; every other fact is unknown."""
    facts = {name: known.get(name, Missing.UNKNOWN) for name in FACTS}
    return Reading(a_bundle(rules), facts, DAY, agency)
