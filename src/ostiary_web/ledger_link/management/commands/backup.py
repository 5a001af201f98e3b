"""A copy of the desk: ``ostiary-web backup FOLDER``."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ostiary.errors import OstiaryError
from ostiary_web import backing_up


class Command(BaseCommand):
    """Back up, or look whether a copy is whole."""

    help = "copy the database and the private folder into a new folder; the keys are not in it"

    def add_arguments(self, parser: CommandParser) -> None:
        """Where."""
        parser.add_argument("folder", type=Path, help="a new folder; with --check, one that holds a copy")
        parser.add_argument("--check", action="store_true", help="look whether the copy there is whole; exit 1 if not")

    def handle(self, *args: Any, **options: Any) -> None:
        """Copy, or check."""
        folder: Path = options["folder"]
        try:
            if options["check"]:
                found = list(backing_up.faults(folder))
                if found:
                    raise CommandError("\n".join(found), returncode=1)
                self.stdout.write(f"{folder}: whole")
                return
            done = backing_up.back_up(folder, timezone.now())
        except OstiaryError as fault:
            raise CommandError(str(fault), returncode=fault.exit_code) from None
        self.stdout.write(f"{folder}: {done.files} files, {done.bytes_:,} bytes; the log had {done.size} entries")
