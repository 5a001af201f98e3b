"""What the desk shows of a package on its way: what stands, what was checked, what may be done, how it left."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.errors import OstiaryError
from ostiary_web.casework import packaging, pages_long_work, queries, queries_release, queries_work, roll, stripping
from ostiary_web.casework.actions import handing_over, long_work, packing
from ostiary_web.casework.actions.offering import Offered
from ostiary_web.casework.docket import machine
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.pages_docket import Case, item_name
from ostiary_web.casework.pages_long_work import Part
from ostiary_web.casework.queries_release import Packing, Release
from ostiary_web.casework.queries_work import Work
from ostiary_web.casework.stripping import Text
from ostiary_web.wiring import bundle, config

# The acts of a package in their order: role, and what the button says.
STEPS: tuple[tuple[str, Role, str], ...] = (
    ("check", Role.CHECKER, "Compare the package with the decision"),
    ("agree_to_seal", Role.RELEASE_OFFICER, "Agree to the sealing, as release officer"),
    ("agree_to_seal", Role.KEY_HOLDER, "Agree to the sealing, as key holder"),
    ("seal", Role.RELEASE_OFFICER, "Seal it"),
    ("release", Role.RELEASE_OFFICER, "Let it go"),
)
_STATES = (State.CLEARED, State.PACKAGED, State.SEALED, State.RELEASED, State.RECEIPTED, State.OVERDUE, State.DISPOSED)


@dataclass(frozen=True, slots=True)
class Step:
    """Something that whoever looks may do with the package, or why not."""

    act: str
    role: str
    says: str
    why: str
    cure: str


@dataclass(frozen=True, slots=True)
class Accounted:
    """One person's row in the accounting of disclosures. ``person``: the number in the request; 0: not known any more.

    ``told_from``: the first day on which the person may see the row; ``because``: the law that delays it, cited.
    """

    person: int
    on: dt.date
    recipient: str
    items: tuple[str, ...]
    laws: tuple[str, ...]
    told_from: dt.date | None
    because: str


@dataclass(frozen=True, slots=True)
class Package:
    """The part of the docket's page about its package. ``items``: what is in it; ``finding``: what the check found."""

    part: Part
    shown: bool
    built: bool
    by: str
    at: dt.datetime | None
    items: tuple[str, ...]
    people: int
    manifest: str
    retain_until: dt.date | None
    checked_by: str
    faults: tuple[str, ...]
    laws: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    release: str
    finished: bool
    handed: bool
    manner: str
    certificate: bool
    may_recall: bool
    accounting: tuple[Accounted, ...]


def part(case: Case, me: Me, works: Sequence[Work]) -> Package:
    """The package of a docket. ``works``: its long work, the newest first."""
    docket = case.docket
    shown, seal = docket.state in _STATES, docket.seal
    found = queries_release.standing(docket) if shown or works else None
    release = None if seal is None else queries_release.release_of(docket.id, seal.release)
    work = pages_long_work.part_of(case, me, long_work.PACKAGE, works)
    finding: Mapping[str, Any] = {} if found is None else found.finding
    return Package(
        work,
        shown or bool(work.progress),
        found is not None,
        "" if found is None else me.name(found.by),
        None if found is None else found.at,
        () if found is None else tuple(item_name(key) for key in found.items),
        0 if found is None else len(found.rows),
        "" if found is None else found.manifest,
        None if found is None else found.retain_until,
        "" if found is None or not found.checked_by else me.name(found.checked_by),
        tuple(finding.get("faults", ())),
        tuple((name, law) for name, law in finding.get("columns", ())),
        tuple(_steps(case, me, found)),
        "" if release is None else release.release,
        release is not None and release.finished,
        docket.state in (State.RELEASED, State.RECEIPTED) and Role.RELEASE_OFFICER in me.roles,
        "" if seal is None else queries_release.manner(docket.id),
        docket.state in (State.RECEIPTED, State.OVERDUE) and Role.RECORDS_OFFICER in me.roles and release is not None,
        docket.state in (State.RELEASED, State.RECEIPTED, State.OVERDUE)
        and bool({Role.LEAD_COUNSEL, Role.RECORDS_OFFICER} & me.roles),
        () if release is None else tuple(_accounted(release)),
    )


def _accounted(release: Release) -> Iterator[Accounted]:
    """What each person will be told of this release, and when, in the request's order."""
    words, laws = bundle().words, bundle().authorities
    numbers = {one.record: one.number for one in queries_work.asked_about(release.docket)}
    rows = queries_release.accounting_of(release.number)
    for row in sorted(rows, key=lambda one: numbers.get(one.record, 0)):
        items = tuple(
            f"{words.code_label('elements', element)} ({words.code_label('programs', program)})"
            for program, element in json.loads(row.items)
        )
        because = laws[row.withheld_because].citation if row.withheld_because in laws else plain(row.withheld_because)
        yield Accounted(numbers.get(row.record, 0), row.on, row.recipient, items, tuple(json.loads(row.laws)),
                        row.told_from, because)  # fmt: skip


def _steps(case: Case, me: Me, found: Packing | None) -> list[Step]:
    if found is None:
        return []
    made = []
    for act, role, says in STEPS:
        if role not in me.roles:
            continue
        refusal = _refused(case, me, act, role, found)
        if refusal is None:
            made.append(Step(act, role.value, says, "", ""))
        elif refusal.reason not in ("state", "role", "not_held"):
            made.append(Step(act, role.value, says, f"{refusal.says} ({refusal.cites})", refusal.cure))
    return made


def _refused(case: Case, me: Me, act: str, role: Role, found: Packing) -> Refusal | None:
    from ostiary.ledger.entry import new_docket

    every: dict[str, dict[str, Any]] = {
        "check": {"manifest": found.manifest},
        "agree_to_seal": {"manifest": found.manifest},
        "seal": {
            "manifest": found.manifest, "recipient_key": found.recipient_key, "retain_until": found.retain_until,
            "release": new_docket(),
        },
        "release": {"manner": handing_over.READY},
    }  # fmt: skip
    answer = machine.step(case.docket, case.world, act, me.reference, role, case.world.now, **every[act])
    if not isinstance(answer, Refusal) or answer.reason == "checkpointed":
        return None  # the log is published and cosigned when the act is done
    return answer


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a recipient sees before signing: the release, its size, the conditions, the day of destruction."""

    release: str
    size: int
    sha256: str
    manifest: str
    conditions: str
    retain_until: dt.date
    until: dt.datetime
    left: int


def waiting(found: Offered) -> Waiting:
    """What waits behind a code.

    :raises CaseworkError: if the file is not what was sealed.
    """
    docket = queries.docket(found.docket)
    release, _ = handing_over.whole(docket)
    made = queries_release.packing(release.packing)
    text = packaging.notice(packing.binding(queries_release.order_of(docket, made.at.date())), made.retain_until, ())
    return Waiting(release.release, release.size, release.sha256, made.manifest, text, made.retain_until, found.until,
                   found.left)  # fmt: skip


def comparison(case: Case, at: dt.datetime) -> tuple[Packing | None, Any, str]:
    """The checker's comparison, made now; or why it cannot be made."""
    try:
        found, result = packing.compare(case.docket, at)
    except (CaseworkError, OstiaryError) as fault:
        return None, None, str(fault)
    return found, result, ""


def stripped(case: Case, at: dt.datetime) -> tuple[Text, ...]:
    """The texts in a package of which something may have been taken out: as they stand, and as they leave."""
    order = queries_release.order_of(case.docket, at.astimezone(config().zone()).date())
    return stripping.texts(order, roll.opened())


def manners() -> list[tuple[str, str]]:
    """How a package can leave, by the catalogue's codes."""
    from ostiary.ledger.kinds import catalogue

    says = {"ready": "ready for pick-up", "media": "on a removable medium", "paper": "as a printed copy"}
    return [(code, says.get(code, plain(code))) for code in catalogue().lists["delivery_manners"]]
