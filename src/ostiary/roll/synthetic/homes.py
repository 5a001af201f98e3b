"""Who lives together: households, their race and their county."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ostiary.roll.synthetic.reference import counties
from ostiary.roll.synthetic.streams import Chunk, Ints, Mask, Topic

SIZES = (0.31, 0.22, 0.17, 0.15, 0.09, 0.04, 0.02)
RACE_SHARES = (0.36, 0.25, 0.27, 0.06, 0.06)


@dataclass(frozen=True, slots=True)
class Homes:
    """The households of a chunk. ``of``, ``place`` and ``size`` go by person, the rest by household."""

    of: Ints
    place: Ints
    size: Ints
    head: Ints
    race: Ints
    county: Ints

    @property
    def count(self) -> int:
        """How many households there are."""
        return len(self.head)

    def any(self, mask: Mask) -> Mask:
        """By household: whether it holds for any member."""
        found = np.zeros(self.count, np.bool_)
        found[self.of[mask]] = True
        return found


def draw_homes(chunk: Chunk) -> Homes:
    """Households until the chunk is full; the last one is cut where the chunk ends."""
    stream = chunk.stream(Topic.HOMES)
    sizes = stream.which(chunk.size, SIZES) + 1
    of = np.repeat(np.arange(chunk.size, dtype=np.int64), sizes)[: chunk.size]
    head = np.flatnonzero(np.diff(of, prepend=-1))
    race = stream.which(len(head), RACE_SHARES)
    return Homes(
        of=of,
        place=np.arange(chunk.size) - head[of],
        size=np.diff(head, append=chunk.size)[of],
        head=head,
        race=race,
        county=counties().draw(race, stream.uniform(len(head))),
    )
