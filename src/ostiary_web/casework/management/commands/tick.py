"""The machine's pass over all open dockets, by hand: ``ostiary-web tick``. The worker does it by itself."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ostiary_web.casework.actions import machine
from ostiary_web.casework.command_line import when


class Command(BaseCommand):
    """Do what is due."""

    help = "clocks that ran out, late notices, verdicts renewed, closings; done again it does nothing"

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each thing done; exit 70 if some docket could not be gone over."""
        passed = machine.tick(at=when())
        for docket, act in passed.done:
            self.stdout.write(f"{docket}: {act}")
        if passed.faults:
            raise CommandError("\n".join(f"{docket}: {why}" for docket, why in passed.faults), returncode=70)
