"""What is asked of the counter's rows, and what a requester may know of a docket: its state in plain words, no more."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.ledger import store
from ostiary.ledger.entry import read_entry
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import papers
from ostiary_web.casework import queries as casework
from ostiary_web.casework.actions.letters import is_told
from ostiary_web.casework.docket import machine
from ostiary_web.casework.docket.machine import Allowed
from ostiary_web.casework.docket.snapshot import ClockName, Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries import PaperRow
from ostiary_web.casework.uploads import Upload
from ostiary_web.casework.world import REQUESTER, world_for
from ostiary_web.counter.keys import fits, saved_number, secret_of
from ostiary_web.counter.models import Receipt, SavedPaper, SavedRequest
from ostiary_web.counter.words import ACTS, ANSWERED, STATES, WORKED, wanted, words_of
from ostiary_web.ledger_link.queries import raw_connection

# In which states the requester owes something, the entry that says what, and its field.
_OWED: Mapping[State, tuple[str, str]] = {
    State.RETURNED: ("request.returned", "missing"),
    State.CLARIFICATION: ("clarification.asked", "asked_for"),
}


@dataclass(frozen=True, slots=True)
class Followed:
    """What a requester sees. ``acts``: code and words; ``wanted``: what is asked of the requester, ``until`` when.

    Nothing here counts what the desk did: that would tell how far a request has come.
    """

    docket: str
    number: str
    state: str
    received: dt.date
    says: str
    wanted: tuple[str, ...]
    until: dt.date | None
    letters: tuple[PaperRow, ...]
    acts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved request as it is resumed: what was typed, field by field. ``paper``: name and size, or empty."""

    number: str
    typed: tuple[tuple[str, str], ...]
    step: int
    changes: int
    expires: dt.date
    paper: tuple[str, int] | None


def followed(number: str, secret: str, at: dt.datetime) -> Followed | None:
    """The docket of a receipt, for whoever holds its secret; None for a wrong number and a wrong secret alike."""
    try:
        row = casework.row(number)
    except CaseworkError:
        return None
    receipt = Receipt.objects.filter(docket=row.pseudonym).first()
    if receipt is None or not fits(secret, receipt.secret):
        return None
    docket = casework.docket(row.pseudonym)
    allowed = machine.allowed(docket, world_for(docket, at).world, REQUESTER)
    may = [one.act for one in allowed if isinstance(one, Allowed)]
    asked, until = _asked(docket)
    return Followed(
        docket=docket.id,
        number=row.number,
        state=_told(docket.state),
        received=row.received,
        says=words_of(docket.state),
        wanted=asked,
        until=until,
        letters=letters(docket.id),
        acts=tuple((act, str(says)) for act, says in ACTS.items() if act in may),
    )


def letters(pseudonym: str) -> tuple[PaperRow, ...]:
    """The letters to the requester in a docket, the newest first."""
    found = [one for one in casework.paper_rows(pseudonym) if is_told(one.kind)]
    return tuple(reversed(found))


def letter(pseudonym: str, digest: str) -> tuple[str, bytes] | None:
    """Name and bytes of one of these letters; None for any other paper."""
    one = next((one for one in letters(pseudonym) if one.digest == digest), None)
    return None if one is None else (one.name, papers.content(one.digest))


def _told(state: State) -> str:
    """A state's code as a program may know it: those that read alike have one code."""
    if state in STATES:
        return state.value
    return {str(WORKED): "in_work", str(ANSWERED): "answered"}[words_of(state)]


def _asked(docket: Docket) -> tuple[tuple[str, ...], dt.date | None]:
    """What is asked of the requester now, as the log's newest entry of that kind says it, and until when."""
    if docket.state not in _OWED:
        return (), None
    kind, field = _OWED[docket.state]
    indexes = [index for index, _, one in casework.thread_entries(docket.id) if one == kind]
    clock = docket.clock(ClockName.ANSWER)
    codes: Any = _public(max(indexes)).get(field, ()) if indexes else ()
    return wanted(docket.state, codes), None if clock is None else clock.due


def _public(index: int) -> Mapping[str, Any]:
    found = store.read_entries(raw_connection(), index, index + 1)
    return read_entry(found[0][1], catalogue()).public if found else {}


def number_of(pseudonym: str) -> str:
    """A docket's number."""
    return casework.row(pseudonym).number


def sent_with(key: str) -> str | None:
    """The docket that a form with this key opened, if any."""
    return casework.opened_with(key)


def saved(number: str, secret: str, at: dt.datetime) -> Saved | None:
    """A saved request, for whoever holds its secret; None for a wrong one, and for one that has expired."""
    row = SavedRequest.objects.filter(pk=number.strip().upper(), expires_at__gt=at).first()
    return None if row is None or not fits(secret, row.secret) else _saved(row)


def saved_with(key: str, at: dt.datetime) -> Saved | None:
    """The saved request of a form, by the form's own key."""
    return saved(saved_number(key), secret_of("saved", key), at)


def saved_paper(key: str, at: dt.datetime) -> Upload | None:
    """The paper that was uploaded with the saved request of a form."""
    found = saved_with(key, at)
    row = SavedPaper.objects.filter(saved=found.number).first() if found is not None else None
    return None if row is None else Upload(row.name, bytes(row.data))


def _saved(row: SavedRequest) -> Saved:
    paper = SavedPaper.objects.filter(saved=row).first()
    typed = tuple((name, value) for name, value in json.loads(row.data))
    size = None if paper is None else (paper.name, len(paper.data))
    return Saved(row.number, typed, row.step, row.changes, row.expires_at.date(), size)
