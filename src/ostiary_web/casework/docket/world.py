"""What stands around a docket at the moment of an act: the day, the law in use, people, registers, the log, the roll.

The caller reads it; nothing here does. None is *not known*, and is never yes: a row that is absent blocks.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from ostiary.law.tracks import Procedure
from ostiary_web.casework.docket.calendar import Calendar
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import DocketVerdict


@dataclass(frozen=True, slots=True)
class Delegation:
    """A role lent to someone for some days. ``scope``: the docket ids that it covers; empty is every docket."""

    role: Role
    lender: str
    since: dt.date
    until: dt.date
    scope: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Someone who acts. ``stake``: has, or their household has, a part in this docket (S1); None is not declared.

    ``trained``: per role, the last day of the training. ``attested``: the policy (digest) last attested to.
    ``wrote``: the rules written or approved, and when. ``keys``: the uses of the agency's own keys in hand; None
    where nobody is registered as having the log's. ``administers``: keeps
    accounts, and so never touches a docket (S6). ``party_to``: an outsider's own dockets.
    """

    id: str
    unit: str
    roles: frozenset[Role]
    stake: bool | None = None
    trained: Mapping[Role, dt.date] = field(default_factory=dict)
    attested: str = ""
    on_call: bool = False
    wrote: Mapping[str, dt.date] = field(default_factory=dict)
    keys: frozenset[str] | None = None
    administers: bool = False
    delegations: tuple[Delegation, ...] = ()
    party_to: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Counterparty:
    """The requester's body as registered: its contact checked, frozen or not, and the key it may receive under."""

    contact_verified: bool | None = None
    frozen: bool | None = None
    key: str = ""
    key_until: dt.date | None = None
    agreement_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Law:
    """The bundle in use. ``approvers``: who put it in use, two people at least. ``suspended``: for whatever cause."""

    bundle: str
    procedure: Procedure
    approvers: frozenset[str]
    suspended: bool | None = None


@dataclass(frozen=True, slots=True)
class Log:
    """The ledger. ``cosigned``: the docket's last entry stands under a published checkpoint with its cosignatures."""

    writable: bool | None = None
    checkpointed: bool | None = None
    cosigned: bool | None = None


@dataclass(frozen=True, slots=True)
class World:
    """All of it, as read for one act on one docket. ``now`` is in the agency's own time zone, and its day is today.

    ``verdict``: the request judged again now, as of its own day and of today, under the bundle in use. ``track``: the
    track that the facts give. ``policy``: the digest of the policy in force. ``roll``: whether the records are there.
    """

    now: dt.datetime
    law: Law
    calendar: Calendar
    people: Mapping[str, Person]
    counterparty: Counterparty | None = None
    verdict: DocketVerdict | None = None
    track: str = ""
    policy: str = ""
    log: Log = Log()
    roll: bool | None = None

    @property
    def today(self) -> dt.date:
        """The agency's day."""
        return self.now.date()
