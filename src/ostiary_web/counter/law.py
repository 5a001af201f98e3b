"""What the law asks of a request before it is sent: by law, what is missing, as far as its requester can say it.

The rules themselves are asked: a request as it is stated is judged, and every rule that waits for a fact says which.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.decide import explain
from ostiary.decide.decide import decide
from ostiary.errors import OstiaryError
from ostiary.law.bundle import Bundle
from ostiary.vocabulary import Base, Fact, Level
from ostiary_web.casework import facts

# What every request says; each is a fact of the vocabulary, which gives its question and its choices.
CORE = (
    "requester.kind", "purpose", "programs", "elements_requested", "instrument.kind",
    "subjects.count", "subjects.identified_by",
)  # fmt: skip
_STATED = frozenset({"requester", "intake"})  # what the requester can say; the rest is the agency's to find
_DAY = "request_date"
_MOST_LAWS = 3


@dataclass(frozen=True, slots=True)
class Lack:
    """One law, and what it waits for: names of facts and their questions. ``ours``: how many the agency finds out."""

    law: str
    facts: tuple[tuple[str, str], ...]
    ours: int


def lacks(packs: Bundle, stated: Mapping[str, Any], day: str) -> tuple[Lack, ...]:
    """By law, what the rules wait for that this request does not say; those with the most to say first."""
    words, by_law = packs.words, dict[str, list[str]]()
    for law, name in _waiting(packs, stated, day):
        by_law.setdefault(law, []).append(name)
    found = []
    for law, names in by_law.items():
        said = tuple((name, words.facts[name].question) for name in names if sayable(words.facts[name]))
        found.append(Lack(law, said, len(names) - len(said)))
    return tuple(sorted((one for one in found if one.facts), key=lambda one: -len(one.facts)))


def asked_by_law(packs: Bundle, stated: Mapping[str, Any], day: str) -> dict[str, str]:
    """The facts that a requester can state and the law asks for, each with the laws that do.

    First those that would change the answer; then what the paper says, as far as any rule reads it.
    """
    laws: dict[str, list[str]] = {}
    for law, name in _waiting(packs, stated, day):
        laws.setdefault(name, []).extend([law] if law else [])
    found = {name: "; ".join(cited[:_MOST_LAWS]) for name, cited in laws.items() if sayable(packs.words.facts[name])}
    paper = [fact.name for fact in sayables(packs) if fact.level is Level.INSTRUMENT]
    found |= {name: "" for name in paper if name not in found and any(name in read for read in packs.reads.values())}
    return {name: cited for name, cited in found.items() if name not in stated}


def sayables(packs: Bundle) -> Iterator[Fact]:
    """Every fact that a requester can state, in the order of the vocabulary."""
    from ostiary.decide.request_file import stateable

    return (fact for fact in stateable(packs.words) if sayable(fact) and fact.name != _DAY)


def sayable(fact: Fact) -> bool:
    """Whether a requester can say it: yes-or-no findings of the agency's own are not asked."""
    return fact.by in _STATED or (fact.by == "verifier" and fact.type.base is Base.CODE)


def _waiting(packs: Bundle, stated: Mapping[str, Any], day: str) -> list[tuple[str, str]]:
    """Each law whose rules wait, with each fact they wait for; what would change the answer and no law waits for, under
    no law. Empty where the request cannot be judged yet."""
    file = facts.to_text(facts.document({**stated, _DAY: day}, packs.words))
    try:
        verdict = decide(packs, facts.read(file, packs.words))
    except (OstiaryError, ValueError):
        return []
    found: dict[tuple[str, str], None] = {}
    for item in verdict.items:
        for one in item.considered:
            cited = explain.citation(packs, packs.by_id[one.rule].authorities[0])
            found |= {(cited, name): None for name in one.waits_for}
    named = {name for _, name in found}
    found |= {("", one.fact): None for item in verdict.items for one in item.missing if one.fact not in named}
    return list(found)
