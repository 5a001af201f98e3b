"""What the desk shows of matching: the persons asked about, and each candidate with its evidence side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ostiary.errors import OstiaryError
from ostiary.match.decision import Band, Trait
from ostiary.match.review import Evidence, Pair, Review, Standing
from ostiary.roll.identifiers import Field
from ostiary_web.casework import identifying, pages_long_work, queries_work
from ostiary_web.casework.actions.matching import COMPARE
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.identifying import ENOUGH
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.pages_long_work import Part
from ostiary_web.casework.queries_work import Asked, Work
from ostiary_web.ledger_link.actions import record_read

LABELS = {
    Field.FIRST: "First name", Field.MIDDLE: "Middle name or initial", Field.LAST: "Last name", Field.SUFFIX: "Suffix",
    Field.DOB: "Birth date", Field.SSN: "Social Security number, or its last four digits", Field.SEX: "Sex",
    Field.STREET: "Street address", Field.CITY: "City", Field.ZIP: "ZIP code", Field.PHONE: "Telephone",
    Field.EMAIL: "E-mail", Field.OTHER_NUMBER: "State ID number",
}  # fmt: skip
# What a person asked about is at, in words. What of it is known is told at the desk alone.
_KNOWN, _WEAK, _READY, _WAITS, _SECOND, _NOBODY, _UNMATCHED = (
    "known on the roll by {strong}",
    "known on the roll, but by {count} strong identifier only; two are needed before anything leaves",
    "found; the custodian takes it over",
    "waits for a person to compare",
    "waits for a second person",
    "nobody of the roll is meant, as far as the request says",
    "not matched yet",
)
_LEVELS = {
    "exact": "the same", "near": "a slip apart", "nickname": "a short form", "swapped": "changed places",
    "part": "in part", "weak": "the same, but says little", "differs": "differs", "missing": "one side is silent",
}  # fmt: skip


_TRAITS: dict[str, str] = {
    Trait.DOB: "birth date",
    Trait.SSN: "Social Security number",
    Trait.OTHER_NUMBER: "State ID number",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person asked about, and where the matching stands. ``compare``: a page with candidates waits."""

    number: int
    group: str
    name: str
    says: str
    compare: bool
    left: bool


@dataclass(frozen=True, slots=True)
class Matches:
    """The part of the docket's page about matching. ``ready``: how many the custodian can take over."""

    part: Part
    people: tuple[Person, ...]
    ready: int
    compares: bool
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One field compared: as asked, as on the roll, how they agree, and the weight it adds, in bits."""

    field: str
    asked: str
    roll: str
    agrees: str
    bits: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate of one person asked about. ``says``: words of officials so far; ``mine``: whether one is of me.

    ``steps``: how the weight comes about, field by field: what, bits, and the sum so far.
    """

    record: str
    place: int
    of: int
    weight: str
    margin: str
    standing: str
    needed: int
    lines: tuple[Line, ...]
    steps: tuple[tuple[str, str, str], ...]
    says: tuple[str, ...]
    mine: bool


def part(case: Case, me: Me, works: Sequence[Work]) -> Matches:
    """The matching of a docket. ``works``: its long work, the newest first."""
    part = pages_long_work.part_of(case, me, "match", works)
    asked = queries_work.asked_about(case.docket.id)
    try:
        found = identifying.review(queries_work.work(part.number)) if part.number and asked else None
    except OstiaryError as fault:
        return Matches(part, tuple(_person(one, None) for one in asked), 0, False, str(fault))
    people = tuple(_person(one, found) for one in asked)
    ready = sum(one.says == _READY for one in people)
    return Matches(part, people, ready, bool(COMPARE & me.roles))


def _person(one: Asked, found: Review | None) -> Person:
    name = " ".join(one.texts.get(field, "") for field in (Field.FIRST, Field.MIDDLE, Field.LAST, Field.SUFFIX))
    says, compare = _says(one, found)
    return Person(one.number, one.who, " ".join(name.split()), says, compare, bool(one.record))


def _says(one: Asked, found: Review | None) -> tuple[str, bool]:
    if one.record:
        if len(one.strong) >= ENOUGH:
            return _KNOWN.format(strong=", ".join(map(_trait, one.strong))), False
        return _WEAK.format(count=len(one.strong)), False
    if found is None or one.subject not in found.decisions:
        return _UNMATCHED, False
    if found.decisions[one.subject].band is Band.AUTOMATIC:
        return _READY, False
    standings = {found.standing(pair) for pair in found.pairs.get(one.subject, ())}
    if Standing.CONFIRMED in standings:
        return _READY, True
    if Standing.SECOND in standings:
        return _SECOND, True
    return (_NOBODY, bool(standings)) if standings <= {Standing.REJECTED} else (_WAITS, True)


def _trait(code: str) -> str:
    return _TRAITS.get(code) or plain(code)


def candidates(case: Case, me: Me, number: int, at: dt.datetime) -> tuple[Person, tuple[Candidate, ...]]:
    """The candidates of one person asked about. That each was looked at stands in the table of reads, before.

    :raises CaseworkError: if there is no such person, or nobody must look at it.
    """
    asked = next((one for one in queries_work.asked_about(case.docket.id) if one.number == number), None)
    work = queries_work.latest_done(case.docket.id, "match")
    if asked is None or work is None:
        raise CaseworkError("there is no such person, or it has not been matched")
    found = identifying.review(work)
    pairs = found.pairs.get(asked.subject, ())
    for pair in pairs:
        record_read(
            by=me.reference, at=at, whose=pair.person, what="match", why="clerical review", docket=case.docket.id
        )
    shown = tuple(_candidate(found, pair, place, len(pairs), me, work) for place, pair in enumerate(pairs, 1))
    return _person(asked, found), shown


def _candidate(found: Review, pair: Pair, place: int, of: int, me: Me, work: Work) -> Candidate:
    from ostiary.match.confirmed import people_needed

    words = [one for one in found.said if one.subject == pair.subject and one.person == pair.person]
    return Candidate(
        pair.person,
        place,
        of,
        f"{pair.weight:.1f}",
        "" if pair.margin is None else f"{pair.margin:.1f}",
        found.standing(pair).value,
        people_needed(found.decisions[pair.subject], pair.person),
        tuple(_line(one) for one in pair.evidence if one.subject or one.roll),
        tuple(_steps(pair)),
        tuple(f"{me.name(one.by)}: {_VERDICTS[one.verdict.value]}" for one in words),
        any(one.by == me.reference for one in words),
    )


_VERDICTS = {"same": "the same person", "other": "another person", "unsure": "not sure"}


def _line(one: Evidence) -> Line:
    return Line(_trait(one.field), one.subject, one.roll, _LEVELS.get(one.level.value, one.level.value),
                f"{one.bits:+.1f}" if one.bits else "")  # fmt: skip


def _steps(pair: Pair) -> list[tuple[str, str, str]]:
    sofar, made = 0.0, []
    for what, bits, _ in pair.steps():
        sofar += bits
        made.append((_trait(what), f"{bits:+.1f}", f"{sofar:.1f}"))
    return made


def may_compare(me: Me) -> Role | None:
    """In which role whoever looks compares candidates."""
    held = sorted(COMPARE & me.roles)
    return held[0] if held else None
