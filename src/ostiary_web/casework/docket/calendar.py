"""Business days on the agency's own calendar: a table of days off, given as data. Weekends are off everywhere.

The table is the agency's. ``first_filling`` only proposes it: the ``holidays`` library takes the day after
Thanksgiving for a working day in Illinois, which it is not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

_SATURDAY = 5
_DAY = dt.timedelta(days=1)


class CalendarEnds(Exception):
    """A day beyond the calendar was asked for: whether it is a business day is not known."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The agency's days off. ``known_until``: the last day for which the table is complete.

    Beyond that day nothing is counted: a guess would be a wrong date in a letter.
    """

    off: frozenset[dt.date]
    known_until: dt.date

    def is_open(self, day: dt.date) -> bool:
        """Whether the agency works on this day.

        :raises CalendarEnds: beyond ``known_until``.
        """
        if day > self.known_until:
            raise CalendarEnds(f"the calendar ends on {self.known_until}; add the days off that follow")
        return day.weekday() < _SATURDAY and day not in self.off

    def add(self, start: dt.date, count: int, *, business: bool) -> dt.date:
        """The last day of a limit of ``count`` days: the day of the event is not counted.

        A limit in plain days that ends on a day off runs to the next business day.

        :raises CalendarEnds: if it ends beyond the calendar.
        """
        if not business:
            return self.next_open(start + count * _DAY)
        day, left = start, count
        while left:
            day += _DAY
            left -= self.is_open(day)
        return day

    def next_open(self, day: dt.date) -> dt.date:
        """This day, or the first business day after it.

        :raises CalendarEnds: beyond the calendar.
        """
        while not self.is_open(day):
            day += _DAY
        return day

    def between(self, start: dt.date, end: dt.date) -> int:
        """How many business days lie after ``start``, up to and including ``end``.

        :raises CalendarEnds: beyond the calendar.
        """
        return sum(self.is_open(start + n * _DAY) for n in range(1, (end - start).days + 1))


def calendar(off: Iterable[dt.date], known_until: dt.date) -> Calendar:
    """A calendar from the agency's table of days off."""
    return Calendar(frozenset(off), known_until)


def first_filling(state: str, years: Iterable[int]) -> Mapping[dt.date, str]:
    """Days off to propose for a State, each with its name, for the agency to correct.

    Adds the Friday after Thanksgiving, which State offices keep in Illinois and the library does not know.
    """
    import holidays

    wanted = sorted(set(years))
    found: dict[dt.date, str] = dict(holidays.country_holidays("US", subdiv=state, years=wanted).items())
    for year in wanted:
        first = dt.date(year, 11, 1)
        thanksgiving = first + ((3 - first.weekday()) % 7 + 21) * _DAY
        found.setdefault(thanksgiving + _DAY, "Day after Thanksgiving")
    return found
