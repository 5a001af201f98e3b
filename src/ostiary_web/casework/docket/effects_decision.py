"""What the acts from the decision to the clearing give and change: decision, notice, challenge, stay, hold, appeal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary_web.casework.docket.effects_front import Cause, is_digest, need
from ostiary_web.casework.docket.items import reasons, settle, unlawful
from ostiary_web.casework.docket.moment import Given, Moment, Refusal
from ostiary_web.casework.docket.snapshot import (
    Challenge,
    Choice,
    ClockName,
    Decision,
    Hold,
    ItemKey,
    Notice,
    NoticeKind,
    Settled,
)

# What falls when a decision is opened again: reviews, decision, notice, clearing and package count no more.
UNDONE: Mapping[str, Any] = {
    "verdict": None,
    "reviews": (),
    "agreed": None,
    "decision": None,
    "notice": None,
    "cleared": "",
    "package": None,
    "seal": None,
    "stay": "",
    "stay_ended": False,
}


@dataclass(frozen=True, slots=True)
class Decide(Given):
    """Items granted, and refusals that say why; whatever is not granted is refused."""

    grants: tuple[ItemKey, ...] = ()
    refusals: tuple[Choice, ...] = ()

    def choices(self, moment: Moment) -> tuple[Choice, ...]:
        """Every item, settled."""
        verdict = moment.docket.verdict
        return () if verdict is None else settle(verdict, self.grants, self.refusals)

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        verdict = moment.docket.verdict
        bundle = "" if verdict is None else verdict.bundle
        lapses = moment.ends(ClockName.LAPSE)
        made = Decision(moment.person.id, moment.role, moment.today, lapses, bundle, self.choices(moment))
        return {"decision": made}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value, "denial_reasons": reasons(self.choices(moment))}

    def refused(self, moment: Moment) -> Refusal | None:
        verdict = moment.docket.verdict
        if verdict is None:
            return need("verdict", "there is no verdict to decide on", "have the request judged again")
        keys = {item.key for item in verdict.items}
        named = [*self.grants, *(one.key for one in self.refusals)]
        if not keys.issuperset(named) or len(set(named)) != len(named):
            return need("items", "an item is named that the request does not have, or twice", "name each item once")
        if any(one.settled is not Settled.REFUSED for one in self.refusals):
            return need("refusals", "a refusal says that it grants", "grant by naming the item among the grants")
        return unlawful(verdict, self.choices(moment))


@dataclass(frozen=True, slots=True)
class Approve(Decide):
    """The request is granted, whole or in part."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        choices = self.choices(moment)
        whole = all(one.settled is Settled.GRANTED for one in choices)
        narrowed = any(one.reason == "not_needed" for one in choices)
        found = {"role": moment.role.value, "denial_reasons": reasons(choices)}
        return {**found, "in_full": whole, "narrowed": narrowed}

    def refused(self, moment: Moment) -> Refusal | None:
        if not self.grants:
            return need("grants", "nothing is granted", "deny the request instead")
        return Decide.refused(self, moment)


@dataclass(frozen=True, slots=True)
class Deny(Decide):
    """Every item is refused."""

    def refused(self, moment: Moment) -> Refusal | None:
        if self.grants:
            return need("grants", "a denial grants nothing", "approve in part instead")
        return Decide.refused(self, moment)


@dataclass(frozen=True, slots=True)
class Tell(Given):
    """The people concerned were told, with how to challenge. The window opens. ``letter``: the digest of its words."""

    letter: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"notice": Notice(NoticeKind.TOLD, moment.today, moment.ends(ClockName.WINDOW))}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"status": NoticeKind.TOLD.value}

    def refused(self, moment: Moment) -> Refusal | None:
        return None if is_digest(self.letter) else need("letter", "there is no letter", "give the letter's digest")


@dataclass(frozen=True, slots=True)
class DelayNotice(Given):
    """Notice is delayed until a day: by an order (its digest), or by a rule with a review date. ``basis``: a code."""

    until: dt.date
    basis: str
    order: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"notice": Notice(NoticeKind.DELAYED, moment.today, self.until, self.basis, self.order)}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"status": NoticeKind.DELAYED.value, "basis": self.basis, "until": self.until}

    def refused(self, moment: Moment) -> Refusal | None:
        if not self.basis or not is_digest(self.order):
            return need("order", "a delay needs a basis and its paper", "name the provision and the order's digest")
        most = moment.today + dt.timedelta(days=366)
        if not moment.today <= self.until <= most:
            return need("until", "a delay needs an end within a year, which can be renewed", "give its last day")
        return None


@dataclass(frozen=True, slots=True)
class OmitNotice(Given):
    """The track knows no notice before release."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"notice": Notice(NoticeKind.NOT_DUE, moment.today)}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"status": NoticeKind.NOT_DUE.value}


@dataclass(frozen=True, slots=True)
class TellLate(Given):
    """A delay ended: the people were told at once."""

    letter: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        notice = moment.docket.notice
        return {} if notice is None else {"notice": replace(notice, late=True)}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"status": NoticeKind.TOLD.value}

    def refused(self, moment: Moment) -> Refusal | None:
        return None if is_digest(self.letter) else need("letter", "there is no letter", "give the letter's digest")


@dataclass(frozen=True, slots=True)
class ShortenWindow(Given):
    """A court's or a mandate's date falls into the window; two people shorten it. ``order``: the paper's digest."""

    court_date: dt.date
    order: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        notice = moment.docket.notice
        return {} if notice is None else {"notice": replace(notice, court_date=self.court_date, order=self.order)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"clock": "window", "roles": ("executive", "lead_counsel"), "expires": self.court_date}

    def refused(self, moment: Moment) -> Refusal | None:
        notice = moment.docket.notice
        if notice is None or notice.until is None or not is_digest(self.order):
            return need("order", "the window is shortened only by a paper that sets a date", "give its digest")
        if moment.docket.instrument.court_date != self.court_date or not self.court_date <= notice.until:
            return need("court_date", "the instrument's date does not fall into the window", "let the window run")
        return None


@dataclass(frozen=True, slots=True)
class Clear(Given):
    """The window is over, or lawfully does not apply. ``waivers``: the digest of everybody's waiver, where waived."""

    cause: str
    waivers: str = ""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        notice = moment.docket.notice
        changed: dict[str, Any] = {"cleared": self.cause, "package": None}
        if self.cause == "waived" and notice is not None:
            changed["notice"] = replace(notice, waived=True)
        return changed

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"cause": self.cause}

    def refused(self, moment: Moment) -> Refusal | None:
        if (self.cause == "waived") is not is_digest(self.waivers):
            return need("waivers", "a waiver needs every person's word, and nothing else does", "give its digest")
        return None


@dataclass(frozen=True, slots=True)
class FileChallenge(Given):
    """A person's objection: it stays that person's items at once. Doubt admits it."""

    ground: str
    items: tuple[ItemKey, ...]

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        docket = moment.docket
        return {"challenges": (*docket.challenges, Challenge(len(docket.challenges) + 1, self.ground, self.items))}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"ground": self.ground}

    def refused(self, moment: Moment) -> Refusal | None:
        decision = moment.docket.decision
        if decision is None or not self.items or not decision.granted.issuperset(self.items):
            return need("items", "a challenge is about items that were granted", "name the person's granted items")
        return None


@dataclass(frozen=True, slots=True)
class DecideChallenge(Given):
    """The hearing officer's answer. ``freed``: the items that may go on; none where it is upheld."""

    number: int
    outcome: str
    freed: tuple[ItemKey, ...] = ()

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {
            "challenges": tuple(
                replace(one, outcome=self.outcome, freed=self.freed) if one.number == self.number else one
                for one in moment.docket.challenges
            )
        }

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"outcome": self.outcome, "role": moment.role.value}

    def refused(self, moment: Moment) -> Refusal | None:
        one = next((one for one in moment.docket.challenges if one.number == self.number), None)
        if one is None or one.outcome:
            return need("number", "there is no open challenge of this number", "name an open one")
        whole, freed = frozenset(one.items), frozenset(self.freed)
        fits = {"upheld": not freed, "rejected": freed == whole, "taken_back": freed == whole}
        if not fits.get(self.outcome, bool(freed) and freed < whole):
            return need(
                "freed", "the items set free do not fit the outcome", "upheld: none; rejected: all; partly: some"
            )
        return None


@dataclass(frozen=True, slots=True)
class Stay(Cause):
    """A suit, an order, the attorney general or a challenge of everything stops the docket."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"stay": self.cause, "stay_ended": False}


@dataclass(frozen=True, slots=True)
class EndStay(Cause):
    """What stopped the docket has ended."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"stay_ended": True}


@dataclass(frozen=True, slots=True)
class BeginHold(Cause):
    """Every way out is shut."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        holds = moment.docket.holds
        return {"holds": (*holds, Hold(len(holds) + 1, self.cause, moment.today))}


@dataclass(frozen=True, slots=True)
class LiftHold(Given):
    """One hold ends; the others stand. ``cause``: why it ends."""

    number: int
    cause: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        holds = moment.docket.holds
        return {"holds": tuple(replace(h, lifted=moment.today) if h.number == self.number else h for h in holds)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"cause": self.cause}

    def refused(self, moment: Moment) -> Refusal | None:
        if not any(hold.number == self.number and hold.lifted is None for hold in moment.docket.holds):
            return need("number", "there is no such hold", "name a hold that stands")
        return None


@dataclass(frozen=True, slots=True)
class Reopen(Cause):
    """The decision is open again."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return UNDONE
