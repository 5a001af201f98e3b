"""One attempt at an act: the docket as it stands, the world, who, in which capacity. And what an act gives."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.law.tracks import Limit, Track
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.world import Person, World


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an act cannot be done. ``reason``: a code; ``cites``: the principle or provision; ``cure``: what to do."""

    reason: str
    says: str
    cites: str
    cure: str

    def __str__(self) -> str:
        return f"{self.says} ({self.cites}); {self.cure}"


@dataclass(frozen=True, slots=True)
class Moment:
    """The docket, the world, the person who acts and in which capacity."""

    docket: Docket
    world: World
    person: Person
    role: Role
    at: dt.datetime

    @property
    def today(self) -> dt.date:
        """The agency's day."""
        return self.world.today

    @property
    def track(self) -> Track | None:
        """The docket's track, or None where none is fixed or the bundle in use does not know it."""
        return self.world.law.procedure.track(self.docket.track)

    def limit(self, name: str) -> Limit:
        """A limit of the bundle in use.

        :raises KeyError: if the bundle has none; the engine then refuses.
        """
        return self.world.law.procedure.limits[name]

    def ends(self, name: str) -> dt.date:
        """The last day of a limit that starts today."""
        limit = self.limit(name)
        return self.world.calendar.add(self.today, limit.length, business=limit.business)


@dataclass(frozen=True, slots=True)
class Given:
    """What a person gives with an act. Most acts give nothing."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        """The fields of the docket that the act changes, with their new values."""
        return {}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        """The public fields of the entry that are known here; the caller adds those that only the papers tell."""
        return {}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        """The public fields that wait in the committed part, until they may be opened."""
        return {}

    def refused(self, moment: Moment) -> Refusal | None:
        """Why what is given cannot be taken, or None."""
        return None
