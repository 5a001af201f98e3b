"""What a matching found, with what officials have said of it; and by which strong identifiers a person is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ostiary.match.bands import SAME, SECOND
from ostiary.match.decision import Level, Trait
from ostiary.match.review import Review, open_review
from ostiary_web.casework import kept, queries_work
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.faults import Refused
from ostiary_web.casework.queries_work import Asked, Work

RUN = "run"
ENOUGH = 2
# A birth date that is the same counts with a name; so does all that supports a pair besides name, birth date and sex.
STRONG: Mapping[Trait, frozenset[Level]] = {Trait.DOB: SAME, **SECOND}


def review(work: Work) -> Review:
    """A matching as it was kept, with every word that was said of it.

    :raises CaseworkError: if it is gone or was changed. :raises BadInput: if it cannot be read.
    """
    folder = kept.whole(work.result, *work.place)
    return replace(open_review(folder / RUN), said=queries_work.words_of(work.number))


def strong(found: Review, subject: str, record: str) -> frozenset[str]:
    """The strong identifiers by which a record is the person asked about."""
    pair = next((one for one in found.pairs.get(subject, ()) if one.person == record), None)
    if pair is not None:
        levels = {Trait(one.field): one.level for one in pair.evidence}
    else:
        decision = found.decisions[subject]
        if decision.person != record:
            return frozenset()
        levels = {Trait(name): Level(level) for name, _, level in (code.partition(":") for code in decision.agreed)}
    return frozenset(trait.value for trait, enough in STRONG.items() if levels.get(trait, Level.MISSING) in enough)


def check_identified(people: Iterable[Asked]) -> None:
    """Two strong identifiers for each person before anything about them leaves.

    :raises Refused: naming the persons by their number in the request.
    """
    weak = [str(one.number) for one in people if len(one.strong) < ENOUGH]
    if weak:
        says = f"fewer than two strong identifiers agree for person {', '.join(weak)} of the request"
        cure = "ask the requester for another identifier, and have the worker match again"
        raise Refused(Refusal("identified", says, "two strong identifiers", cure))
