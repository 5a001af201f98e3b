"""Which track a docket takes: read from the bundle's own table, by the facts and by what the rules say."""

from __future__ import annotations

from ostiary.decide.request import Request
from ostiary.decide.verdict import Verdict
from ostiary.law.tracks import Procedure
from ostiary_web.casework.docket.snapshot import DocketVerdict, ItemKey, JudgedItem


def choose(procedure: Procedure, request: Request, verdict: DocketVerdict) -> str:
    """The track's name; empty where the bundle has no tracks, and then nothing can be approved.

    A fact that is not known, or an item that the rules leave open, leads to the strictest track.
    """
    track = procedure.choose((group.facts for group in request.groups), (item.outcome for item in verdict.items))
    return "" if track is None else track.id


def judged(then: Verdict, now: Verdict, named: frozenset[str], *, needs_agreement: bool | None) -> DocketVerdict:
    """The verdicts of the request's own day and of today as one, item by item.

    :param named: the groups of persons, by name, that the instrument names; no other's item can leave.
    :raises ValueError: unless both judge the same facts and items under one bundle.
    """
    after = {(item.group, item.copy): item for item in now.items}
    if (then.bundle, then.facts) != (now.bundle, now.facts) or [(i.group, i.copy) for i in then.items] != list(after):
        raise ValueError("the two verdicts are not of one request under one bundle")
    items = []
    for item in then.items:
        other = after[item.group, item.copy]
        key = ItemKey(item.group, item.copy.program, item.copy.element, item.copy.source)
        deciding = tuple(sorted({*item.deciding, *other.deciding}))
        items.append(JudgedItem(key, item.outcome, other.outcome, item.group in named, deciding))
    return DocketVerdict(now.bundle, now.facts, tuple(items), needs_agreement)
