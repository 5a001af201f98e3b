"""One act on a docket: ``ostiary-web act DOCKET ACT --by MAIL --role ROLE [--given JSON]``.

An act of two people is only proposed here: the second logs in and agrees in the browser. ``--second`` names somebody
who never said so, and is taken in a demonstration alone.
"""

from __future__ import annotations

import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ostiary.errors import BadInput
from ostiary_web.casework import queries
from ostiary_web.casework.actions import door, seconds
from ostiary_web.casework.command_line import a_role, given, parsed, reference, saying, when
from ostiary_web.casework.docket import transitions
from ostiary_web.wiring import config


class Command(BaseCommand):
    """Do one act."""

    help = "do one act on a docket; `show` lists what may be done now, and why the rest is refused"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which act, by whom, with what."""
        parser.add_argument("docket", help="its number or pseudonym")
        parser.add_argument("act", help="as in docs/reference/permissions.md")
        parser.add_argument("--by", required=True, help="the e-mail address of who acts")
        parser.add_argument("--role", required=True, help="in which role")
        parser.add_argument(
            "--second",
            default="",
            help="in a demonstration only: the e-mail address of who agrees, where two are needed",
        )
        parser.add_argument("--given", default="", help="what the act takes, as a JSON object")
        parser.add_argument("--fields", default="", help="public fields that only the papers tell, as a JSON object")
        parser.add_argument("--expect", type=int, help="how many events you saw")
        parser.add_argument("--key", default="", help="a word of your own; sent twice, it acts once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Prints where the docket stands now."""
        with saying():
            name, act = options["docket"], options["act"]
            row = transitions.find(act, queries.docket(name).state)
            if options["second"] and not config().demo:
                raise BadInput("nobody agrees for another: leave out --second; the act is proposed, and they log in")
            if row is not None and row.second and not options["second"]:
                self._propose(name, act, options)
                return
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

    def _propose(self, name: str, act: str, options: dict[str, Any]) -> None:
        number = seconds.propose(
            docket=name,
            act=act,
            by=reference(options["by"]),
            role=a_role(options["role"]),
            at=when(),
            expect=options["expect"],
            key=options["key"] or secrets.token_urlsafe(24),
            paper_fields=parsed(options["fields"]),
            **given(name, act, options["given"]),
        )
        self.stdout.write(
            f"proposed as number {number}; nothing is done until a second person has logged in and agreed"
        )
