"""When a worker was last seen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ostiary_web.worker.models import Pulse


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether long work waits. True where no worker is alive. ``since``: when one was last seen, None for never."""

    down: bool
    since: dt.datetime | None

    def __bool__(self) -> bool:
        """So that a page can ask ``{% if worker_is_down %}``."""
        return self.down


def standing(at: dt.datetime) -> Standing:
    """Whether any worker is alive at this moment."""
    last = Pulse.objects.order_by("-until").values_list("at", "until").first()
    if last is None:
        return Standing(True, None)
    return Standing(last[1] < at, last[0])
