"""A request comes in as a request file: ``ostiary-web take_in FILE --received DAY --mode MODE --by MAIL``."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from ostiary_web.casework.actions import intake
from ostiary_web.casework.actions.intake import Came
from ostiary_web.casework.command_line import saying, when
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.commands import day, the_person


class Command(BaseCommand):
    """Open the docket of a request."""

    help = "take a request file in: its docket is opened, with every fact that it states"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What came, how and when."""
        parser.add_argument("file", type=Path, help="the request file (see examples/)")
        parser.add_argument("--received", type=day, required=True, help="the day of receipt, YYYY-MM-DD")
        parser.add_argument("--mode", required=True, help="how it came: a code of the list `received_modes`")
        parser.add_argument("--body", default="", help="the public body that asks, a code of the register")
        parser.add_argument("--kind", default="request", choices=("request", "preservation"), help="what it asks for")
        parser.add_argument("--emergency", action="store_true", help="it is claimed to be an emergency")
        parser.add_argument("--by", required=True, help="the e-mail address of who takes it in")
        parser.add_argument("--key", default="", help="a word of your own; sent twice, it opens one docket")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints the number and the pseudonym."""
        with saying():
            file: Path = options["file"]
            came = Came(
                file.read_text(encoding="utf-8"),
                options["received"],
                options["mode"],
                options["body"],
                DocketKind(options["kind"]),
                options["emergency"],
                file.name,
            )
            by = the_person(options["by"]).reference
            done = intake.take_in(came=came, by=by, at=when(), key=options["key"])
            self.stdout.write(done.docket.id)
