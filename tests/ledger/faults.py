"""Writers that are killed, and what must hold afterwards.

Run as a program it is one writer: ``python -m tests.ledger.faults DATABASE KEY FOLDER NAME [--commit-late | --once]``.
It appends until it is killed, and tells of each append in one line on its standard output: first index, size, root,
leaf hashes.
"""

import os
import random
import selectors
import signal
import subprocess
import sys
from contextlib import closing, suppress
from hashlib import sha256
from itertools import count
from pathlib import Path

import ostiary_verify as verify
from ostiary.ledger import store
from ostiary.ledger.export import export
from ostiary.ledger.faults import Busy, LedgerError
from ostiary.ledger.fsck import fsck
from ostiary.ledger.holdings import Files, Rows
from ostiary.ledger.opening import connect, explained
from ostiary.ledger.signing import FileSigner
from ostiary.ledger.store import append, read_entries, read_head, tile_reader
from ostiary.ledger.tree import Tiles

ROOT = Path(__file__).resolve().parents[2]


def write(database, key, folder, name, option=""):
    """Append batches of one to five entries for ever."""
    signer = FileSigner(Path(key))
    connection = connect(database)
    for batch in count():
        entries = [b"%s/%d/%d" % (name.encode(), batch, n) for n in range(1 + batch % 5)]
        try:
            with explained("the log"):
                head, first = append(connection, entries, signer)
        except Busy:
            connection.rollback()
            continue
        if option == "--commit-late" and batch % 8:  # the mutation: told, and not yet committed
            tell(head, first, entries)
            continue
        connection.commit()
        signer.confirm(head.note)
        export(connection, Path(folder))
        connection.rollback()
        tell(head, first, entries)
        if option == "--once":
            return


def tell(head, first, entries):
    """One line, in one write: a pipe gives it whole or not at all."""
    leaves = " ".join(verify.leaf_hash(entry).hex() for entry in entries)
    os.write(1, f"{first} {head.size} {head.root.hex()} {leaves}\n".encode())


def killed(database, key, folder, seed, *options):
    """Two writers at once, both killed at some moment; the lines that they told."""
    chance = random.Random(seed)
    command = [sys.executable, "-m", "tests.ledger.faults", database, str(key), str(folder)]
    writers = [subprocess.Popen([*command, f"{seed}{who}", *options], cwd=ROOT, stdout=subprocess.PIPE) for who in "ab"]
    told = dict.fromkeys(writers, b"")
    with selectors.DefaultSelector() as ready:
        for writer in writers:
            ready.register(writer.stdout, selectors.EVENT_READ, writer)
        wanted = chance.randrange(4, 40)
        while sum(data.count(b"\n") for data in told.values()) < wanted:
            for found, _ in ready.select():
                data = os.read(found.fd, 65536)
                assert data, "a writer ended by itself"
                told[found.data] += data
    # Not a moment by the clock: some work, so that the kill falls anywhere in an append.
    for _ in range(chance.randrange(20_000)):
        sha256(b"").digest()
    for writer in writers:
        writer.send_signal(signal.SIGKILL)
    for writer in writers:
        with writer.stdout as rest:
            told[writer] += rest.read()
        writer.wait()
    # What was cut short counts for nothing.
    return [line for data in told.values() for line in data.split(b"\n")[:-1]]


def faults_after(database, key, folder, lines):
    """What does not hold: an entry lost or moved, a head that is no beginning of the log, a row or file that is wrong."""
    found = []
    with closing(connect(database)) as connection, closing(FileSigner(Path(key))) as signer:
        head = read_head(connection)
        tiles = Tiles(tile_reader(connection))
        leaves = {n: verify.leaf_hash(entry).hex() for n, entry in read_entries(connection, 0, head.size)}
        for line in lines:
            first, size, root, *told = line.decode().split()
            lost = [n for n, leaf in enumerate(told, int(first)) if leaves.get(n) != leaf]
            found += [f"entry {n} was acknowledged and is lost" for n in lost]
            if int(size) > head.size or tiles.root(int(size), head.size).hex() != root:
                found.append(f"the head of size {size} was told and is no beginning of the log")
        found += [str(fault) for fault in fsck(Rows(connection, signer.vkey))]
        with suppress(LedgerError):
            export(connection, folder)
        found += [str(fault) for fault in fsck(Files(folder, signer.vkey))]
        # And it goes on.
        if store.append(connection, [b"after"], signer)[1] != head.size:
            found.append("the next entry does not take the next number")
        connection.rollback()
    return found


# Whatever one append asks of the disk.
CALLS = (
    "pwrite64",
    "write",
    "fdatasync",
    "fsync",
    "link",
    "linkat",
    "rename",
    "openat",
    "unlink",
    "mkdir",
    "ftruncate",
)


def traced(database, key, folder, name, *inject):
    """One append under strace, with a fault injected; what it told, and the calls that it made, in order."""
    trace = Path(folder).with_name("trace")
    command = ["strace", "-f", "-qq", "-y", "--seccomp-bpf", "-o", str(trace), "-e", f"trace={','.join(CALLS)}"]
    command += ["-e", f"inject={':'.join(inject)}"] if inject else []
    command += [sys.executable, "-m", "tests.ledger.faults", database, str(key), str(folder), name, "--once"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    return done.stdout.split(b"\n")[:-1], trace.read_text(errors="replace").splitlines()


if __name__ == "__main__":
    write(*sys.argv[1:6])
