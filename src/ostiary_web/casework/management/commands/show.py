"""A docket and what may be done with it: ``ostiary-web show DOCKET [--by MAIL] [--json]``."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ostiary_web.casework import queries
from ostiary_web.casework.command_line import reference, saying, when
from ostiary_web.casework.docket.codec import to_plain
from ostiary_web.casework.docket.machine import Allowed, Refused, allowed
from ostiary_web.casework.docket.states import OWNER
from ostiary_web.casework.world import world_for


class Command(BaseCommand):
    """Show a docket."""

    help = "where a docket stands, and what this person may do now; why the rest is refused"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which docket, for whom."""
        parser.add_argument("docket", help="its number or pseudonym")
        parser.add_argument("--by", default="", help="the e-mail address of who would act")
        parser.add_argument("--all", action="store_true", help="also the acts of other states")
        parser.add_argument("--json", action="store_true", help="as data")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line of where it stands, then a line for each act."""
        with saying():
            row = queries.row(options["docket"])
            docket = queries.docket(row.pseudonym)
            acts: tuple[Allowed | Refused, ...] = ()
            if options["by"]:
                read = world_for(docket, when(), last_index=queries.history(row.pseudonym)[-1].index)
                acts = allowed(docket, read.world, reference(options["by"]))
                acts = tuple(one for one in acts if options["all"] or not _elsewhere(one))
            if options["json"]:
                data = {"docket": to_plain(row), "acts": [_plain(one) for one in acts]}
                self.stdout.write(json.dumps(data, indent=2))
                return
            self.stdout.write(
                f"{row.number} ({row.pseudonym}): {row.state}, with the {OWNER[row.state]}; due {row.due}"
            )
            for one in sorted(acts, key=lambda act: isinstance(act, Refused)):
                self.stdout.write(_line(one))


def _elsewhere(one: Allowed | Refused) -> bool:
    """Whether an act is refused only because it belongs to another state."""
    return isinstance(one, Refused) and one.why.reason == "state"


def _plain(one: Allowed | Refused) -> dict[str, Any]:
    if isinstance(one, Allowed):
        return {"act": one.act, "role": one.role.value, "allowed": True, "to": one.to.value}
    return {"act": one.act, "role": one.role.value, "allowed": False, "why": to_plain(one.why)}


def _line(one: Allowed | Refused) -> str:
    if isinstance(one, Allowed):
        return f"  may   {one.act:18} as {one.role:18} to {one.to}"
    return f"  not   {one.act:18} as {one.role:18} {one.why}"
