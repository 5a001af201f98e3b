"""Citizenship and immigration: the truth behind the columns and the flags."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from ostiary.roll.synthetic.people import AS_OF, People
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Stream, Topic

BORN_ABROAD = np.array([0.07, 0.07, 0.34, 0.62, 0.12])  # by race, as in the reference table
FINAL_ORDERS = 1 / 300  # formal determinations with a final order, of the people without status


class Status(IntEnum):
    """Kinds of status, in the order of ``LETTERS``: the agency's own codes."""

    CITIZEN = 0
    NATURALIZED = 1
    PERMANENT_RESIDENT = 2
    REFUGEE = 3
    ASYLEE = 4
    COMPACT_CITIZEN = 5
    PAROLEE = 6
    PROTECTED = 7
    DEFERRED = 8
    SELF_PETITIONER = 9
    TRAFFICKED = 10
    CRIME_VICTIM = 11
    VISITOR = 12
    NONE = 13
    NOT_KNOWN = 14


LETTERS = "CZLRAFPTDVXUNOQ"
WEIGHTS = (0, 0.34, 0.30, 0.05, 0.03, 0.004, 0.03, 0.02, 0.02, 0.004, 0.002, 0.006, 0.03, 0.15, 0.024)


class Save(IntEnum):
    """What SAVE said, in the order of ``SAVE_LETTERS``."""

    NOT_ASKED = 0
    VERIFIED = 1
    PENDING = 2
    ADDITIONAL = 3
    NO_RECORD = 4


SAVE_LETTERS = "-VPAN"


@dataclass(frozen=True, slots=True)
class Immigration:
    """Status of each person. ``determined`` is the day of the formal determination, where ``final`` holds."""

    status: Ints
    born_abroad: Mask
    save: Ints
    final: Mask
    determined: Ints
    stayed: Mask

    def has(self, *kinds: Status) -> Mask:
        """Who has one of these kinds of status."""
        return np.isin(self.status, kinds)

    @property
    def undocumented(self) -> Mask:
        """Who has no status."""
        return np.asarray(self.status == Status.NONE)

    @property
    def citizen(self) -> Mask:
        """Who is a citizen, by birth or naturalized."""
        return self.status <= Status.NATURALIZED

    @property
    def known(self) -> Mask:
        """Whose status is known to the agency."""
        return np.asarray(self.status != Status.NOT_KNOWN)

    @property
    def victim(self) -> Mask:
        """Who has a VAWA, T or U matter."""
        return self.has(Status.SELF_PETITIONER, Status.TRAFFICKED, Status.CRIME_VICTIM)


def draw_immigration(chunk: Chunk, people: People) -> Immigration:
    """Status by race and age, then what SAVE said, then the rare final orders."""
    stream = chunk.stream(Topic.STATUS)
    size = len(people)
    abroad = stream.chance(size, BORN_ABROAD[people.race] * np.where(people.minor, 0.25, 1.15))
    status = np.where(abroad, stream.which(size, WEIGHTS), Status.CITIZEN)
    status = np.where(~abroad & stream.chance(size, 0.004), Status.NOT_KNOWN, status).astype(np.int64)
    undocumented = status == Status.NONE
    final = undocumented & people.at_least(18) & stream.chance(size, FINAL_ORDERS)
    return Immigration(
        status=status,
        born_abroad=abroad,
        save=_save(stream, abroad, undocumented),
        final=final,
        determined=AS_OF - stream.whole(size, 30, 2400),
        stayed=final & stream.chance(size, 0.2),
    )


def _save(stream: Stream, abroad: Mask, undocumented: Mask) -> Ints:
    """SAVE is asked about those born abroad, and only now and then about people without status."""
    answer = stream.which(len(abroad), (0, 0.82, 0.07, 0.08, 0.03))
    asked = abroad & (~undocumented | stream.chance(len(abroad), 0.08))
    answer = np.where(undocumented, Save.NO_RECORD, answer)
    return np.where(asked, answer, Save.NOT_ASKED).astype(np.int64)
