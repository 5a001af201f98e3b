"""Beats, turns, and jobs whose worker died. None of it is an act on a docket, so none has an entry in the log."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from ostiary_web.logs import log_of
from ostiary_web.worker.models import Pulse, Turn
from ostiary_web.worker.schedule import Duty

# A job that brings its worker down each time is not tried for ever.
MOST_TAKES = 3
_KEPT = dt.timedelta(days=7)


class WorkerDied(Exception):
    """What a job failed by whose workers died, one after another."""


def beat(*, worker: str, lease: dt.timedelta, at: dt.datetime) -> None:
    """Say that a worker is alive, and until when that holds without another word."""
    Pulse.objects.update_or_create(
        worker=worker,
        defaults={"at": at, "until": at + lease},
        create_defaults={"began": at, "at": at, "until": at + lease},
    )


def leave(*, worker: str, at: dt.datetime) -> None:
    """Say that a worker has stopped: nobody waits for its lease to end."""
    Pulse.objects.filter(worker=worker).update(until=at)


@transaction.atomic
def take_turn(*, duty: Duty, at: dt.datetime) -> bool:
    """Whether this duty is due, and nobody else has taken it on."""
    row, new = Turn.objects.select_for_update().get_or_create(duty=duty.name, defaults={"at": at})
    if not new and row.at + duty.every > at:
        return False
    row.at = at
    row.save(update_fields=["at"])
    return True


def take_again(*, at: dt.datetime) -> int:
    """Have the jobs of dead workers wait once more; how many there were. A job can so be run again from its beginning.

    A job that brought down its workers this often fails instead, so that somebody looks at it.
    """
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    if not running.exists():
        return 0
    with transaction.atomic():
        alive = set(Pulse.objects.filter(until__gte=at).values_list("worker", flat=True))
        orphans = [one for one in running.select_for_update(skip_locked=True) if not alive & set(one.worker_ids[-1:])]
        for one in orphans:
            _give_back(one)
    return len(orphans)


def _give_back(job: DBTaskResult) -> None:  # type: ignore[type-arg]
    log = log_of(__name__)
    if len(job.worker_ids) >= MOST_TAKES:
        log.error("given up: its workers died", job=job.task_name)
        job.set_failed(WorkerDied(f"{len(job.worker_ids)} workers died of it"))
        return
    log.warning("taken again: its worker died", job=job.task_name)
    job.status = TaskResultStatus.READY
    job.save(update_fields=["status"])


@transaction.atomic
def forget_old(*, at: dt.datetime) -> int:
    """Remove what is past and helps nobody: dead workers, finished jobs; how many."""
    newest = Pulse.objects.order_by("-until").values_list("worker", flat=True)[:1]
    dead = Pulse.objects.filter(until__lt=at - _KEPT).exclude(worker__in=list(newest))
    jobs = DBTaskResult.objects.finished().filter(finished_at__lt=at - _KEPT)
    return int(dead.delete()[0]) + int(jobs.delete()[0])
