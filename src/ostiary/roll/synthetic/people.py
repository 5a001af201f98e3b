"""The people of a chunk: their part in the household, sex, race and day of birth."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ostiary.roll.synthetic.homes import Homes
from ostiary.roll.synthetic.streams import Chunk, Floats, Ints, Mask, Stream, Topic

AS_OF_YEAR = 2026
DAYS_A_YEAR = 365.2425
MIXED_RACE_SHARES = (0.4, 0.2, 0.25, 0.05, 0.1)
TWIN_SHARE = 0.0079  # of the children with an older child before them: one pair in about 600 people


def day(year: int, month: int = 1, date: int = 1) -> int:
    """A date as the number of days since 1970."""
    return (dt.date(year, month, date) - dt.date(1970, 1, 1)).days


AS_OF = day(AS_OF_YEAR)


class Role(IntEnum):
    """A person's part in the household."""

    HEAD = 0
    PARTNER = 1
    CHILD = 2
    OTHER = 3


class Sex(IntEnum):
    """As the file has it."""

    MALE = 0
    FEMALE = 1


@dataclass(frozen=True, slots=True)
class People:
    """Who they are, one row a person. ``twin`` marks the younger twin, one row after the elder."""

    homes: Homes
    role: Ints
    sex: Ints
    race: Ints
    dob: Ints
    twin: Mask

    def __len__(self) -> int:
        return len(self.dob)

    def at_least(self, years: int) -> Mask:
        """Who has had this birthday on the day of the roll."""
        return self.dob <= day(AS_OF_YEAR - years)

    def between(self, low: int, high: int) -> Mask:
        """Who is at least ``low`` and not yet ``high`` years old."""
        return self.at_least(low) & ~self.at_least(high)

    @property
    def minor(self) -> Mask:
        """Who is under 18."""
        return ~self.at_least(18)

    @property
    def decade(self) -> Ints:
        """The decade of birth, counted from 1930; the first and the last stand for all beyond."""
        years = self.dob / DAYS_A_YEAR + 1970
        return np.clip((years - 1930) // 10, 0, 8).astype(np.int64)


def draw_people(chunk: Chunk, homes: Homes) -> People:
    """Roles first, then ages that fit them, then sex, race and twins."""
    stream = chunk.stream(Topic.AGES)
    role = _roles(stream, homes)
    dob = _births(stream, homes, role)
    twin = _twins(stream, homes, role)
    sex = _sexes(stream, homes, role)
    race = _races(stream, homes)
    younger = np.flatnonzero(twin)
    dob[younger], race[younger] = dob[younger - 1], race[younger - 1]
    alike = younger[stream.chance(len(younger), 2 / 3)]
    sex[alike] = sex[alike - 1]
    return People(homes, role, sex, race, dob, twin)


def _roles(stream: Stream, homes: Homes) -> Ints:
    couple = stream.chance(homes.count, 0.55)[homes.of]
    child = stream.chance(len(homes.of), 0.88)
    member = np.where((homes.place == 1) & couple, Role.PARTNER, np.where(child, Role.CHILD, Role.OTHER))
    return np.where(homes.place == 0, Role.HEAD, member).astype(np.int64)


def _births(stream: Stream, homes: Homes, role: Ints) -> Ints:
    """Days of birth. A few heap on one day of the year, as guessed dates do."""
    size = len(role)
    head = _head_ages(stream, homes, role)[homes.of]
    age = np.where(role == Role.PARTNER, np.clip(head + (stream.uniform(size) - 0.5) * 10, 18.1, 98), head)
    oldest_child = np.clip(head - 15, 0.5, 18.9)  # a range, not a cut: else siblings would share a birthday
    age = np.where(role == Role.CHILD, stream.uniform(size) * oldest_child, age)
    age = np.where(role == Role.OTHER, 19 + stream.uniform(size) * 65, age)
    dob = (AS_OF - age * DAYS_A_YEAR).astype(np.int64)
    return np.where(stream.chance(size, 0.006), (dob // 365) * 365 + 10, dob)


def _head_ages(stream: Stream, homes: Homes, role: Ints) -> Floats:
    parent = homes.any(role == Role.CHILD)
    young, old = stream.uniform(homes.count), stream.uniform(homes.count)
    single = np.minimum(young * 78, old * 30 + 55)
    return np.where(parent, 20 + stream.uniform(homes.count) * 32, 19 + single)


def _twins(stream: Stream, homes: Homes, role: Ints) -> Mask:
    """Children who are the twin of the child before them; never three in a row."""
    child = role == Role.CHILD
    sibling = child & np.r_[False, child[:-1] & (homes.of[1:] == homes.of[:-1])]
    twin = sibling & stream.chance(len(role), TWIN_SHARE)
    return np.asarray(twin & ~np.r_[False, twin[:-1]])


def _sexes(stream: Stream, homes: Homes, role: Ints) -> Ints:
    size = len(role)
    sex = stream.chance(size, np.where(role == Role.HEAD, 0.62, 0.5)).astype(np.int64)
    of_head = sex[homes.head][homes.of]
    of_partner = np.where(stream.chance(size, 0.96), 1 - of_head, of_head)
    return np.where(role == Role.PARTNER, of_partner, sex)


def _races(stream: Stream, homes: Homes) -> Ints:
    size = len(homes.of)
    differs = (homes.place > 0) & stream.chance(size, 0.05)
    return np.where(differs, stream.which(size, MIXED_RACE_SHARES), homes.race[homes.of])
