"""Texts that may speak of other people: which of those that leave, and what is proposed to stand in their place.

A column can hold what somebody wrote about a person. It may name a neighbour, a child, an informant; no rule sees that.
So nothing of such a text leaves until the custodian has read it and written down what may; the checker reads both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ostiary.decide.person import Person
from ostiary.roll.identifiers import Field
from ostiary.roll.mapping import Roll
from ostiary_web.casework import recheck
from ostiary_web.casework.ordering import Order, digest_of_text, speaks_of_others
from ostiary_web.casework.roll import Opened

REMOVED = "[removed]"
_NAMES = (Field.FIRST, Field.MIDDLE, Field.LAST)
_NUMBER = re.compile(r"\b\d(?:[ .-]?\d){5,}\b")  # six digits and more: a telephone, an account, a number of a person


@dataclass(frozen=True, slots=True)
class Text:
    """A text that leaves. ``number``: of its person in the request; ``column``: of the roll; ``seen``: its digest.

    ``left``: what may leave of it, as somebody wrote it down; empty until then.
    """

    number: int
    record: str
    column: str
    original: str
    seen: str
    left: str
    proposed: str

    @property
    def key(self) -> str:
        """A name for it on a form."""
        return f"{self.number}-{self.column}"


def waiting(order: Order, found: Opened) -> bool:
    """Whether a text that nobody has read is known to leave. Asked before the packing, to save the time.

    Only where what was approved has columns that people wrote; of any other long text the packer says so.
    """
    elements = {item.element for item in order.items}
    if not any(held.free_text and held.element in elements for held in found.roll.copies):
        return False
    return any(not one.left for one in texts(order, found))


def texts(order: Order, found: Opened) -> tuple[Text, ...]:
    """The texts among what was decided that may speak of other people, each once, by person and column."""
    return tuple(_texts(order, found))


def _texts(order: Order, found: Opened) -> Iterator[Text]:
    seen: set[tuple[str, str]] = set()
    for one, person, decided in recheck.expected(order, found):
        for name, value in sorted(decided.cells.items()):
            column = name.split("__", 2)[2]
            if (one.record, column) not in seen and speaks_of_others(found.roll, column, value):
                seen.add((one.record, column))
                left = order.as_it_leaves(found.roll, one.record, column, value) or ""
                proposed = left or proposal(found.roll, person, value)
                yield Text(one.number, one.record, column, value, digest_of_text(value), left, proposed)


def proposal(roll: Roll, person: Person, text: str) -> str:
    """The text without the names of those who share something with the person, and without long numbers.

    A help for whoever reads it, and no more: a name that the roll does not know stays.
    """
    columns = [column for field in _NAMES for column in roll.identifiers.get(field, ())]
    own = {str(person.row[column]).casefold() for column in columns if person.row.get(column)}
    others = {
        str(row[column])
        for rows in person.sharing.values()
        for row in rows
        for column in columns
        if row.get(column) and str(row[roll.id]) != str(person.row[roll.id])
    }
    for other in sorted((one for one in others if one.casefold() not in own), key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(other)}\b", REMOVED, text, flags=re.IGNORECASE)
    return _NUMBER.sub(REMOVED, text)
