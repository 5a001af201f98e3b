"""What a requester does at the counter: send a request, and act in a docket of one's own."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ostiary_web.casework import facts
from ostiary_web.casework.actions import door, intake
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.world import REQUESTER
from ostiary_web.counter import queries
from ostiary_web.counter.faults import CounterError
from ostiary_web.counter.models import Receipt
from ostiary_web.wiring import bundle

_MODE = "portal"
COVER, INSTRUMENT, ANSWER = "cover", "instrument", "answer"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requester sends. ``stated``: the facts, leaf by leaf; ``cover``: who asks and whom about, as text.

    ``about``: whom it asks about; ``body``: a code of the register, or empty; ``paper``: name and bytes, or None.
    """

    stated: Mapping[str, Any]
    cover: str
    about: str
    body: str = ""
    paper: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """The receipt: the docket's number, and the secret that is shown once."""

    number: str
    secret: str


@transaction.atomic
def send(*, asked: Asked, at: dt.datetime, key: str) -> Given:
    """Take a request in as its requester states it; nothing of it is established by that.

    :param key: what the form bore; a form sent twice opens one docket.
    :raises CounterError: if it was sent before: its secret is not shown twice.
    :raises RequestError, CaseworkError: if it cannot be read.
    """
    stated = {**asked.stated, "request_date": at.date().isoformat()}
    file = facts.to_text(facts.document(stated, bundle().words))
    said = {"": asked.about} if asked.about else {}
    came = Came(file, at.date(), _MODE, asked.body, subjects=said)
    done = intake.take_in(came=came, by=REQUESTER, role=Role.REQUESTER, at=at, key=key)
    number = queries.number_of(done.docket.id)
    if done.again:
        raise CounterError(f"this request was sent already; its number is {number}, and its secret was shown then")
    _keep(done.docket.id, COVER, "cover.txt", asked.cover.encode(), at)
    if asked.paper is not None:
        _keep(done.docket.id, INSTRUMENT, *asked.paper, at)
    secret = secrets.token_urlsafe(18)
    Receipt.objects.create(docket=done.docket.id, secret=queries.digest_of(secret), given_at=at)
    return Given(number, secret)


@transaction.atomic
def act(*, docket: str, act: str, text: str, at: dt.datetime) -> None:
    """Do what a requester may do in a docket of one's own; what was written is kept as a paper of it.

    :raises Refused: as ``door.perform``.
    """
    door.perform(docket=docket, act=act, by=REQUESTER, role=Role.REQUESTER, at=at)
    if text.strip():
        _keep(docket, ANSWER, f"{act}.txt", text.strip().encode(), at)


def _keep(docket: str, kind: str, name: str, data: bytes, at: dt.datetime) -> None:
    intake.add_paper(docket=docket, kind=kind, name=name, data=data, by=REQUESTER, at=at)
