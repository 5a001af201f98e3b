"""Acts that two people do: one proposes, the other agrees, each logged in as themselves. Nobody agrees for another.

What is agreed to is exactly what was proposed, on the docket as it then stood. The act is done when the second person
agrees, as of that moment, by both; every duty and guard is asked then. A proposal lapses when the docket moves.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ostiary.canonical import plain
from ostiary_web.casework import models, papers, queries, queries_forms
from ostiary_web.casework.actions import door, letters
from ostiary_web.casework.actions.door import Attempt, Done
from ostiary_web.casework.docket import transitions
from ostiary_web.casework.docket.codec import to_plain
from ostiary_web.casework.docket.duties import roles_of
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.faults import CaseworkError, Refused, changed_meanwhile
from ostiary_web.casework.queries_forms import ProposalRow
from ostiary_web.casework.world import Read, world_for

AGREED, DECLINED, TAKEN_BACK, LAPSED = "agreed", "declined", "taken_back", "lapsed"
_TWO = "an act of two people"


@transaction.atomic
def propose(
    *,
    docket: str,
    act: str,
    by: str,
    role: Role,
    at: dt.datetime,
    expect: int | None = None,
    key: str,
    paper_fields: Mapping[str, Any] | None = None,
    letter: bytes = b"",
    **given: Any,
) -> int:
    """Propose an act that needs a second person; its number. It is refused now if nobody could agree to it.

    :param key: what the form bore; sent twice, it proposes once.
    :param letter: the letter to the requester that goes with it, as it was previewed; a paper once it is agreed to.
    :raises Refused: as the engine would refuse the act with the person who may be second; or if one stands already.
    """
    row = door.locked(queries.find(docket))
    sent = models.Proposal.objects.filter(docket=row, key=key).first()
    if sent is not None:
        return sent.pk
    if expect is not None and row.events != expect:
        raise changed_meanwhile()
    found = queries.loaded(row)
    _check(found, world_for(found, at, last_index=row.last_index), Attempt(act, by, role, at, given=given))
    _let_lapse(row, act, at)
    if models.Proposal.objects.filter(docket=row, act=act, outcome="").exists():
        cure = "have it agreed to or declined, or taken back by who proposed it"
        raise Refused(Refusal("proposed", "this act is proposed already, and waits for its second person", _TWO, cure))
    return models.Proposal.objects.create(
        docket=row, act=act, by=by, role=role.value, at=at, expect=row.events, key=key,
        given=json.dumps({name: to_plain(value) for name, value in given.items()}, ensure_ascii=False, sort_keys=True),
        beside=json.dumps(plain(dict(paper_fields or {})), ensure_ascii=False, sort_keys=True),
        letter=papers.keep(letter) if letter else "",
    ).pk  # fmt: skip


def _check(docket: Docket, read: Read, attempt: Attempt) -> None:
    """The engine's answer, with each person who may be second; one of them must be able to agree."""
    row = transitions.find(attempt.act, docket.state)
    if row is None or not row.second:
        # The engine says where it is done; an act of one person is not proposed.
        refusal = None if row is None else Refusal("second", "this act takes no second person", _TWO, "do it yourself")
        if refusal is not None:
            raise Refused(refusal)
        door.engine_step(docket, read, attempt)
        return
    last = Refusal("second", "nobody could agree to it", _TWO, "have one of the other role registered and trained")
    for person in could_be_second(docket, read, row, attempt.by):
        try:
            door.engine_step(docket, read, Attempt(**{**_fields(attempt), "second": person}))
        except Refused as fault:
            last = fault.refusal
        else:
            return
    raise Refused(last)


def _fields(attempt: Attempt) -> dict[str, Any]:
    return {name: getattr(attempt, name) for name in Attempt.__dataclass_fields__}


def could_be_second(docket: Docket, read: Read, row: Transition, by: str) -> list[str]:
    """Who holds a role today in which they could agree, besides whoever proposes."""
    people = read.world.people
    return [
        name
        for name, person in people.items()
        if name != by and roles_of(person, read.world.today, docket.id) & row.second
    ]


def _let_lapse(row: models.Docket, act: str, at: dt.datetime) -> None:
    gone = models.Proposal.objects.filter(docket=row, act=act, outcome="").exclude(expect=row.events)
    gone.update(outcome=LAPSED, settled_at=at)


@transaction.atomic
def agree(*, proposal: int, by: str, at: dt.datetime) -> Done:
    """The second person agrees: the act is done now, by both, exactly as it was proposed.

    :raises Refused: if the docket has moved, somebody settled it before, or either of the two may not.
    """
    found = _open(proposal)
    done = door.perform(
        docket=found.docket, act=found.row.act, by=found.by, role=found.role, at=at, second=by,
        expect=found.expect, key=f"proposal-{found.number}", paper_fields=found.beside, enclosed=found.letter,
        **found.given,
    )  # fmt: skip
    if found.letter:
        letters.keep(found.docket, found.row.act, found.letter, found.by, at)
    _settle(found, AGREED, by, at)
    return done


@transaction.atomic
def decline(*, proposal: int, why: str, by: str, at: dt.datetime) -> None:
    """Somebody who could have agreed does not, and says why; the docket stays as it is.

    :raises Refused: if they could not have agreed either. :raises CaseworkError: without a reason.
    """
    found = _open(proposal)
    if not why.strip():
        raise CaseworkError("say why you decline, so that whoever proposed it knows what to change")
    docket = queries.docket(found.docket)
    read = world_for(docket, at)
    refusal = may_second(docket, read, found, by, at)
    if refusal is not None:
        raise Refused(refusal)
    _settle(found, DECLINED, by, at, why.strip())


@transaction.atomic
def take_back(*, proposal: int, by: str, at: dt.datetime) -> None:
    """Whoever proposed it takes it back.

    :raises Refused: for anybody else.
    """
    found = _open(proposal, lapsed=True)
    if found.by != by:
        raise Refused(Refusal("proposal", "somebody else proposed this", _TWO, "decline it, if you may be second"))
    _settle(found, TAKEN_BACK, by, at)


def may_second(docket: Docket, read: Read, found: ProposalRow, by: str, at: dt.datetime) -> Refusal | None:
    """Why somebody could not agree to a proposal now, or None: asked of the engine itself."""
    attempt = Attempt(found.row.act, found.by, found.role, at, by, given=found.given)
    try:
        door.engine_step(docket, read, attempt)
    except Refused as fault:
        return fault.refusal
    return None


def _open(number: int, *, lapsed: bool = False) -> ProposalRow:
    """A proposal that is not settled, its docket locked as by every act."""
    found = queries_forms.proposal(number)
    if found is None:
        raise CaseworkError("there is no such proposal")
    door.locked(found.docket)
    found = queries_forms.proposal(number)
    if found is None or found.outcome:
        raise Refused(Refusal("proposal", "this proposal was settled already", _TWO, "look at the docket"))
    if found.lapsed and not lapsed:
        raise changed_meanwhile()
    return found


def _settle(found: ProposalRow, outcome: str, by: str, at: dt.datetime, why: str = "") -> None:
    models.Proposal.objects.filter(pk=found.number).update(outcome=outcome, settled_by=by, settled_at=at, why=why)
