"""What is asked of drafts and proposals."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary_web.casework import models
from ostiary_web.casework.docket import transitions
from ostiary_web.casework.docket.codec import read_field
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.transitions import Transition


@dataclass(frozen=True, slots=True)
class DraftRow:
    """What somebody left in a form, and when. ``typed``: each field's values, as the browser sent them."""

    typed: Mapping[str, list[str]]
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """An act that waits for a second person. ``events``: how many its docket has now; ``row``: of the table of acts.

    ``outcome``: empty while nobody has settled it.
    """

    number: int
    docket: str
    docket_number: str
    row: Transition
    by: str
    role: Role
    at: dt.datetime
    given: Mapping[str, Any]
    beside: Mapping[str, Any]
    letter: str
    expect: int
    events: int
    outcome: str
    settled_by: str
    why: str

    @property
    def lapsed(self) -> bool:
        """Whether the docket has changed since it was proposed, so that nobody can agree to it any more."""
        return not self.outcome and self.events != self.expect

    @property
    def stands(self) -> bool:
        """Whether somebody can agree to it now."""
        return not self.outcome and self.events == self.expect


def draft(docket: str, form: str, by: str, since: dt.datetime) -> DraftRow | None:
    """The draft of a form, unless it is older than this."""
    found = models.Draft.objects.filter(docket_id=docket, form=form, by=by, at__gte=since).first()
    return None if found is None else DraftRow(json.loads(found.typed), found.at)


def likes_shortcuts(by: str) -> bool:
    """Whether single keys do something on this person's pages; they do, until switched off."""
    found = models.Habit.objects.filter(by=by).values_list("shortcuts", flat=True).first()
    return found is not False


def proposals(docket: str) -> list[ProposalRow]:
    """The proposals of a docket, settled or not; the newest first."""
    found = models.Proposal.objects.filter(docket_id=docket).select_related("docket").order_by("-pk")
    return [_proposal(one) for one in found]


def proposal(number: int) -> ProposalRow | None:
    """One proposal."""
    found = models.Proposal.objects.filter(pk=number).select_related("docket").first()
    return None if found is None else _proposal(found)


def waiting_proposals() -> list[ProposalRow]:
    """Every proposal that somebody can still agree to, the oldest first."""
    found = models.Proposal.objects.filter(outcome="").select_related("docket").order_by("pk")
    return [row for row in map(_proposal, found) if row.stands]


def _proposal(one: models.Proposal) -> ProposalRow:
    rows = [row for row in transitions.TABLE if row.act == one.act]
    row = transitions.find(one.act, State(one.docket.state)) or rows[0]
    given = {name: read_field(row.given, name, value) for name, value in json.loads(one.given).items()}
    return ProposalRow(
        one.pk,
        one.docket_id,
        one.docket.number,
        row,
        one.by,
        Role(one.role),
        one.at,
        given,
        json.loads(one.beside),
        one.letter,
        one.expect,
        one.docket.events,
        one.outcome,
        one.settled_by,
        one.why,
    )
