"""What the acts before the decision give and change: intake, verification, verdict, reviews, clarification."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary_web.casework.docket.moment import Given, Moment, Refusal
from ostiary_web.casework.docket.snapshot import ClockName, Instrument, ItemKey, Review


@dataclass(frozen=True, slots=True)
class Acknowledge(Given):
    """The requester is told that the request arrived."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"acknowledged": True}


@dataclass(frozen=True, slots=True)
class Return(Given):
    """``missing``: codes of what is missing."""

    missing: tuple[str, ...]

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"missing": self.missing}

    def refused(self, moment: Moment) -> Refusal | None:
        return None if self.missing else need("missing", "nothing is said to be missing", "name at least one part")


@dataclass(frozen=True, slots=True)
class Cause(Given):
    """``cause``: why, a code of the ledger's list."""

    cause: str

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"cause": self.cause}


@dataclass(frozen=True, slots=True)
class Preserve(Given):
    """The records asked about are kept for the limit that the procedure names; nothing is disclosed."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"preserve_until": moment.ends(ClockName.PRESERVE)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"until": moment.ends(ClockName.PRESERVE)}


@dataclass(frozen=True, slots=True)
class Verify(Given):
    """What the verifier found. ``requester_verified``: it is who it says. None: could not be established."""

    requester_verified: bool | None
    instrument: Instrument
    requester_proof: str
    instrument_check: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"requester_verified": self.requester_verified, "instrument": self.instrument}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {
            "role": moment.role.value,
            "requester_proof": self.requester_proof,
            "instrument_check": self.instrument_check,
        }


@dataclass(frozen=True, slots=True)
class NameBody(Given):
    """Which body of the register it is that asks, once that is proved; the caller checks that the register has it."""

    requester_body: str
    requester_proof: str
    instrument_check: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"body": self.requester_body}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {
            "role": moment.role.value,
            "requester_proof": self.requester_proof,
            "instrument_check": self.instrument_check,
        }

    def refused(self, moment: Moment) -> Refusal | None:
        return None if self.requester_body else need("body", "no body is named", "name one of the register")


@dataclass(frozen=True, slots=True)
class RefuseForm(Given):
    """``defects``: codes; the letter says how to cure each."""

    defects: tuple[str, ...]

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"defects": self.defects}

    def refused(self, moment: Moment) -> Refusal | None:
        return None if self.defects else need("defects", "no defect is named", "name at least one defect")


@dataclass(frozen=True, slots=True)
class Judge(Given):
    """The verdict of the rules, as the world has it, is attached. What rested on another one falls."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {
            "verdict": moment.world.verdict,
            "track": moment.world.track,
            "reviews": (),
            "agreed": None,
            "decision": None,
        }

    def public(self, moment: Moment) -> Mapping[str, Any]:
        found = moment.world.verdict
        if found is None:
            return {}
        outcomes = {item.outcome.value for item in found.items}
        return {
            "outcome": outcomes.pop() if len(outcomes) == 1 else "mixed",
            "rules": tuple(sorted({rule for item in found.items for rule in item.deciding})),
            "track": moment.world.track,
            "bundle": found.bundle,
        }


@dataclass(frozen=True, slots=True)
class RenewVerdict(Judge):
    """The same answer under a new bundle or of new facts is attached; reviews and decision stand."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"verdict": moment.world.verdict}


@dataclass(frozen=True, slots=True)
class Assign(Given):
    """Reviewers are asked, blind to each other."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        one = moment.track is not None and "second_review" in moment.track.removes
        return {"roles": ("reviewer_privacy",) if one else ("reviewer_counsel", "reviewer_privacy")}


@dataclass(frozen=True, slots=True)
class GiveReview(Given):
    """One reviewer's opinion. ``needed``: the items that the reviewer finds lawful and needed."""

    opinion: str
    needed: tuple[ItemKey, ...] = ()

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        person = moment.person
        review = Review(person.id, moment.role, person.unit, self.opinion, self.needed, person.on_call)
        return {"reviews": (*moment.docket.reviews, review)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value}

    def later(self, moment: Moment) -> Mapping[str, Any]:
        return {"opinion": self.opinion}

    def refused(self, moment: Moment) -> Refusal | None:
        verdict = moment.docket.verdict
        if verdict is None or any(verdict.item(key) is None for key in self.needed):
            return need("needed", "an item is named that the request does not have", "choose among the verdict's items")
        return None


@dataclass(frozen=True, slots=True)
class Ask(Given):
    """Precise questions to the requester. What was thought before the answer counts no more.

    ``questions``: how many; ``asked_for``: codes of what about.
    """

    questions: int
    asked_for: tuple[str, ...]

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"reviews": (), "agreed": None, "decision": None}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"questions": self.questions, "asked_for": self.asked_for}

    def refused(self, moment: Moment) -> Refusal | None:
        if self.questions < 1 or not self.asked_for:
            return need("questions", "no question is asked", "write down at least one precise question")
        return None


@dataclass(frozen=True, slots=True)
class Answer(Given):
    """The requester answered. The entry says for how many days the clock stood still."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        clock = moment.docket.clock(ClockName.DECIDE)
        since = clock.tolled if clock is not None else None
        return {"tolled_days": (moment.today - since).days if since is not None else 0}


@dataclass(frozen=True, slots=True)
class Consolidate(Given):
    """The reviews were opened to each other and settled. ``memo``: the digest of how a disagreement was settled."""

    memo: str = ""

    def agreed(self, moment: Moment) -> bool:
        """Whether the reviewers are of one opinion."""
        return len({review.opinion for review in moment.docket.reviews}) == 1

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"agreed": self.agreed(moment)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"agreed": self.agreed(moment)}

    def refused(self, moment: Moment) -> Refusal | None:
        if not self.agreed(moment) and not is_digest(self.memo):
            return need(
                "memo", "the reviewers differ and nothing says how it was settled", "attach the written settlement"
            )
        return None


@dataclass(frozen=True, slots=True)
class Extend(Given):
    """An internal limit is moved by two people, with a memo (a digest). S9."""

    clock: ClockName
    until: dt.date
    memo: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        clocks = tuple(
            replace(clock, due=self.until, ran_out=False) if clock.name is self.clock else clock
            for clock in moment.docket.clocks
        )
        return {"clocks": clocks}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"clock": self.clock.value, "roles": ("executive", "lead_counsel"), "expires": self.until}

    def refused(self, moment: Moment) -> Refusal | None:
        running = moment.docket.clock(self.clock)
        most = moment.world.calendar.add(moment.today, 10, business=True)
        if self.clock not in INTERNAL or running is None or not is_digest(self.memo):
            return need("clock", "only a running internal limit can be moved, with a memo", "name it, attach the memo")
        if not running.due < self.until <= most:
            return need("until", "a limit is moved forward, by ten business days at most", f"choose a day up to {most}")
        return None


INTERNAL = frozenset(
    {ClockName.DOCKET, ClockName.VERIFY, ClockName.REVIEW, ClockName.CONSOLIDATE, ClockName.DECIDE, ClockName.PACKAGE}
)


def is_digest(text: str) -> bool:
    """Whether this is ``sha256:`` and 64 hex digits: the name of a paper that is kept."""
    head, _, digits = text.partition(":")
    return head == "sha256" and len(digits) == 64 and set(digits) <= set("0123456789abcdef")


def need(reason: str, says: str, cure: str) -> Refusal:
    """The refusal of what was given with an act."""
    return Refusal(f"given_{reason}", says, "the act itself", cure)
