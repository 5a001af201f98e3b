"""After COMMIT: tell the key, export, ask the witnesses. And before the first append: is this database the newest?"""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass
from pathlib import Path

from django.db import connection as django_connection

import ostiary_verify as verify
from ostiary.errors import OstiaryError
from ostiary.ledger import catching_up, store
from ostiary.ledger.export import export, exported, publish_cosigned
from ostiary.ledger.faults import Diverged
from ostiary.ledger.guard import guard
from ostiary.ledger.net import TooFewWitnesses, gather, published
from ostiary.ledger.opening import explained
from ostiary.ledger.schema import Connection
from ostiary.ledger.store import Head
from ostiary.ledger.tree import Tiles
from ostiary_web.ledger_link.faults import NotCosigned
from ostiary_web.ledger_link.queries import knows, oldest_since, raw_connection
from ostiary_web.logs import log_of
from ostiary_web.wiring import config, signer

_BEHIND = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Cosigned:
    """What shows that an entry is in the log and that the policy's witnesses saw it. ``proof``: C2SP tlog-proof."""

    index: int
    size: int
    proof: bytes


class _Memory:
    """What this process knows of the log, by the folder it exports to: the last head that it committed."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.heads: dict[Path, Head | None] = {}


_memory = _Memory()


def checked(raw: Connection) -> Head | None:
    """The head that this process last committed; the first time, the database is held against the export.

    :raises Diverged: if this database is older than what was published, or the desk's own tables than the log.
    """
    folder = config().ledger_export
    with _memory.lock:
        if folder in _memory.heads:
            return _memory.heads[folder]
    note = exported(folder)
    if note is not None:
        guard(raw, store.read_head(raw), [(f"the export in {folder}", note)])
    _must_be_known(store.raw_head(raw))
    with _memory.lock:
        return _memory.heads.setdefault(folder, None)


def _must_be_known(head: Head | None) -> None:
    """Whoever writes an entry writes its step too: an entry without one was brought back, and the desk lacks its act.

    :raises Diverged: if there is one.
    """
    if head is not None and head.size and not knows(head.size - 1):
        raise Diverged(
            "the log has entries of which the desk's tables, restored from a backup, know nothing; run "
            "`ostiary-web restore catch-up`",
            head.note,
            head.note,
        )


def catch_up() -> Head:
    """Bring back what the export has and the log lacks, in the transaction that is open; the head then.

    :raises Diverged, LedgerInput, LedgerError: as ``ostiary.ledger.catching_up``. Roll back.
    """
    raw, folder = raw_connection(), config().ledger_export
    with explained("the log"):
        head, note = store.lock_and_read(raw), exported(folder)
        if note is not None and verify.parse_checkpoint(verify.parse_note(note).text).size == head.size:
            guard(raw, head, [(f"the export in {folder}", note)])
            return head  # `ostiary log catch-up` has been here: the desk's own tables are to follow
        return catching_up.catch_up(raw, folder, config().policy()).head


def forget() -> None:
    """Know nothing, as a new process does."""
    with _memory.lock:
        _memory.heads.clear()


def after_commit(head: Head) -> None:
    """Remember the head and export it. What fails here is made up for by the next export; nothing was disclosed."""
    signer().confirm(head.note)
    with _memory.lock:
        _memory.heads[config().ledger_export] = head
    log = log_of(__name__)
    try:
        _, files = publish()
        log.info("exported", size=head.size, files=files)
    except OstiaryError as fault:
        log.error("not exported", size=head.size, fault=type(fault).__name__)
        from ostiary_web.ledger_link.jobs import publish as job

        job.enqueue()


def publish() -> tuple[Head, int]:
    """Bring the exported folder up to the committed head; that head, and how many files were new.

    :raises LedgerError: if the folder cannot be written, or holds another log.
    """
    folder = config().ledger_export
    with explained("the export"):
        return export(raw_connection(), folder)


def sizes() -> tuple[int, int]:
    """How many entries the log has here, and how many its export.

    :raises LedgerInput: if there is no log. :raises LedgerError: if it does not add up.
    """
    note = exported(config().ledger_export)
    there = 0 if note is None else verify.parse_checkpoint(verify.parse_note(note).text).size
    return store.read_head(raw_connection()).size, there


def keeps_up(at: dt.datetime) -> bool:
    """Whether the exported folder holds the head, or lacks only what was appended in the last minute.

    :raises LedgerError: if the log or the folder cannot be read.
    """
    here, size = sizes()
    if size == here:
        return True
    oldest = oldest_since(size)
    return size < here and oldest is not None and oldest > at - _BEHIND


def check_published(timeout: float = 10.0) -> tuple[int, list[str]]:
    """Hold the head against the export and each witness: how many agreed, and who did not answer.

    :raises Diverged: if this database is older than one of them, or differs.
    :raises NotCosigned: if too few answer for the policy: what nobody vouches for may be a restored backup.
    """
    raw, folder = raw_connection(), config().ledger_export
    note = exported(folder)
    seen = [] if note is None else [(f"the export in {folder}", note)]
    head = store.read_head(raw)
    policy = config().policy()
    witnessed, faults = published(policy.witnesses, signer().name, timeout=timeout)
    answered = {one.name for one in policy.witnesses} - set(faults)
    if faults and not policy.met_by(answered):
        raise NotCosigned(f"too few witnesses answer ({', '.join(sorted(faults))}); nobody vouches for this database")
    compared = guard(raw, head, [*seen, *witnessed])
    _must_be_known(head)
    return compared, sorted(faults)


def cosign() -> bool:
    """Have the published head cosigned as the policy asks, where it is not yet; whether witnesses were asked.

    So that outsiders can trust what stands there within minutes, and not only what something was disclosed on.

    :raises NotCosigned: if too few witnesses answer; to be tried again.
    """
    note = exported(config().ledger_export)
    if note is None:
        return False
    try:
        config().policy().check(verify.parse_note(note))
    except verify.VerifyError:
        await_cosigned(verify.parse_checkpoint(verify.parse_note(note).text).size - 1)
        return True
    return False


def await_cosigned(index: int, *, timeout: float = 10.0) -> Cosigned:
    """Wait until an entry is durable, exported, and under a head that meets the witness policy.

    For disclosing edges: call it after COMMIT and before anything is let go.

    :raises NotCosigned: if any of it fails; nothing may leave then, and the call can be made again.
    """
    if django_connection.in_atomic_block:
        raise NotCosigned("an entry that is not committed yet cannot be cosigned: a fault of the program")
    raw = raw_connection()
    tiles = Tiles(store.tile_reader(raw))
    try:
        head, _ = publish()
        entries = store.read_entries(raw, index, index + 1)
        if not entries or index >= head.size:
            raise NotCosigned(f"the log has {head.size:,} entries, numbered from 0; there is no entry {index}")
        note = gather(config().policy(), head.note, tiles.consistency, timeout=timeout).note
        publish_cosigned(config().ledger_export, note)
        hashes = tiles.inclusion(index, head.size)
        verify.verify_inclusion(index, head.size, verify.leaf_hash(entries[0][1]), hashes, head.root)
    except TooFewWitnesses as fault:
        raise NotCosigned(f"nothing is disclosed: {fault}; try again") from fault
    except (ValueError, verify.VerifyError) as fault:
        raise NotCosigned(f"nothing is disclosed: the log does not add up: {fault}; run `ostiary log fsck`") from fault
    except NotCosigned:
        raise
    except OstiaryError as fault:
        raise NotCosigned(f"nothing is disclosed: {fault}") from fault
    return Cosigned(index, head.size, verify.proof_text(index, hashes, note))
