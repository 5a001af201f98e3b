"""A database restored from a backup is older than what was published: its missing entries come back from the export.

Nothing is believed of the export before all of it was hashed, under a checkpoint that this log's key has signed, that
the policy's witnesses cosign, and of which the database is a beginning. What comes back are the entries' own bytes
under their own numbers, and the head that was signed over them; nothing is signed here. What the entries commit to was
in the database alone, and stays lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import ostiary_verify as verify
from ostiary.ledger import net, store
from ostiary.ledger.export import exported, publish_cosigned
from ostiary.ledger.faults import Diverged, LedgerError, LedgerInput
from ostiary.ledger.fsck import fsck
from ostiary.ledger.guard import guard
from ostiary.ledger.holdings import Files, Holding, Rows
from ostiary.ledger.notes import verified
from ostiary.ledger.schema import Connection
from ostiary.ledger.store import Head
from ostiary.ledger.tree import WIDTH, Tiles

# 4,096 entries at a time: some megabytes, however many are missing.
_BUNDLES = 16
Told = Callable[[str, int, int], None]
"""What is being done, how much of it, of how much."""


@dataclass(frozen=True, slots=True)
class CaughtUp:
    """What came back: entries ``first`` to ``head.size``, not included. ``cosigned``: by how many witnesses."""

    first: int
    head: Head
    cosigned: int


def catch_up(
    connection: Connection, folder: Path, policy: verify.Policy, on_step: Told | None = None, *, timeout: float = 10.0
) -> CaughtUp:
    """Bring back what an export has and this database lacks, in the caller's transaction, which the caller commits.

    :param policy: the log's key, and the witnesses that vouch for the export; they are asked to cosign its checkpoint
        where they have not, and what each last saw.
    :param timeout: seconds for the witnesses.
    :raises LedgerInput: if there is no export, or the policy is another log's, or nothing is missing.
    :raises Diverged: if the database is ahead of the export, or of another log, or a witness saw more or other entries.
    :raises LedgerError: if either does not add up, or too few witnesses answer. Roll back.
    """
    head = store.lock_and_read(connection)
    note = exported(folder)
    if note is None:
        raise LedgerInput(f"{folder}: holds no exported log; name the folder that the log was exported to")
    size, root = _claim(head, note, policy)
    files, rows = Files(folder, head.vkey), Rows(connection, head.vkey)
    _must_be_whole(files, f"the export in {folder}", on_step)
    _must_be_whole(rows, "the restored database", on_step)
    tiles = Tiles(files.tile)
    if tiles.root(head.size, size) != head.root:
        raise Diverged(
            f"the database and the export are two logs under one key: they differ within the first {head.size:,} "
            "entries; keep both as they are, and call for help",
            head.note,
            note,
        )
    cosigned = _vouched(policy, note, tiles, timeout)
    entries = _missing(files, head.size, size, on_step)
    after = store.bring_back(connection, head, entries, _signed_by(note, head.vkey))
    if (after.size, after.root) != (size, root):
        raise LedgerError("the export was changed while it was read; nothing was brought back; try again")
    _ask_what_was_seen(connection, after, policy, timeout)
    publish_cosigned(folder, cosigned)
    return CaughtUp(head.size, after, len(verify.parse_note(cosigned).signatures) - 1)


def _claim(head: Head, note: bytes, policy: verify.Policy) -> tuple[int, bytes]:
    """Size and root of an export that this log's key signed, and that has more than the database."""
    origin = verify.parse_vkey(head.vkey)
    if origin not in policy.keys_of(origin.name):
        raise LedgerInput(f"the policy does not name this log's key, `{head.vkey}`")
    try:
        claim = verified(note, head.vkey)
    except (ValueError, verify.VerifyError) as fault:
        raise Diverged(f"the export is not this log's: {fault}", head.note, note) from None
    if claim.size < head.size:
        raise Diverged(
            f"the database has {head.size:,} entries, and the export {claim.size:,}: nothing can come back from an "
            "older export; `ostiary log export` brings it up to the log",
            head.note,
            note,
        )
    if claim.size == head.size and claim.root == head.root:
        raise LedgerInput(f"nothing is missing: database and export have the same {head.size:,} entries")
    return claim.size, claim.root


def _must_be_whole(holding: Holding, what: str, on_step: Told | None) -> None:
    told = None if on_step is None else lambda done, total: on_step(f"checking {what}", done, total)
    faults = fsck(holding, told)
    if faults:
        more = f", and {len(faults) - 1:,} more faults" if len(faults) > 1 else ""
        raise LedgerError(
            f"{what} does not add up: {faults[0].where}: {faults[0].what}{more}; nothing was brought back; "
            "take another copy, and see `ostiary log fsck`"
        )


def _vouched(policy: verify.Policy, note: bytes, tiles: Tiles, timeout: float) -> bytes:
    """The checkpoint with the cosignatures that the policy asks for. A desk's last acts may have waited for none."""
    try:
        return net.gather(policy, note, tiles.consistency, timeout=timeout).note
    except net.TooFewWitnesses as fault:
        why = "".join(f"; {name} {what}" for name, what in sorted(fault.faults.items()))
        raise LedgerError(f"nothing was brought back: nobody vouches for this export: {fault}{why}") from None
    except verify.VerifyError as fault:
        raise LedgerError(f"nothing was brought back: the export's checkpoint does not hold: {fault}") from None


def _missing(files: Files, old: int, size: int, on_step: Told | None) -> Iterator[list[bytes]]:
    """The entries that the database lacks, some at a time."""
    batch: list[bytes] = []
    for bundle in range(old // WIDTH, -(-size // WIDTH)):
        found = files.entries(bundle, min(WIDTH, size - bundle * WIDTH))
        batch += [entry for n, entry in sorted(found.items()) if n >= old]
        if on_step is not None:
            on_step("bringing back", min(size, (bundle + 1) * WIDTH) - old, size - old)
        if len(batch) >= _BUNDLES * WIDTH:
            yield batch
            batch = []
    if batch:
        yield batch


def _signed_by(note: bytes, vkey: str) -> bytes:
    """The note with the log's own signature alone, as the log keeps it."""
    key, parsed = verify.parse_vkey(vkey), verify.parse_note(note)
    mine = tuple(one for one in parsed.signatures if (one.name, one.key_id) == (key.name, key.key_id))
    return verify.Note(parsed.text, mine).to_bytes()


def _ask_what_was_seen(connection: Connection, head: Head, policy: verify.Policy, timeout: float) -> None:
    """The export may itself be an older copy: no witness has seen more, or anything else."""
    seen, faults = net.published(policy.witnesses, verify.parse_vkey(head.vkey).name, timeout=timeout)
    if faults and not policy.met_by({one.name for one in policy.witnesses} - set(faults)):
        raise LedgerError(f"nothing was brought back: too few witnesses answer ({', '.join(sorted(faults))})")
    guard(connection, head, seen)
