"""What a letter of a docket says, from the docket itself: what is missing or asked, what is given, what is refused and
by which provisions, how to appeal until when.

A rule that asks something about the person is never cited: whether somebody is on the roll, or why they are protected,
is not told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ostiary.decide import explain
from ostiary.decide.verdict import Item, Outcome
from ostiary.law.rule import Rule
from ostiary.vocabulary import Level
from ostiary_web.casework.actions.letters import LETTERS
from ostiary_web.casework.docket.snapshot import Choice, ClockName, ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.letters_wording import Entry, Words, written
from ostiary_web.casework.pages_docket import Case, item_name, key_of, stricter
from ostiary_web.wiring import bundle

_NEUTRAL = lazy("It was not established that this may lawfully be given for the purpose stated, and is needed for it.")
# What each code of the log's lists is, said to whoever asks; a test holds them against the catalogue.
MISSING: Mapping[str, Promise] = {
    "in_writing": lazy("The request in writing. What was only said cannot be answered; write it down and send it."),
    "identity": lazy("Proof of who you are, or of the office that you ask for."),
    "authority": lazy("The law that entitles you to ask."),
    "violation": lazy("The violation that you investigate."),
    "person_named": lazy("The name of each person whom you ask about."),
    "instrument": lazy("The paper that your request rests on."),
    "signature": lazy("A signature."),
    "contact": lazy("A way to reach you."),
}
DEFECTS: Mapping[str, Promise] = {
    "not_signed": lazy("The paper is not signed. Send one that is."),
    "wrong_court": lazy("The court that issued the paper has no power here. Have it issued by one that has."),
    "out_of_time": lazy("The paper was not in force when it came. Send one that is in force."),
    "not_served": lazy("The paper was not served as the law asks. Have it served."),
    "requester_unproved": lazy("It is not proved who asks. Send proof of your office, and a number to call back."),
    "scope_missing": lazy("The paper does not say which records it asks for. Name them."),
    "superseded": lazy("Another paper has taken the place of this one. Send the one that counts."),
}
GROUND_WORDS: Mapping[str, Promise] = {
    "defective_instrument": lazy("The paper that you rely on is defective."),
    "objection_filed": lazy("An objection against the paper was filed, and is not decided."),
    "order_stayed": lazy("The order that you rely on is stayed."),
}


def for_act(case: Case, act: str, given: Mapping[str, Any], words: str, at: dt.datetime) -> str:
    """The letter that goes with an act as it is filled in; empty for an act without one.

    :param given: what the act takes. ``words``: what the official adds; for questions, one on each line.
    :raises CaseworkError: if there is nothing to tell of, or the agency's wording cannot be used.
    """
    code = LETTERS.get(act)
    if code is None:
        return ""
    return written(code, _values(case, at), _PLACES[code](case, given, words))


def denial(case: Case, at: dt.datetime) -> str:
    """The letter of a denial today.

    :raises CaseworkError: as ``for_act``.
    """
    return for_act(case, "deny", {}, "", at)


def questions_in(words: str) -> tuple[str, ...]:
    """The questions that somebody wrote, one on each line."""
    return tuple(line.strip() for line in words.splitlines() if line.strip())


def reasons(item: Item) -> tuple[str, ...]:
    """Why an item is refused, as the requester may know it: rules that read nothing of the person, with their law."""
    told = _told(item)
    if item.outcome is not Outcome.WITHHOLD or not told:
        return (str(_NEUTRAL),)
    return told


def _told(item: Item) -> tuple[str, ...]:
    """The rules that decided an item and read nothing of the person, with their law."""
    packs = bundle()
    person = {name for name, fact in packs.words.facts.items() if fact.level is Level.PERSON}
    told = [packs.by_id[name] for name in item.deciding if not packs.reads[name] & person]
    return tuple(dict.fromkeys(f"{one.title} ({_law(one)})" for one in told))


def _law(rule: Rule) -> str:
    """The provisions behind a rule; not those that are cited for saying nothing."""
    packs = bundle()
    operative = [name for name in rule.authorities if packs.authorities[name].effect.operative]
    return "; ".join(explain.citation(packs, name) for name in operative or rule.authorities)


def _values(case: Case, at: dt.datetime) -> dict[str, str]:
    return {
        "number": case.number,
        "agency": bundle().agency.name,
        "received": _day(case.row.received),
        "today": _day(at.date()),
        "appeal_until": _day(_limit(case, ClockName.APPEAL)),
        "answer_until": _day(_limit(case, ClockName.ANSWER)),
    }


def _limit(case: Case, clock: ClockName) -> dt.date:
    """The last day of a limit that begins today."""
    limit = case.world.law.procedure.limits.get(clock)
    if limit is None:
        raise CaseworkError("no rules are in use, so no limit is known; put them in use: `ostiary-web bundle`")
    return case.world.calendar.add(case.world.today, limit.length, business=limit.business)


def _day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


def _own(words: str) -> dict[str, Words]:
    """What the official adds, paragraph by paragraph; nothing stands there where nothing was written."""
    return {"words": Words([Entry(line) for line in questions_in(words)])}


def _coded(place: str, known: Mapping[str, Promise], codes: Iterable[str], words: str) -> dict[str, Words]:
    return {place: Words([Entry(str(known[code])) for code in codes]), **_own(words)}


def _questions(case: Case, given: Mapping[str, Any], words: str) -> dict[str, Words]:
    return {"questions": Words([Entry(line) for line in questions_in(words)], numbered=True)}


def _denied(case: Case, given: Mapping[str, Any], words: str) -> dict[str, Words]:
    return {"items": Words(_refused(case, frozenset(), given.get("refusals", ())))}


def _decided(case: Case, given: Mapping[str, Any], words: str) -> dict[str, Words]:
    grants = frozenset[ItemKey](given.get("grants", ()))
    granted = [item for item in _items(case) if key_of(item) in grants]
    return {
        "given": Words([Entry(item_name(key_of(item)), _told(item)) for item in granted], _("What is given")),
        "refused": Words(_refused(case, grants, given.get("refusals", ())), _("What is not given, and why")),
        **_own(words),
    }


def _refused(case: Case, granted: frozenset[ItemKey], choices: Iterable[Choice]) -> list[Entry]:
    """Each item that is not granted: the law that forbids it, the ground on which it is refused, or neither."""
    grounds = {one.key: GROUND_WORDS[one.reason] for one in choices if one.reason in GROUND_WORDS}
    return [
        Entry(item_name(key), (str(grounds[key]),) if key in grounds else reasons(item))
        for item in _items(case)
        if (key := key_of(item)) not in granted
    ]


def _items(case: Case) -> list[Item]:
    found = stricter(case)
    if not found:
        raise CaseworkError("there is no verdict yet, so there is nothing to write; have the request judged first")
    return found


_PLACES = {
    "acknowledgement": lambda case, given, words: _own(words),
    "return": lambda case, given, words: _coded("missing", MISSING, given.get("missing", ()), words),
    "clarification": _questions,
    "form_refused": lambda case, given, words: _coded("defects", DEFECTS, given.get("defects", ()), words),
    "denial": _denied,
    "decision": _decided,
}
