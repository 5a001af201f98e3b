"""One command over several dockets: few at a time, two people, one public entry that names the list. S10.

Nothing that brings a docket nearer to a release can be done in bulk, and nothing can be dated otherwise.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from ostiary_web.casework.docket.machine import RULES, Rules, Step, step
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.world import World

MOST = 25
ENTRY = "bulk.done"
# The acts that may be done in bulk, and the ledger's code for each. None leads towards a release.
BULK: Mapping[str, str] = {"extend": "extend", "close": "close", "hold": "hold", "reopen": "reopen"}


@dataclass(frozen=True, slots=True)
class BulkStep:
    """The steps of a bulk act, all of them, and the one entry of the agency's thread that tells of it."""

    steps: tuple[Step, ...]
    entry_kind: str
    entry_public: Mapping[str, Any]
    listed: tuple[str, ...]


def bulk(
    cases: Sequence[tuple[Docket, World]],
    act: str,
    by: str,
    role: Role,
    second: str,
    second_role: Role,
    at: dt.datetime,
    *,
    rules: Rules = RULES,
    **given: Any,
) -> BulkStep | Refusal:
    """The same act on several dockets, or a refusal of all of it: one that is refused stops the rest.

    :param second: the id of another person who signs, in ``second_role``, in every docket's world.
    """
    ids = tuple(sorted({docket.id for docket, _ in cases}))
    if act not in BULK:
        return Refusal("bulk_act", "this act is not done in bulk", "S10", f"one by one; in bulk: {', '.join(BULK)}")
    if not 0 < len(ids) == len(cases) <= MOST:
        return Refusal("bulk_many", f"a bulk act names 1 to {MOST} dockets, each once", "S10", "name fewer")
    signs = all(_may_sign(world, docket, second, second_role) for docket, world in cases)
    if second == by or not signs:
        return Refusal("bulk_second", "a bulk act needs a second signature", "S10", "lead counsel or executive signs")
    steps = []
    for docket, world in cases:
        row = next((row for row in rules.table if row.act == act and docket.state in row.sources), None)
        also = second if row is not None and row.second else ""
        found = step(docket, world, act, by, role, at, second=also, rules=rules, **given)
        if isinstance(found, Refusal):
            return found
        steps.append(found)
    listed = "sha256:" + sha256("\n".join(ids).encode()).hexdigest()
    roles = tuple(sorted({role.value, second_role.value}))
    public = {"act": BULK[act], "dockets": len(ids), "listed": listed, "roles": roles}
    return BulkStep(tuple(steps), ENTRY, public, ids)


def _may_sign(world: World, docket: Docket, second: str, role: Role) -> bool:
    person = world.people.get(second)
    return (
        person is not None
        and role in (Role.LEAD_COUNSEL, Role.EXECUTIVE)
        and role in person.roles
        and person.stake is False
        and person.trained.get(role, dt.date.min) >= world.today
    )
