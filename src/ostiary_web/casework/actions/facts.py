"""Facts with sources. Counsel and everybody else change facts, never the outcome: the verdict follows by itself.

What a request states counts once whoever establishes that fact (the vocabulary says who) has said so from a paper, a
register, or their own inquiry. What was said before is kept.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction

from ostiary_web.casework import facts, models, queries
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions.columns import keep_hand, keep_requester
from ostiary_web.casework.docket import duties
from ostiary_web.casework.docket.moment import Moment, Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import ENDED, LEFT, State
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.docket.world import World
from ostiary_web.casework.faults import CaseworkError, Refused, changed_meanwhile
from ostiary_web.casework.world import world_for
from ostiary_web.wiring import bundle

_FIXED = frozenset({*LEFT, *ENDED, State.DENIED, State.PRESERVED, State.CLOSED})
_OPEN = tuple(state for state in State if state not in _FIXED)


def establish(
    *,
    docket: str,
    name: str,
    value: Any,
    by: str,
    role: Role,
    at: dt.datetime,
    from_paper: str = "",
    expect: int | None = None,
) -> Docket:
    """Say what is so, from what: one leaf of the request file. The verdict is renewed or revised with it.

    :param name: the leaf's place, as ``requester.state``. ``value``: plain data; None is *not known*.
    :param from_paper: the digest of a paper of this docket; empty: by the official's own inquiry.
    :raises Refused: if this person may not, in this role, or the docket has gone too far.
    :raises RequestError: if the facts cannot be read with it, naming the key.
    """
    return _say(docket, {name: value}, by, role, at, from_paper, expect)


def confirm(
    *,
    docket: str,
    by: str,
    role: Role,
    at: dt.datetime,
    names: Iterable[str] | None = None,
    from_paper: str = "",
    expect: int | None = None,
) -> Docket:
    """Say that what the request states is so, as far as this role establishes it.

    :param names: these leaves only; None: every leaf that this role establishes and nobody has yet.
    :raises Refused, CaseworkError: as ``establish``; or if there is nothing to confirm.
    """
    pseudonym = queries.find(docket)
    waiting = queries.waiting(pseudonym, role)
    chosen = waiting if names is None else {name: waiting[name] for name in names if name in waiting}
    if not chosen:
        raise CaseworkError("there is nothing here that this role has to confirm")
    return _say(pseudonym, chosen, by, role, at, from_paper, expect)


def recognise(*, docket: str, who: str, record: str, by: str, role: Role, at: dt.datetime) -> Docket:
    """Say who a subject is on the roll: from now on the registers' consents and opt-outs of that record count.

    :param who: the docket's own name for the subject. ``record``: the agency's reference.
    :raises Refused: unless a custodian does so; and promise 6: if nothing may leave, nobody is looked up.
    """
    with transaction.atomic():
        row = door.locked(queries.find(docket))
        before = queries.loaded(row)
        world = world_for(before, at, last_index=row.last_index).world
        check_may(before, world, by, role, at, {Role.CUSTODIAN})
        if before.verdict is None or not any(item.outcome.discloses for item in before.verdict.items):
            raise Refused(Refusal("look_up", "nothing may leave: look nobody up", "promise 6", "deny the request"))
        if not models.Subject.objects.filter(docket=row, who=who).update(record=record.strip()):
            raise CaseworkError("the docket has no subject of this name")
        door.follow_on(row, at)
        return queries.loaded(row)


def _say(
    docket: str, values: dict[str, Any], by: str, role: Role, at: dt.datetime, paper: str, expect: int | None
) -> Docket:
    pseudonym, words = queries.find(docket), bundle().words
    with transaction.atomic():
        row = door.locked(pseudonym)
        if expect is not None and row.events != expect:
            raise changed_meanwhile()
        before = queries.loaded(row)
        world = world_for(before, at, last_index=row.last_index).world
        for name in values:
            check_may(before, world, by, role, at, facts.MAY[facts.establisher(name, words)])
        if paper and paper not in queries.papers(pseudonym):
            raise CaseworkError("this docket has no such paper; add it first")
        _supersede(row, values, by, role, at, paper)
        # Read it as it now stands: a code that is none, or a day that is none, undoes all of this.
        facts.read(queries.request_file(pseudonym, world.today), words)
        door.follow_on(row, at)
        return queries.loaded(row)


def _supersede(row: models.Docket, values: dict[str, Any], by: str, role: Role, at: dt.datetime, paper: str) -> None:
    models.Fact.objects.filter(docket=row, name__in=values, superseded_at=None).update(superseded_at=at)
    models.Fact.objects.bulk_create(
        models.Fact(docket=row, name=name, value=facts.to_json(value), by=by, role=role.value, paper=paper, at=at)
        for name, value in values.items()
    )
    keep_hand(row.pk, by, role.value)
    keep_requester(row, values)


def check_may(docket: Docket, world: World, by: str, role: Role, at: dt.datetime, roles: Iterable[Role]) -> None:
    """Every duty that an act meets, whoever states a fact meets too.

    :raises Refused: with the first that is not met.
    """
    person = world.people.get(by)
    if person is None:
        raise Refused(Refusal("person", "nobody is known by this name", "S7", "have the person registered"))
    if docket.state not in _OPEN:
        says = f"facts are not changed in state `{docket.state}`"
        raise Refused(Refusal("state", says, "the table of acts", "they are fixed once it is decided or has left"))
    if at < docket.last_at or at.astimezone(world.now.tzinfo).date() != world.today:
        raise Refused(Refusal("time", "a fact is established now", "nothing is back-dated", "date it now"))
    row = Transition("establish", "say what is so", _OPEN, None, frozenset(roles), "verdict.given")
    refusal = duties.refuse(Moment(docket, world, person, role, at), row)
    if refusal is not None:
        raise Refused(refusal)
    door.check_apart(docket.id, by, role)
