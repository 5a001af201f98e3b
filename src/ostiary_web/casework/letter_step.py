"""The letter of an act, shown before the act is done: what goes out is what was read, to the letter.

The first press shows the letter as it is filled in; the second, with the same letter before one's eyes, does the act.
Where nothing is to be filled in the letter stands on the page from the beginning.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from ostiary_web.casework import letters
from ostiary_web.casework.actions.letters import LETTERS
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.forms import ActForm
from ostiary_web.casework.forms_letters import LetterForm
from ostiary_web.casework.pages_docket import Case

_FILLED_IN = frozenset({"return_request", "ask", "refuse_form", "approve"})


@dataclass(frozen=True, slots=True)
class LetterStep:
    """The letter of an act as far as it is. ``form``: None for an act without a letter. ``read``: it may go out."""

    html: str = ""
    form: LetterForm | None = None
    read: bool = True

    @property
    def bytes(self) -> bytes:
        """As it is kept."""
        return self.html.encode()


def asked(case: Case, row: Transition, typed: Mapping[str, Any], at: dt.datetime) -> LetterStep:
    """The letter of an act whose form nobody has sent. ``typed``: what stood in the form when it was left."""
    if row.act not in LETTERS:
        return LetterStep()
    form = LetterForm(row.act, typed=typed)
    if row.act in _FILLED_IN:
        return LetterStep("", form, read=False)
    try:
        html = letters.for_act(case, row.act, {}, "", at)
    except CaseworkError:
        return LetterStep("", form, read=False)
    form.show(_digest(html))
    return LetterStep(html, form, read=False)


def sent(case: Case, row: Transition, act: ActForm, posted: Any, at: dt.datetime) -> LetterStep:
    """The letter of an act whose form was sent, and whether it is the one that was read."""
    if row.act not in LETTERS:
        return LetterStep()
    form = LetterForm(row.act, posted)
    if not act.is_valid():
        return LetterStep("", form, read=False)
    if not form.is_valid():
        act.add_error(None, _("The letter: %(what)s") % {"what": form.fields["words"].label})
        return LetterStep("", form, read=False)
    words, given = form.cleaned_data.get("words", ""), act.given()
    if "questions" in given and len(letters.questions_in(words)) != given["questions"]:
        act.add_error(None, _("Write as many questions as you say, one on each line."))
        return LetterStep("", form, read=False)
    try:
        html = letters.for_act(case, row.act, given, words, at)
    except CaseworkError as fault:
        act.add_error(None, str(fault))
        return LetterStep("", form, read=False)
    read = form.cleaned_data["seen"] == _digest(html)
    form.show(_digest(html))
    return LetterStep(html, form, read)


def _digest(html: str) -> str:
    return sha256(html.encode()).hexdigest()
