"""The agency's calendar: days off, one by one or a year's public holidays to begin with."""

import datetime as dt
from argparse import Namespace
from typing import ClassVar

from ostiary.errors import BadInput
from ostiary_web.commands import Noun, Verb, Word, act, day
from ostiary_web.registry import queries
from ostiary_web.registry.actions import rules
from ostiary_web.wiring import bundle


def _fill(words: Namespace) -> str:
    """Public holidays of the agency's state. They are a first filling: the agency adds its own, such as closures."""
    import holidays

    today = dt.date.today()
    found = holidays.country_holidays("US", subdiv=bundle().agency.state, years=words.year)
    days = {when: name for when, name in found.items() if when >= today}
    if not days:
        raise BadInput("no public holiday of this year is still to come")
    return f"{rules.add_days_off(days=days, **act(words))} days added; check them against the agency's own calendar"


def _list(words: Namespace) -> str:
    first, last = dt.date(words.year, 1, 1), dt.date(words.year, 12, 31)
    return "\n".join(str(one) for one in sorted(queries.days_off(first, last)))


class Command(Noun):
    """Days off."""

    help = "the agency's days off, which business-day clocks skip"
    verbs: ClassVar = {
        "add": Verb(
            "enter a day off",
            lambda words: rules.add_days_off(days={words.day: words.name}, **act(words)) and None,
            (Word("day", "which day", day), Word("--name", "why")),
        ),
        "fill": Verb("enter the public holidays of a year", _fill, (Word("year", "such as 2027", int),)),
        "list": Verb("list a year's days off", _list, (Word("year", "such as 2027", int),), acts=False),
    }
