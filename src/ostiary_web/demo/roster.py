"""The people of a desk, its registers, and its rules in use: made by the same actions as in an agency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ostiary_web import wiring
from ostiary_web.casework.docket.roles import OFFICIALS, Role
from ostiary_web.ledger_link import actions as ledger
from ostiary_web.registry.actions import bodies, rules
from ostiary_web.staff import actions as staff
from ostiary_web.staff.actions import custody

FAR = dt.date(2060, 12, 1)
_COURSE = "handling"
# An appeal, and a decision that is opened again, need people who have not been in the docket.
DOUBLE = (Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY, Role.DECIDER)
# Every role that moves dockets, and the two that write the rules.
ROLES = tuple(role for role in Role if role in OFFICIALS - {Role.PUBLISHER, Role.AUDITOR})
BOSS = "administrator"


@dataclass
class Desk:
    """A desk in a folder, on a clock of its own that only goes forward.

    ``who``: the official for each role, by its code; a second one as ``decider2``. ``pace``: how long an act takes.
    ``names``: how people are called, by the same codes; whoever has none is called by the code. ``clock``: what the
    desk's own clock never lags behind, where pages are asked too.
    """

    folder: Path | None
    environment: Mapping[str, str] = field(default_factory=dict)
    now: dt.datetime = dt.datetime.min
    pace: dt.timedelta = dt.timedelta(minutes=1)
    who: dict[str, Any] = field(default_factory=dict)
    boss: Any = None
    names: Mapping[str, str] = field(default_factory=dict)
    clock: Callable[[], dt.datetime] | None = None

    def by(self, role: Role, second: bool = False) -> str:
        """The ledger's reference of the official for a role."""
        found: str = self.who[role.value + ("2" if second else "")].reference
        return found

    def wait(self, days: float) -> None:
        """Let days pass."""
        self.now += dt.timedelta(days=days)

    def minute(self) -> dt.datetime:
        """The next moment at which something is done."""
        self.now += self.pace
        if self.clock is not None:
            self.now = max(self.now, self.clock().astimezone(self.now.tzinfo))
        return self.now


def opened(desk: Desk, roles: tuple[Role, ...] = ROLES) -> Desk:
    """The log begun, people with their roles, a calendar, rules in use."""
    at = desk.now
    ledger.start_log(by="console", at=at)
    staff.add_unit(code="office", name="The office", by=None, at=at)
    boss = desk.boss = staff.add_person(
        mail="ada@agency.example", name=desk.names.get(BOSS, "Ada"), unit="office", administrator=True, by=None, at=at
    )
    staff.add_course(code=_COURSE, name="Handling records", needed=True, by=boss, at=at)
    for role in roles:
        official(desk, role.value, role)
    custody.hold_key(number=boss.pk, use="log", by=boss, at=at)
    for role in DOUBLE:
        official(desk, role.value + "2", role)
    rules.add_days_off(days=_days_off(at.date()), by=boss, at=at)
    found = rules.propose_bundle(by=desk.who[Role.POLICY_AUTHOR.value], at=at)
    rules.activate_bundle(number=found.pk, by=desk.who[Role.POLICY_APPROVER.value], at=at)
    for role in (Role.REVIEWER_COUNSEL, Role.REVIEWER_PRIVACY):
        days = {"since": at, "until": at.replace(year=FAR.year)}
        staff.put_on_call(number=desk.who[role.value].pk, role=role.value, by=boss, at=at, **days)
    for one in desk.who.values():
        staff.attest(policy=wiring.bundle().digest, by=one, at=at)
    return desk


def _days_off(today: dt.date) -> dict[dt.date, str]:
    """The public holidays of this year and the next, and a last day that is known."""
    import holidays

    years = (today.year, today.year + 1)
    found = holidays.country_holidays("US", subdiv=wiring.bundle().agency.state, years=years)
    return {day: name for day, name in sorted(found.items()) if day >= today} | {FAR: "The last day known"}


def official(desk: Desk, code: str, role: Role) -> Any:
    """Somebody of a unit of their own with one role and training in force."""
    at, boss = desk.now, desk.boss
    unit = f"Office of the {code.replace('_', ' ')}"
    staff.add_unit(code=f"unit_{code}", name=unit, by=boss, at=at)
    name = desk.names.get(code, code)
    person = staff.add_person(mail=f"{code}@agency.example", name=name, unit=f"unit_{code}", by=boss, at=at)
    days = {"done_on": at.date(), "expires_on": FAR}
    staff.record_training(number=person.pk, course=_COURSE, by=boss, at=at, **days)
    staff.give_role(number=person.pk, role=role.value, since=at.date(), by=boss, at=at)
    desk.who[code] = person
    return person


def a_body(
    desk: Desk, kind: str, code: str = "", *, name: str = "", contact: str = "a telephone", key: bool = True
) -> str:
    """A body of the register: verified by another official, with a key; its code."""
    code, at = code or f"body_{kind}", desk.minute()
    keeper = desk.who[Role.RECORDS_OFFICER.value]
    bodies.add(code=code, kind=kind, name=name or code, contact=contact, by=keeper, at=at)
    bodies.verify(code=code, by=desk.who[Role.VERIFIER.value], at=at)
    if key:
        bodies.register_key(code=code, public=public_key(code), until=FAR, by=keeper, at=at)
    return code


def public_key(body: str) -> str:
    """What stands for the public key of a body whose packages nobody opens."""
    return f"key of {body}"
