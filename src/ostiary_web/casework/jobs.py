"""What the worker does for the dockets."""

from django.utils import timezone

from ostiary_web.casework import jobs_release as jobs_release
from ostiary_web.casework.actions import drafts, machine
from ostiary_web.logs import log_of
from ostiary_web.worker.schedule import every


@every(minutes=1)
def tick_due() -> int:
    """The machine's pass over the dockets on which a limit is over; how many things it did."""
    return _told(machine.tick(at=timezone.now(), due_only=True))


@every(hours=1)
def tick() -> int:
    """The machine's pass over all open dockets: late notices, keys that ended, verdicts of another day."""
    return _told(machine.tick(at=timezone.now()))


@every(hours=1)
def expire_drafts() -> int:
    """What staff began to type and left is deleted in its time; how many."""
    return drafts.expire(at=timezone.now())


def _told(passed: machine.Passed) -> int:
    if passed.faults:
        log_of(__name__).error("dockets that could not be gone over", size=len(passed.faults))
    return len(passed.done)
