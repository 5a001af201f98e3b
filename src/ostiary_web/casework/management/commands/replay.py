"""Every docket rebuilt from its events, and these held against the log: ``ostiary-web replay``."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ostiary_web.casework.replaying import replay_all


class Command(BaseCommand):
    """Replay."""

    help = "rebuild every docket from its events and hold them against the log; exit 70 if one differs"

    def handle(self, *args: Any, **options: Any) -> None:
        """A line of how many; or one for each difference."""
        count, events, faults = replay_all()
        if faults:
            raise CommandError("\n".join(faults), returncode=70)
        self.stdout.write(f"{count} dockets, {events} events: rebuilt as they stand, and as the log has them")
