"""How sure a count makes us: exact bounds on a rate of error (Clopper and Pearson, Biometrika 1934).

A rate of error is never claimed from "none seen" alone: nothing wrong among 100 decisions still leaves room
for three and a half in a hundred.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` out of ``of``, with the exact two-sided interval at ``CONFIDENCE``. Shares from 0 to 1.

    ``share`` is None where nothing was counted; the interval is then 0 to 1.
    """

    hits: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.of:
            raise ValueError("a rate needs 0 <= hits <= of")

    @property
    def share(self) -> float | None:
        """The share that was seen."""
        return self.hits / self.of if self.of else None

    @property
    def low(self) -> float:
        """The least rate that could well have given these counts."""
        from scipy.stats import beta

        alpha = 1 - CONFIDENCE
        return float(beta.ppf(alpha / 2, self.hits, self.of - self.hits + 1)) if self.hits else 0.0

    @property
    def high(self) -> float:
        """The largest rate that could well have given these counts."""
        from scipy.stats import beta

        alpha = 1 - CONFIDENCE
        return float(beta.ppf(1 - alpha / 2, self.hits + 1, self.of - self.hits)) if self.hits < self.of else 1.0


def claimable(false: int, decided: int, limit: float) -> bool:
    """Whether ``false`` wrong out of ``decided`` carries the claim that the rate is at most ``limit``."""
    return Rate(false, decided).high <= limit


def needed(limit: float, false: int = 0) -> int:
    """How many decisions, ``false`` of them wrong, carry the claim of ``limit``: the least such number.

    :raises ValueError: if ``limit`` is no share between 0 and 1.
    """
    if not 0 < limit < 1:
        raise ValueError("a limit is a share between 0 and 1")
    if false == 0:  # solved by hand: (1 - limit) ** decided = alpha / 2
        return math.ceil(math.log((1 - CONFIDENCE) / 2) / math.log1p(-limit))
    low, high = false, max(2 * false, 1)
    while not claimable(false, high, limit):
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if claimable(false, middle, limit) else (middle, high)
    return high
