"""What the worker does for itself."""

from django.utils import timezone

from ostiary_web.worker import actions
from ostiary_web.worker.schedule import every


@every(hours=24)
def forget_old() -> int:
    """Dead workers and finished jobs are removed; how many."""
    return actions.forget_old(at=timezone.now())
