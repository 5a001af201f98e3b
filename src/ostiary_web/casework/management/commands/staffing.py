"""Whether the roster of today can carry one docket, and which rule of separation blocks it."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.staffing import CONTESTED, USUAL, Member, staffing
from ostiary_web.registry import queries as registry
from ostiary_web.staff import queries as staff

_LOG_KEY = "log"


class Command(BaseCommand):
    """Ask before the first docket does."""

    help = "whether the roster can carry a docket, and which rule blocks it"

    def add_arguments(self, parser: CommandParser) -> None:
        """How much is asked for."""
        parser.add_argument("--contested", action="store_true", help="with a hearing, an appeal and an extension")

    def handle(self, *args: Any, **options: Any) -> None:
        """A line for each role and who would play it; exit 1 with the rules that block the roster."""
        used = registry.rules_in_use()
        now = timezone.now()
        roster = [_member(one) for one in staff.roster(now, timezone.localdate(now), used.digest if used else "")]
        found = staffing(roster, CONTESTED if options["contested"] else USUAL)
        if not found.enough:
            raise CommandError("this roster cannot carry a docket: " + "; ".join(found.blocked))
        for role, who in sorted(found.assignment.items()):
            self.stdout.write(f"{role.value}\t{who}")


def _member(one: staff.Member) -> Member:
    """A role counts only with training and attestation to the rules in use (S7)."""
    known = {role.value for role in Role}
    usable = one.roles & known if one.trained and one.attested else frozenset()
    # Where nobody is registered who has the log's key, it is not known who has not (S11).
    holds = one.keys is None or _LOG_KEY in one.keys
    roles = frozenset(map(Role, usable))
    return Member(one.reference, one.unit, roles, administers=one.administrator, holds_log_key=holds)
