"""``ostiary log catch-up``: a restored database, and what was published since its backup."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ostiary.cli.log_first import read_policy
from ostiary.cli.logs import Place
from ostiary.cli.shared import console, write_json
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.log import Log


def run_catch_up(where: Place, *, dry_run: bool, as_json: bool) -> int:
    """Bring the missing entries back, or say why not."""
    if where.policy is None:
        raise LedgerInput("say whose word counts for the export: `--policy`, or set OSTIARY_WITNESS_POLICY")
    with Log(where.database, None, where.export) as log, _bar() as on_step:
        done = log.catch_up(read_policy(where.policy), on_step, dry_run=dry_run)
    back = done.head.size - done.first
    if as_json:
        told = {"first": done.first, "size": done.head.size, "root": done.head.root.hex(), "brought_back": back}
        write_json({**told, "cosignatures": done.cosigned, "dry_run": dry_run})
        return 0
    what = "could come back; nothing was done" if dry_run else "came back"
    console().print(
        f"{back:,} entries {what}: {done.first:,} to {done.head.size - 1:,}, under a head of {done.head.size:,} that "
        f"{done.cosigned} witnesses cosigned",
        markup=False,
    )
    return 0


@contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on a terminal's standard error for each of the steps; None elsewhere."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks = {}

        def told(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what, total=total)
            bar.update(tasks[what], completed=done, total=total)

        yield told
