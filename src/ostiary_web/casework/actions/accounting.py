"""Each person's accounting of disclosures: what left about them, to whom, by which law, and when they may be told."""

from __future__ import annotations

import datetime as dt
import json

from django.db import transaction

from ostiary_web.casework import models, queries, queries_work
from ostiary_web.casework.docket.snapshot import Docket, ItemKey, NoticeKind
from ostiary_web.casework.queries_release import Packing, Release
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle, config


@transaction.atomic
def write(*, docket: str, release: Release, packing: Packing, at: dt.datetime) -> int:
    """A row for each person of whom anything left; how many are new. Done again it adds nothing."""
    found = queries.docket(docket)
    records = {one.number: one.record for one in queries_work.asked_about(docket)}
    day = found.released or at.astimezone(config().zone()).date()
    told_from, because = _told(found, day)
    purpose = str(queries.claims(docket).get("purpose") or "")
    made = 0
    for number, items in packing.rows:
        values = {
            "on": day, "recipient": _recipient(found), "purpose": purpose, "told_from": told_from,
            "withheld_because": because, "items": json.dumps([[one.program, one.element] for one in items]),
            "laws": json.dumps(_laws(docket, items)),
        }  # fmt: skip
        _, new = models.Disclosed.objects.get_or_create(of_id=release.number, record=records[number], defaults=values)
        made += new
    return made


def _told(docket: Docket, day: dt.date) -> tuple[dt.date | None, str]:
    """From which day the person may see the row: at once, unless an order or a rule still delays the notice."""
    notice = docket.notice
    if notice is None or notice.kind is not NoticeKind.DELAYED or notice.late:
        return day, ""
    return (None if notice.until is None else notice.until + dt.timedelta(days=1)), notice.basis


def _recipient(docket: Docket) -> str:
    return registry.name_of(docket.body) if docket.body else "the person, or who acts for the person"


def _laws(docket: str, items: tuple[ItemKey, ...]) -> list[str]:
    """The citations under which these items left, from the verdict that stands."""
    wanted = {(one.who, one.program, one.element, one.source) for one in items}
    found = {
        law
        for _, _, text in queries.verdicts(docket)[-2:]
        for item in json.loads(text)["items"]
        if (item["group"], item["program"], item["element"], item["source"]) in wanted
        for law in item["authorities"]
    }
    return sorted(bundle().authorities[law].citation if law in bundle().authorities else law for law in found)
