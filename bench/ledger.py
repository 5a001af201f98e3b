"""The log's speed against what nobody can beat on this machine: bare hashing, and the disk's own sync.

`python -m bench.ledger`. Each figure stands beside its limit, measured in the same run; read the ratio. The tree: all
leaves hashed into tiles, the root kept up to date, against a loop that only hashes. Durable: entries acknowledged
through the sequencer, against (submitters x syncs a second) of one file on the same disk. ``--json`` prints JSON.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import ostiary_verify as verify
from bench.table import load, show
from ostiary.ledger import store
from ostiary.ledger.opening import connect
from ostiary.ledger.sequencer import Sequencer
from ostiary.ledger.signing import FileSigner, write_new_key
from ostiary.ledger.tree import Tiles, Tree, grow

ENTRY = 200
SUBMITTERS = 64


def some_entries(count):
    return [b"%d" % n + bytes(ENTRY - len(str(n))) for n in range(count)]


def bare(entries):
    """What the tree cannot beat: every leaf, and every node of each tile, hashed in the plainest loop."""
    for at in range(0, len(entries), 256):
        layer = [sha256(b"\0" + entry).digest() for entry in entries[at : at + 256]]
        b"".join(layer)
        while len(layer) > 1:
            ends = iter(layer)
            layer = [sha256(b"\1" + left + right).digest() for left, right in zip(ends, ends, strict=False)]


def built(entries, together):
    """The tree and its tiles, the root computed after every batch."""
    tree, tiles = Tree(), {}
    for at in range(0, len(entries), together):
        tree, changed = grow(tree, [sha256(b"\0" + entry).digest() for entry in entries[at : at + together]])
        tree.root()
        tiles.update(((tile.level, tile.index), tile.data) for tile in changed)
    return tree, tiles


def rate(count, run, times=3):
    """The best of some runs: (a second of the clock, a second of the processor)."""
    clock, cpu = [], []
    for _ in range(times):
        start, used = time.perf_counter(), time.process_time()
        run()
        clock.append(time.perf_counter() - start)
        cpu.append(time.process_time() - used)
    return count / min(clock), count / min(cpu)


def row(what, found, limit=None):
    ours, peer = found, limit or (0.0, 0.0)
    return {
        "what": what,
        "a second": round(ours[0]),
        "limit": round(peer[0]),
        "ratio": ours[0] / peer[0] if limit else 0.0,
        "ratio_cpu": ours[1] / peer[1] if limit else 0.0,
    }


def trees(count):
    entries = some_entries(count)
    limit = rate(count, lambda: bare(entries))
    found = [
        row(f"tree of {count:,}, {together:,} together", rate(count, lambda n=together: built(entries, n)), limit)
        for together in (4096, 256, 16)
    ]
    tree, kept = built(entries, 4096)
    tiles, root, chance = Tiles(lambda level, index, width: kept[level, index]), tree.root(), random.Random(1)
    picks = [chance.randrange(count) for _ in range(10_000)]
    found.append(
        row(
            "inclusion proofs, tiles cold to warm", rate(len(picks), lambda: [proof(tiles, n, count) for n in picks], 1)
        )
    )
    proofs = [(n, verify.leaf_hash(entries[n]), tiles.inclusion(n, count)) for n in picks]
    found.append(row("inclusion proofs, tiles warm", rate(len(picks), lambda: [proof(tiles, n, count) for n in picks])))
    found.append(
        row(
            "inclusion proofs verified",
            rate(len(picks), lambda: [verify.verify_inclusion(n, count, leaf, one, root) for n, leaf, one in proofs]),
        )
    )
    found.append(
        row("consistency proofs", rate(2000, lambda: [tiles.consistency(n + 1, count) for n in picks[:2000]], 1))
    )
    return found


def proof(tiles, index, size):
    return tiles.inclusion(index, size)


def syncs(folder, times=200):
    """How often a second 4 KiB written over in one file can be made durable."""
    handle = os.open(folder / "sync", os.O_RDWR | os.O_CREAT)
    try:
        os.pwrite(handle, bytes(4096 * 16), 0)
        os.fsync(handle)

        def run():
            for n in range(times):
                os.pwrite(handle, b"x" * 4096, 4096 * (n % 16))
                os.fdatasync(handle)

        return rate(times, run, 1)[0]
    finally:
        os.close(handle)


def durable(folder, database, each):
    """Entries acknowledged to this many submitters that each wait for their own, beside the disk's sync."""
    if not (folder / "key").exists():
        write_new_key(folder / "key", "bench.example/log")
    with closing(FileSigner(folder / "key")) as signer:
        with closing(connect(database, new=True)) as connection:
            head = store.create(connection, signer)
            connection.commit()
            signer.confirm(head.note)
        found = []
        for submitters in (1, SUBMITTERS):
            before = syncs(folder)
            with Sequencer(lambda: connect(database), signer) as log, ThreadPoolExecutor(submitters) as pool:

                def submit(who, log=log):
                    for n in range(each):
                        log.submit(b"%d/%d" % (who, n)).result()

                start = time.perf_counter()
                list(pool.map(submit, range(submitters)))
                clock = time.perf_counter() - start
            sync = (before + syncs(folder)) / 2
            acks = submitters * each / clock
            found.append(row(f"durable, {submitters} submitters", (acks, 0.0), (submitters * sync, 1.0)))
            found[-1]["ratio_cpu"] = 0.0
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--leaves", type=int, default=200_000)
    parser.add_argument("--each", type=int, default=40, help="entries of each submitter")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        rows = [*trees(given.leaves), *durable(Path(name), str(Path(name) / "log.db"), given.each)]
    if given.json:
        print(json.dumps({"rows": rows, "machine": load()}, indent=2))
    else:
        show(rows)
    return 0 if rows[0]["ratio_cpu"] >= 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())
