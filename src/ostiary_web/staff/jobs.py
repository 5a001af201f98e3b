"""What the worker does for the staff."""

from django.core.management import call_command

from ostiary_web.worker.schedule import every


@every(hours=24)
def forget_sessions() -> None:
    """Sessions that have ended are removed, with whatever they held."""
    call_command("clearsessions")
