"""Random draws that are the same on every machine and for any number of workers.

Each topic of each chunk has a stream of its own: Philox with the key (seed,
chunk) and the topic in the counter's highest word. Only raw 64-bit words are
used, whose sequence numpy promises to keep; its Generator methods may change.
A new topic, or one draw more in a topic, leaves all other topics as they were.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]


class Topic(IntEnum):
    """What a stream is for. Numbers are never used again for something else."""

    HOMES = 1
    AGES = 2
    NAMES = 3
    LOOKALIKES = 4
    STATUS = 5
    PROGRAMS = 6
    CONTACT = 7
    HEALTH = 8
    MONEY = 9
    SOURCES = 10
    MEDICAL_COPY = 11
    FLAGS = 12
    UNKNOWN = 13
    CONSENTS = 14
    OPT_OUTS = 15
    SPELLS = 16
    IDENTITY = 17
    BENEFITS = 18
    RESIDENCE = 19


class Stream:
    """One endless row of random words, drawn from in order."""

    def __init__(self, seed: int, chunk: int, topic: Topic) -> None:
        words = np.array([seed, chunk], dtype=np.uint64)
        self._bits = np.random.Philox(key=words, counter=np.array([0, 0, 0, topic], dtype=np.uint64))

    def uniform(self, size: int) -> Floats:
        """Numbers from 0 up to, but not, 1."""
        words = self._bits.random_raw(size) >> np.uint64(11)
        return words.astype(np.float64) * 2.0**-53

    def chance(self, size: int, share: float | Floats) -> Mask:
        """True for about this share."""
        return np.asarray(self.uniform(size) < share)

    def whole(self, size: int, low: int, high: int) -> Ints:
        """Whole numbers from ``low`` up to, but not, ``high``."""
        return (low + self.uniform(size) * (high - low)).astype(np.int64)

    def which(self, size: int, weights: Sequence[float] | Floats) -> Ints:
        """Places in ``weights``, each as often as its weight says."""
        return place_in(np.cumsum(np.asarray(weights, dtype=np.float64)), self.uniform(size))


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of persons made together: ``first`` is the number of the first of them."""

    seed: int
    number: int
    first: int
    size: int

    def stream(self, topic: Topic) -> Stream:
        """The stream of this chunk for one topic."""
        return Stream(self.seed, self.number, topic)


def place_in(cumulated: Floats, uniform: Floats) -> Ints:
    """The place in a cumulated weight table on which each uniform number falls."""
    found = np.searchsorted(cumulated, uniform * cumulated[-1], side="right")
    return np.asarray(np.minimum(found, len(cumulated) - 1), dtype=np.int64)
