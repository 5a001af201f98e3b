"""What is asked of the notes, and of who is called in them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from ostiary_web.casework import models

_MOST = 200


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A note. ``new``: it calls whoever asks, and they have not seen it."""

    number: int
    docket: str
    text: str
    by: str
    at: dt.datetime
    new: bool


def notes(pseudonym: str, person: str) -> list[NoteRow]:
    """The notes of a docket, the oldest first."""
    new = set(_mentions(person).filter(note__docket_id=pseudonym, read_at=None).values_list("note_id", flat=True))
    found = models.Note.objects.filter(docket_id=pseudonym).select_related("docket").order_by("pk")
    return [NoteRow(one.pk, one.docket.number, one.text, one.by, one.at, one.pk in new) for one in found]


@dataclass(frozen=True, slots=True)
class MentionRow:
    """A note that calls somebody, without its words: those stand on the docket's page, where reading is recorded."""

    docket: str
    note: int
    by: str
    at: dt.datetime
    new: bool


def mentions(person: str) -> list[MentionRow]:
    """The notes that call somebody, those not seen first, then the newest; not more than a page of them."""
    found = _mentions(person).select_related("note__docket").order_by("read_at", "-pk")
    rows = [
        MentionRow(one.note.docket.number, one.note_id, one.note.by, one.note.at, one.read_at is None)
        for one in found[:_MOST]
    ]
    return sorted(rows, key=lambda one: (not one.new, -one.note))


def unread(person: str) -> int:
    """How many notes call somebody who has not seen them."""
    return _mentions(person).filter(read_at=None).count()


def _mentions(person: str) -> QuerySet[models.Mention]:
    return models.Mention.objects.filter(person=person)
