"""A made-up docket's letter, so that whoever edits a wording sees what it becomes."""

from __future__ import annotations

from django.utils.translation import gettext as _

from ostiary_web.casework import letters_correction
from ostiary_web.casework.letters import DEFECTS, MISSING
from ostiary_web.casework.letters_wording import Entry, Words, written
from ostiary_web.wiring import bundle

_NUMBER = "2026-000000"


def example(code: str, text: str) -> str:
    """The letter of a made-up docket under this wording.

    :raises CaseworkError: if no letter can be made of it.
    """
    values = {
        "number": _NUMBER,
        "agency": bundle().agency.name,
        "received": "January 5, 2026",
        "today": "January 12, 2026",
        "appeal_until": "February 26, 2026",
        "answer_until": "February 9, 2026",
        "left": "January 8, 2026",
    }
    law = _("A rule by its title (the provision that it rests on)")
    first, second = _("Current residential address, a program"), _("Social Security number, a program")
    places = {
        "words": Words([Entry(_("What an official adds stands here."))]),
        "missing": Words([Entry(str(MISSING[one])) for one in ("signature", "in_writing")]),
        "defects": Words([Entry(str(DEFECTS["not_signed"]))]),
        "questions": Words([Entry(_("Which of the two persons of this name do you mean?"))], numbered=True),
        "values": letters_correction.example(),
        "items": Words([Entry(first, (law,)), Entry(second, (law,))]),
        "given": Words([Entry(first, (law,))], _("What is given")),
        "refused": Words([Entry(second, (law,))], _("What is not given, and why")),
    }
    return written(code, values, places, text)
