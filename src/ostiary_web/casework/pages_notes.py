"""Notes as a docket's page shows them: plain text, with the calls standing out."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from ostiary_web.casework import pages, queries_notes
from ostiary_web.casework.actions.notes import callable_names
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case


@dataclass(frozen=True, slots=True)
class NoteLine:
    """A note in words. ``new``: it calls whoever looks, for the first time."""

    number: int
    text: str
    who: str
    at: dt.datetime
    new: bool


def parts(case: Case, me: Me) -> dict[str, Any]:
    """What ``casework/docket/notes.html`` shows. That the docket was read is recorded with its page."""
    found = queries_notes.notes(case.docket.id, me.reference)
    names = callable_names(case.world)
    return {
        "notes": [
            NoteLine(one.number, one.text, me.name(one.by), pages.in_agency_time(one.at), one.new) for one in found
        ],
        "note_new": any(one.new for one in found),
        "note_writes": bool(me.roles & (OFFICIALS - NEVER_ACT)),
        "note_names": sorted((name, me.name(who)) for who, name in names.items() if who != me.reference),
        "note_key": secrets.token_urlsafe(24),
    }
