"""What is asked of packages, releases and what is owed afterwards."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ostiary.ledger import store
from ostiary.ledger.entry import read_entry
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import models, queries, queries_work
from ostiary_web.casework.docket.snapshot import Docket, ItemKey
from ostiary_web.casework.docket.states import LEFT, State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.ordering import Order, Stripped
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.registry import queries as registry


@dataclass(frozen=True, slots=True)
class Packing:
    """A package as it was built. ``place``: its folder among the private ones; ``finding``: what the check found."""

    number: int
    work: int
    docket: str
    place: tuple[str, str]
    manifest: str
    basis: str
    records: str
    items: tuple[ItemKey, ...]
    rows: tuple[tuple[int, tuple[ItemKey, ...]], ...]
    recipient_key: str
    valid_until: dt.date
    retain_until: dt.date
    by: str
    at: dt.datetime
    checked_by: str
    finding: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Release:
    """A sealed package. ``index``: the entry of its sealing; ``sha256``: of the file, empty until it is finished."""

    number: int
    docket: str
    packing: int
    release: str
    index: int
    sealed_by: str
    sealed_at: dt.datetime
    sha256: str
    size: int
    destroyed: bool

    @property
    def finished(self) -> bool:
        """Whether there is a file that can be handed over."""
        return self.sha256 != "" and not self.destroyed


def order_of(docket: Docket, today: dt.date) -> Order:
    """What is to be packed for a docket now.

    :raises CaseworkError: if it is not settled yet who a group's one person is.
    """
    people = queries_work.asked_about(docket.id)
    known, records = [one for one in people if one.record], queries.records(docket.id)
    alone = frozenset(who for who in records if sum(one.who == who for one in people) == 1)
    if any(records[one.who] != one.record for one in known if one.who in alone):
        raise CaseworkError(
            "the docket says of a person that it is another record than was matched; take it over again"
        )
    stray = set(records) - alone
    if stray:
        raise CaseworkError("a group has a record and several persons; leave out those who do not belong to it")
    out = frozenset(one.record for one in known if registry.opt_outs(one.record))
    text, stripped = queries.request_file(docket.id, today), stripped_of(docket.id)
    return Order(docket, text, today, tuple(known), alone, out, stripped)


def stripped_of(docket: str) -> dict[tuple[str, str], Stripped]:
    """The texts of which somebody took out what they say of other people, by record and column; the newest of each."""
    rows = models.StrippedText.objects.filter(docket_id=docket).order_by("pk")
    return {(row.record, row.column): Stripped(row.original, row.text) for row in rows}


def standing(docket: Docket) -> Packing | None:
    """The package that stands in a docket, if it was built here; None also for one that was only named."""
    if docket.package is None:
        return None
    found = models.Packing.objects.filter(docket_id=docket.id, manifest=docket.package.manifest).first()
    return None if found is None else _packing(found)


def packing(number: int) -> Packing:
    """A package by its number."""
    return _packing(models.Packing.objects.get(pk=number))


def by_manifest(manifest: str) -> Packing | None:
    """The package of a manifest."""
    found = models.Packing.objects.filter(manifest=manifest).first()
    return None if found is None else _packing(found)


def _packing(row: models.Packing) -> Packing:
    items = tuple(ItemKey(*one) for one in json.loads(row.items))
    rows = tuple((number, tuple(ItemKey(*one) for one in keys)) for number, keys in json.loads(row.rows))
    work = queries_work.work(row.work_id)
    return Packing(
        row.pk, row.work_id, row.docket_id, work.place, row.manifest, row.basis, row.records, items, rows,
        row.recipient_key, row.valid_until, row.retain_until, row.by, row.at, row.checked_by,
        json.loads(row.finding or "{}"),
    )  # fmt: skip


def public_key(docket: Docket, key: str) -> str:
    """The public key that a package is sealed to, as text.

    :raises CaseworkError: if it is not registered, or no longer in force.
    """
    own = models.OwnKey.objects.filter(docket_id=docket.id, key=key).values_list("public", flat=True).first()
    found = registry.public_key(key) if docket.body else own
    if not found:
        raise CaseworkError("the recipient has no registered key in force; have one registered")
    return str(found)


def release_of(docket: str, release: str) -> Release | None:
    """A release by its pseudonym."""
    found = models.Release.objects.filter(docket_id=docket, release=release).first()
    return None if found is None else _release(found)


def _release(row: models.Release) -> Release:
    return Release(row.pk, row.docket_id, row.packing_id, row.release, row.index, row.sealed_by, row.sealed_at,
                   row.sha256, row.size, row.destroyed_at is not None)  # fmt: skip


def unfinished() -> list[str]:
    """Dockets that are sealed and whose package is not finished: a process died between the two."""
    done = models.Release.objects.filter(finished_at__isnull=False).values("release")
    found = models.Docket.objects.filter(state=State.SEALED.value)
    finished = {one["release"] for one in done}
    return [one.pk for one in found if (seal := queries.loaded(one).seal) is not None and seal.release not in finished
            and models.Packing.objects.filter(manifest=seal.manifest).exists()]  # fmt: skip


def sealing_index(docket: str) -> tuple[int, str, dt.datetime]:
    """The entry of a docket's last sealing, by whom, and when."""
    found = models.Event.objects.filter(docket_id=docket, act="seal").order_by("-number").first()
    if found is None:
        raise CaseworkError("this docket has not been sealed")
    return found.index, json.loads(found.data)["by"], found.at


def manner(docket: str) -> str:
    """How a docket's package left, as the log has it; empty where it has not."""
    found = models.Event.objects.filter(docket_id=docket, act="release").order_by("-number").first()
    if found is None:
        return ""
    ((_, leaf),) = store.read_entries(raw_connection(), found.index, found.index + 1)
    return str(read_entry(leaf, catalogue()).public["manner"])


def strays() -> list[str]:
    """Dockets with a package that was built, and stands no more: they were opened again, or ended."""
    found = models.Packing.objects.filter(destroyed_at=None)
    return sorted({one.docket_id for one in found if _is_stray(one)})


def _is_stray(row: models.Packing) -> bool:
    package = queries.docket(row.docket_id).package
    return package is None or package.manifest != row.manifest


def unaccounted() -> list[str]:
    """Dockets whose package left, and whose people have no row in the accounting: a process died in between."""
    found = models.Release.objects.filter(docket__state__in=[state.value for state in LEFT], finished_at__isnull=False)
    done = models.Disclosed.objects.values("of_id")
    return [one.docket_id for one in found.exclude(pk__in=done) if queries.docket(one.docket_id).released is not None]


def recalled() -> list[str]:
    """Dockets that were recalled, and whose file is still there."""
    found = models.Release.objects.filter(docket__state=State.RECALLED.value, destroyed_at=None)
    return list(found.values_list("docket_id", flat=True))


def to_be_printed() -> list[str]:
    """Releases of which a printed copy may still be wanted: sealed, or let go and without their receipt."""
    states = (State.SEALED.value, State.RELEASED.value)
    return list(models.Release.objects.filter(docket__state__in=states).values_list("release", flat=True))


def told_now() -> list[str]:
    """Dockets whose people were told after a delay, and whose accounting still waits."""
    waits = models.Disclosed.objects.exclude(withheld_because="").values_list("of__docket_id", flat=True).distinct()
    return [one for one in waits if (notice := queries.docket(one).notice) is not None and notice.late]


def decision_number(docket: str) -> int:
    """The number of the event by which a docket was approved last."""
    found = models.Event.objects.filter(docket_id=docket, act="approve").order_by("-number").first()
    return 0 if found is None else int(found.number)


def accounting_of(release: int) -> Iterator[models.Disclosed]:
    """The accounting of one release: a row for each person of whom something left."""
    return iter(models.Disclosed.objects.filter(of_id=release))


def accounted(record: str) -> Iterator[models.Disclosed]:
    """A person's accounting of disclosures, the newest first."""
    return iter(models.Disclosed.objects.filter(record=record).select_related("of").order_by("-on", "-pk"))
