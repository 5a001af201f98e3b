"""What the worker does for the dockets."""

from django.utils import timezone
from django_tasks import task

from ostiary_web.casework.actions import machine


@task()
def tick() -> int:
    """The machine's pass over all open dockets; how many things it did."""
    return len(machine.tick(at=timezone.now()).done)
