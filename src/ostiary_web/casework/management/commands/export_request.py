"""A docket's facts as a request file: ``ostiary-web export_request DOCKET --by MAIL --why WHY > request.yaml``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ostiary_web.casework.actions import reading
from ostiary_web.casework.command_line import reference, saying, when


class Command(BaseCommand):
    """Export the facts."""

    help = "the facts that count today, as a request file; `ostiary decide` gives on it what the docket was given"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which docket."""
        parser.add_argument("docket", help="its number or pseudonym")
        parser.add_argument("--by", required=True, help="the e-mail address of who looks at it")
        parser.add_argument("--why", required=True, help="on what ground; the auditor sees it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the file."""
        with saying():
            by = reference(options["by"])
            file = reading.export_request(docket=options["docket"], by=by, at=when(), why=options["why"])
            self.stdout.write(file, ending="")
