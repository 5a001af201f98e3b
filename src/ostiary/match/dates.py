"""Birth dates in the forms that people write, as ISO text.

    1985-03-12   19850312   3/12/1985   3-12-1985   12.3.1985   12 Mar 1985   March 12, 1985   12 de marzo de 1985

With slashes or dashes the month comes first, as in the United States, unless it cannot be one; with points the day.
"""

from __future__ import annotations

import datetime as dt
import re

EARLIEST = 1880
DEFAULT_YEARS = frozenset((1900, 1901))  # what forms are filled with where nobody knows

_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})$")
_MONTH_FIRST = re.compile(r"(\d{1,2})[-/](\d{1,2})[-/](\d{4})$")
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$")
_DAY_WORD = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+(?:de\s+)?([a-z]+)\.?,?[\s-]+(?:de\s+|del\s+)?(\d{4})$")
_WORD_DAY = re.compile(r"([a-z]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})$")
_MONTHS = (
    ("jan", "ene"), ("feb",), ("mar",), ("apr", "abr"), ("may",), ("jun",),
    ("jul",), ("aug", "ago"), ("sep",), ("oct",), ("nov",), ("dec", "dic"),
)  # fmt: skip


def birth_date(text: str, today: dt.date) -> str | None:
    """A birth date as ``YYYY-MM-DD``; None for a blank.

    :raises ValueError: saying what to write, for what cannot be read, a day that is not, or one after ``today``.
    """
    text = " ".join(text.lower().split())
    if not text:
        return None
    year, month, day = _parts(text)
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise ValueError("there is no such day; write it as YYYY-MM-DD") from None
    if found > today:
        raise ValueError("lies in the future; a birth date cannot")
    if found.year < EARLIEST:
        raise ValueError(f"lies before {EARLIEST}; check the year")
    return found.isoformat()


def is_weak(iso: str) -> bool:
    """Whether a date is one that forms are filled with where nobody knows: 1 January, 1900, 1901."""
    return iso.endswith("-01-01") or int(iso[:4]) in DEFAULT_YEARS


def _parts(text: str) -> tuple[int, int, int]:
    """Year, month, day."""
    if found := _ISO.match(text) or _COMPACT.match(text):
        return int(found[1]), int(found[2]), int(found[3])
    if found := _MONTH_FIRST.match(text):
        one, other, year = int(found[1]), int(found[2]), int(found[3])
        return (year, other, one) if one > 12 else (year, one, other)
    if found := _DAY_FIRST.match(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _DAY_WORD.match(text):
        return int(found[3]), _month(found[2]), int(found[1])
    if found := _WORD_DAY.match(text):
        return int(found[3]), _month(found[1]), int(found[2])
    raise ValueError("cannot be read as a date; write it as YYYY-MM-DD, the year with four digits")


def _month(word: str) -> int:
    for number, starts in enumerate(_MONTHS, 1):
        if word.startswith(starts):
            return number
    raise ValueError("names no month; write it as YYYY-MM-DD")
