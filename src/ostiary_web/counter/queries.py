"""What is asked of the receipts, and what a requester may know of a docket: its state in plain words, no more."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from ostiary_web.casework import papers
from ostiary_web.casework import queries as casework
from ostiary_web.casework.actions.letters import LETTER
from ostiary_web.casework.docket import machine
from ostiary_web.casework.docket.machine import Allowed
from ostiary_web.casework.docket.states import LEFT, State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.world import REQUESTER, world_for
from ostiary_web.counter.models import Receipt

# What the requester may do here, where the docket lets it.
ACTS: Mapping[str, str] = {
    "complete": "Send what was missing",
    "answer": "Answer our questions",
    "appeal": "Appeal this answer",
    "withdraw": "Take the request back",
}
# From the verdict until something leaves, every way reads alike: nothing tells whether anybody is in the records.
_WORKED = "We are working on it. Several people look at each request before it is answered."
_WORDS: Mapping[State, str] = {
    State.RECEIVED: "It arrived. We look whether anything is missing.",
    State.RETURNED: "Something is missing. Send it, or the request ends after a time.",
    State.DOCKETED: "It is complete and has its place in the queue. We check who asks, and the paper.",
    State.CLARIFICATION: "We have questions. The time for our answer stands still until yours comes.",
    State.DENIED: "It was denied. The letter says why, and how to appeal.",
    State.APPEALED: "Your appeal arrived. An officer who had no part in the decision answers it.",
    State.REFUSED_FORM: "The paper, or the proof of who asks, was refused. You can ask again.",
    State.REDIRECTED: "These are not our records. Ask the body that holds them.",
    State.ABANDONED: "It ended, because no answer came in time. You can ask again.",
    State.WITHDRAWN: "You took it back.",
    State.PRESERVED: "The records asked about are kept for the time that the law names. Nothing is disclosed.",
    State.CLOSED: "It is closed.",
}
_ANSWERED = "An answer was handed over."


@dataclass(frozen=True, slots=True)
class Followed:
    """What a requester sees. ``letter``: the letter of the denial, or empty; ``acts``: code and words."""

    docket: str
    number: str
    received: dt.date
    says: str
    letter: str
    acts: tuple[tuple[str, str], ...]


def followed(number: str, secret: str, at: dt.datetime) -> Followed | None:
    """The docket of a receipt, for whoever holds its secret; None for a wrong number and a wrong secret alike."""
    try:
        row = casework.row(number)
    except CaseworkError:
        return None
    receipt = Receipt.objects.filter(docket=row.pseudonym).first()
    if receipt is None or not hmac.compare_digest(receipt.secret, digest_of(secret)):
        return None
    docket = casework.docket(row.pseudonym)
    allowed = machine.allowed(docket, world_for(docket, at).world, REQUESTER)
    may = [one.act for one in allowed if isinstance(one, Allowed)]
    acts = tuple((act, says) for act, says in ACTS.items() if act in may)
    letter = _letter(docket.id) if docket.state in (State.DENIED, State.APPEALED, State.CLOSED) else ""
    return Followed(docket.id, row.number, row.received, words_of(docket.state), letter, acts)


def words_of(state: State) -> str:
    """A state as a requester reads it."""
    return _WORDS.get(state, _ANSWERED if state in LEFT else _WORKED)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.strip().encode()).hexdigest()


def _letter(pseudonym: str) -> str:
    kept = [one.digest for one in casework.paper_rows(pseudonym) if one.kind == LETTER]
    return papers.content(kept[-1]).decode() if kept else ""


def number_of(pseudonym: str) -> str:
    """A docket's number."""
    return casework.row(pseudonym).number
