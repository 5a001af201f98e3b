"""Whether a roster can carry one docket: an assignment of people to roles that every duty of separation lets stand.

A small exact search. S9 is only here and at the internal clocks: an extension needs an executive beside lead counsel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ostiary_web.casework.docket.duties import APART, NEW
from ostiary_web.casework.docket.roles import NEVER_ACT, REVIEWERS, Role

# What every docket of the strictest track needs on its way to a release.
USUAL = (
    Role.DECIDER,
    Role.REVIEWER_COUNSEL,
    Role.REVIEWER_PRIVACY,
    Role.LEAD_COUNSEL,
    Role.INTAKE,
    Role.VERIFIER,
    Role.CUSTODIAN,
    Role.CHECKER,
    Role.RELEASE_OFFICER,
    Role.KEY_HOLDER,
    Role.NOTICE_OFFICER,
    Role.RECORDS_OFFICER,
)
# And what it needs when somebody objects, appeals, or a limit must be moved.
CONTESTED = (*USUAL, Role.HEARING_OFFICER, Role.APPEAL_OFFICER, Role.EXECUTIVE)


@dataclass(frozen=True, slots=True)
class Member:
    """One person of a roster: the unit, the roles that may be used today, and whether they hold the log's key."""

    id: str
    unit: str
    roles: frozenset[Role]
    holds_log_key: bool = False
    administers: bool = False


@dataclass(frozen=True, slots=True)
class Staffing:
    """``assignment``: who plays which role, where the roster can carry a docket. ``blocked``: which rule stops it."""

    assignment: Mapping[Role, str]
    blocked: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Whether the roster can carry one docket."""
        return not self.blocked


# Each rule of separation as a question to a whole assignment; a blocked roster is tried without each of them.
_RULES = ("S2", "S3", "S4", "S6", "S11")


def staffing(roster: Iterable[Member], needed: Sequence[Role] = USUAL) -> Staffing:
    """Whether these people can carry one docket, and if not, which rules block it and which roles nobody holds.

    A rule is named when the roster would do without it: so each one named is a cause by itself.
    """
    people = tuple(roster)
    found = _assign(people, needed, frozenset(_RULES))
    if found is not None:
        return Staffing(found, ())
    idle = [role for role in needed if not any(_may(one, role, frozenset(_RULES)) for one in people)]
    if idle:
        return Staffing({}, tuple(f"nobody may act as {role.value.replace('_', ' ')}" for role in idle))
    alone = [rule for rule in _RULES if _assign(people, needed, frozenset(_RULES) - {rule}) is not None]
    return Staffing({}, tuple(alone) or ("S2", "S3", "S4"))


def _may(one: Member, role: Role, rules: frozenset[str]) -> bool:
    if role not in one.roles or role in NEVER_ACT:
        return False
    if "S6" in rules and (one.administers or Role.AUDITOR in one.roles):
        return False
    return not ("S11" in rules and one.holds_log_key and role in (Role.KEY_HOLDER, Role.RELEASE_OFFICER))


def _assign(people: Sequence[Member], needed: Sequence[Role], rules: frozenset[str]) -> dict[Role, str] | None:
    """An assignment, or None where there is none: the role with the fewest candidates left is filled next."""
    open_roles = {role: tuple(one for one in people if _may(one, role, rules)) for role in needed}
    shared = {one.unit for one in people if sum(other.unit == one.unit for other in people) > 1}

    def look(one: Member) -> object:
        return (one.roles, one.holds_log_key, one.administers, one.unit if one.unit in shared or not one.unit else None)

    def fill(left: Mapping[Role, tuple[Member, ...]], used: frozenset[str]) -> dict[Role, str] | None:
        if not left:
            return {}
        role = min(left, key=lambda one: (len(left[one]), -sum(one in pair for pair in APART), needed.index(one)))
        tried: set[object] = set()
        for one in left[role]:
            # Of several people who are alike and not used yet, one stands for all.
            if one.id not in used and look(one) in tried:
                continue
            tried |= set() if one.id in used else {look(one)}
            rest = {
                other: tuple(m for m in found if _fit(one, role, m, other, rules))
                for other, found in left.items()
                if other is not role
            }
            done = fill(rest, used | {one.id}) if all(rest.values()) else None
            if done is not None:
                return {role: one.id, **done}
        return None

    return fill(open_roles, frozenset()) if all(open_roles.values()) else None


def _fit(one: Member, role: Role, other: Member, at: Role, rules: frozenset[str]) -> bool:
    """Whether two people may stand in two roles of one docket."""
    same = one.id == other.id
    if {role, at} <= REVIEWERS and "S2" in rules and (same or one.unit == other.unit or not one.unit):
        return False
    if same and "S4" in rules and (role in NEW) != (at in NEW):
        return False
    if same and "S4" in rules and role in NEW and at in NEW:
        return False
    apart = frozenset({role, at}) in APART and not {role, at} & NEW and not {role, at} <= REVIEWERS
    return not (same and apart and "S3" in rules)
