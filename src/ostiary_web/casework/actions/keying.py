"""A request that came on paper, by telephone or by e-mail: keyed by intake as its requester states it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import facts
from ostiary_web.casework.actions import intake
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.uploads import Upload
from ostiary_web.wiring import bundle

COVER, SCAN = "cover", "instrument"
_BY_ITSELF = frozenset({"portal", "machine"})  # what comes by the counter's form or its interface is keyed by nobody
PAPERS = ("answer", "correspondence", "court_paper", "instrument", "memo", "proof")


@dataclass(frozen=True, slots=True)
class Keyed:
    """What intake keys. ``stated``: the facts, leaf by leaf; ``cover``: all that was said, as text.

    ``subjects``: what the paper says of each person asked about, one after another. ``scan``: the paper, or None.
    """

    stated: Mapping[str, Any]
    cover: str
    received: dt.date
    mode: str
    body: str = ""
    subjects: tuple[str, ...] = ()
    kind: DocketKind = DocketKind.REQUEST
    emergency: bool = False
    scan: Upload | None = field(default=None)


@transaction.atomic
def key_in(*, keyed: Keyed, by: str, at: dt.datetime, key: str) -> Done:
    """Take in what somebody else stated; nothing of it is established by that.

    :param key: what the form bore; a form sent twice opens one docket.
    :raises Refused: if this person opens no docket, or the day of receipt lies ahead.
    :raises RequestError, CaseworkError: if it cannot be read.
    """
    if keyed.mode not in modes():
        raise CaseworkError("this is no way in which a request reaches the staff; choose one of the list")
    stated = {**keyed.stated, "request_date": keyed.received.isoformat()}
    file = facts.to_text(facts.document(stated, bundle().words))
    came = Came(
        file, keyed.received, keyed.mode, keyed.body, keyed.kind, keyed.emergency, subjects={"": _said(keyed.subjects)}
    )
    done = intake.take_in(came=came, by=by, role=Role.INTAKE, at=at, key=key)
    if not done.again:
        _keep(done.docket.id, COVER, Upload("cover.txt", keyed.cover.encode()), by, at)
        if keyed.scan is not None:
            _keep(done.docket.id, SCAN, keyed.scan, by, at)
    return done


def add_later(*, docket: str, kind: str, paper: Upload, by: str, at: dt.datetime) -> str:
    """Keep a paper that came later; its digest.

    :raises Refused: to whoever may not act in this docket. :raises CaseworkError: if the kind is none of the list.
    """
    if kind not in PAPERS:
        raise CaseworkError("say what kind of paper it is, by one of the list")
    return intake.add_paper(docket=docket, kind=kind, name=paper.name, data=paper.data, by=by, at=at)


def late_days(received: dt.date, at: dt.datetime) -> int:
    """How many days after its receipt a request is entered: the log tells it."""
    return (localdate(at) - received).days


def modes() -> tuple[str, ...]:
    """How a request reaches the staff: the ways that the log's catalogue knows, but those that key themselves."""
    return tuple(sorted(catalogue().lists["received_modes"] - _BY_ITSELF))


def _said(subjects: tuple[str, ...]) -> Any:
    """As it is kept: one person as text, several by their number."""
    if len(subjects) < 2:
        return subjects[0] if subjects else None
    return {str(number): said for number, said in enumerate(subjects, 1)}


def _keep(docket: str, kind: str, paper: Upload, by: str, at: dt.datetime) -> None:
    intake.keep_paper(docket, kind, paper.name, paper.data, by, at)
