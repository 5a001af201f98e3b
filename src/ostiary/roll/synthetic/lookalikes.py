"""People who are easily taken for one another: a matcher must be tried on them.

Twins are made with the people. Here come fathers and sons of one name in one
household, and strangers of one name and one birth date.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ostiary.roll.synthetic.naming import JUNIOR, NONE, SENIOR, Naming
from ostiary.roll.synthetic.people import DAYS_A_YEAR, People, Role, Sex
from ostiary.roll.synthetic.streams import Chunk, Ints, Stream, Topic

PEOPLE_A_DOUBLE = 4_000  # one pair of strangers of one name and birth date in so many people
NAMESAKE_SHARE = np.array([0.0, 0.0, 0.03, 0.12])  # of the sons, by their part in the household


def add_lookalikes(chunk: Chunk, people: People, naming: Naming) -> tuple[People, Naming]:
    """The same people, some of them given the name, or the name and birth date, of another."""
    stream = chunk.stream(Topic.LOOKALIKES)
    naming = _namesakes(stream, people, naming)
    return _doubles(stream, people, naming)


def _namesakes(stream: Stream, people: People, naming: Naming) -> Naming:
    """Sons named as their father, Jr and Sr; the suffix is missing for three in ten."""
    son, father = _sons(stream, people)
    first, last, second = naming.first.copy(), naming.last.copy(), naming.second.copy()
    initial, suffix = naming.initial.copy(), naming.suffix.copy()
    for part in (first, last, second):
        part[son] = part[father]
    same = stream.chance(len(son), 0.5)
    initial[son[same]] = initial[father[same]]
    suffix[son] = np.where(stream.chance(len(son), 0.7), JUNIOR, NONE)
    suffix[father] = np.where(stream.chance(len(son), 0.7), SENIOR, NONE)
    return Naming(first, last, second, initial, suffix)


def _sons(stream: Stream, people: People) -> tuple[Ints, Ints]:
    """Rows of sons, one a father at most, and rows of their fathers. Twins keep their own names."""
    father = _fathers(people)
    drawn = (father != NONE) & (people.sex == Sex.MALE) & stream.chance(len(people), NAMESAKE_SHARE[people.role])
    drawn &= people.dob - people.dob[np.maximum(father, 0)] > 15 * DAYS_A_YEAR
    drawn &= ~people.twin & ~np.r_[people.twin[1:], False]
    fathers, places = np.unique(father[drawn], return_index=True)
    return np.flatnonzero(drawn)[places], fathers


def _fathers(people: People) -> Ints:
    """By person: the row of the man who heads the household or is the head's partner."""
    homes = people.homes
    partner = np.minimum(homes.head + 1, len(people) - 1)
    has_partner = people.role[partner] == Role.PARTNER
    by_home = np.where(has_partner & (people.sex[partner] == Sex.MALE), partner, NONE)
    by_home = np.where(people.sex[homes.head] == Sex.MALE, homes.head, by_home)
    return by_home[homes.of]


def _doubles(stream: Stream, people: People, naming: Naming) -> tuple[People, Naming]:
    """People who live alone, given the name, sex and birth date of another who lives alone."""
    alone = np.flatnonzero(people.homes.size == 1)
    pairs = min(len(people) // PEOPLE_A_DOUBLE, len(alone) // 2)
    mixed = alone[np.argsort(stream.uniform(len(alone)), kind="stable")]
    one, other = mixed[:pairs], mixed[pairs : 2 * pairs]

    def copied(values: Ints) -> Ints:
        result = values.copy()
        result[other] = values[one]
        return result

    people = replace(people, sex=copied(people.sex), race=copied(people.race), dob=copied(people.dob))
    same = {"first": copied(naming.first), "last": copied(naming.last), "second": copied(naming.second)}
    return people, replace(naming, **same)
