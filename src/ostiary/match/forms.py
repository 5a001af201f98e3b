"""One meaning of every identifying text, for the roll and the subjects alike: what a field becomes when normalised.

``VERSION`` changes whenever a form changes: caches of another version are made anew, and models' digests hold it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.match import addresses, dates, names, numbers
from ostiary.roll.identifiers import Field

VERSION = 1
TEXT, TEXTS, FLAG = "VARCHAR", "VARCHAR[]", "BOOLEAN"

Values = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Form:
    """The columns that a field becomes, with their types in DuckDB, and how a text is read into them.

    ``read`` raises ``ValueError`` with what to write, for a text that cannot be meant.
    """

    columns: Mapping[str, str]
    read: Callable[[str, dt.date], Values]

    @property
    def nothing(self) -> Values:
        """The values of a field that says nothing."""
        return tuple([] if kind == TEXTS else None for kind in self.columns.values())


def _first(text: str, today: dt.date) -> Values:
    found = names.given(text)
    if found is None:
        return (None, None, None, None, [], None)
    short = list(names.nicknames(found.first))
    return (found.first, found.whole, found.rest or None, found.suffix, short, names.is_known(found.first))


def _last(text: str, today: dt.date) -> Values:
    found = names.surname(text)
    return (None, None, [], None) if found is None else (found.last, found.whole, list(found.parts), found.suffix)


def _dob(text: str, today: dt.date) -> Values:
    found = dates.birth_date(text, today)
    return (None, None) if found is None else (found, dates.is_weak(found))


def _street(text: str, today: dt.date) -> Values:
    found = addresses.street(text)
    return (None, None, None) if found is None else (found.street, found.house, found.unit)


def _one(read: Callable[[str], str | None]) -> Callable[[str, dt.date], Values]:
    return lambda text, today: (read(text),)


FORMS: Mapping[Field, Form] = {
    Field.FIRST: Form(
        {"first": TEXT, "first_whole": TEXT, "first_rest": TEXT, "first_suffix": TEXT, "nicks": TEXTS, "known": FLAG},
        _first,
    ),
    Field.MIDDLE: Form({"middle_own": TEXT}, _one(names.middle)),
    Field.LAST: Form({"last": TEXT, "last_whole": TEXT, "last_parts": TEXTS, "last_suffix": TEXT}, _last),
    Field.SUFFIX: Form({"suffix_own": TEXT}, _one(names.suffix)),
    Field.DOB: Form({"dob": TEXT, "dob_weak": FLAG}, _dob),
    Field.SSN: Form({Field.SSN.value: TEXT, "last4": TEXT}, lambda text, today: numbers.social_security(text)),
    Field.SEX: Form({"sex": TEXT}, _one(numbers.sex)),
    Field.STREET: Form({"street": TEXT, "house": TEXT, "unit": TEXT}, _street),
    Field.CITY: Form({"city": TEXT}, _one(addresses.city)),
    Field.ZIP: Form({"zip": TEXT}, _one(addresses.zip_code)),
    Field.PHONE: Form({Field.PHONE.value: TEXT}, _one(numbers.telephone)),
    Field.EMAIL: Form({Field.EMAIL.value: TEXT}, _one(numbers.email)),
    Field.OTHER_NUMBER: Form({"other_number": TEXT}, _one(numbers.other_number)),
}


def refusal(field: Field, text: str, today: dt.date) -> str:
    """Why a text cannot be meant, and what to write; empty where it can. Never repeats the text."""
    try:
        FORMS[field].read(text, today)
    except ValueError as reason:
        return str(reason)
    return ""
