"""One docket on its way. Each act goes through the one door, by whoever has the role, on the desk's clock."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from hashlib import sha256
from typing import Any

import yaml

from ostiary.ledger.entry import new_docket
from ostiary_web.casework import queries
from ostiary_web.casework.actions import decision, door, facts, intake, machine
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Choice, Docket, Instrument, ItemKey, Settled
from ostiary_web.casework.docket.transitions import TABLE, find
from ostiary_web.demo.roster import DOUBLE, Desk, a_body, public_key

# Who signs beside the person who acts.
SECOND = {
    "refuse_form": Role.LEAD_COUNSEL, "delay_notice": Role.LEAD_COUNSEL, "shorten_window": Role.EXECUTIVE,
    "lift_hold": Role.EXECUTIVE, "extend": Role.LEAD_COUNSEL,
}  # fmt: skip
_NUMBER = itertools.count()


class Walk:
    """One docket, from the door on. ``anew``: reviewed and decided by those who have not been in it."""

    def __init__(
        self, desk: Desk, request: dict[str, Any], *, body: str | None = None, anew: bool = False, mode: str = "post",
        **opening: Any,
    ) -> None:  # fmt: skip
        self.desk, self.anew = desk, anew
        # A day in the past of every rule's own day would be another law: the desk's day is the request's.
        request = {**request, "request_date": desk.now.date().isoformat()}
        kind = request["requester"]["kind"]
        self.body = a_body(desk, kind, f"body_{next(_NUMBER)}") if body is None else body
        text = yaml.safe_dump(request, sort_keys=False, allow_unicode=True)
        self.came = Came(text, desk.now.date(), mode, self.body, **opening)
        self.id = intake.take_in(came=self.came, by=desk.by(Role.INTAKE), at=desk.minute()).docket.id

    @property
    def docket(self) -> Docket:
        """The docket as it stands."""
        return queries.docket(self.id)

    @property
    def state(self) -> str:
        """Where it stands."""
        return str(self.docket.state)

    @property
    def acts(self) -> list[str]:
        """What was done, in order."""
        return [one.act for one in queries.history(self.id)]

    def do(self, act: str, role: Role | None = None, **given: Any) -> Any:
        """Do an act as the first of the roles that do it, or as this one."""
        role = role or self.role_for(act)
        by = given.pop("by", "") or self.by(role)
        second = given.pop("second", "") or (self.desk.by(SECOND[act]) if act in SECOND else "")
        return door.perform(docket=self.id, act=act, by=by, role=role, at=self.desk.minute(), second=second, **given)

    def role_for(self, act: str) -> Role:
        """The first role of a person that does this act."""
        row = find(act, self.docket.state) or next(one for one in TABLE if one.act == act)
        return min(one for one in row.roles if one is not Role.MACHINE)

    def by(self, role: Role) -> str:
        """Who acts in this role here."""
        return self.desk.by(role, self.anew and role in DOUBLE)

    def paper(self, says: str, role: Role) -> str:
        """Keep a paper of this docket; the digest by which an act names it."""
        name = f"{'_'.join(says.lower().split()[:4])}.txt"
        kept: dict[str, Any] = {"docket": self.id, "kind": "paper", "name": name, "data": f"{says}\n".encode()}
        return intake.add_paper(**kept, by=self.by(role), at=self.desk.minute())

    def tick(self, days: float = 0) -> list[str]:
        """The machine's pass, after some days; what it did here."""
        self.desk.wait(days)
        passed = machine.tick(at=self.desk.minute())
        assert passed.faults == ()
        return [act for docket, act in passed.done if docket == self.id]

    def establish(self, name: str, value: Any, role: Role) -> Any:
        """Say what is so."""
        at = self.desk.minute()
        return facts.establish(docket=self.id, name=name, value=value, by=self.by(role), role=role, at=at)

    def docketed(self, form: str = "copy") -> Walk:
        """Given its number."""
        self.do("docket_request", paper_fields={"instrument_form": form})
        return self

    def confirmed(self) -> Walk:
        """Whoever establishes what the request states, has."""
        for role in (Role.VERIFIER, Role.CUSTODIAN, Role.LEAD_COUNSEL):
            if queries.waiting(self.id, role):
                facts.confirm(docket=self.id, by=self.desk.by(role), role=role, at=self.desk.minute())
        return self

    def verified(self, proof: str = "call_back", check: str = "court_record", **instrument: Any) -> Walk:
        """Who asks, and what the paper is; the machine judges it, and asks the reviewers."""
        paper = Instrument(True, True, **instrument)
        self.do("verify", requester_verified=True, instrument=paper, requester_proof=proof, instrument_check=check)
        return self

    def in_review(self, **instrument: Any) -> Walk:
        """Docketed, its facts confirmed, verified, judged, and the reviewers asked."""
        self.docketed().confirmed().verified(**instrument)
        assert self.state == "in_review"
        return self

    @property
    def lawful(self) -> tuple[ItemKey, ...]:
        """The items that the law lets go, or commands."""
        verdict = self.docket.verdict
        return () if verdict is None else tuple(item.key for item in verdict.items if item.may_leave)

    def reviewed(self, opinion: str = "grant", other: str = "") -> Walk:
        """Reviewed by one or two, as the track asks, and settled. ``other``: what the second thinks, if they differ."""
        first, last = Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY
        if self.docket.track != "own":
            self.do("review", first, opinion=opinion, needed=self.lawful)
        self.do("finish_review", last, opinion=other or opinion, needed=self.lawful)
        if self.state == "consolidating" and not other:
            self.do("consolidate")
        return self

    def approved(self) -> Walk:
        """Granted, as far as the law lets it."""
        self.do("approve", grants=self.lawful)
        return self

    def denied(self) -> Walk:
        """Denied; what the law commands, on a ground alone, with its paper."""
        ground = self.paper("The objection that was filed", Role.DECIDER) if self.lawful else ""
        self.do("deny", refusals=tuple(Choice(k, Settled.REFUSED, "objection_filed", ground) for k in self.lawful))
        return self

    def told(self) -> Walk:
        """The people concerned were told; or this track knows no notice."""
        if self.docket.track == "adverse":
            self.do("notify", letter=self.paper("Letter to the people concerned", Role.NOTICE_OFFICER))
        else:
            self.do("omit_notice")
        return self

    def cleared(self, days: float = 0) -> Walk:
        """Told, and waited for this long or waived by everybody; or whatever the track has instead."""
        adverse = self.docket.track == "adverse"
        self.told()
        self.desk.wait(days if adverse else 0)
        if not adverse:
            self.do("clear", cause="no_window")
        elif days:
            self.do("clear", cause="window_over")
        else:
            self.do("clear", cause="waived", waivers=self.paper("The waivers of all", Role.NOTICE_OFFICER))
        return self

    def packing(self) -> tuple[str, str]:
        """What is packed, as the digests of its manifest and of its parameters.

        The one place to change once the desk builds packages itself: here the manifest is a paper that lists the items.
        """
        items = [f"{one.who} {one.program} {one.element} {one.source}" for one in sorted(self.docket.allowed_items)]
        manifest = self.paper("Manifest of what leaves: " + json.dumps(items), Role.CUSTODIAN)
        return manifest, self.paper("How the roll was asked: by the confirmed records alone", Role.CUSTODIAN)

    def packed(self) -> Walk:
        """Packed, as decided."""
        manifest, settings = self.packing()
        items = tuple(sorted(self.docket.allowed_items))
        self.do("package", manifest=manifest, items=items, paper_fields={"parameters": settings})
        return self

    def checked(self) -> Walk:
        """Packed, and checked by another."""
        self.packed()
        self.do("check", manifest=self.manifest)
        return self

    def packaged(self) -> Walk:
        """Packed, checked by another, and agreed to by two."""
        self.checked()
        self.do("agree_to_seal", Role.RELEASE_OFFICER, manifest=self.manifest)
        self.do("agree_to_seal", Role.KEY_HOLDER, manifest=self.manifest)
        return self

    @property
    def manifest(self) -> str:
        """The digest of what was packed."""
        package = self.docket.package
        return package.manifest if package else ""

    def sealing(self, days: int = 60) -> dict[str, Any]:
        """What the sealing says."""
        key = "sha256:" + sha256(public_key(self.body).strip().encode()).hexdigest()
        until = self.desk.now.date() + dt.timedelta(days=days)
        return {"manifest": self.manifest, "recipient_key": key, "retain_until": until, "release": new_docket()}

    def own_key(self) -> Walk:
        """A private requester's key is registered, since no register has it."""
        until = self.desk.now.date() + dt.timedelta(days=90)
        given: dict[str, Any] = {
            "docket": self.id,
            "public": public_key(self.body),
            "until": until,
            "by": self.by(Role.VERIFIER),
        }
        intake.register_own_key(**given, at=self.desk.minute())
        return self

    def seal(self, days: int = 60) -> Walk:
        """Closed for the recipient's key, to be destroyed after so many days."""
        self.do("seal", **self.sealing(days))
        return self

    def released(self) -> Walk:
        """It left."""
        self.do("release", manner="picked_up")
        return self

    def receipted(self) -> Walk:
        """The recipient has it."""
        self.do("receipt", Role.RECORDS_OFFICER)
        return self

    def disposed(self) -> Walk:
        """The recipient has it, and has destroyed it."""
        if self.state == "released":
            self.receipted()
        certificate = self.paper("Certificate of destruction", Role.RECORDS_OFFICER)
        self.do("dispose", certified_on=self.desk.now.date(), method="erased", certificate=certificate)
        return self

    def appeal_part(self) -> Walk:
        """The refused items are appealed in a docket of their own; that one."""
        verdict = self.docket.verdict
        refused = [one.key for one in (verdict.items if verdict else ()) if one.key not in self.docket.allowed_items]
        given: dict[str, Any] = {"docket": self.id, "items": refused, "received": self.desk.now.date(), "mode": "post"}
        done = decision.appeal_part(**given, by=self.by(Role.INTAKE), at=self.desk.minute())
        child = Walk.__new__(Walk)
        child.desk, child.anew, child.body, child.came, child.id = self.desk, True, self.body, self.came, done.docket.id
        return child
