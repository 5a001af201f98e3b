"""Power that fails, and servers that are killed: what the disk may hold then, and what must hold of it.

Power loss is simulated. A writer runs under strace, which records each call that changes its folder and each line that
it tells. From that, ``Trace.after`` builds the folder as a disk could have it had the power failed after any call:

* what a sync covered, begun after the change was made and ended before the failure, is there;
* of the rest, anything may be: ``WAYS`` says what is tried. Bytes are synced by the file, names by their folder:
  a file whose folder was not synced may have no name, whatever became of its bytes.

SQLite's ``-shm`` is left out: it is rebuilt from the WAL by whoever opens first.

Run as a program it is one writer, of SQLite for a while or of PostgreSQL until the server is gone:
``python -m tests.ledger.power DATABASE KEY FOLDER NAME [SYNC]``. ``SYNC`` is the mutation: the database's own setting
for less than durable commits, with the ledger's guard against it taken out.
"""

import os
import random
import re
import select
import selectors
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import ostiary_verify as verify
from ostiary.ledger import log, schema, store
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.log import Log
from ostiary.ledger.signing import FileSigner
from tests import postgres as server
from tests.ledger import faults

SECTOR = 512
WAYS = ("dropped", "cut", "subset", "torn", "kept")
CALLS = (
    *("openat", "close", "write", "pwrite64", "ftruncate", "fsync", "fdatasync"),
    *("link", "linkat", "rename", "renameat", "renameat2", "unlink", "unlinkat", "mkdir", "mkdirat"),
)


@dataclass
class Change:
    """One change of one thing: bytes of a file, or names in a folder; begun and ended at lines of the trace."""

    begun: int
    ended: int
    of: object
    names: tuple = ()
    at: int = 0
    data: bytes | None = None  # None: cut to length ``at``
    syncs: list = field(default_factory=list)

    def is_safe(self, line):
        return any(begun > self.ended and ended <= line for begun, ended in self.syncs)


class Trace:
    """The calls of one writer on one folder, over what the folder held before."""

    def __init__(self, folder, before, lines):
        self.folder, self.before = str(folder), before
        self.changes, self.told, self.lines = [], [], set()
        # What a name stands for: a folder's is its path, a file's is a list, known by its identity.
        self._names = {path: self._file(path) if data is not None else path for path, data in before.items()}
        self._start = dict(self._names)
        self._handles, self._at = {}, {}
        for begun, ended, name, args, result in _calls(lines):
            if result >= 0:
                call = getattr(self, "_" + re.sub("(at2?|64)$", "", name))  # renameat2 is a rename
                call(begun, ended, args, result)
        assert not self._strange(), "a call that the model does not know"

    def after(self, line, way, chance):
        """The folder after power loss at this line: {path: bytes, or None for a folder}."""
        names = dict(self._start)
        bytes_of = {id(thing): bytearray(self.before[path]) for path, thing in names.items() if thing != path}
        done = [change for change in self.changes if change.begun <= line]
        loose = [change for change in done if not change.is_safe(line)]
        places, cut = {id(change): place for place, change in enumerate(loose)}, chance.randrange(len(loose) + 1)
        for change in done:
            for at, data in self._kept(change, places.get(id(change)), cut, way, chance):
                if change.names:
                    names.update(change.names)
                else:
                    _put(bytes_of.setdefault(id(change.of), bytearray()), at, data)
        found = {}
        for path, thing in sorted(names.items()):
            parent = os.path.dirname(path)
            if thing is not None and (parent == self.folder or parent in found):
                found[path] = None if isinstance(thing, str) else bytes(bytes_of.get(id(thing), b""))
        return found

    @staticmethod
    def _kept(change, place, cut, way, chance):
        """The pieces of a change that reach the disk."""
        whole = [(change.at, change.data)]
        if place is None or way == "kept":
            return whole
        if way == "dropped":
            return []
        sectors = _sectors(change) if change.data and not change.names else whole
        if way == "cut":
            return whole if place < cut else sectors[: chance.randrange(len(sectors))] if place == cut else []
        if way == "subset":
            return whole if chance.random() < 0.5 else []
        return [piece for piece in sectors if chance.random() < 0.5]

    def _ours(self, path):
        return path.startswith(self.folder + "/") and not path.endswith("-shm")

    def _file(self, path):
        return [path]

    def _add(self, change):
        self.changes.append(change)
        self.lines.add(change.ended)

    def _name(self, begun, ended, *names):
        self._add(Change(begun, ended, os.path.dirname(names[-1][0]), names))
        self._names.update(names)

    def _open(self, begun, ended, args, result):
        path = _strings(args)[0]
        self._handles.pop(result, None)
        if path == self.folder:
            self._handles[result] = path
        if not self._ours(path):
            return
        if self._names.get(path) is None:
            self._name(begun, ended, (path, self._file(path)))
        elif "O_TRUNC" in args:
            self._add(Change(begun, ended, self._names[path]))
        self._handles[result], self._at[result] = self._names[path], 0

    def _close(self, begun, ended, args, result):
        self._handles.pop(int(args.split("<")[0]), None)

    def _write(self, begun, ended, args, result):
        handle, data = int(args.split("<")[0]), _data(args)[:result]
        if handle == 1:
            self.told.append((begun, data))
            self.lines.add(begun)
        elif handle in self._handles:
            self._add(Change(begun, ended, self._handles[handle], at=self._at[handle], data=data))
            self._at[handle] += result

    def _pwrite(self, begun, ended, args, result):
        handle = int(args.split("<")[0])
        if handle in self._handles:
            at = int(args.rsplit(", ", 1)[1])
            self._add(Change(begun, ended, self._handles[handle], at=at, data=_data(args)[:result]))

    def _ftruncate(self, begun, ended, args, result):
        handle = int(args.split("<")[0])
        if handle in self._handles:
            self._add(Change(begun, ended, self._handles[handle], at=int(args.rsplit(", ", 1)[1])))

    def _fsync(self, begun, ended, args, result):
        thing = self._handles.get(int(args.split("<")[0]))
        if thing is None:
            return
        self.lines |= {ended - 1, ended}
        for change in self.changes:
            if change.of is thing or (isinstance(thing, str) and change.of == thing):
                change.syncs.append((begun, ended))

    _fdatasync = _fsync

    def _link(self, begun, ended, args, result):
        old, new = _strings(args)
        if self._ours(new):
            self._name(begun, ended, (new, self._names[old]))

    def _rename(self, begun, ended, args, result):
        old, new = _strings(args)
        if self._ours(new):
            assert os.path.dirname(old) == os.path.dirname(new), "a move between folders is two folders' change"
            self._name(begun, ended, (old, None), (new, self._names[old]))

    def _unlink(self, begun, ended, args, result):
        (path,) = _strings(args)
        if self._ours(path):
            self._name(begun, ended, (path, None))

    def _mkdir(self, begun, ended, args, result):
        (path,) = _strings(args)
        if self._ours(path):
            self._name(begun, ended, (path, path))

    def _strange(self):
        """Whether the folder of the model, everything kept, differs from the folder as the writer left it."""
        return self.after(sys.maxsize, "kept", random.Random(0)) != snapshot(self.folder)


def _calls(lines):
    """(line begun, line ended, name, arguments, result) of each call, in the order in which they ended."""
    begun = {}
    for at, line in enumerate(lines):
        pid, text = line.split(maxsplit=1)
        if text.endswith("<unfinished ...>"):
            begun[pid] = at, text.removesuffix("<unfinished ...>")
            continue
        since = at
        if resumed := re.match(r"<\.\.\. \w+ resumed>", text):
            since, head = begun.pop(pid)
            text = head + text[resumed.end() :]
        if found := re.match(r"(\w+)\((.*)\)\s+= (-?\d+)", text):
            yield since, at, found[1], found[2].strip(), int(found[3])


def _strings(args):
    """The strings among the arguments, and not what strace adds of open files in angle brackets."""
    return [_data(one).decode() for one in re.findall(r'"[^"]*"\.*', args)]


def _data(args):
    found = re.search(r'"((?:\\x[0-9a-f]{2})*)"(\.*)', args)
    assert found, "strace wrote a string in no form that is known here"
    assert not found[2], "strace cut a string short"
    return bytes.fromhex(found[1].replace("\\x", ""))


def _put(data, at, new):
    if new is None:
        del data[at:]
        data.extend(bytes(at - len(data)))
        return
    data.extend(bytes(max(0, at - len(data))))
    data[at : at + len(new)] = new


def _sectors(change):
    """A write as the pieces that a disk writes whole."""
    end = change.at + len(change.data)
    edges = [change.at, *range((change.at // SECTOR + 1) * SECTOR, end, SECTOR), end]
    return [(at, change.data[at - change.at : to - change.at]) for at, to in pairwise(edges)]


def snapshot(folder):
    """{path: bytes, or None for a folder} of everything in a folder."""
    paths = (path for path in Path(folder).rglob("*") if not path.name.endswith("-shm"))
    return {str(path): None if path.is_dir() else path.read_bytes() for path in paths}


def record(folder, sync=""):
    """A writer on the log in this folder, under strace."""
    before, trace = snapshot(folder), folder.with_name(folder.name + ".trace")
    command = ["strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "--seccomp-bpf", "-o", str(trace)]
    command += ["-e", f"trace={','.join(CALLS)}", "-e", "signal=none", sys.executable, "-m", "tests.ledger.power"]
    command += [str(folder / "log.db"), str(folder / "log.key"), str(folder / "out"), "power", sync]
    subprocess.run(command, cwd=faults.ROOT, stdout=subprocess.PIPE, check=True)
    return Trace(folder, before, trace.read_text().splitlines())


def states(trace, most, seed):
    """Different folders after power loss, at most so many, each with the lines told until then: at each
    acknowledgement, then after the other calls in any order."""
    chance, seen = random.Random(seed), set()
    told = {line for line, _ in trace.told}
    others = sorted(trace.lines - told)
    chance.shuffle(others)
    for line in [*sorted(told), *others]:
        for way in WAYS:
            found = trace.after(line, way, chance)
            acknowledged = [data.strip() for at, data in trace.told if at <= line]
            key = hash((len(acknowledged), *found.items()))
            if key in seen:
                continue
            seen.add(key)
            yield line, way, found, acknowledged
            if len(seen) == most:
                return


def rebuild(found, old, new):
    """Put a folder where another one can be opened."""
    new.mkdir()
    for path, data in found.items():
        place = new / Path(path).relative_to(old)
        if data is None:
            place.mkdir()
        else:
            place.write_bytes(data)
            place.chmod(0o600)


def broken(database, key, folder, lines):
    """What does not hold after the failure; a log that cannot be opened or appended to is a fault too."""
    found = []
    try:
        with Log(database, None, folder) as opened:
            found += lost(database, lines)
            opened.check_published()
        found += faults.faults_after(database, key, folder, lines)
    except (LedgerError, LedgerInput, verify.VerifyError, sqlite3.Error, ValueError, TypeError) as fault:
        found.append(f"{type(fault).__name__}: {fault}")
    return found


def lost(database, lines):
    """Acknowledged entries that are not at their place."""
    with closing(log.connect(database)) as connection:
        rows = connection.execute("SELECT n, leaf FROM ledger_entries").fetchall()
    leaves = {n: verify.leaf_hash(bytes(leaf or b"")).hex() for n, leaf in rows}
    told = [(int(first), hashes) for first, _, _, *hashes in (line.decode().split() for line in lines)]
    places = [(n, leaf) for first, hashes in told for n, leaf in enumerate(hashes, first)]
    return [f"entry {n} was acknowledged and is lost" for n, leaf in places if leaves.get(n) != leaf]


def crashed(url, key, folder, seed, sync=""):
    """Two writers at once until the server is killed under them, and started again; the lines that they told."""
    chance = random.Random(seed)
    with closing(log.connect(url)) as connection:
        data_folder = Path(connection.execute("SHOW data_directory").fetchone()[0])
    command = [sys.executable, "-m", "tests.ledger.power", url, str(key), str(folder)]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    writers = [subprocess.Popen([*command, f"{seed}{who}", sync], cwd=faults.ROOT, **streams) for who in "ab"]
    data = dict.fromkeys(writers, b"")
    with selectors.DefaultSelector() as ready:
        for writer in writers:
            ready.register(writer.stdout, selectors.EVENT_READ, writer)
        wanted = chance.randrange(10, 60)
        while sum(told.count(b"\n") for told in data.values()) < wanted or not all(data.values()):
            for found, _ in ready.select():
                more = os.read(found.fd, 65536)
                assert more, "a writer ended before the server did"
                data[found.data] += more
    kill_server(data_folder)
    for writer in writers:
        with writer.stdout as rest:
            data[writer] += rest.read()
        assert writer.wait() != 0
    server._done(server.binaries() / "pg_ctl", "restart", "-w", "-D", data_folder, "-l", data_folder.parent / "log")
    return [line for told in data.values() for line in told.split(b"\n")[:-1]]


def kill_server(folder):
    """SIGKILL to the server of this folder and all its processes, and wait until they are gone."""
    pid_file = folder / "postmaster.pid"
    main = int(pid_file.read_text().split()[0])
    os.kill(main, signal.SIGSTOP)  # so that it starts no more of them
    handles = [os.pidfd_open(pid) for pid in (main, *_children(main))]
    waiting, left = select.poll(), set(handles)
    for handle in handles:
        waiting.register(handle, select.POLLIN)
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    while left:
        for handle, _ in waiting.poll():
            waiting.unregister(handle)
            left.discard(handle)
            os.close(handle)
    # As after a new start of the machine: no process has the number in these, not even one that nobody waited for.
    for path in (pid_file, *folder.parent.glob(".s.PGSQL.*")):
        path.unlink()


def _children(parent):
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(fields[1]) == parent:
            yield int(stat.parent.name)


def write(database, key, folder, name, sync):
    """Four times: open the log, append four batches, close it. Every other time SQLite's WAL is kept short, so that
    it also begins anew while the log is open."""
    real = log.connect
    sizes = iter((1000, 8, 1000, 8))

    def connect(*arguments, **options):
        connection = real(*arguments, **options)
        connection.execute(f"PRAGMA wal_autocheckpoint = {next(sizes)}")
        if sync:
            connection.execute(f"PRAGMA synchronous = {sync}")
        return connection

    log.connect = connect
    with closing(FileSigner(Path(key))) as signer:
        for session in range(4):
            with Log(database, signer, Path(folder)) as opened:
                for batch in range(4):
                    entries = [b"%s/%d/%d/%d" % (name.encode(), session, batch, n) for n in range(1 + batch)]
                    done = opened.append(entries)
                    faults.tell(done.head, done.first, entries)


def unguarded(connection, cursor, database):
    """The mutation of the lock: it keeps out other writers, and takes commits that are not durable."""
    if database is schema.Database.SQLITE:
        cursor.execute("BEGIN IMMEDIATE")
    else:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", (schema._LOCK,))
        cursor.execute("SET LOCAL synchronous_commit = off")


def main(database, key, folder, name, sync=""):
    if sync:
        store.lock = unguarded
    if "://" in database:
        faults.write(database, key, folder, name)
    else:
        write(database, key, folder, name, sync)


if __name__ == "__main__":
    main(*sys.argv[1:])
