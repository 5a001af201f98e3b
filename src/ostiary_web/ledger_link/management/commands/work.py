"""The desk's worker: runs the jobs that wait in the database."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Run jobs."""

    help = "run the jobs that wait, until stopped"

    def add_arguments(self, parser: CommandParser) -> None:
        """How long."""
        parser.add_argument("--batch", action="store_true", help="stop when none waits")

    def handle(self, *args: Any, **options: Any) -> None:
        """Hand over to the worker of django-tasks."""
        call_command("db_worker", batch=options["batch"])
