"""What a requester may be told, so that being on the roll does not show.

Two steps. What the law refuses whoever the person is, is refused before the roll is opened. For all else the answer
is made from the request and from what leaves, and from nothing more: "not on the roll", "ambiguous" and "on the roll
but withheld" are the same to :func:`requester_answer`, because none of them leaves anything and nothing else is
given to it. So the three read alike byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.decide.compile import Plan, compile_request, fixed_facts
from ostiary.decide.decide import answer as answer_to_cited
from ostiary.decide.decide import decide
from ostiary.decide.interpret import Reading
from ostiary.decide.person import find_people, judge_person, person_facts
from ostiary.decide.request import Group, Request
from ostiary.decide.verdict import Outcome
from ostiary.errors import RequestError
from ostiary.law.bundle import Bundle, Copy
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Column, Held, Relation, Roll
from ostiary.vocabulary import Level

SCHEMA = "ostiary.answer/1"
Released = Mapping[str, Sequence[Copy]]
NOTHING = (
    "No record is released. This is said alike where the agency holds no record of the person, where it is not sure "
    "which person is meant, and where the law does not let the record leave; it does not say which."
)
SOMETHING = (
    "What is listed is released. Of anything else the agency neither says that it holds it nor that it does not."
)
REFUSED = (
    "Refused. On the facts of this request the law lets none of it leave, whoever the person is. No record was "
    "looked at, and nothing is said of whether any is held."
)


def refused_whoever(bundle: Bundle, request: Request, mapping: Roll | None = None) -> bool:
    """Whether the law lets no copy that is asked for leave, whoever the person is; then no roll need be opened.

    Every fact of a person stays open, what the request fixes is folded in, and of what is left nothing of a person
    may still change the answer. Where that is not certain, the answer is no. A copy that would go to counsel is
    not refused.

    ``mapping``: a roll as mapped (``roll.yaml``, none of its tables). It says which codes anybody's record can
    have: where no consent can name the requester, no consent can open anything. Without it a record can say anything.
    """
    roll = mapping or _nobody(bundle)
    own = decide(bundle, request)  # what the request itself says of the people it names, a consent that it encloses
    if any(item.outcome is not Outcome.WITHHOLD for item in own.items):
        return False
    return all(_group_refused(bundle, group, request, roll) for group in request.groups)


def _group_refused(bundle: Bundle, group: Group, request: Request, roll: Roll) -> bool:
    plan = compile_request(bundle, group, request.as_of, roll)
    return all(_class_refused(plan, place) for place in range(len(plan.classes)))


def _class_refused(plan: Plan, place: int) -> bool:
    item = plan.judged(place, [None] * len(plan.classes[place].atoms))
    facts = plan.reading.bundle.words.facts
    personal = [one.fact for one in item.missing if facts[one.fact].level is Level.PERSON]
    return item.outcome is Outcome.WITHHOLD and bool(item.considered) and not personal


def _nobody(bundle: Bundle) -> Roll:
    """A roll that might hold anything of anybody: every copy, every fact of a person open. It has no file."""
    words = bundle.words
    personal = [name for name, fact in words.facts.items() if fact.level is Level.PERSON]
    of_relation = {name: name.split(".")[0] for name in personal if name.split(".")[0] in words.relations}
    relations = {
        relation: Relation(relation, (), "", {n: Column(n) for n in personal if of_relation.get(n) == relation},
                           frozenset())
        for relation in words.relations
    }  # fmt: skip
    programs = {program: program for program in words.codes["programs"]}
    copies: dict[tuple[str, tuple[str, ...]], Held] = {}
    for copy in bundle.copies(tuple(programs), tuple(words.elements)):
        key = (copy.element, (copy.program,))
        known = copies[key].origins if key in copies else {}
        copies[key] = Held(copy.element, (copy.program,), (copy.element,), "", {**known, copy.source: ()}, "")
    return Roll(
        Path(), "", {}, "", "", programs, {name: Column(name) for name in personal if name not in of_relation},
        relations, tuple(copies.values()),
    )  # fmt: skip


def released_of(
    bundle: Bundle, request: Request, roll: Roll, engine: Engine, people: Mapping[str, str]
) -> dict[str, tuple[Copy, ...]]:
    """By subject the copies that may leave once people decide so; subjects of whom nothing leaves are left out.

    ``people``: by subject the roll's id of the person it is. A subject whose person is not sure is not in it.

    :raises RequestError: if the request speaks of several groups of people.
    """
    if len(request.groups) != 1:
        raise RequestError(f"{request.name}: speaks of several groups of people; ask for each in a request of its own")
    group = request.groups[0]
    fixed = fixed_facts(bundle, group, roll)
    found: dict[str, tuple[Copy, ...]] = {}
    by_id = {str(one.row[roll.id]): one for one in find_people(roll, engine, sorted(set(people.values())))}
    for subject, person in people.items():
        if person in by_id:
            facts = person_facts(fixed, roll, by_id[person])
            reading = Reading(bundle, facts, request.as_of, bundle.agency.kinds)
            items = judge_person(reading, roll, group, by_id[person])
            leaves = tuple(sorted(item.copy for item in items if item.outcome.discloses))
            found |= {subject: leaves} if leaves else {}
    return found


@dataclass(frozen=True)
class RequesterAnswer:
    """An answer as it goes out. ``data`` holds the request's own words, the law's, and what leaves."""

    data: Mapping[str, Any]

    def to_bytes(self) -> bytes:
        """The JSON that is sent."""
        return json.dumps(self.data, indent=2, ensure_ascii=False, sort_keys=True).encode() + b"\n"

    def to_text(self) -> str:
        """The letter's body: plain text."""
        lines = [f"Request of {self.data['received']}, answered under the law as of {self.data['as_of']}.", ""]
        lines += [self.data["says"], ""] if self.data["says"] else []
        for one in self.data["subjects"]:
            lines.append(f"{one['subject']}: {one['says']}")
            lines += [f"    {each['label']}, as held under {each['under']}" for each in one["released"]]
        for cited in self.data["law_cited"]:
            lines += ["", f"You cite: {cited['cited']}", cited["answer"]]
        return "\n".join([*lines, ""])


def requester_answer(
    bundle: Bundle, request: Request, subjects: Iterable[str], released: Released | None
) -> RequesterAnswer:
    """The answer to the requester.

    ``subjects``: the requester's own ids of the people it asks about, in its order. ``released``: what leaves, by
    subject; None where the law refuses whoever the person is. Nothing else about anybody comes in here.
    """
    leaving = released or {}
    return RequesterAnswer(
        {
            "schema": SCHEMA,
            "request": request.digest,
            "bundle": bundle.digest,
            "received": request.received.isoformat(),
            "as_of": request.as_of.isoformat(),
            "says": REFUSED if released is None else "",
            "subjects": [_of_subject(bundle, name, leaving.get(name, ()), released is None) for name in subjects],
            "law_cited": [{"cited": text, "answer": answer_to_cited(bundle, text).text} for text in request.asserted],
        }
    )


def _of_subject(bundle: Bundle, name: str, copies: Sequence[Copy], refused: bool) -> dict[str, Any]:
    words = bundle.words
    listed = sorted({(copy.element, copy.program) for copy in copies})
    released = [
        {
            "element": element,
            "program": program,
            "label": words.code_label("elements", element),
            "under": words.code_label("programs", program),
        }
        for element, program in listed
    ]
    says = "Refused." if refused else SOMETHING if released else NOTHING
    return {"subject": name, "says": says, "released": released}
