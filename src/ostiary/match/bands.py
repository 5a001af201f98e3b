"""Who decides that a subject is a person of the roll: the machine, one person, two people, or nobody.

The weight alone is no ground: twins at one address weigh more than most true pairs. So the machine decides only
where a row of ``TIERS`` holds, nothing of ``CONTRADICTIONS`` speaks against it, and the runner-up is far behind.
Every row for the machine asks for a second strong identifier: name and birth date alone are never enough.

    tier   first            last     birth date   and                               band
    T1     agrees           agrees   a slip off   the same number                   automatic
    T2     same             agrees   same         address, and no twin on the roll  automatic
    T2     a slip off       agrees   same         address, middle name, no twin     automatic
    T3     same             same     same         middle name and a fifth thing     automatic
    T3     same             same     same         middle name                       clerical
    T4     same             same     same         -                                 two people
    -      weight of zero or more, and a second identifier                          clerical
    -      weight of zero or more                                                   two people
    -      less                                                                     no match
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.match.decision import Band, Level, Trait

MARGIN = 5.0  # bits over the runner-up: 32 times as likely
FLOOR = 0.0  # bits below which nobody need look
TOO_CLOSE = "rival:margin"  # the runner-up is too close
TWIN = "rival:household"  # the roll holds another person of this birth date at this address
TWO_SUBJECTS = "rival:subject"  # two subjects that contradict each other found the same person

Levels = Mapping[Trait, Level]
Needs = Mapping[Trait, frozenset[Level]]

SAME = frozenset({Level.EXACT})
SLIP = frozenset({Level.EXACT, Level.NEAR})
CROSSED = frozenset({Level.EXACT, Level.SWAPPED})
DATED = frozenset({Level.EXACT, Level.NEAR, Level.SWAPPED})
AGREES = frozenset({Level.EXACT, Level.NEAR, Level.NICKNAME, Level.SWAPPED})
SOMEWHAT = frozenset({Level.EXACT, Level.NEAR, Level.PART})

AGREEING = frozenset({Level.EXACT, Level.NEAR, Level.NICKNAME, Level.SWAPPED, Level.PART})

# Any of these on the best candidate, and a person decides.
CONTRADICTIONS = frozenset({Trait.SSN, Trait.SEX, Trait.MIDDLE, Trait.SUFFIX, Trait.OTHER_NUMBER})

# What supports a pair besides name, birth date and sex.
SECOND: Needs = {
    Trait.SSN: SOMEWHAT,
    Trait.OTHER_NUMBER: SLIP,
    Trait.ADDRESS: SLIP,
    Trait.MIDDLE: SLIP,
    Trait.PHONE: SAME,
    Trait.EMAIL: SAME,
}


@dataclass(frozen=True, slots=True)
class Tier:
    """A row of the table: what must hold, and whether the machine may then decide.

    ``alone``: the roll may hold no other person of the same birth date at the same address.
    """

    name: str
    automatic: bool
    needs: Needs
    alone: bool = False


def _names(first: frozenset[Level], last: frozenset[Level], dob: frozenset[Level], **others: frozenset[Level]) -> Needs:
    return {Trait.FIRST: first, Trait.LAST: last, Trait.DOB: dob, **{Trait(name): to for name, to in others.items()}}


_FIFTH: Sequence[tuple[Trait, frozenset[Level]]] = (
    (Trait.ADDRESS, SOMEWHAT),
    (Trait.PHONE, SAME),
    (Trait.EMAIL, SAME),
    (Trait.SSN, SOMEWHAT),
    (Trait.OTHER_NUMBER, SLIP),
)

TIERS: Sequence[Tier] = (
    Tier("T1", True, _names(AGREES, AGREES, DATED, ssn=SAME)),
    Tier("T1", True, _names(AGREES, AGREES, DATED, other_number=SAME)),
    Tier("T2", True, _names(CROSSED, AGREES, SAME, address=SLIP), alone=True),
    Tier("T2", True, _names(SLIP, AGREES, SAME, address=SLIP, middle=SAME), alone=True),
    *(
        Tier("T3", True, {**_names(SAME, SAME, SAME, middle=SAME), trait: levels}, alone=True)
        for trait, levels in _FIFTH
    ),
    Tier("T3", False, _names(SAME, SAME, SAME, middle=SAME)),
    Tier("T4", False, _names(SAME, SAME, SAME)),
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person who may be meant. ``weight`` in bits; ``crowded``: the roll holds another person of the same birth
    date at the same address. A trait that is not in ``levels`` is missing."""

    person: str
    weight: float
    levels: Levels
    crowded: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """What the bands say of one subject. ``against``: reasons outside the pair, as ``rival:...`` codes."""

    band: Band
    tier: str = ""
    best: Candidate | None = None
    margin: float | None = None
    against: tuple[str, ...] = ()


def decide(candidates: Sequence[Candidate]) -> Finding:
    """The band of one subject, from all its candidates. A tie goes to the lower id, and is never automatic."""
    ranked = sorted(candidates, key=lambda each: (-each.weight, each.person))
    if not ranked or ranked[0].weight < FLOOR:
        return Finding(Band.NO_MATCH)
    best = ranked[0]
    margin = best.weight - ranked[1].weight if len(ranked) > 1 else None
    close = margin is not None and margin < MARGIN
    tier = next((row for row in TIERS if _holds(row, best.levels)), None)
    twin = tier is not None and tier.alone and best.crowded
    against = tuple(code for code, there in ((TOO_CLOSE, close), (TWIN, twin)) if there)
    sure = tier is not None and tier.automatic and not against and not contradictions(best.levels)
    band = Band.AUTOMATIC if sure else by_hand(best.levels)
    return Finding(band, tier.name if tier else "", best, margin, against)


def contradictions(levels: Levels) -> frozenset[Trait]:
    """What speaks against a pair so loudly that a person must decide."""
    return frozenset(trait for trait in CONTRADICTIONS if levels.get(trait) is Level.DIFFERS)


def second_identifiers(levels: Levels) -> frozenset[Trait]:
    """What supports a pair besides name, birth date and sex."""
    return frozenset(trait for trait, enough in SECOND.items() if levels.get(trait, Level.MISSING) in enough)


def bands_as_data() -> dict[str, Any]:
    """The whole table as plain data, for the model's digest."""

    def plain(needs: Needs) -> dict[str, list[str]]:
        return {trait.value: sorted(level.value for level in levels) for trait, levels in sorted(needs.items())}

    tiers = [[tier.name, tier.automatic, tier.alone, plain(tier.needs)] for tier in TIERS]
    speaks = sorted(trait.value for trait in CONTRADICTIONS)
    return {"margin": MARGIN, "floor": FLOOR, "tiers": tiers, "contradictions": speaks, "second": plain(SECOND)}


def by_hand(levels: Levels) -> Band:
    """One person where a second identifier supports the pair; else two, for name and birth date look too sure."""
    return Band.CLERICAL if second_identifiers(levels) else Band.CLERICAL_TWO


def _holds(tier: Tier, levels: Levels) -> bool:
    return all(levels.get(trait, Level.MISSING) in enough for trait, enough in tier.needs.items())
