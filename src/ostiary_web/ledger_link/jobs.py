"""What the worker does for the log."""

from django.utils import timezone
from django_tasks import task

from ostiary_web.ledger_link import actions, publishing
from ostiary_web.worker.schedule import every


@task()
def publish() -> int:
    """Export what an earlier try could not; the log's size."""
    return publishing.publish()[0].size


@every(minutes=1)
def publish_again() -> int:
    """The same without being asked: a job can be lost with its database, and the export is behind for no longer."""
    return publishing.publish()[0].size


@every(minutes=1)
def cosign() -> bool:
    """The witnesses sign what was published since; whether they were asked."""
    return publishing.cosign()


@every(hours=1)
def close_past_reads() -> int:
    """The digest of each past day's reads goes into the log; how many days."""
    return len(actions.close_past_reads(at=timezone.now()))
