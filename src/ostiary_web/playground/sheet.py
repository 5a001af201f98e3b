"""Facts as a form, and a form as facts. Every fact can be known, unknown or, where optional, known to be absent.

A blank never becomes an answer by itself: what a form leaves out is unknown, as in a request file.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ostiary.decide.request import LARGEST
from ostiary.decide.request_file import stateable
from ostiary.law.condition import Value
from ostiary.law.meaning import Known, Missing
from ostiary.vocabulary import OPEN_LISTS, Base, Fact, Level, Vocabulary

Answer = Known | Missing
Posted = Mapping[str, Sequence[str]]

EMPTY = "none"
_STATES = {Missing.UNKNOWN.value: Missing.UNKNOWN, Missing.ABSENT.value: Missing.ABSENT}
_BOOLS: Mapping[str, bool] = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a control, and whether it is the chosen one."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One fact as a control of the form.

    ``control``: ``bool``, ``code``, ``date``, ``int``, ``text``, ``ticks`` or ``lines``.
    ``blank``: what an empty control stands for, where there is a choice.
    """

    fact: str
    id: str
    label: str
    question: str
    by: str
    control: str
    text: str
    options: tuple[Option, ...]
    blank: tuple[Option, ...]
    ticked: int
    changed: bool
    needed: bool
    fault: str


@dataclass(frozen=True, slots=True)
class Part:
    """Fields under one heading."""

    key: str
    heading: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one control, and what was typed there."""

    fact: str
    text: str
    typed: str


def field_id(fact: str) -> str:
    """The id of a fact's control on the page."""
    return "f-" + fact.replace(".", "-").replace("_", "-")


def facts_shown(words: Vocabulary) -> list[Fact]:
    """The facts that a person can set, the day of the law among them; left empty, that is the day of receipt."""
    day = words.facts["as_of"]
    return [*stateable(words), replace(day, question=f"{day.question} If empty: the day of receipt.", by="counsel")]


def control_of(fact: Fact) -> str:
    """Which control a fact gets."""
    closed = fact.type.base is Base.CODE and fact.type.codes not in OPEN_LISTS
    if fact.type.many:
        return "ticks" if closed else "lines"
    return fact.type.base.value if fact.type.base is not Base.CODE or closed else Base.TEXT.value


# From a form to facts.


def read_sheet(
    words: Vocabulary, posted: Posted, origin: Mapping[str, Answer]
) -> tuple[dict[str, Answer], tuple[Fault, ...]]:
    """The facts that a form states, and what is wrong in it; a wrong control's fact is unknown."""
    facts: dict[str, Answer] = {}
    faults: list[Fault] = []
    for fact in facts_shown(words):
        typed = posted.get(f"f.{fact.name}", ())
        blank = "".join(posted.get(f"e.{fact.name}", ())[:1])
        try:
            facts[fact.name] = _answer(words, fact, typed, blank, origin[fact.name])
        except ValueError as fault:
            facts[fact.name] = Missing.UNKNOWN
            faults.append(Fault(fact.name, str(fault), "\n".join(typed)))
    if facts["request_date"] is Missing.UNKNOWN and not any(fault.fact == "request_date" for fault in faults):
        faults.append(Fault("request_date", "give the day, as YYYY-MM-DD; the law is read as of a day", ""))
    return facts, tuple(faults)


def _answer(words: Vocabulary, fact: Fact, typed: Sequence[str], blank: str, origin: Answer) -> Answer:
    control = control_of(fact)
    if control == "ticks":
        return _in_order(typed, words.known_codes(fact.type.codes), origin) if typed else _when_blank(fact, blank)
    text = "".join(typed[:1]).replace("\r\n", "\n")
    if control == Base.BOOL.value:
        return _BOOLS[text] if text in _BOOLS else _when_blank(fact, text)
    if control == Base.CODE.value:
        if not text.startswith("="):
            return _when_blank(fact, text)
        if text[1:] not in words.known_codes(fact.type.codes):
            raise ValueError("choose one of the list")
        return text[1:]
    if not text.strip():
        return _when_blank(fact, blank)
    if control == "lines":
        return tuple(line.strip() for line in text.split("\n") if line.strip())
    return _single(fact.type.base, text)


def _single(base: Base, text: str) -> Value:
    if base is Base.DATE:
        try:
            return dt.date.fromisoformat(text.strip())
        except ValueError:
            raise ValueError("write a date as YYYY-MM-DD, or leave it empty") from None
    if base is Base.INT:
        if not text.strip().isascii() or not text.strip().isdigit() or int(text.strip()[:20]) > LARGEST:
            raise ValueError("write a whole number in digits, or leave it empty")
        return int(text.strip())
    return text


def _in_order(ticked: Sequence[str], known: Iterable[str], origin: Answer) -> tuple[Value, ...]:
    """What is ticked, in the order of the request that was picked, then in that of the list."""
    if not set(ticked) <= set(known):
        raise ValueError("tick only what stands in the list")
    first = [str(item) for item in origin] if isinstance(origin, tuple) else []
    return tuple(dict.fromkeys(item for item in (*first, *known) if item in ticked))


def _when_blank(fact: Fact, said: str) -> Answer:
    if said == EMPTY and fact.type.many:
        return ()
    if said == Missing.ABSENT.value and fact.optional:
        return Missing.ABSENT
    return Missing.UNKNOWN


# From facts to a form.


def fields(
    words: Vocabulary,
    facts: Mapping[str, Answer],
    origin: Mapping[str, Answer],
    needed: Iterable[str] = (),
    faults: Iterable[Fault] = (),
) -> dict[str, Field]:
    """Every fact as a control, by its name. What was wrongly typed stands in its control as it was typed."""
    wrong = {fault.fact: fault for fault in faults}
    waiting = frozenset(needed)
    return {
        fact.name: _field(words, fact, facts[fact.name], origin[fact.name], fact.name in waiting, wrong.get(fact.name))
        for fact in facts_shown(words)
    }


def _field(words: Vocabulary, fact: Fact, now: Answer, origin: Answer, needed: bool, fault: Fault | None) -> Field:
    control = control_of(fact)
    return Field(
        fact.name,
        field_id(fact.name),
        fact.label,
        fact.question,
        fact.by,
        control,
        fault.typed if fault else _text(now),
        _options(words, fact, control, now),
        _blank(fact, control, now),
        len(now) if isinstance(now, tuple) else 0,
        fault is not None or not _same(now, origin),
        needed,
        fault.text if fault else "",
    )


def _same(one: Answer, other: Answer) -> bool:
    if isinstance(one, tuple) and isinstance(other, tuple):
        return set(one) == set(other)
    return type(one) is type(other) and one == other


def _text(now: Answer) -> str:
    if isinstance(now, Missing):
        return ""
    return "\n".join(str(item) for item in now) if isinstance(now, tuple) else str(now)


def _options(words: Vocabulary, fact: Fact, control: str, now: Answer) -> tuple[Option, ...]:
    if control == "ticks":
        ticked = now if isinstance(now, tuple) else ()
        codes = words.known_codes(fact.type.codes)
        return tuple(Option(code, words.code_label(fact.type.codes, code), code in ticked) for code in codes)
    if control == Base.BOOL.value:
        known = tuple(Option(word, label, now is _BOOLS[word]) for word, label in (("true", "yes"), ("false", "no")))
        return known + _missing(fact, now)
    if control == Base.CODE.value:
        codes = words.known_codes(fact.type.codes)
        known = tuple(Option(f"={code}", words.code_label(fact.type.codes, code), code == now) for code in codes)
        return _missing(fact, now) + known
    return ()


def _blank(fact: Fact, control: str, now: Answer) -> tuple[Option, ...]:
    if control in (Base.BOOL.value, Base.CODE.value) or not (fact.optional or fact.type.many):
        return ()
    nothing = (Option(EMPTY, "none, and that is known", now == ()),) if fact.type.many else ()
    return _missing(fact, now if isinstance(now, Missing) or now == () else Missing.UNKNOWN) + nothing


def _missing(fact: Fact, now: Answer) -> tuple[Option, ...]:
    unknown = (Option(Missing.UNKNOWN.value, "not known", now is Missing.UNKNOWN),)
    if not fact.optional:
        return unknown
    return (*unknown, Option(Missing.ABSENT.value, "known to be absent", now is Missing.ABSENT))


# In which part of the form a fact stands.

_HEADINGS = {
    Level.REQUEST: "The request",
    Level.INSTRUMENT: "The paper",
    Level.AGREEMENT: "The agreement",
    Level.PERSON: "The person",
}


def part_of(words: Vocabulary, fact: Fact) -> tuple[str, str]:
    """The key and the heading of the part that a fact belongs to."""
    section = fact.name.partition(".")[0]
    if section == "statements":
        return section, "What the request states"
    if section in words.relations:
        return section, words.relations[section].capitalize()
    return fact.level.value, _HEADINGS[fact.level]


def parts(words: Vocabulary, chosen: Iterable[Field]) -> tuple[Part, ...]:
    """Fields under their headings: request, paper, agreement, person, statements, relations."""
    order = [*(level.value for level in _HEADINGS), "statements", *words.relations]
    found: dict[tuple[str, str], list[Field]] = {}
    for field in chosen:
        found.setdefault(part_of(words, words.facts[field.fact]), []).append(field)
    ranked = sorted(found.items(), key=lambda part: order.index(part[0][0]))
    return tuple(Part(key, heading, tuple(listed)) for (key, heading), listed in ranked)
