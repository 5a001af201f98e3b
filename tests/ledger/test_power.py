"""Power that fails and servers that are killed, at any moment: what was acknowledged is there, and the log is whole.

Unlike a killed writer, whose writes the page cache keeps, these lose what was not made durable. After each failure:

* every acknowledged entry is at its place;
* the head's signature holds, and every head that was told or exported is a beginning of the log;
* ``fsck`` finds nothing wrong in the database, nor, once it is brought up to the head, in the export;
* the key signs the next append.

What was not acknowledged may be there or not. Each promise has its mutation: a database that acknowledges before the
disk has it must be caught, or these tests would show nothing.
"""

import shutil
import sys
from contextlib import ExitStack, closing

import psycopg
import pytest

from ostiary.ledger.log import Log
from tests import postgres as server
from tests.ledger.making import a_signer
from tests.ledger.power import broken, crashed, rebuild, record, states

pytestmark = pytest.mark.long

STATES = 600
KILLS = 5


def a_trace(tmp_path, sync=""):
    """A writer on an empty log that is wholly on the disk."""
    folder = tmp_path / "log"
    folder.mkdir()
    with closing(a_signer(folder)) as signer, Log.init(str(folder / "log.db"), signer, folder / "out"):
        pass
    return record(folder, sync)


def failures(trace, tmp_path, most):
    """How many states were tried, and those that are not as they must be: (line, way, what is wrong)."""
    tried, bad, place = 0, [], tmp_path / "after"
    for line, way, found, told in states(trace, most, seed=1):
        rebuild(found, trace.folder, place)
        tried += 1
        if wrong := broken(str(place / "log.db"), place / "log.key", place / "out", told):
            bad.append((line, way, wrong))
        shutil.rmtree(place)
    return tried, bad


def test_power_loss_loses_nothing_acknowledged(tmp_path):
    """Given a writer of 16 acknowledged appends in four openings of one SQLite log, with its export and its key's
    memory; when the power fails after any of its calls, and what was not synced is dropped, cut off, kept at random,
    torn at 512 bytes or kept; then everything above holds, in each of at least 600 different
    states."""
    trace = a_trace(tmp_path)
    assert len(trace.told) == 16

    tried, bad = failures(trace, tmp_path, sys.maxsize)

    print(f"FULL: {tried} states, {len(bad)} bad; {len(trace.lines)} lines of the trace, {len(trace.changes)} changes")
    assert bad == []
    assert tried >= STATES


@pytest.mark.parametrize("sync", ["NORMAL", "OFF"])
def test_power_loss_of_a_database_that_does_not_sync_is_caught(tmp_path, sync):
    """The mutation: the same writer with a weaker ``PRAGMA synchronous`` and the ledger's guard against it taken out
    is seen to lose entries that it acknowledged."""
    tried, bad = failures(a_trace(tmp_path, sync), tmp_path, 100)

    losses = [state for state in bad if any("was acknowledged and is lost" in wrong for wrong in state[2])]
    print(f"{sync}: {tried} states, {len(bad)} bad, {len(losses)} with acknowledged entries lost")
    assert losses


@pytest.fixture
def a_server(monkeypatch):
    """Starts a PostgreSQL that may be killed, with these settings."""
    with ExitStack() as stack:

        def start(*settings):
            monkeypatch.setattr(server, "FAST", settings)
            return stack.enter_context(server.postgres())

        yield start


def a_postgresql_log(url, folder):
    with closing(a_signer(folder)) as signer, Log.init(url, signer, folder / "out"):
        pass
    return url, folder / "log.key", folder / "out"


def test_a_killed_server_loses_nothing_acknowledged(a_server, tmp_path):
    """Given two writers on one PostgreSQL log; when all of the server's processes are killed while both append, and it
    is started again, five times on the same log; then everything above holds each time."""
    arguments, lines = a_postgresql_log(a_server(), tmp_path), []

    for seed in range(KILLS):
        lines += crashed(*arguments, seed)
        assert broken(*arguments, lines) == []

    print(f"PostgreSQL: {KILLS} kills, {len(lines)} acknowledgements, none lost")
    assert len(lines) >= KILLS * 10


def test_a_killed_server_that_commits_late_is_caught(a_server, tmp_path):
    """The mutation: writers with ``synchronous_commit`` off, and the ledger's own setting taken out. The server's WAL
    writer still writes each full page of 8 KiB, so not every kill loses an entry that was acknowledged; but a head
    that the key or the export was told is committed, and that the log has no more, is the same fault. A kill may lose
    nothing at all: there are up to ten, each on a new log."""
    url = a_server("wal_writer_delay=10s")

    for seed in range(10):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        (folder := tmp_path / str(seed)).mkdir()
        arguments = a_postgresql_log(url, folder)
        found = broken(*arguments, crashed(*arguments, seed, "off"))
        losses = [fault for fault in found if "was acknowledged and is lost" in fault]
        print(f"synchronous_commit=off: kill {seed + 1}: {len(losses)} acknowledged entries lost; {found[-1:]}")
        if found:
            return

    pytest.fail("ten kills of a server that acknowledges before it writes, and nothing seen to be lost")
