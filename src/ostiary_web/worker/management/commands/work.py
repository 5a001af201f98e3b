"""The desk's worker: runs the jobs that wait in the database, and whatever falls due by itself."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.utils.crypto import get_random_string

from ostiary_web.worker import clock


class Command(BaseCommand):
    """Run jobs and the clock."""

    help = "run the jobs that wait and the machine's own clock, until stopped"

    def add_arguments(self, parser: CommandParser) -> None:
        """How long."""
        parser.add_argument("--batch", action="store_true", help="do what is due and what waits, then stop")
        parser.add_argument("--beat", type=float, default=5.0, help="seconds between signs of life; dead after six")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hand over to the worker of django-tasks; beside it runs the clock. SIGTERM lets a job end, and stops."""
        worker = get_random_string(32)
        with clock.alive(worker, options["beat"], clock=not options["batch"]):
            if options["batch"]:
                clock.do_what_is_due()
            call_command("db_worker", batch=options["batch"], worker_id=worker, queue_name="*", reload=False)
