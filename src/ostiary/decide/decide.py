"""One request judged: every copy that is asked for, and what is said to each law that is cited."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from ostiary.decide.interpret import Reading, judge
from ostiary.decide.request import Group, Request
from ostiary.decide.verdict import Answer, Item, Outcome, Reason, Verdict
from ostiary.errors import did_you_mean
from ostiary.law.authority import Authority, find_cited
from ostiary.law.bundle import Bundle, Copy


def decide(bundle: Bundle, request: Request, *, agency: frozenset[str] | None = None) -> Verdict:
    """The verdict on a request under a bundle, the law read as of the request's ``as_of``.

    Deterministic: the same bundle, facts and day give the same bytes.

    :param agency: kinds of agency to decide as, instead of the bundle's own.
    """
    kinds = agency or bundle.agency.kinds
    items = tuple(item for group in request.groups for item in _items(bundle, group, request.as_of, kinds))
    return Verdict(
        bundle.digest,
        tuple((pack.name, pack.version) for pack in bundle.packs),
        bundle.agency.name,
        request.as_of,
        request.digest,
        items,
        tuple(answer(bundle, text) for text in request.asserted),
    )


def _items(bundle: Bundle, group: Group, day: dt.date, agency: frozenset[str]) -> Sequence[Item]:
    reading = Reading(bundle, group.facts, day, agency)
    held = bundle.copies(group.programs, group.elements)
    found = {copy.element for copy in held}
    items = [judge(reading, copy, group.name) for copy in held]
    for element in group.elements:
        if element not in found:
            items += [_not_held(reading, group, program, element) for program in group.programs]
    return items


def _not_held(reading: Reading, group: Group, program: str, element: str) -> Item:
    """A copy that none of the programs can hold: the law is shown, and nothing can leave."""
    source = reading.bundle.words.elements[element].sources[0]
    item = judge(reading, Copy(program, element, source), group.name)
    if item.outcome.discloses:
        return replace(item, outcome=Outcome.WITHHOLD, reason=Reason.NOT_HELD)
    return item


_SAYS = {
    "requires": "compels, on its own conditions",
    "permits": "permits, on its own conditions",
    "forbids": "forbids",
    "limits": "limits what may be disclosed",
    "procedure": "says how, not whether",
    "interprets": "explains other law",
    "no_duty": "gives the requester no claim on this agency",
    "event": "is an event, not a law that opens records",
}


def answer(bundle: Bundle, text: str) -> Answer:
    """What is said to a requester who cites ``text``: by id, or in its own words."""
    found = find_cited(text, bundle.authorities)
    if found is None:
        near = did_you_mean(text, bundle.authorities) if " " not in text else ""
        return Answer(text, "", "not_found", f"Not found in the register of authorities{near or '.'}")
    return Answer(text, found.id, found.effect.value, _said(found))


def _said(authority: Authority) -> str:
    return f"{authority.citation} {_SAYS[authority.effect.value]}. {authority.answer}"
