"""Many submitters, one writer: no entry lost, none twice, nothing promised that may not be kept."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ostiary.ledger.faults import Busy, LedgerError, LedgerInput, Unknown
from ostiary.ledger.fsck import fsck
from ostiary.ledger.holdings import Rows
from ostiary.ledger.opening import connect
from ostiary.ledger.sequencer import Sequencer
from ostiary.ledger.store import read_entries, read_head
from tests.ledger.making import a_log, add

SUBMITTERS, EACH = 8, 40
# Longer than any machine takes: only a writer that is stuck is found by it.
LONG = 120


class Gated(sqlite3.Connection):
    """A connection whose COMMIT waits for a gate, or fails once; else the real one."""

    gate = None
    fail = None

    def commit(self):
        assert self.gate is None or self.gate.wait(LONG)
        fail, self.fail = self.fail, None
        if fail == "before":
            raise OSError("the disk failed before it was written")
        super().commit()
        if fail == "after":
            raise OSError("the connection broke after it was written")


def gated(path, gate=None, fail=None):
    connection = sqlite3.connect(path, factory=Gated, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    connection.gate, connection.fail = gate, fail
    return connection


def test_every_submitter_gets_the_index_of_its_own_entry(place):
    connection, signer = place.log()
    connection.commit()
    with Sequencer(place.open, signer) as log, ThreadPoolExecutor(SUBMITTERS) as pool:

        def submit(who):
            return [(b"%d/%d" % (who, n), log.submit(b"%d/%d" % (who, n)).result(LONG)) for n in range(EACH)]

        given = [pair for found in pool.map(submit, range(SUBMITTERS)) for pair in found]

    assert sorted(index for _, index in given) == list(range(SUBMITTERS * EACH))
    stored = dict(read_entries(connection, 0, SUBMITTERS * EACH))
    assert {index: entry for entry, index in given} == stored
    assert fsck(Rows(connection, signer.vkey)) == []


def test_two_sequencers_share_a_log(place):
    connection, signer = place.log()
    connection.commit()
    second = place.signer()
    with Sequencer(place.open, signer) as one, Sequencer(place.open, second) as two:
        answers = [log.submit(b"%d" % n) for n in range(40) for log in (one, two)]
        found = [answer.result(LONG) for answer in answers]

    assert sorted(found) == list(range(80))
    assert fsck(Rows(connection, signer.vkey)) == []


@pytest.fixture
def log(tmp_path):
    """A SQLite log's path and signer."""
    path, signer = a_log(tmp_path)
    with closing(signer):
        yield str(path), signer


def stored(path):
    with closing(connect(path)) as connection:
        return [entry for _, entry in read_entries(connection, 0, 10_000)]


def test_what_waits_together_is_one_commit(log):
    path, signer = log
    heads, gate = [], threading.Event()
    with Sequencer(
        lambda: gated(path, gate), signer, publish=lambda connection, head: heads.append(head.size)
    ) as sequencer:
        first = sequencer.submit(b"first")
        rest = [sequencer.submit(b"%d" % n) for n in range(100)]
        gate.set()
        assert [first.result(LONG), *(one.result(LONG) for one in rest)] == list(range(101))

    assert heads[-1] == 101
    assert len(heads) <= 3


def test_nobody_is_answered_before_it_is_published(log):
    path, signer = log
    seen, gate = [], threading.Event()

    def publish(connection, head):
        seen.append((gate.wait(LONG), one.done()))

    with Sequencer(connect_to(path), signer, publish=publish) as sequencer:
        one = sequencer.submit(b"x")
        gate.set()
        one.result(LONG)

    assert seen == [(True, False)]


def connect_to(path):
    return lambda: connect(path)


def test_too_many_are_refused_and_not_promised(log):
    path, signer = log
    gate = threading.Event()
    with Sequencer(lambda: gated(path, gate), signer, most_waiting=3) as sequencer:
        taken = []

        def submit_many():
            # One batch is held at the gate, of up to three; three more may wait.
            while len(taken) < 20:
                taken.append(sequencer.submit(b"%d" % len(taken)))

        with pytest.raises(Busy, match="3 entries wait already; nothing was appended; try again later"):
            submit_many()
        gate.set()
        for answer in taken:
            answer.result(LONG)

    assert len(stored(path)) == len(taken)


def test_the_same_entry_twice_is_two_unless_a_key_says_it_is_one(log):
    path, signer = log
    with Sequencer(connect_to(path), signer) as sequencer:
        plain = [sequencer.submit(b"same").result(LONG) for _ in range(2)]
        keyed = [sequencer.submit(b"same", "k").result(LONG) for _ in range(2)]
        with pytest.raises(LedgerInput, match="this key was given with another entry before"):
            sequencer.submit(b"other", "k")

    assert plain == [0, 1]
    assert keyed == [2, 2]
    assert stored(path) == [b"same"] * 3


def test_a_bad_entry_is_refused_at_once_and_harms_no_other(log):
    path, signer = log
    with Sequencer(connect_to(path), signer) as sequencer:
        for bad in (b"", b"x" * 65_536):
            with pytest.raises(LedgerInput):
                sequencer.submit(bad)
        assert sequencer.submit(b"good").result(LONG) == 0


def failing_once(path, fail):
    """Connections of which the first fails at its first COMMIT."""
    fails = iter([fail])
    return lambda: gated(path, None, next(fails, None))


def test_a_commit_that_failed_and_was_not_written_is_unknown_and_the_log_goes_on(log):
    path, signer = log
    with Sequencer(failing_once(path, "before"), signer) as sequencer:
        with pytest.raises(Unknown, match=r"COMMIT failed \(OSError\); the entry may be in the log from index 0 on"):
            sequencer.submit(b"lost", "k").result(LONG)
        # The same key still says so: it may not be appended a second time unseen.
        with pytest.raises(Unknown):
            sequencer.submit(b"lost", "k").result(LONG)
        assert sequencer.submit(b"next").result(LONG) == 0

    assert stored(path) == [b"next"]


def test_a_commit_that_failed_and_was_written_is_found(log):
    path, signer = log
    with Sequencer(failing_once(path, "after"), signer) as sequencer:
        assert sequencer.submit(b"kept").result(LONG) == 0
        assert sequencer.submit(b"next").result(LONG) == 1

    assert stored(path) == [b"kept", b"next"]


@pytest.mark.parametrize("fail", ["before", "after"])
def test_a_recovery_that_fails_stops_the_log(log, fail):
    path, signer = log
    opened = []

    def once():
        if opened:
            raise OSError("nor does it open again")
        opened.append(True)
        return gated(path, None, fail)

    with Sequencer(once, signer) as sequencer:
        with pytest.raises(Unknown):
            sequencer.submit(b"x").result(LONG)
        sequencer._writer.join(LONG)
        with pytest.raises(LedgerError, match="COMMIT failed"):
            sequencer.submit(b"y")


def test_a_second_failure_inside_the_recovery_stops_the_log(log):
    """It opens again, and then the head cannot be read."""
    path, signer = log
    opened = []

    def broken():
        opened.append(True)
        if len(opened) == 1:
            return gated(path, None, "before")
        connection = connect(path)
        connection.execute("UPDATE ledger_head SET root = zeroblob(32)")
        return connection

    with Sequencer(broken, signer) as sequencer:
        with pytest.raises(Unknown):
            sequencer.submit(b"x").result(LONG)
        sequencer._writer.join(LONG)
        with pytest.raises(LedgerError):
            sequencer.submit(b"y")
    assert len(opened) == 2


def test_before_commit_a_fault_is_no_promise_and_the_key_is_free_again(log):
    path, signer = log
    with Sequencer(connect_to(path), signer) as sequencer:
        with closing(connect(path)) as other:
            other.execute("CREATE TRIGGER full BEFORE INSERT ON ledger_tiles BEGIN SELECT RAISE(ABORT, 'full'); END")
            with pytest.raises(LedgerError, match="full"):
                sequencer.submit(b"x", "k").result(LONG)
            other.execute("DROP TRIGGER full")
        assert sequencer.submit(b"x", "k").result(LONG) == 0

    assert stored(path) == [b"x"]


def test_an_export_that_fails_is_not_called_done(log):
    path, signer = log

    def full(connection, head):
        raise OSError("no space")

    with (
        Sequencer(connect_to(path), signer, publish=full) as sequencer,
        pytest.raises(Unknown, match=r"appended from index 0 on, but not published \(OSError\): no space"),
    ):
        sequencer.submit(b"x").result(LONG)


def test_closing_appends_what_waits_and_takes_no_more(log):
    path, signer = log
    gate = threading.Event()
    sequencer = Sequencer(lambda: gated(path, gate), signer)
    waiting = [sequencer.submit(b"%d" % n) for n in range(5)]
    gate.set()
    sequencer.close()

    assert [one.result(0) for one in waiting] == list(range(5))
    with pytest.raises(LedgerError, match="the log is being closed"):
        sequencer.submit(b"x")


def test_another_writer_in_between_is_noticed(log):
    path, signer = log
    with Sequencer(connect_to(path), signer) as sequencer, closing(connect(path)) as other:
        assert sequencer.submit(b"a").result(LONG) == 0
        assert add(other, signer, [b"b"])[1] == 1
        assert sequencer.submit(b"c").result(LONG) == 2
        assert read_head(other).size == 3
