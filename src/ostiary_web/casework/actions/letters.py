"""An act with its letter, which is kept as a paper of the docket in the act's transaction; and answers to questions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from ostiary_web.casework import models, papers
from ostiary_web.casework.actions import door, facts
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.docket.roles import Role

# The acts that a letter to the requester goes with, and which.
LETTERS: Mapping[str, str] = {
    "acknowledge": "acknowledgement",
    "return_request": "return",
    "ask": "clarification",
    "refuse_form": "form_refused",
    "deny": "denial",
    "approve": "decision",
    "correct": "correction",
}
_ENDING = "_letter"
_TOLD = frozenset({"reminder", "recall"})  # plain texts, made by the machine


@transaction.atomic
def perform_with_letter(*, docket: str, act: str, letter: bytes, at: dt.datetime, **more: Any) -> Done:
    """Do an act, and keep the letter that was previewed; the act's entry commits to it. Sent twice, it is kept once.

    :param letter: as it goes to the requester.
    :raises Refused: as ``door.perform``; the letter is then no paper of the docket.
    """
    digest = papers.keep(letter)
    done = door.perform(docket=docket, act=act, at=at, enclosed=digest, **more)
    if not done.again:
        keep(done.docket.id, act, digest, more["by"], at)
    return done


def keep(pseudonym: str, act: str, digest: str, by: str, at: dt.datetime) -> None:
    """The letter of an act, whose bytes are kept, becomes a paper of its docket."""
    kind = f"{LETTERS[act]}{_ENDING}"
    values = {"kind": kind, "name": f"{kind}.html", "size": len(papers.content(digest)), "by": by, "at": at}
    models.Paper.objects.get_or_create(docket_id=pseudonym, digest=digest, defaults=values)


def is_letter(kind: str) -> bool:
    """Whether a paper of this kind is a letter to the requester."""
    return kind.endswith(_ENDING)


def is_told(kind: str) -> bool:
    """Whether a paper of this kind is for the requester to read: a letter, a reminder, a recall."""
    return is_letter(kind) or kind in _TOLD


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
