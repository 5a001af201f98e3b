"""What the worker does for the counter."""

from django.utils import timezone

from ostiary_web.counter.actions import saving
from ostiary_web.worker.schedule import every


@every(hours=1)
def expire_saved_requests() -> int:
    """Requests that were saved and not sent for thirty days are deleted; how many."""
    return saving.expire(at=timezone.now())
