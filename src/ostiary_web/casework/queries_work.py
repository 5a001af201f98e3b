"""What is asked of long work, of the persons whom a request names, and of who they are on the roll."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django_tasks_db.models import DBTaskResult

from ostiary.match.confirmed import Confirmation, Verdict
from ostiary.roll.identifiers import Field
from ostiary_web.casework import models
from ostiary_web.casework.models_work import DONE, FAILED, UNDER_WAY


@dataclass(frozen=True, slots=True)
class Work:
    """One piece of long work as a page shows it. ``done`` of ``total``: steps, and none before it was taken."""

    number: int
    docket: str
    kind: str
    state: str
    by: str
    role: str
    asked_at: dt.datetime
    given: Mapping[str, Any]
    attempt: int
    phase: str
    done: int
    total: int
    ended_at: dt.datetime | None
    fault: str
    basis: str
    result: str

    @property
    def under_way(self) -> bool:
        """Whether it waits or runs."""
        return self.state in UNDER_WAY

    @property
    def done_well(self) -> bool:
        """Whether it has a result."""
        return self.state == DONE

    @property
    def failed(self) -> bool:
        """Whether it ended without a result."""
        return self.state == FAILED

    @property
    def place(self) -> tuple[str, str]:
        """Its folder among the private ones."""
        return "work", str(self.number)


def work(number: int) -> Work:
    """One piece of work."""
    return _work(models.LongWork.objects.get(pk=number))


def latest(docket: str, kind: str) -> Work | None:
    """The newest work of a kind in a docket, whatever came of it."""
    found = models.LongWork.objects.filter(docket_id=docket, kind=kind).order_by("-pk").first()
    return None if found is None else _work(found)


def latest_done(docket: str, kind: str) -> Work | None:
    """The newest work of a kind that has a result."""
    found = models.LongWork.objects.filter(docket_id=docket, kind=kind, state=DONE).order_by("-pk").first()
    return None if found is None else _work(found)


def of_docket(docket: str) -> tuple[Work, ...]:
    """Every piece of work of a docket, the newest first: one question for a page that shows several kinds."""
    return tuple(_work(one) for one in models.LongWork.objects.filter(docket_id=docket).order_by("-pk"))


def abandoned() -> list[int]:
    """Work under way whose job the worker has given up, or does not know."""
    found = models.LongWork.objects.filter(state__in=UNDER_WAY).values_list("pk", "task")
    jobs = dict(DBTaskResult.objects.filter(pk__in=[task for _, task in found if task]).values_list("pk", "status"))
    alive = {str(pk) for pk, status in jobs.items() if status in ("READY", "RUNNING")}
    return [pk for pk, task in found if task not in alive]


def _work(row: models.LongWork) -> Work:
    return Work(
        row.pk, row.docket_id, row.kind, row.state, row.by, row.role, row.asked_at, json.loads(row.given), row.attempt,
        row.phase, row.done, row.total, row.ended_at, row.fault, row.basis, row.result,
    )  # fmt: skip


# --- the persons asked about ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """One person whom the request names. ``subject``: what matching calls them; ``record``: who it is, if known.

    ``strong``: the strong identifiers that agree.
    """

    pk: int
    number: int
    who: str
    texts: Mapping[Field, str]
    record: str = ""
    strong: tuple[str, ...] = ()
    band: str = ""

    @property
    def subject(self) -> str:
        """The name in files of matching, and in what the requester is told."""
        return str(self.number)


def asked_about(docket: str) -> list[Asked]:
    """The persons whom a request names, in its order, with who they are on the roll where that is known."""
    found = models.AskedPerson.objects.filter(docket_id=docket, left_out_at=None).order_by("number")
    known = {one.person_id: one for one in models.Identified.objects.filter(person__docket_id=docket)}
    return [_asked(one, known.get(one.pk)) for one in found]


def _asked(row: models.AskedPerson, known: models.Identified | None) -> Asked:
    texts = {Field(name): text for name, text in json.loads(row.texts).items()}
    if known is None:
        return Asked(row.pk, row.number, row.who, texts)
    return Asked(row.pk, row.number, row.who, texts, known.record, tuple(json.loads(known.strong)), known.band)


def identified(docket: str) -> list[Asked]:
    """Those of them who are known on the roll."""
    return [one for one in asked_about(docket) if one.record]


def words_of(number: int) -> tuple[Confirmation, ...]:
    """What officials have said of the candidates of one matching, in order."""
    found = models.MatchWord.objects.filter(work_id=number).order_by("pk")
    return tuple(Confirmation(one.subject, one.candidate, one.by, Verdict(one.verdict)) for one in found)


def touched(docket: str) -> frozenset[str]:
    """Who has had a hand in the matching of a docket: asked for it, copied a person's data, or said who it is."""
    works = models.LongWork.objects.filter(docket_id=docket)
    words = models.MatchWord.objects.filter(work__docket_id=docket)
    people = models.AskedPerson.objects.filter(docket_id=docket)
    known = models.Identified.objects.filter(person__docket_id=docket)
    return frozenset(one for found in (works, words, people, known) for one in found.values_list("by", flat=True))


def groups(docket: str) -> list[str]:
    """The docket's own names of its groups of persons; one empty name where it has one group."""
    return list(models.Subject.objects.filter(docket_id=docket).order_by("who").values_list("who", flat=True))
