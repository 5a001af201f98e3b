"""One act on a docket: ``ostiary-web act DOCKET ACT --by MAIL --role ROLE [--given JSON]``."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ostiary_web.casework.actions import door
from ostiary_web.casework.command_line import a_role, given, parsed, reference, saying, when


class Command(BaseCommand):
    """Do one act."""

    help = "do one act on a docket; `show` lists what may be done now, and why the rest is refused"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which act, by whom, with what."""
        parser.add_argument("docket", help="its number or pseudonym")
        parser.add_argument("act", help="as in docs/reference/permissions.md")
        parser.add_argument("--by", required=True, help="the e-mail address of who acts")
        parser.add_argument("--role", required=True, help="in which role")
        parser.add_argument("--second", default="", help="the e-mail address of who agrees, where two are needed")
        parser.add_argument("--given", default="", help="what the act takes, as a JSON object")
        parser.add_argument("--fields", default="", help="public fields that only the papers tell, as a JSON object")
        parser.add_argument("--expect", type=int, help="how many events you saw")
        parser.add_argument("--key", default="", help="a word of your own; sent twice, it acts once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints where the docket stands now."""
        with saying():
            name, act = options["docket"], options["act"]
            done = door.perform(
                docket=name,
                act=act,
                by=reference(options["by"]),
                role=a_role(options["role"]),
                at=when(),
                second=reference(options["second"]),
                expect=options["expect"],
                key=options["key"],
                paper_fields=parsed(options["fields"]),
                **given(name, act, options["given"]),
            )
            self.stdout.write(f"{done.says}; event {done.number}, entry {done.index}")
