"""What a requester does in a docket of one's own: bring what was missing, answer, appeal, take it back."""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from ostiary_web.casework.actions import door
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.uploads import Upload
from ostiary_web.casework.world import REQUESTER
from ostiary_web.counter.actions.sending import keep
from ostiary_web.counter.words import ACTS

ANSWER, ANSWER_PAPER = "answer", "answer_paper"


@transaction.atomic
def act(*, docket: str, act: str, text: str, paper: Upload | None = None, at: dt.datetime, key: str = "") -> bool:
    """Do what a requester may do; what was written and brought is kept as papers of the docket.

    :param act: a key of ``ACTS``.
    :param key: what the form bore; sent twice, it is done once.
    :return: whether it was done now, and not before.
    :raises Refused: as ``door.perform``.
    """
    if act not in ACTS:
        raise KeyError(act)
    done = door.perform(docket=docket, act=act, by=REQUESTER, role=Role.REQUESTER, at=at, key=key)
    if done.again:
        return False
    if text.strip():
        keep(docket, ANSWER, Upload(f"{act}.txt", text.strip().encode()), at)
    if paper is not None:
        keep(docket, ANSWER_PAPER, paper, at)
    return True
