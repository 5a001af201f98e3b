"""A request is sent: it becomes a docket, and its requester gets a receipt."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.db import transaction

from ostiary.ledger.entry import canonical_json
from ostiary_web.casework import facts
from ostiary_web.casework.actions import intake
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.uploads import Upload
from ostiary_web.casework.world import REQUESTER
from ostiary_web.counter import queries
from ostiary_web.counter.faults import SentBefore
from ostiary_web.counter.keys import digest_of, fits, saved_number, secret_of
from ostiary_web.counter.models import Receipt, SavedRequest
from ostiary_web.wiring import bundle

_MODE = "portal"
COVER, INSTRUMENT = "cover", "instrument"
# How long the very same form, sent again, is shown its receipt again: an answer may have been lost on the way.
_SHOWN_AGAIN = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a requester sends. ``stated``: the facts, leaf by leaf; ``cover``: who asks and whom about, as text.

    ``about``: whom it asks about; ``body``: a code of the register, or empty; ``paper``: what it rests on, or None.
    """

    stated: Mapping[str, Any]
    cover: str
    about: str
    body: str = ""
    paper: Upload | None = None

    def content(self) -> str:
        """A digest of all of it."""
        paper = "" if self.paper is None else sha256(self.paper.data).hexdigest()
        parts = [dict(self.stated), self.cover, self.about, self.body, paper]
        return sha256(canonical_json(parts)).hexdigest()


@dataclass(frozen=True, slots=True)
class Given:
    """The receipt: the docket's number, and its secret. ``again``: it had been sent already, and is shown again."""

    number: str
    secret: str
    again: bool = False


@transaction.atomic
def send(*, asked: Asked, at: dt.datetime, key: str) -> Given:
    """Take a request in as its requester states it; nothing of it is established by that.

    :param key: what the form bore; a form sent twice opens one docket, and within an hour shows one receipt.
    :raises SentBefore: if it was sent before, otherwise or long ago: its secret is not shown again.
    :raises RequestError, CaseworkError: if it cannot be read.
    """
    stated = {**asked.stated, "request_date": at.date().isoformat()}
    file = facts.to_text(facts.document(stated, bundle().words))
    said = {"": asked.about} if asked.about else {}
    came = Came(file, at.date(), _MODE, asked.body, subjects=said)
    secret = secret_of("receipt", key, asked.content())
    before = queries.sent_with(key)
    if before is not None:
        return _shown_again(before, secret, at)
    done = intake.take_in(came=came, by=REQUESTER, role=Role.REQUESTER, at=at, key=key)
    if done.again:
        return _shown_again(done.docket.id, secret, at)
    keep(done.docket.id, COVER, Upload("cover.txt", asked.cover.encode()), at)
    if asked.paper is not None:
        keep(done.docket.id, INSTRUMENT, asked.paper, at)
    Receipt.objects.create(docket=done.docket.id, secret=digest_of(secret), given_at=at)
    SavedRequest.objects.filter(pk=saved_number(key)).delete()
    return Given(queries.number_of(done.docket.id), secret)


def keep(docket: str, kind: str, paper: Upload, at: dt.datetime) -> None:
    """Keep what a requester brought as a paper of the docket."""
    intake.add_paper(docket=docket, kind=kind, name=paper.name, data=paper.data, by=REQUESTER, at=at)


def _shown_again(docket: str, secret: str, at: dt.datetime) -> Given:
    number, receipt = queries.number_of(docket), Receipt.objects.get(pk=docket)
    if at - receipt.given_at > _SHOWN_AGAIN or not fits(secret, receipt.secret):
        raise SentBefore(f"this request was sent already; its number is {number}, and its secret was shown then")
    return Given(number, secret, again=True)
