"""Is this database older than what was published? Asked before the first append of a process.

A backup restored, or a standby promoted too early, would sign other entries under numbers that the world has seen
already. So the head must follow each head that anybody else holds: the exported one, and each witness's.
"""

from __future__ import annotations

from collections.abc import Iterable

import ostiary_verify as verify
from ostiary.ledger.faults import Diverged
from ostiary.ledger.notes import verified
from ostiary.ledger.schema import Connection
from ostiary.ledger.store import Head, tile_reader
from ostiary.ledger.tree import Tiles


def guard(connection: Connection, head: Head, published: Iterable[tuple[str, bytes]]) -> int:
    """Hold the head against each (whose, signed note); how many were compared.

    A source that cannot be reached is for the caller to leave out, or to stop at; it is never taken as agreement.

    :raises Diverged: at the first that is larger than ours, or differs, or is not this log's.
    """
    tiles, count = Tiles(tile_reader(connection)), 0
    for whose, note in published:
        try:
            seen = verified(note, head.vkey)
        except (ValueError, verify.VerifyError) as fault:
            raise Diverged(f"the checkpoint of {whose} is not this log's: {fault}", head.note, note) from None
        if seen.size > head.size:
            raise Diverged(
                f"the log has {head.size:,} entries, and {whose} saw {seen.size:,}: this database is older than what "
                "was published; restore the newer one, or bring the missing entries back with `catch-up`, and append "
                "nothing to this",
                head.note,
                note,
            )
        if tiles.root(seen.size, head.size) != seen.root:
            raise Diverged(
                f"the log is not the one that {whose} saw: they differ within the first {seen.size:,} entries",
                head.note,
                note,
            )
        count += 1
    return count
