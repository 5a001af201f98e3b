"""What stops an act on a docket. Each is told to whoever tried; nothing was done."""

from __future__ import annotations

from ostiary.errors import BadInput
from ostiary_web.casework.docket.moment import Refusal


class CaseworkError(BadInput):
    """What was given cannot be taken; its text says what to do."""


class Refused(CaseworkError):
    """The engine does not let this act be done. ``refusal``: the reason's code, what is wrong, its source, the cure."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal

    @property
    def reason(self) -> str:
        """The reason's code."""
        return self.refusal.reason


def changed_meanwhile() -> Refused:
    """Somebody else acted since the page was drawn."""
    says = "somebody has acted on this docket since you looked"
    return Refused(Refusal("changed", says, "one act after another", "look again, then decide"))
