"""What the people are called, as places in the reference table."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ostiary.roll.synthetic.columns import Column, either, joined
from ostiary.roll.synthetic.people import People, Role
from ostiary.roll.synthetic.reference import RACES, names
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

NONE = -1
SUFFIXES = ("Jr", "Sr", "III")
JUNIOR, SENIOR = 0, 1
DOUBLE = RACES.index("hispanic")  # two surnames are usual


@dataclass(frozen=True, slots=True)
class Naming:
    """First name, surname, second surname, initial and suffix of each person; ``NONE`` for none."""

    first: Ints
    last: Ints
    second: Ints
    initial: Ints
    suffix: Ints

    def first_names(self) -> Column:
        """The first names as text."""
        return names().texts.take(pa.array(self.first))

    def last_names(self) -> Column:
        """The surnames as text, double ones with a blank between."""
        texts, has = names().texts, self.second != NONE
        one = texts.take(pa.array(self.last))
        return either(has, joined(one, " ", texts.take(pa.array(np.where(has, self.second, 0)))), one)


def draw_names(chunk: Chunk, people: People) -> Naming:
    """Names that fit race, sex and decade; families share their surnames mostly."""
    stream = chunk.stream(Topic.NAMES)
    first = _first_names(stream, people)
    last, second = _surnames(stream, people)
    size = len(people)
    initial = np.where(stream.chance(size, 0.75), stream.whole(size, 0, 26), NONE)
    suffixed = (people.sex == 0) & stream.chance(size, 0.012)
    return Naming(first, last, second, initial, np.where(suffixed, stream.whole(size, 0, 3), NONE))


def _first_names(stream: Stream, people: People) -> Ints:
    """A twin's draw is shifted by a third and more, so twins of one sex never have one name."""
    uniform = stream.uniform(len(people))
    younger = np.flatnonzero(people.twin)
    uniform[younger] = (uniform[younger - 1] + 0.37) % 1
    return names().draw_first(people.race, people.sex, people.decade, uniform)


def _surnames(stream: Stream, people: People) -> tuple[Ints, Ints]:
    size, homes = len(people), people.homes
    last = names().draw_last(people.race, stream.uniform(size))
    double = (people.race == DOUBLE) & stream.chance(size, 0.22)
    second = np.where(double, names().draw_last(people.race, stream.uniform(size)), NONE)
    shared = _shares(stream, people)
    last = np.where(shared, last[homes.head][homes.of], last)
    second = np.where(shared, second[homes.head][homes.of], second)
    younger = np.flatnonzero(people.twin)
    last[younger], second[younger] = last[younger - 1], second[younger - 1]
    return last, second


def _shares(stream: Stream, people: People) -> Mask:
    """Who bears the surname of the head of the household."""
    share = np.array([1.0, 0.58, 0.82, 0.35])  # head, partner, child, other
    assert len(share) == len(Role)
    return stream.chance(len(people), share[people.role])
