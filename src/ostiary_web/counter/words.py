"""How the counter says things: states, what is asked and what is missing, in a requester's words.

From the verdict until something leaves, every way reads alike: nothing tells whether anybody is in the records.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from ostiary_web.casework.docket.states import LEFT, State

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise as Words

# What the requester may do at the counter, where the docket lets it.
ACTS: Mapping[str, Words] = {
    "complete": _("Send what was missing"),
    "answer": _("Answer our questions"),
    "appeal": _("Appeal this answer"),
    "withdraw": _("Take the request back"),
}
WORKED = _("We are working on it. Several people look at each request before it is answered.")
ANSWERED = _("An answer was handed over.")
STATES: Mapping[State, Words] = {
    State.RECEIVED: _("It arrived. We look whether anything is missing."),
    State.RETURNED: _("Something is missing. Send it, or the request ends after a time."),
    State.DOCKETED: _("It is complete and has its place in the queue. We check who asks, and the paper."),
    State.CLARIFICATION: _("We have questions. The time for our answer stands still until yours comes."),
    State.DENIED: _("It was denied. The letter says why, and how to appeal."),
    State.APPEALED: _("Your appeal arrived. An officer who had no part in the decision answers it."),
    State.REFUSED_FORM: _("The paper, or the proof of who asks, was refused. You can ask again."),
    State.REDIRECTED: _("These are not our records. Ask the body that holds them."),
    State.ABANDONED: _("It ended, because no answer came in time. You can ask again."),
    State.WITHDRAWN: _("You took it back."),
    State.PRESERVED: _("The records asked about are kept for the time that the law names. Nothing is disclosed."),
    State.CLOSED: _("It is closed."),
}
# Codes of the log's lists `missing_parts`, `clarification_causes` and `defects`, by the state in which they matter.
_MISSING: Mapping[str, Words] = {
    "in_writing": _("the request in writing"),
    "identity": _("a proof of who you are"),
    "authority": _("the law or order that you rely on"),
    "violation": _("which violation you look into"),
    "person_named": _("whom you ask about"),
    "instrument": _("the paper that the request rests on"),
    "signature": _("a signature on the paper"),
    "contact": _("how we reach you"),
}
_ASKED: Mapping[str, Words] = {
    "scope": _("Which records exactly do you ask for?"),
    "person": _("Whom exactly do you ask about?"),
    "period": _("For which time do you ask?"),
    "purpose": _("What are the records for?"),
    "instrument": _("We have a question about your paper."),
}


def words_of(state: State) -> str:
    """A state as a requester reads it."""
    return str(STATES.get(state, ANSWERED if state in LEFT else WORKED))


def wanted(state: State, codes: Iterable[str]) -> tuple[str, ...]:
    """What was asked or is missing, in words; a code that has none is told as it is."""
    table = _ASKED if state is State.CLARIFICATION else _MISSING
    return tuple(str(table.get(code, code.replace("_", " "))) for code in codes)
