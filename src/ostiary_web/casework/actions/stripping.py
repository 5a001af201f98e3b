"""What a text says of other people is taken out by the custodian before it is packed."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from ostiary_web.casework import models, queries, queries_release, roll, stripping
from ostiary_web.casework.actions import door, long_work
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.world import world_for
from ostiary_web.ledger_link.actions import record_read
from ostiary_web.wiring import config

_LONGEST = 20_000


def strip(
    *, docket: str, left: Mapping[str, tuple[str, str]], by: str, role: Role = Role.CUSTODIAN, at: dt.datetime
) -> int:
    """Write down what may leave of texts that may speak of other people; how many.

    :param left: for each text, by its key: the digest of the text that was read, and what may leave of it.
    :raises Refused: to whoever may not pack, or while nothing may be packed.
    :raises CaseworkError: if a text is none of the docket's, is another one by now, or nothing of it is left.
    """
    pseudonym = queries.find(docket)
    with transaction.atomic():
        row = door.locked(pseudonym)
        before = queries.loaded(row)
        world = world_for(before, at, last_index=row.last_index)
        door.engine_step(before, world, long_work.attempt(long_work.PACKAGE, before, by, role, at))
        order = queries_release.order_of(before, at.astimezone(config().zone()).date())
        known = {one.key: one for one in stripping.texts(order, roll.opened())}
        for key, (seen, text) in left.items():
            _check(known.get(key), seen, text)
            one = known[key]
            models.StrippedText.objects.create(
                docket=row, record=one.record, column=one.column, original=one.seen, text=text.strip(), by=by, at=at
            )
    return len(left)


def read_texts(*, docket: str, by: str, role: Role = Role.CUSTODIAN, at: dt.datetime) -> tuple[stripping.Text, ...]:
    """The texts of a docket that may speak of other people, for whoever may pack it; that they were read is recorded.

    :raises Refused: to whoever may not pack, or while nothing may be packed.
    """
    found = queries.docket(queries.find(docket))
    door.engine_step(found, world_for(found, at), long_work.attempt(long_work.PACKAGE, found, by, role, at))
    record_read(by=by, at=at, whose=found.id, what="records", why="strip", docket=found.id)
    order = queries_release.order_of(found, at.astimezone(config().zone()).date())
    return stripping.texts(order, roll.opened())


def read_file(file: Path) -> dict[str, tuple[str, str]]:
    """What may leave of each text, from a file: for each key an object with `seen` and `left`.

    :raises CaseworkError: if it is no such file.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {str(key): (str(one["seen"]), str(one["left"])) for key, one in data.items()}
    except (OSError, UnicodeDecodeError, ValueError, TypeError, KeyError, AttributeError):
        raise CaseworkError(f"{file}: is not a file that `release texts` wrote; write it anew, and mend that") from None


def _check(one: stripping.Text | None, seen: str, text: str) -> None:
    if one is None or one.seen != seen:
        raise CaseworkError("a text is another one by now, or leaves no longer; read the texts again")
    if not text.strip():
        raise CaseworkError(f"person {one.number}, `{one.column}`: write {stripping.REMOVED} where nothing may be left")
    if len(text) > _LONGEST:
        raise CaseworkError(f"person {one.number}, `{one.column}`: longer than {_LONGEST} characters")
