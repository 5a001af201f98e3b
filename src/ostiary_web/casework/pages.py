"""What the desk's pages show, as frozen rows: a template can show no more than it was given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.vocabulary import Base, Vocabulary
from ostiary_web.casework import facts
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS, Role
from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries as staff
from ostiary_web.staff.queries import Member, Official
from ostiary_web.wiring import bundle, config

KIND, PURPOSE = "requester.kind", "purpose"
# Who sees the desk: whoever moves dockets, and the auditor, who reads everything and changes nothing.
_SEES = (OFFICIALS - NEVER_ACT) | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Me:
    """The official who looks. ``roles``: held today, own or lent; ``names``: of every official, by reference.

    ``roster``: the staff as just read.
    """

    reference: str
    roles: frozenset[Role]
    administers: bool
    names: Mapping[str, str]
    roster: tuple[Member, ...] = ()

    @property
    def sees(self) -> bool:
        """Whether the desk is shown at all (S6)."""
        return bool(self.roles & _SEES) and not self.administers

    def name(self, reference: str) -> str:
        """What a person is called; the reference itself where it is nobody of the staff."""
        return self.names.get(reference, reference)


def who_looks(person: Official, now: dt.datetime) -> Me:
    """The official who asks for a page. ``now``: in the agency's time."""
    used = registry.rules_in_use()
    roster = staff.roster(now, now.date(), "" if used is None else used.digest)
    one = next((member for member in roster if member.reference == person.reference), None)
    held = frozenset[str]() if one is None else one.roles | {role for role, _ in one.lent}
    roles = frozenset(Role(role) for role in held)
    return Me(person.reference, roles, person.administrator, staff.names(), roster)


def plain(code: str) -> str:
    """A code of the engine or of the log's lists as words."""
    return str(code).replace("_", " ")


def leaf_label(name: str, words: Vocabulary) -> str:
    """What a leaf of the request file is called, with its group of persons where it has one."""
    inner = facts.inner_name(name)
    group = name.split(".", 2)[1] + ": " if inner != name else ""
    section, _, rest = inner.partition(".")
    if inner in words.facts:
        return group + words.facts[inner].label
    return group + (f"every one of the {plain(rest)} is stated" if section == "complete" else plain(inner))


def leaf_value(name: str, value: Any, words: Vocabulary) -> str:
    """A leaf's value in words."""
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    fact = words.facts.get(facts.inner_name(name))
    if isinstance(value, list):
        return ", ".join(leaf_value(name, one, words) for one in value) or "none"
    if fact is not None and fact.type.base is Base.CODE and isinstance(value, str):
        return words.code_label(fact.type.codes, value)
    return str(value) if not isinstance(value, dict) else "; ".join(f"{key}: {one}" for key, one in value.items())


def agency() -> str:
    """The agency's name."""
    return bundle().agency.name


def in_agency_time(moment: dt.datetime) -> dt.datetime:
    """A moment in the agency's own time."""
    return moment.astimezone(config().zone())
