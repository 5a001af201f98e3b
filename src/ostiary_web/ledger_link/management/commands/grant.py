"""The rights of the desk's own role in PostgreSQL."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from ostiary.errors import OstiaryError
from ostiary_web import database_rights


class Command(BaseCommand):
    """Grant, after each migration."""

    help = "let a role of PostgreSQL work in the desk's tables, and change none; run as their owner"

    def add_arguments(self, parser: CommandParser) -> None:
        """To whom."""
        parser.add_argument("role", help="a role of PostgreSQL that is there already")

    def handle(self, *args: Any, **options: Any) -> None:
        """Grant; nothing is changed where one right cannot be given."""
        try:
            count = database_rights.grant(options["role"])
        except OstiaryError as fault:
            raise CommandError(str(fault), returncode=fault.exit_code) from None
        self.stdout.write(f"`{options['role']}` may work in {count} tables and append to the log, and change no table")
