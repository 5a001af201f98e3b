"""Giving a docket to somebody, in a role: the desk's own order of work. It opens no way that the duties shut.

That reviewers were asked stands in the log (`review.assigned`, by the machine, roles only); who they are does not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import access, door
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.world import Person
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.world import world_for

GIVERS = frozenset({Role.LEAD_COUNSEL, Role.RECORDS_OFFICER, Role.EXECUTIVE})
REASONS: Mapping[str, str] = {
    "takes_it": "takes it on",
    "workload": "even out the work",
    "knows_it": "knows this kind of request",
    "absence": "the other person is away",
    "kept_apart": "the other person must be kept apart from it",
    "deadline": "it must be answered soon",
}
TAKES = "takes_it"


@transaction.atomic
def assign(
    *,
    docket: str,
    to: str,
    role: Role,
    reason: str,
    words: str = "",
    by: str,
    at: dt.datetime,
    expect: str | None = None,
) -> None:
    """Give a docket to somebody in a role, or take it on oneself; whoever had it in that role has it no longer.

    :param to: the ledger's reference of a person. ``reason``: a code of ``REASONS``.
    :param expect: whom the giver saw it with (empty: nobody); somebody else meanwhile is not overruled unseen.
    :raises Refused: if the giver may not, or the person could not act here in this role, with the reason.
    :raises CaseworkError: if the reason is none, or there is nothing to give.
    """
    row = door.locked(queries.find(docket))
    found = queries.loaded(row)
    world = world_for(found, at, last_index=row.last_index).world
    if found.state is State.CLOSED:
        raise CaseworkError("the docket is closed; nobody works on it any more")
    if reason not in REASONS or (reason == TAKES) is not (to == by):
        raise CaseworkError("say why, by one of the reasons; whoever takes it on says so")
    if role not in OFFICIALS - NEVER_ACT:
        raise CaseworkError("nobody works on dockets in this role")
    _check_giver(world.people.get(by), to == by)
    if (refusal := access.why_not(found, world, to, role, at)) is not None:
        raise Refused(refusal)
    door.check_apart(found.id, to, role)
    standing = models.Assignment.objects.filter(docket=row, role=role.value, ended_at=None)
    had = standing.values_list("to", flat=True).first() or ""
    if expect is not None and had != expect:
        says = "somebody else has given this docket away since you looked"
        raise Refused(Refusal("changed", says, "one act after another", "look again, then decide"))
    if had == to:
        raise CaseworkError("this person has it already")
    standing.update(ended_at=at)
    models.Assignment.objects.create(
        docket=row, to=to, role=role.value, reason=reason, words=words.strip(), by=by, at=at
    )


def _check_giver(person: Person | None, own: bool) -> None:
    """Anybody who works on dockets takes one on; giving it to others is for whoever leads the work."""
    if not access.sees(person):
        raise Refused(Refusal("reading", "this person sees no content of this docket", "S1, S6", "ask a colleague"))
    assert person is not None
    held = person.roles | {one.role for one in person.delegations}
    if not own and not held & GIVERS:
        says = "giving a docket to somebody else is for lead counsel, the records officer or an executive"
        raise Refused(Refusal("role", says, "the order of work", "take it on yourself, or ask one of them"))
