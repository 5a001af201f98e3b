"""Settling items: what may be granted, what must be, and what a refusal needs.

Everything is refused unless it is granted. People may be stricter than the rules wherever the rules only permit; what
the rules command is refused only on a coded ground, with the paper that says so. Nobody can be looser.
"""

from __future__ import annotations

from collections.abc import Iterable

from ostiary.decide.verdict import Outcome
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.snapshot import Choice, Decision, DocketVerdict, ItemKey, JudgedItem, Settled

GROUNDS = frozenset({"defective_instrument", "objection_filed", "order_stayed"})
_PRINCIPLE = "promise 2: there is no override of a prohibition"
_MANDATE = "what the law compels is refused only on a coded ground with its paper"


def settle(verdict: DocketVerdict, grants: Iterable[ItemKey], refusals: Iterable[Choice]) -> tuple[Choice, ...]:
    """Every item of the verdict, settled, in the verdict's order: refused unless granted.

    :param refusals: the refusals that say why; what no one explains gets the plain reason of its outcome.
    """
    granted, said = frozenset(grants), {one.key: one for one in refusals}
    found = []
    for item in verdict.items:
        if item.key in granted:
            found.append(Choice(item.key, Settled.GRANTED))
        elif item.key in said:
            found.append(Choice(item.key, Settled.REFUSED, said[item.key].reason, said[item.key].ground))
        else:
            found.append(Choice(item.key, Settled.REFUSED, plain_reason(item)))
    return tuple(found)


def plain_reason(item: JudgedItem) -> str:
    """The reason of a refusal that the verdict itself gives; empty where only a person can give one (a mandate)."""
    if item.named is not True:
        return "no_authority"
    if item.outcome is Outcome.WITHHOLD:
        return "forbidden"
    if item.outcome in (Outcome.REFER, Outcome.CONFLICT):
        return "unsettled_law"
    return "not_needed" if item.outcome is Outcome.RELEASE else ""


def unlawful(verdict: DocketVerdict, choices: Iterable[Choice]) -> Refusal | None:
    """Why these choices cannot be a decision on this verdict, or None."""
    found = tuple(choices)
    by_key = {item.key: item for item in verdict.items}
    if [one.key for one in found] != [item.key for item in verdict.items]:
        cure = "settle every item of the verdict, each once"
        return Refusal("items_differ", "the decision is not about the items of the verdict", _PRINCIPLE, cure)
    for one in found:
        item = by_key[one.key]
        if one.settled is Settled.GRANTED and not item.may_leave:
            says = "an item is granted that the rules, on the request's day or today, do not let go"
            return Refusal("item_not_lawful", says, _PRINCIPLE, "refuse the item, or establish the facts it waits for")
        if one.settled is Settled.REFUSED and not _reasoned(item, one):
            cure = f"name one of {', '.join(sorted(GROUNDS))}, and the digest of the paper"
            return Refusal("mandate_refused", "an item is refused that the law compels", _MANDATE, cure)
    return None


def _reasoned(item: JudgedItem, one: Choice) -> bool:
    """Whether a refusal has the reason that it needs: any, or for a mandate one of the grounds, with its paper."""
    if item.may_leave and item.outcome is Outcome.MANDATED:
        return one.reason in GROUNDS and one.ground.startswith("sha256:") and len(one.ground) == 71
    return one.reason != ""


def refused_items(decision: Decision) -> frozenset[ItemKey]:
    """The items that a decision refused; they can be appealed in a linked docket while the rest goes on."""
    return frozenset(one.key for one in decision.choices if one.settled is Settled.REFUSED)


def reasons(choices: Iterable[Choice]) -> tuple[str, ...]:
    """The codes of why items were refused, each once, in order."""
    return tuple(sorted({one.reason for one in choices if one.settled is Settled.REFUSED}))
