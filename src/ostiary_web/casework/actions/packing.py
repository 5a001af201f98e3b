"""Packing exactly what was decided; another person's check by another way; agreement to the very bytes checked."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, astuple, replace
from pathlib import Path
from typing import Any

from django.db import transaction

from ostiary.canonical import digest
from ostiary_web.casework import (
    cells,
    kept,
    models,
    packaging,
    queries,
    queries_release,
    queries_work,
    recheck,
    roll,
    stripping,
)
from ostiary_web.casework.actions import door, leaving, long_work
from ostiary_web.casework.actions.door import Done
from ostiary_web.casework.actions.long_work import PACKAGE, Found
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.identifying import check_identified
from ostiary_web.casework.ordering import Order
from ostiary_web.casework.queries_release import Packing
from ostiary_web.casework.queries_work import Work
from ostiary_web.casework.recheck import Checked
from ostiary_web.casework.world import world_for
from ostiary_web.wiring import bundle, config


def ask(
    *,
    docket: str,
    retain_until: dt.date,
    printed: bool = False,
    by: str,
    role: Role = Role.CUSTODIAN,
    at: dt.datetime,
) -> int:
    """Have the worker pack a docket's approved items; the work's number.

    :param retain_until: the day by which the recipient must have destroyed every copy.
    :param printed: a court asked for a printed copy, which is then kept until the receipt.
    :raises Refused: as the act `package` is refused, or where a person is not known by two strong identifiers.
    """
    found = queries.docket(queries.find(docket))
    if retain_until <= _day(at):
        raise CaseworkError("the records are to be destroyed on a day that lies ahead")
    order = queries_release.order_of(found, _day(at))
    check_identified(order.people)
    if stripping.waiting(order, roll.opened()):
        raise CaseworkError(
            "a text that leaves may speak of other people; open the page “Texts that may speak of other people”, "
            "and take that out of it"
        )
    given = {"retain_until": retain_until.isoformat(), "printed": printed}
    return long_work.ask(docket=found.id, kind=PACKAGE, by=by, role=role, at=at, given=given)


def build(work: Work, folder: Path, on_step: roll.Step) -> Found:
    """Build the package into the folder of its work: minimise, seal under a key of its own, keep no plaintext."""
    on_step("reading the decision")
    docket, today = queries.docket(work.docket), _day(work.asked_at)
    order = queries_release.order_of(docket, today)
    check_identified(order.people)
    world = world_for(docket, work.asked_at).world
    body = world.counterparty
    if body is None or not body.key or body.key_until is None:
        raise CaseworkError("the recipient has no registered key; have one registered")
    recipient = packaging.recipient_of(queries_release.public_key(docket, body.key), body.key_until)
    on_step("reading the records")
    found = roll.opened()
    records = roll.records_digest((one.record for one in order.people), found)
    plain = folder / packaging.PLAIN
    plain.mkdir(mode=0o700)
    packed = cells.write(order, found, plain, on_step)
    on_step("sealing the payload")
    retain_until = dt.date.fromisoformat(work.given["retain_until"])
    conditions = binding(order)
    terms = packaging.Terms(
        docket.id, f"decision-{queries_release.decision_number(docket.id)}", recipient, today, retain_until,
        packaging.notice(
            conditions, retain_until, [number for number, _ in packed.rows], stripped=packed.stripped
        ),
    )  # fmt: skip
    manifest = packaging.seal_plain(folder, terms)
    row = {
        "manifest": manifest, "basis": order.basis, "records": records, "recipient_key": body.key,
        "items": json.dumps([astuple(key) for key in packed.items]),
        "rows": json.dumps([[number, [astuple(key) for key in keys]] for number, keys in packed.rows]),
        "retain_until": retain_until,
        "valid_until": min(retain_until, recipient.valid_until),
    }  # fmt: skip
    return _found(row, packed)


def _found(row: dict[str, Any], packed: cells.Packed) -> Found:
    parameters = digest({"basis": row["basis"], "form": "ostiary.package/1"})

    def commits(work: Work, at: dt.datetime) -> None:
        """The row of the package; and once more, with the docket locked, that nothing has changed meanwhile."""
        order = queries_release.order_of(queries.docket(work.docket), _day(at))
        if order.basis != row["basis"]:
            raise CaseworkError("the decision or the facts changed while it was packed; have it packed again")
        models.Packing.objects.create(
            docket_id=work.docket, work_id=work.number, parameters=parameters, by=work.by, at=at, **row
        )

    given = {"manifest": row["manifest"], "items": packed.items}
    return Found(row["basis"], {"parameters": parameters}, PACKAGE, given, commits)


def binding(order: Order) -> tuple[str, ...]:
    """The codes of what binds the recipient, by the verdicts of both days."""
    from ostiary.decide.decide import decide

    actions = bundle().words.actions
    owed = {code for day in order.days for code in decide(bundle(), order.request(day)).duties()}
    binds = ("with_release", "after_release")
    return tuple(sorted(code for code in owed if code in actions and actions[code].when in binds))


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(config().zone()).date()


def standing(docket: Docket) -> Packing:
    """The package that stands in a docket.

    :raises CaseworkError: if none was built here.
    """
    found = queries_release.standing(docket)
    if found is None:
        raise CaseworkError("no package was built in this docket; have the custodian pack it")
    return found


def changed_since(docket: Docket, packing: Packing, at: dt.datetime, *, finished: bool = False) -> list[str]:
    """What has changed since a package was built, each in words; then it must be packed anew.

    :param finished: its payload is part of a finished package, whose bytes are asked about elsewhere.
    """
    order = queries_release.order_of(docket, _day(at))
    found = []
    if packing.basis != order.basis:
        found.append("the decision, the law in force, the facts, a consent or an identification is another one now")
    if roll.records_digest((one.record for one in order.people), roll.opened()) != packing.records:
        found.append("the records of the people in it have changed")
    if not finished and packaging.manifest_digest(kept.place_of(*packing.place)) != packing.manifest:
        found.append("the bytes of the package are not those that were built")
    return found


def refuse_changed(docket: Docket, packing: Packing, at: dt.datetime, *, finished: bool = False) -> None:
    """Refuse to go on with a package that anything has changed about; ``finished`` as for ``changed_since``.

    :raises Refused: with what changed.
    """
    check_identified(queries_release.order_of(docket, _day(at)).people)
    changed = changed_since(docket, packing, at, finished=finished)
    if changed:
        cure = "have the decision opened again, or fail the check and have it packed anew"
        raise Refused(Refusal("package_changed", "; ".join(changed), "I3: exactly what was decided", cure))


def compare(docket: Docket, at: dt.datetime) -> tuple[Packing, Checked]:
    """Hold the package that stands against the decision, by the other way; changes nothing."""
    packing = standing(docket)
    changed = changed_since(docket, packing, at)
    if changed:
        return packing, Checked(tuple(changed), 0, 0, ())
    order = queries_release.order_of(docket, _day(packing.at))
    with packaging.opened(kept.place_of(*packing.place)) as folder:
        return packing, recheck.check(order, roll.opened(), folder, packing.items)


def check(
    *, docket: str, by: str, role: Role = Role.CHECKER, at: dt.datetime, others: bool = False, **more: Any
) -> tuple[Done, Checked]:
    """Compare, and say what was found: the package passes, or it is packed anew.

    :param others: whoever checks read a text that still speaks of other people.

    :raises Refused: as the engine refuses the check, or to whoever had a hand in the matching or the packing.
    """
    found = queries.docket(queries.find(docket))
    packing = standing(found)
    if by in queries_work.touched(found.id) | {packing.by}:
        says = "whoever checks has had no part in the matching or the packing"
        raise Refused(Refusal("duty_s3", says, "S3", "another person must check"))
    _try(found, leaving.CHECK, by, role, at, packing)
    packing, result = compare(found, at)
    if others:
        result = replace(result, faults=(*result.faults, "a text in it still speaks of other people"))
    act = leaving.check if not result.faults else leaving.fail_check
    done = act(docket=found.id, manifest=packing.manifest, by=by, role=role, at=at, **more)
    said = json.dumps(asdict(result), ensure_ascii=False)
    models.Packing.objects.filter(pk=packing.number, checked_at=None).update(checked_by=by, checked_at=at, finding=said)
    if result.faults:
        destroy(packing, at)
    return done, result


def _try(docket: Docket, act: str, by: str, role: Role, at: dt.datetime, packing: Packing) -> None:
    """Whether the engine lets this be done, before anything is read."""
    given: Mapping[str, Any] = {"manifest": packing.manifest}
    with transaction.atomic():
        row = door.locked(docket.id)
        world = world_for(docket, at, last_index=row.last_index)
        door.engine_step(docket, world, door.Attempt(act, by, role, at, given=given))


def agree(*, docket: str, by: str, role: Role, at: dt.datetime, **more: Any) -> Done:
    """Agree to the sealing of the package that stands, one of two people; what changed since is looked at again.

    :raises Refused: as the engine does, or if anything has changed.
    """
    found = queries.docket(queries.find(docket))
    packing = standing(found)
    refuse_changed(found, packing, at)
    return leaving.agree_to_seal(docket=found.id, manifest=packing.manifest, by=by, role=role, at=at, **more)


def destroy(packing: Packing, at: dt.datetime) -> None:
    """Remove a package that goes nowhere: payload and key."""
    kept.destroy(*packing.place)
    models.Packing.objects.filter(pk=packing.number, destroyed_at=None).update(destroyed_at=at)
