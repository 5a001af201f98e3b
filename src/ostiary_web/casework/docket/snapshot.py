"""The docket as a frozen value: all that guards and duties read of it. None and an absent part never mean yes.

Nothing here names a person outside the agency: subjects are the docket's own short names for them (``p1``, or ``c1``
for a cohort), and papers are digests. Days are the agency's own.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from ostiary.decide.verdict import WIDEST_FIRST, Outcome
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import DocketKind, State


class ClockName(StrEnum):
    """A time limit. Those that can run out stand in the ledger's list of clocks."""

    ACKNOWLEDGE = "acknowledge"
    DOCKET = "docket"
    ANSWER = "answer"
    VERIFY = "verify"
    REVIEW = "review"
    CONSOLIDATE = "consolidate"
    DECIDE = "decide"
    LAPSE = "lapse"
    NOTICE = "notice"
    WINDOW = "window"
    HEARING = "hearing"
    PACKAGE = "package"
    CHECK = "check"
    RELEASE = "release"
    RECEIPT = "receipt"
    DISPOSE = "dispose"
    APPEAL = "appeal"
    APPEAL_ANSWER = "appeal_answer"
    PRESERVE = "preserve"
    EMERGENCY_REVIEW = "emergency_review"
    CLOSE = "close"


@dataclass(frozen=True, slots=True, order=True)
class ItemKey:
    """One copy of one element of one person or cohort: the unit that is decided. ``who``: the docket's own name."""

    who: str
    program: str
    element: str
    source: str


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """What the rules say of one item, the law read as of the request's day and as of today.

    ``named``: the instrument names this person or describes this cohort; None is not known.
    ``deciding``: the rules that decided, on either day.
    """

    key: ItemKey
    then: Outcome
    now: Outcome
    named: bool | None
    deciding: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The stricter of the two days."""
        return max(self.then, self.now, key=WIDEST_FIRST.index)

    @property
    def may_leave(self) -> bool:
        """Whether both days let it go, and the instrument asks for this person (I9)."""
        return self.named is True and self.then.discloses and self.now.discloses


@dataclass(frozen=True, slots=True)
class DocketVerdict:
    """What the rules say of the request: under which bundle, of which facts, item by item. Digests as ``sha256:``.

    ``needs_agreement``: it rests on one, which must be in force; None is not known.
    """

    bundle: str
    facts: str
    items: tuple[JudgedItem, ...]
    needs_agreement: bool | None

    def same_answer(self, other: DocketVerdict) -> bool:
        """Whether the other one answers every item alike, for whatever reasons."""
        return {(i.key, i.outcome, i.may_leave) for i in self.items} == {
            (i.key, i.outcome, i.may_leave) for i in other.items
        }

    def item(self, key: ItemKey) -> JudgedItem | None:
        """The item of this key, or None."""
        return next((item for item in self.items if item.key == key), None)


class Settled(StrEnum):
    """What people settled for one item."""

    GRANTED = "granted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Choice:
    """One item as decided. ``reason``: why it is refused, a code. ``ground``: the digest of the paper that says so."""

    key: ItemKey
    settled: Settled
    reason: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """One reviewer's opinion. ``needed``: the items that the reviewer found needed. ``on_call``: given in that duty."""

    person: str
    role: Role
    unit: str
    opinion: str
    needed: tuple[ItemKey, ...]
    on_call: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, by whom, until when it stands. ``bundle``: the rules that it rests on."""

    person: str
    role: Role
    made: dt.date
    lapses: dt.date
    bundle: str
    choices: tuple[Choice, ...]

    @property
    def granted(self) -> frozenset[ItemKey]:
        """The items that may go."""
        return frozenset(one.key for one in self.choices if one.settled is Settled.GRANTED)


class NoticeKind(StrEnum):
    """How the step of notice was done; the codes of the ledger."""

    TOLD = "told"
    DELAYED = "delayed"
    NOT_DUE = "not_due"


@dataclass(frozen=True, slots=True)
class Notice:
    """The step of notice. ``until``: the last day of the delay, or of the window. ``basis``: who or what delays it.

    ``late``: the people were told after a delay. ``waived``: every person concerned waived the window.
    """

    kind: NoticeKind
    done: dt.date
    until: dt.date | None = None
    basis: str = ""
    order: str = ""
    late: bool = False
    waived: bool = False
    court_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Challenge:
    """A person's objection, and the items it stays. ``outcome`` is empty while it is open; ``freed``: items let go."""

    number: int
    ground: str
    items: tuple[ItemKey, ...]
    outcome: str = ""
    freed: tuple[ItemKey, ...] = ()

    @property
    def stays(self) -> frozenset[ItemKey]:
        """The items that it keeps back: all while it is open, later those not set free."""
        return frozenset(self.items) - (frozenset(self.freed) if self.outcome else frozenset())


@dataclass(frozen=True, slots=True)
class Hold:
    """Every way out is shut, until this one is lifted."""

    number: int
    cause: str
    since: dt.date
    lifted: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """A running limit. ``due``: its last day. ``tolled``: since when it stands still. ``toll_days``: days it stood."""

    name: ClockName
    started: dt.date
    due: dt.date
    tolled: dt.date | None = None
    toll_days: int = 0
    tolls: int = 0
    ran_out: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """What the custodian packed. ``passed``: what the checker found, of this very manifest; None before the check."""

    manifest: str
    items: tuple[ItemKey, ...]
    passed: bool | None = None
    agreed: tuple[tuple[str, Role], ...] = ()


@dataclass(frozen=True, slots=True)
class Seal:
    """The package as closed for one key. ``expires``: the last day on which it may be handed over."""

    release: str
    manifest: str
    recipient_key: str
    sealed: dt.date
    expires: dt.date
    retain_until: dt.date


@dataclass(frozen=True, slots=True)
class Instrument:
    """The paper, as the verifier found it. None is not established."""

    in_writing: bool | None = None
    valid: bool | None = None
    expires: dt.date | None = None
    court_date: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Acted:
    """Someone did something in some capacity. Kept for ever: who once acted stays excluded from what is barred."""

    person: str
    role: Role
    act: str


@dataclass(frozen=True, slots=True)
class Docket:
    """The case of one request, complete. Made by ``machine.open_docket``, changed by events alone."""

    id: str
    kind: DocketKind
    state: State
    received: dt.date
    last_at: dt.datetime
    events: int
    body: str
    emergency: bool = False
    parent: str = ""
    before: tuple[str, ...] = ()
    acted: tuple[Acted, ...] = ()
    acknowledged: bool = False
    requester_verified: bool | None = None
    instrument: Instrument = Instrument()
    verdict: DocketVerdict | None = None
    track: str = ""
    reviews: tuple[Review, ...] = ()
    agreed: bool | None = None
    decision: Decision | None = None
    notice: Notice | None = None
    challenges: tuple[Challenge, ...] = ()
    stay: str = ""
    stay_ended: bool = False
    cleared: str = ""
    holds: tuple[Hold, ...] = ()
    clocks: tuple[Clock, ...] = ()
    package: Package | None = None
    seal: Seal | None = None
    released: dt.date | None = None
    appealed: bool = False
    emergency_reviewed: bool = False
    preserve_until: dt.date | None = None
    linked: tuple[str, ...] = ()

    def who(self, *roles: Role) -> frozenset[str]:
        """Everyone who has acted here in one of these capacities."""
        return frozenset(one.person for one in self.acted if one.role in roles)

    @property
    def stayed_items(self) -> frozenset[ItemKey]:
        """The items that a challenge keeps back."""
        return frozenset(key for one in self.challenges for key in one.stays)

    @property
    def allowed_items(self) -> frozenset[ItemKey]:
        """What may be packed: granted, still lawful on both days, and not challenged. Empty where there is a doubt."""
        if self.decision is None or self.verdict is None:
            return frozenset()
        lawful = frozenset(item.key for item in self.verdict.items if item.may_leave)
        return (self.decision.granted & lawful) - self.stayed_items

    @property
    def on_hold(self) -> bool:
        """Whether any hold stands."""
        return any(hold.lifted is None for hold in self.holds)

    def clock(self, name: ClockName) -> Clock | None:
        """The running clock of this name, or None."""
        return next((clock for clock in self.clocks if clock.name is name), None)
