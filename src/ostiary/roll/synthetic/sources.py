"""Where the values came from, and the day they were last known to be right."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ostiary.roll.synthetic.columns import Columns, dates, lettered
from ostiary.roll.synthetic.people import AS_OF, People
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Topic

CLIENT, IRS, SSA, SAVE, NEW_HIRES, PROVIDER, AGENCY, WAGES = LETTERS = "CISVNPAW"
NOT_NOTED = 0.005
SHARES = {  # by group of columns: how often each source, of those a value of the group can have
    "identity": {CLIENT: 1.0},
    "dob": {CLIENT: 0.97, SSA: 0.03},
    "social_security": {CLIENT: 0.8, SSA: 0.2},
    "address": {CLIENT: 0.94, IRS: 0.015, SSA: 0.02, PROVIDER: 0.015, NEW_HIRES: 0.01},
    "citizenship": {CLIENT: 0.92, SSA: 0.05, SAVE: 0.03},
    "status": {CLIENT: 0.6, SAVE: 0.4},
    "income": {CLIENT: 0.88, IRS: 0.03, SSA: 0.04, WAGES: 0.05},
    "work": {CLIENT: 0.9, NEW_HIRES: 0.1},
    "asset": {CLIENT: 0.96, IRS: 0.04},
    "bank": {CLIENT: 0.97, IRS: 0.03},
}
DAYS_BACK = {  # by group: how old its values are at most
    "identity": 1800,
    "address": 420,
    "income": 365,
    "social_security": 1800,
    "status": 1500,
    "med": 900,
    "health": 400,
    "record": 365,
}


@dataclass(frozen=True, slots=True)
class Sources:
    """The source of each group's values, by person."""

    letters: dict[str, Ints]
    known: dict[str, Mask]
    columns: Columns

    def came_from(self, letter: str, group: str) -> Mask:
        """Whose values of this group came from there."""
        return np.asarray(self.known[group] & (self.letters[group] == LETTERS.index(letter)))


def draw_sources(chunk: Chunk, people: People) -> Sources:
    """The client mostly; for one in two hundred the source was not noted."""
    stream = chunk.stream(Topic.SOURCES)
    size = len(people)
    letters, known, columns = {}, {}, {}
    for group, shares in SHARES.items():
        weights = [shares.get(letter, 0.0) for letter in LETTERS]
        letters[group] = stream.which(size, weights)
        known[group] = ~stream.chance(size, NOT_NOTED)
        columns[f"{group}_source"] = lettered(letters[group], LETTERS, known[group])
    for group, days in DAYS_BACK.items():
        columns[f"{group}_as_of"] = dates(np.maximum(AS_OF - stream.whole(size, 0, days), people.dob))
    return Sources(letters, known, columns)
