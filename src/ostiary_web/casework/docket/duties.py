"""Separation of duties: may this person do this act, in this capacity, on this docket. S1 to S12, in one place.

Who once acted in a docket has acted for ever: opening it again frees nobody. Each duty passes on None alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ostiary_web.casework.docket.moment import Moment, Refusal
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, OUTSIDERS, PREPARERS, REVIEWERS, Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.docket.world import Person

AUTHORSHIP = dt.timedelta(days=90)


def _pairs(*groups: Iterable[Role]) -> frozenset[frozenset[Role]]:
    """Every pair of roles that stand in two different groups."""
    parts = [frozenset(group) for group in groups]
    return frozenset(
        frozenset({one, other})
        for n, left in enumerate(parts)
        for right in parts[n + 1 :]
        for one in left
        for other in right
    )


# Who must be new to the docket: nobody who acted in it before, whatever they did (S4).
NEW = frozenset({Role.HEARING_OFFICER, Role.APPEAL_OFFICER, Role.THIRD_REVIEWER})
# Two roles that no one person plays in one docket (S2, S3). A reviewer may not give both reviews either.
APART: frozenset[frozenset[Role]] = (
    _pairs(PREPARERS, REVIEWERS | {Role.LEAD_COUNSEL}, {Role.DECIDER})
    | _pairs({Role.DECIDER}, {Role.CUSTODIAN}, {Role.CHECKER}, {Role.RELEASE_OFFICER})
    | _pairs({Role.REVIEWER_COUNSEL}, {Role.REVIEWER_PRIVACY})
    | _pairs({Role.RELEASE_OFFICER}, {Role.KEY_HOLDER})
    | _pairs({Role.DECIDER}, {Role.KEY_HOLDER})
    | _pairs({Role.EXECUTIVE}, {Role.DECIDER})
    | _pairs(NEW, REVIEWERS | {Role.DECIDER, Role.CUSTODIAN, Role.CHECKER, Role.RELEASE_OFFICER, Role.KEY_HOLDER})
)


@dataclass(frozen=True, slots=True)
class Duty:
    """One rule of separation. ``refuse`` gives the reason, or None."""

    name: str
    says: str
    refuse: Callable[[Moment, Transition], Refusal | None]


def _no(name: str, says: str, cure: str = "another person must do it") -> Refusal:
    return Refusal(f"duty_{name.lower()}", says, name, cure)


def kept_apart(acted: frozenset[Role], role: Role) -> bool:
    """Whether someone who acted in these roles may not act in this one (S3, S4)."""
    return any(frozenset({one, role}) in APART for one in acted) or (role in NEW and bool(acted - {role}))


def roles_of(person: Person, today: dt.date, docket: str) -> frozenset[Role]:
    """The roles that someone has on this day for this docket: their own, and those lent to them (S8)."""
    lent = {
        one.role
        for one in person.delegations
        if one.since <= today <= one.until and (not one.scope or docket in one.scope) and one.lender != person.id
    }
    return person.roles | lent


def _has_role(moment: Moment, row: Transition) -> Refusal | None:
    if moment.role not in row.roles:
        return Refusal("role", "this role does not do this act", "the table of acts", "ask someone whose act it is")
    if moment.role not in roles_of(moment.person, moment.today, moment.docket.id):
        return Refusal("not_held", "the person does not hold this role today", "S8", "have the role given, with dates")
    return None


def _s1(moment: Moment, row: Transition) -> Refusal | None:
    if moment.role in OFFICIALS and moment.person.stake is not False:
        return _no(
            "S1", "nobody acts where they or their household have a part, and it must be declared that they have none"
        )
    return None


def _s2_s3(moment: Moment, row: Transition) -> Refusal | None:
    mine = frozenset(one.role for one in moment.docket.acted if one.person == moment.person.id)
    if any(frozenset({role, moment.role}) in APART for role in mine):
        return _no("S3", "the person has acted here in a role that must be kept apart from this one")
    return None


def _s2(moment: Moment, row: Transition) -> Refusal | None:
    if row.act not in ("review", "finish_review"):
        return None
    others = [one for one in moment.docket.reviews if one.person != moment.person.id]
    if len(others) != len(moment.docket.reviews) or any(one.role is moment.role for one in others):
        return _no("S2", "this review has been given", "the other reviewer must give theirs")
    if not moment.person.unit or any(one.unit == moment.person.unit for one in others):
        return _no("S2", "the two reviewers come from different units", "someone of another unit must review")
    return None


def _s4(moment: Moment, row: Transition) -> Refusal | None:
    mine = frozenset(one.role for one in moment.docket.acted if one.person == moment.person.id)
    if moment.role in NEW and (mine - {moment.role} or moment.person.id in moment.docket.before):
        return _no("S4", "this officer must be new to the docket")
    bound = {*REVIEWERS, Role.DECIDER}
    if moment.role in bound and moment.person.id in moment.docket.before:
        return _no("S4", "on appeal the reviewers and the decider are new")
    return None


def _s5(moment: Moment, row: Transition) -> Refusal | None:
    verdict = moment.docket.verdict
    if moment.role is not Role.DECIDER or verdict is None:
        return None
    deciding = {rule for item in verdict.items for rule in item.deciding}
    recent = {rule for rule, day in moment.person.wrote.items() if moment.today - day <= AUTHORSHIP}
    if deciding & recent:
        return _no("S5", "the decider wrote or approved a rule that decides here, in the last 90 days")
    return None


def _s6(moment: Moment, row: Transition) -> Refusal | None:
    if moment.person.administers or moment.person.roles & {Role.AUDITOR}:
        return _no("S6", "who keeps the accounts, or audits, moves no docket")
    if moment.role in NEVER_ACT:
        return _no("S6", "this role moves no docket")
    return None


def _s7(moment: Moment, row: Transition) -> Refusal | None:
    if moment.role not in OFFICIALS:
        return None
    until = moment.person.trained.get(moment.role)
    if until is None or until < moment.today:
        return _no("S7", "the training for this role is missing or has ended", "train for the role")
    if not moment.world.policy or moment.person.attested != moment.world.policy:
        return _no("S7", "the policy in force has not been attested to", "read and attest to it")
    return None


def _s11(moment: Moment, row: Transition) -> Refusal | None:
    if moment.role not in (Role.KEY_HOLDER, Role.RELEASE_OFFICER):
        return None
    if moment.person.keys is None:
        return _no("S11", "it is not known who holds the log's key", "have its holder registered")
    if "log" in moment.person.keys:
        return _no("S11", "who holds the log's key does not hold a release's")
    return None


def _s12(moment: Moment, row: Transition) -> Refusal | None:
    machine = Role.MACHINE in moment.person.roles
    if machine is not (moment.role is Role.MACHINE) or (machine and not row.machine):
        return _no("S12", "a machine attaches verdicts, holds, asks and ends; it approves nothing")
    if machine and row.discloses:
        return _no("S12", "no machine stands on an edge that discloses")
    return None


def _outsider(moment: Moment, row: Transition) -> Refusal | None:
    if moment.person.roles & OUTSIDERS and moment.person.roles & OFFICIALS:
        return _no("S1", "an official is no outsider: each is one person with one side")
    if moment.role in OUTSIDERS - {Role.OVERSEER} and moment.docket.id not in moment.person.party_to:
        return _no("S1", "an outsider acts only in a docket of their own", "ask the agency")
    return None


DUTIES: tuple[Duty, ...] = (
    Duty("role", "holds the role today, own or lent (S8)", _has_role),
    Duty("S1", "has no part in it, nor their household", _s1),
    Duty("S2", "the reviewers are two, of two units", _s2),
    Duty("S3", "has acted in no role that is kept apart", _s2_s3),
    Duty("S4", "hearing, appeal and emergency review by someone new", _s4),
    Duty("S5", "wrote no rule that decides here, for 90 days", _s5),
    Duty("S6", "keeps no accounts, audits nothing", _s6),
    Duty("S7", "trained for the role, attested to the policy", _s7),
    Duty("S11", "log key and release key apart", _s11),
    Duty("S12", "the machine never approves", _s12),
    Duty("sides", "official or outsider, never both", _outsider),
)


def refuse(moment: Moment, row: Transition, duties: Iterable[Duty] = DUTIES) -> Refusal | None:
    """Why this person may not do this act in this capacity, or None: the first duty that says so."""
    return next((found for duty in duties if (found := duty.refuse(moment, row)) is not None), None)


def seconded(
    moment: Moment, row: Transition, second: Person | None, duties: Iterable[Duty] = DUTIES
) -> tuple[Role | None, Refusal | None]:
    """In which capacity another person agrees to an act that needs two, or why not. ``(None, None)``: none needed."""
    if not row.second:
        says = "this act takes no second person"
        return None, None if second is None else Refusal("second", says, "the table of acts", "leave it out")
    if second is None or second.id == moment.person.id:
        says = "this act needs a second person"
        return None, Refusal("second", says, "the table of acts", "have one of the other role agree")
    as_second = Transition(row.act, row.says, row.sources, row.target, row.second, row.entry)
    last: Refusal | None = None
    for role in sorted(row.second):
        tried = Moment(moment.docket, moment.world, second, role, moment.at)
        last = refuse(tried, as_second, duties)
        if last is None:
            return role, None
    return None, last


def may_read_reviews(docket: Docket, person: str, roles: Mapping[str, frozenset[Role]], due: int, blind: bool) -> bool:
    """Whether someone may see the opinions: a reviewer when all due are in, unless the track reviews together.

    :param due: how many reviews the track asks for.
    """
    held = roles.get(person, frozenset())
    return not blind or len(docket.reviews) >= due or not held & (REVIEWERS | {Role.LEAD_COUNSEL, Role.DECIDER})
