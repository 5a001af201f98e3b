"""The letter of a correction: which values of which rows are not to be relied on. No value of anybody is in it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from ostiary_web.casework import queries
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.letters_wording import Entry, Words, written
from ostiary_web.casework.queries_corrections import RECORDS, Line
from ostiary_web.wiring import bundle, config

# Why a value was wrong: for the list that the desk chooses from, and as the recipient is told.
CAUSES: Mapping[str, Promise] = {
    "typing": lazy("It was entered wrongly."),
    "wrong_person": lazy("It belongs to another person."),
    "not_so_then": lazy("It was not so on the day that it was given for."),
    "source_error": lazy("Where it came from has said that it was wrong."),
}
BY_RECORDS = lazy("The records have another value for the same day.")


def reason(code: str) -> str:
    """Why a value was wrong, in words."""
    return str(BY_RECORDS if code == RECORDS else CAUSES[code])


def value_name(line: Line) -> str:
    """Which value it is: row, element and program, in words."""
    words = bundle().words
    return _("Row %(row)s: %(element)s, %(program)s") % {
        "row": line.row,
        "element": words.code_label("elements", line.element),
        "program": words.code_label("programs", line.program),
    }


def letter(docket: Docket, lines: Iterable[Line], at: dt.datetime) -> str:
    """The letter as HTML, in the agency's own wording.

    :raises CaseworkError: if that wording cannot be used.
    """
    row = queries.row(docket.id)
    values = {
        "number": row.number,
        "agency": bundle().agency.name,
        "received": _day(row.received),
        "today": _day(at.astimezone(config().zone()).date()),
        "left": _day(docket.released or row.received),
    }
    entries = [Entry(value_name(one), (reason(one.cause),)) for one in lines]
    return written("correction", values, {"values": Words(entries)})


def example() -> Words:
    """What stands in the list of a made-up letter."""
    return Words([Entry(_("Row 3: an element, a program"), (str(BY_RECORDS),))])


def _day(day: dt.date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
