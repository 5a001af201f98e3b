"""Who of the matched may be used further on: the machine's own, and those that people have confirmed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ostiary.errors import BadInput
from ostiary.match.decision import Band, MatchDecision


class Verdict(StrEnum):
    """What a clerk says of one pair."""

    SAME = "same"
    OTHER = "other"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One clerk's word on one pair. ``person``: the roll's id; ``by``: who said so."""

    subject: str
    person: str
    by: str
    verdict: Verdict


NEEDED = {Band.CLERICAL: 1, Band.CLERICAL_TWO: 2}


def people_needed(decision: MatchDecision, person: str) -> int:
    """How many people must say that this is the one. The band speaks of the best candidate; any other needs two."""
    return NEEDED[decision.band] if person == decision.person else 2


def same_name(name: str) -> str:
    """A name by which one person is known, however it is written: capitals and blanks do not make two people."""
    return " ".join(name.split()).casefold()


def matched_people(decisions: Iterable[MatchDecision], confirmations: Iterable[Confirmation] = ()) -> frozenset[str]:
    """The roll's ids of the persons that may be used.

    A clerical pair needs one person's ``same``, a pair of ``clerical_two`` two different persons'; any other word
    about a pair, a second person confirmed for one subject, or silence leaves it out. The person confirmed need not
    be the machine's best candidate; another one needs two. A word about a subject that the machine settled alone
    withholds it.

    :raises BadInput: for a word about a subject that was not decided, or one without an author.
    """
    by_subject = {each.subject: each for each in decisions}
    said: dict[str, list[Confirmation]] = {}
    for each in confirmations:
        if each.subject not in by_subject:
            raise BadInput("a confirmation speaks of a subject that these decisions do not have; is it of another run?")
        if not each.by.strip():
            raise BadInput("a confirmation has no author; write who confirmed it under `by`")
        said.setdefault(each.subject, []).append(each)
    found = (_person(decision, said.get(subject, [])) for subject, decision in by_subject.items())
    return frozenset(person for person in found if person is not None)


def _person(decision: MatchDecision, words: list[Confirmation]) -> str | None:
    same = {word.person for word in words if word.verdict is Verdict.SAME}
    if decision.band is Band.AUTOMATIC:
        doubted = same - {decision.person} or any(word.verdict is not Verdict.SAME for word in words)
        return None if doubted else decision.person
    if decision.band not in NEEDED or len(same) != 1:
        return None
    (person,) = same
    about = [word for word in words if word.person == person]
    agreed = all(word.verdict is Verdict.SAME for word in about)
    authors = {same_name(word.by) for word in about}
    return person if agreed and len(authors) >= people_needed(decision, person) else None
