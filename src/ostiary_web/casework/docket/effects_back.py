"""What the acts after the clearing give and change: package, seal, release, disposition, appeals, notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ostiary.ledger.entry import is_pseudonym
from ostiary_web.casework.docket.effects_decision import UNDONE
from ostiary_web.casework.docket.effects_front import Cause, is_digest, need
from ostiary_web.casework.docket.items import refused_items
from ostiary_web.casework.docket.moment import Given, Moment, Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import ClockName, ItemKey, Package, Seal


@dataclass(frozen=True, slots=True)
class Pack(Given):
    """The package: the digest of its manifest, and exactly the items in it."""

    manifest: str
    items: tuple[ItemKey, ...]

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"package": Package(self.manifest, self.items)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value, "manifest": self.manifest}

    def refused(self, moment: Moment) -> Refusal | None:
        if not is_digest(self.manifest) or not self.items or len(set(self.items)) != len(self.items):
            return need("items", "a package has a manifest and each of its items once", "pack what was decided")
        if not moment.docket.allowed_items.issuperset(self.items):
            return need("items", "the package holds an item that may not leave", "pack the allowed items, no more")
        return None


@dataclass(frozen=True, slots=True)
class Check(Given):
    """What the checker found of the package of this manifest, against the decision."""

    manifest: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        package = moment.docket.package
        return {} if package is None else {"package": replace(package, passed=True, agreed=())}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value, "passed": True, "manifest": self.manifest}

    def refused(self, moment: Moment) -> Refusal | None:
        return _same_manifest(moment, self.manifest)


@dataclass(frozen=True, slots=True)
class FailCheck(Check):
    """The package is not what was decided; it is packed anew."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"package": None}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value, "passed": False, "manifest": self.manifest}


@dataclass(frozen=True, slots=True)
class AgreeToSeal(Given):
    """One of the two people who must agree to the sealing of this manifest."""

    manifest: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        package = moment.docket.package
        if package is None:
            return {}
        return {"package": replace(package, agreed=(*package.agreed, (moment.person.id, moment.role)))}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"role": moment.role.value, "manifest": self.manifest}

    def refused(self, moment: Moment) -> Refusal | None:
        package = moment.docket.package
        if package is not None and any(role is moment.role for _, role in package.agreed):
            return need("role", "this role has agreed already", "the other one must agree")
        return _same_manifest(moment, self.manifest)


@dataclass(frozen=True, slots=True)
class SealIt(Given):
    """The package is closed for the recipient's key. ``release``: a new pseudonym; ``retain_until``: destroy by."""

    release: str
    manifest: str
    recipient_key: str
    retain_until: dt.date

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        until = moment.ends(ClockName.RELEASE)
        made = Seal(self.release, self.manifest, self.recipient_key, moment.today, until, self.retain_until)
        return {"seal": made}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {
            "release": self.release,
            "manifest": self.manifest,
            "recipient_key": self.recipient_key,
            "retain_until": self.retain_until,
        }

    def refused(self, moment: Moment) -> Refusal | None:
        if not is_pseudonym(self.release) or self.retain_until <= moment.today:
            return need("release", "a release has a new pseudonym and a later day of destruction", "give both")
        return _same_manifest(moment, self.manifest)


@dataclass(frozen=True, slots=True)
class Deliver(Given):
    """The package leaves. ``manner``: a code."""

    manner: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"released": moment.today}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {**_release(moment), "manner": self.manner}


@dataclass(frozen=True, slots=True)
class OfRelease(Given):
    """Something about the release that stands sealed in this docket."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return _release(moment)


@dataclass(frozen=True, slots=True)
class Dispose(Given):
    """The recipient's certificate of destruction, checked. ``certificate``: its digest."""

    certified_on: dt.date
    method: str
    certificate: str

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {**_release(moment), "certified_on": self.certified_on, "method": self.method}

    def refused(self, moment: Moment) -> Refusal | None:
        released = moment.docket.released
        if not is_digest(self.certificate):
            return need("certificate", "there is no certificate", "give the certificate's digest")
        if released is None or not released <= self.certified_on <= moment.today:
            return need("certified_on", "the certificate's day lies before the release or ahead", "correct the day")
        return None


@dataclass(frozen=True, slots=True)
class Recall(Cause):
    """A release is called back."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {**_release(moment), "cause": self.cause}


@dataclass(frozen=True, slots=True)
class Correct(Given):
    """The recipient is told which released values were wrong. ``notice``: the digest of the signed notice."""

    notice: str

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return _release(moment)

    def refused(self, moment: Moment) -> Refusal | None:
        if not is_digest(self.notice):
            return need("notice", "there is no notice", "give the digest of the signed notice")
        return None


@dataclass(frozen=True, slots=True)
class Appeal(Given):
    """The requester appeals a denial, once."""

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"appealed": True}


@dataclass(frozen=True, slots=True)
class AppealPart(Given):
    """Refused items are appealed in a docket of their own, while the rest goes on. ``follow_up``: its pseudonym."""

    follow_up: str
    items: tuple[ItemKey, ...]

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"linked": (*moment.docket.linked, self.follow_up)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"follow_up": self.follow_up}

    def refused(self, moment: Moment) -> Refusal | None:
        decision = moment.docket.decision
        if not is_pseudonym(self.follow_up) or decision is None:
            return need("follow_up", "the linked docket has no pseudonym", "give it a new one")
        if not self.items or not refused_items(decision).issuperset(self.items):
            return need("items", "only refused items are appealed", "name at least one refused item")
        return None


@dataclass(frozen=True, slots=True)
class Affirm(Given):
    """The denial stands."""

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"outcome": "affirmed"}


@dataclass(frozen=True, slots=True)
class Reverse(Given):
    """The denial falls; someone new decides, on reviews by others. ``partly``: only in part."""

    partly: bool

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        docket = moment.docket
        bound = docket.who(Role.DECIDER, Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY)
        return {**UNDONE, "before": tuple(sorted(bound | set(docket.before)))}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"outcome": "partly_reversed" if self.partly else "reversed"}


@dataclass(frozen=True, slots=True)
class ReviewEmergency(Given):
    """Someone independent looked at an emergency afterwards."""

    finding: str

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        return {"emergency_reviewed": True}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"finding": self.finding}


@dataclass(frozen=True, slots=True)
class RunOut(Given):
    """A limit passed without the act that was due. Nothing moves."""

    clock: ClockName

    def changes(self, moment: Moment) -> Mapping[str, Any]:
        clocks = moment.docket.clocks
        return {"clocks": tuple(replace(one, ran_out=True) if one.name is self.clock else one for one in clocks)}

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"clock": self.clock.value}

    def refused(self, moment: Moment) -> Refusal | None:
        clock = moment.docket.clock(self.clock)
        if clock is None or clock.tolled is not None or clock.ran_out or moment.today <= clock.due:
            return need("clock", "this limit has not passed, or was said to have", "wait for its last day to be over")
        return None


@dataclass(frozen=True, slots=True)
class Note(Given):
    """An entry that changes nothing in the docket; the caller gives its public fields."""


@dataclass(frozen=True, slots=True)
class Outcome(Given):
    """An outside body's finding. ``outcome``: a code."""

    outcome: str

    def public(self, moment: Moment) -> Mapping[str, Any]:
        return {"outcome": self.outcome}


def _release(moment: Moment) -> Mapping[str, Any]:
    seal = moment.docket.seal
    return {} if seal is None else {"release": seal.release}


def _same_manifest(moment: Moment, manifest: str) -> Refusal | None:
    package = moment.docket.package
    if package is None or package.manifest != manifest:
        return need("manifest", "this is not the package that stands here", "name the manifest of the package")
    return None
