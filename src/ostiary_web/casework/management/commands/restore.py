"""After a restore: bring back what was published since the backup, and see what is behind: ``ostiary-web restore``."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any, ClassVar

from ostiary_web.casework.actions import restoring
from ostiary_web.casework.actions.restoring import Behind, Standing
from ostiary_web.commands import Noun, Verb, Word, act


def _catch_up(words: Namespace) -> str:
    lost = restoring.catch_up(dry_run=words.dry_run, **act(words))
    dockets = {one.entry.docket for one in lost if one.entry.kind.split(".")[0] != "register"}
    what = "would come back; nothing was done" if words.dry_run else "came back"
    return f"{len(lost)} entries of {len(dockets)} threads {what}\nsee `ostiary-web restore check`"


def _check(words: Namespace) -> None:
    found = restoring.standing()
    if words.json:
        sys.stdout.write(json.dumps(restoring.as_data(found), indent=1, sort_keys=True) + "\n")
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(found))
    if not found.settled:
        sys.exit(1)


def _lines(found: Standing) -> Iterator[str]:
    yield f"log: {found.here} entries here, {found.exported} in the export, {found.known} known to the desk"
    if found.exported > found.here or found.known < found.here:
        yield "  behind: run `ostiary-web restore catch-up --by MAIL`"
    yield f"rules: {found.rules}" + ("" if found.rules == "in use" else "; nothing leaves this desk")
    for one in found.dockets:
        yield from _docket(one)
    for what, count in sorted(found.registers.items()):
        yield f"lost: {count} x {what}; enter it again"
    yield from (f"differs: {one}" for one in found.differences)
    yield "settled" if found.settled else "NOT settled: see docs/how-to/back-up-and-restore.md"


def _docket(one: Behind) -> Iterator[str]:
    if one.held is None:
        yield f"docket {one.docket}: all of it is lost; take the request in again"
    elif one.held:
        yield f"docket {one.number}: stands at {one.state}; held until two people lift the hold"
    else:
        yield f"docket {one.number}: stands at {one.state}; let go on by two people"
    yield from (f"  lost: entry {n}, {kind}" for n, kind in one.lost)


class Command(Noun):
    """Restore."""

    help = "after a backup was restored: bring back what was published since, and see what is behind"
    verbs: ClassVar[dict[str, Any]] = {
        "catch-up": Verb(
            "bring the missing entries back; shut the dockets that they touch, and suspend the rules",
            _catch_up,
            (Word("--dry-run", "check everything, and do nothing", bool),),
        ),
        "check": Verb(
            "say what is behind, what was lost and what waits for two people; exit 1 where something does",
            _check,
            (Word("--json", "as data", bool),),
            acts=False,
        ),
    }
