"""A denial with its letter: the letter is kept as a paper of the docket in the transaction that denies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ostiary_web.casework.actions import door, facts, intake
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role

LETTER = "denial_letter"


@transaction.atomic
def deny_with_letter(*, docket: str, letter: bytes, by: str, role: Role, at: dt.datetime, **more: Any) -> Done:
    """Deny, and keep the letter that was previewed; sent twice, it is kept once.

    :param letter: the letter as it goes to the requester.
    :raises Refused: as ``door.perform``; the letter is then no paper of the docket.
    """
    done = door.perform(docket=docket, act="deny", by=by, role=role, at=at, **more)
    if not done.again:
        intake.add_paper(docket=docket, kind=LETTER, name="letter.html", data=letter, by=by, at=at)
    return done


@transaction.atomic
def answer_questions(
    *,
    docket: str,
    answers: Mapping[str, Any],
    by: str,
    role: Role,
    at: dt.datetime,
    from_paper: str = "",
    expect: int | None = None,
) -> None:
    """Establish several facts from one source, all or none; the verdict follows each.

    :raises Refused, RequestError: as ``facts.establish``.
    """
    for name, value in answers.items():
        facts.establish(
            docket=docket, name=name, value=value, by=by, role=role, at=at, from_paper=from_paper, expect=expect
        )
        expect = None  # the verdict may have moved the docket by what was just said
