"""What is done again and again, and how often.

``@every(minutes=1)`` before a function of an app's ``jobs.py`` is all there is to it. The function takes nothing, can
be run twice without harm, and finds out by itself what is due.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

_F = TypeVar("_F", bound=Callable[[], object])


@dataclass(frozen=True, slots=True)
class Duty:
    """One thing that is done again and again. ``name``: app and function."""

    name: str
    every: dt.timedelta
    run: Callable[[], object]


_DUTIES: dict[str, Duty] = {}


def every(*, minutes: int = 0, hours: int = 0) -> Callable[[_F], _F]:
    """Say how often a function is run."""
    span = dt.timedelta(minutes=minutes, hours=hours)
    if span <= dt.timedelta():
        raise ValueError("say how often: in minutes or hours")

    def keep(run: _F) -> _F:
        name = f"{run.__module__.removeprefix('ostiary_web.').removesuffix('.jobs')}.{run.__name__}"
        _DUTIES[name] = Duty(name, span, run)
        return run

    return keep


def duties() -> tuple[Duty, ...]:
    """Everything that any app does again and again."""
    return tuple(_DUTIES.values())
