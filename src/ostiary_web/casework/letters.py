"""The letter that tells a requester of a denial: what was refused, by which provisions, and how to appeal until when.

Its wording is the agency's (a reviewed letter text of the register, ``denial``), with a plain default. A rule that asks
something about the person is never cited: whether somebody is on the roll, or why they are protected, is not told.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from string import Template

from django.template.loader import render_to_string

from ostiary.decide import explain
from ostiary.decide.verdict import Item, Outcome
from ostiary.law.rule import Rule
from ostiary.vocabulary import Level
from ostiary_web.casework.docket.snapshot import ClockName
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.pages_docket import Case, item_name, key_of, stricter
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

CODE = "denial"
_ITEMS = "$items"
_NEUTRAL = "It was not established that this may lawfully be given for the purpose stated, and is needed for it."


@dataclass(frozen=True, slots=True)
class Refused:
    """One refused item as the letter tells it."""

    name: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the letter, or the place of the list of items."""

    text: str
    items: bool


def denial(case: Case, at: dt.datetime) -> str:
    """The letter of a denial today, as a piece of HTML that stands alone.

    :raises CaseworkError: if there is no verdict to tell of, or the agency's wording names what there is not.
    """
    found = [Refused(item_name(key_of(item)), reasons(item)) for item in stricter(case)]
    if not found:
        raise CaseworkError("there is no verdict yet, so there is nothing to write; have the request judged first")
    limit = case.world.law.procedure.limits[ClockName.APPEAL]
    until = case.world.calendar.add(case.world.today, limit.length, business=limit.business)
    values = {
        "number": case.number,
        "agency": bundle().agency.name,
        "received": _day(case.row.received),
        "today": _day(at.date()),
        "appeal_until": _day(until),
    }
    parts = [Paragraph(_filled(text, values), text == _ITEMS) for text in _wording()]
    shown = {"paragraphs": parts, "items": found, "number": case.number, "agency": values["agency"]}
    return render_to_string("casework/letter.html", shown)


def reasons(item: Item) -> tuple[str, ...]:
    """Why an item is refused, as the requester may know it: rules that read nothing of the person, with their law."""
    packs = bundle()
    person = {name for name, fact in packs.words.facts.items() if fact.level is Level.PERSON}
    told = [packs.by_id[name] for name in item.deciding if not packs.reads[name] & person]
    if item.outcome is not Outcome.WITHHOLD or not told:
        return (_NEUTRAL,)
    return tuple(dict.fromkeys(f"{one.title} ({_law(one)})" for one in told))


def _law(rule: Rule) -> str:
    """The provisions behind a rule; not those that are cited for saying nothing."""
    packs = bundle()
    operative = [name for name in rule.authorities if packs.authorities[name].effect.operative]
    return "; ".join(explain.citation(packs, name) for name in operative or rule.authorities)


def _wording() -> list[str]:
    """The paragraphs of the agency's newest reviewed text; the default where it has none."""
    own = registry.letter(CODE, ["en"])
    text = render_to_string("casework/letter_denial.txt") if own is None else own.text
    found = [" ".join(part.split()) for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    if _ITEMS not in found:
        raise CaseworkError(f"the letter text `{CODE}` has no paragraph `{_ITEMS}`; add it, or nothing is explained")
    return found


def _filled(text: str, values: dict[str, str]) -> str:
    if text == _ITEMS:
        return ""
    try:
        return Template(text).substitute(values)
    except (KeyError, ValueError):
        known = ", ".join(f"${name}" for name in sorted(values))
        raise CaseworkError(f"the letter text `{CODE}` names what there is not; use {known}") from None


def _day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
