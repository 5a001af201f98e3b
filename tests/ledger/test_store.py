"""Entries, tiles and head in one transaction, on SQLite and PostgreSQL."""

import sqlite3
from contextlib import closing

import psycopg
import pytest

import ostiary_verify as verify
from ostiary.ledger import store
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.fsck import fsck
from ostiary.ledger.holdings import Rows
from ostiary.ledger.notes import verified
from ostiary.ledger.opening import connect
from ostiary.ledger.store import append, create, read_entries, read_head, tile_reader
from ostiary.ledger.tree import Tiles
from tests import postgres as server
from tests.ledger import naive
from tests.ledger.making import a_signer, add, some_entries

REFUSALS = (sqlite3.DatabaseError, psycopg.Error)


def root_of(entries):
    return naive.mth(tuple(verify.leaf_hash(entry) for entry in entries))


def test_an_empty_log_has_a_signed_head(place):
    connection, signer = place.log()

    head = read_head(connection)
    assert (head.size, head.root) == (0, verify.EMPTY_ROOT)
    assert verified(head.note, signer.vkey).origin == signer.name


def test_entries_take_numbers_without_a_gap_and_the_head_is_signed_over_all(place):
    connection, signer = place.log()
    entries = some_entries(700)

    firsts = [add(connection, signer, entries[a:b])[1] for a, b in ((0, 1), (1, 300), (300, 301), (301, 700))]

    head = read_head(connection)
    assert firsts == [0, 1, 300, 301]
    assert (head.size, head.root) == (700, root_of(entries))
    assert verified(head.note, signer.vkey) == verify.Checkpoint(signer.name, 700, root_of(entries))
    assert read_entries(connection, 0, 1000) == list(enumerate(entries))


def test_stored_tiles_prove_every_entry(place):
    connection, signer = place.log()
    entries = some_entries(600)
    add(connection, signer, entries)
    head, tiles = read_head(connection), Tiles(tile_reader(connection))

    for index in range(0, 600, 29):
        proof = tiles.inclusion(index, head.size)
        verify.verify_inclusion(index, head.size, verify.leaf_hash(entries[index]), proof, head.root)


def test_what_is_rolled_back_was_never_there_and_does_not_wedge_the_log(place):
    connection, signer = place.log()
    add(connection, signer, [b"one"])

    for entry in (b"two", b"three"):
        head, first = append(connection, [entry], signer)
        assert (head.size, first) == (2, 1)
        connection.rollback()

    assert read_head(connection).size == 1
    connection.rollback()
    assert add(connection, signer, [b"four"])[1] == 1
    assert read_entries(connection, 0, 9) == [(0, b"one"), (1, b"four")]


def test_several_appends_in_one_transaction_stand_or_fall_together(place):
    connection, signer = place.log()
    for outcome in (connection.rollback, connection.commit):
        append(connection, [b"one"], signer)
        head, first = append(connection, [b"two"], signer)
        assert first == 1
        outcome()
    signer.confirm(head.note)

    assert read_head(connection).size == 2


def test_an_append_joins_the_callers_own_work(place, run):
    connection, signer = place.log()
    run(connection, "CREATE TABLE acts (what TEXT)")
    connection.commit()
    if place.is_sqlite:
        run(connection, "BEGIN")
    run(connection, "INSERT INTO acts VALUES ('released')")
    append(connection, [b"released"], signer)
    connection.rollback()

    assert run(connection, "SELECT * FROM acts") == []
    assert read_head(connection).size == 0


def test_two_processes_never_sign_the_same_number(place):
    one, signer = place.log()
    two, second = place.open(), place.signer()
    known = None
    for n in range(6):
        connection, key = (one, signer) if n % 2 else (two, second)
        # Each second call gives a head that another process has moved on from.
        head, first = append(connection, [b"%d" % n], key, known)
        connection.commit()
        key.confirm(head.note)
        assert first == n
        known = head if n % 3 else known

    assert read_head(one).root == root_of([b"%d" % n for n in range(6)])


@pytest.mark.parametrize("bad", [b"", b"x" * 65_536])
def test_an_entry_is_neither_empty_nor_too_long(place, bad):
    connection, signer = place.log()

    with pytest.raises(LedgerInput, match=r"^entry 2 of those given has [\d,]+ bytes; a log takes 1 to 65,535$"):
        append(connection, [b"good", bad], signer)
    with pytest.raises(LedgerInput, match="nothing to append"):
        append(connection, [], signer)
    assert add(connection, signer, [b"x" * 65_535])[1] == 0


def test_another_logs_key_is_refused(place):
    connection, _ = place.log()
    other = place.folder / "other"
    other.mkdir()
    with closing(a_signer(other, "other.example/log")) as signer, pytest.raises(LedgerInput, match="this log's key is"):
        append(connection, [b"x"], signer)


def test_a_database_holds_one_log(place):
    connection, signer = place.log()

    with pytest.raises(LedgerInput, match="holds a log already"):
        create(connection, signer)


def test_no_log_is_said_so(place):
    with pytest.raises(LedgerInput, match="there is no log in this database"):
        read_head(place.open())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET leaf = ? WHERE n = 0",
        "UPDATE ledger_entries SET n = 5 WHERE leaf <> ?",
        "DELETE FROM ledger_entries WHERE leaf <> ?",
        "DELETE FROM ledger_head WHERE note <> ?",
        "UPDATE ledger_head SET n = 0 WHERE note <> ?",
        "UPDATE ledger_head SET vkey = ?",
        "INSERT INTO ledger_entries (n, leaf) VALUES (0, ?)",
    ],
)
def test_the_database_refuses_to_rewrite(place, run, statement):
    connection, signer = place.log()
    add(connection, signer, some_entries(3))

    with pytest.raises(REFUSALS):
        run(connection, statement, (b"other",))
    connection.rollback()
    assert read_entries(connection, 0, 9) == list(enumerate(some_entries(3)))


def test_sqlite_refuses_to_replace_or_to_skip(sqlite, run):
    connection, signer = sqlite.log()
    add(connection, signer, some_entries(3))

    for text in ("INSERT OR REPLACE INTO ledger_entries VALUES (1, ?)", "INSERT INTO ledger_entries VALUES (4, ?)"):
        with pytest.raises(sqlite3.IntegrityError, match="takes the next number"):
            run(connection, text, (b"other",))


def test_postgresql_refuses_to_truncate(postgresql, run):
    connection, signer = postgresql.log()
    add(connection, signer, some_entries(3))

    for table in ("ledger_entries", "ledger_head"):
        with pytest.raises(psycopg.errors.RaiseException, match="never"):
            run(connection, f"TRUNCATE {table}")
        connection.rollback()


@pytest.mark.parametrize("pragma", ["synchronous = NORMAL", "synchronous = OFF", "journal_mode = DELETE"])
def test_sqlite_that_may_lose_a_commit_is_refused(sqlite, pragma):
    connection, signer = sqlite.log()
    connection.execute(f"PRAGMA {pragma}")

    with pytest.raises(LedgerError, match="may lose what it commits"):
        append(connection, [b"x"], signer)


def test_postgresql_commits_durably_whatever_the_session_says(postgresql, run):
    connection, signer = postgresql.log()
    run(connection, "SET synchronous_commit = off")
    connection.commit()

    append(connection, [b"x"], signer)

    assert run(connection, "SHOW synchronous_commit") == [("on",)]


def test_postgresql_without_fsync_is_refused(tmp_path):
    with (
        server.postgres() as url,
        closing(connect(url)) as connection,
        closing(a_signer(tmp_path)) as signer,
        pytest.raises(LedgerError, match=r"^this PostgreSQL may lose what it commits; set fsync and full_page_writes"),
    ):
        create(connection, signer)


def test_a_connection_that_commits_by_itself_is_refused(postgresql):
    """In SQLite the log opens the transaction itself."""
    connection, signer = postgresql.log()
    connection.commit()
    connection.autocommit = True

    with pytest.raises(LedgerError, match="needs a transaction of the caller's"):
        append(connection, [b"x"], signer)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        ("UPDATE ledger_head SET root = ?", (b"r" * 32,)),
        ("UPDATE ledger_head SET note = ?", (b"note",)),
        ("UPDATE ledger_head SET n = n + 1 WHERE note <> ?", (b"",)),
        ("UPDATE ledger_tiles SET data = ? WHERE level = 0", (b"t" * 96,)),
        ("UPDATE ledger_tiles SET data = ? WHERE level = 0", (b"",)),
        ("DELETE FROM ledger_tiles WHERE data <> ?", (b"",)),
    ],
)
def test_nothing_is_signed_on_top_of_a_log_that_does_not_add_up(place, run, statement, values):
    connection, signer = place.log()
    add(connection, signer, some_entries(3))
    run(connection, statement, values)
    connection.commit()

    with pytest.raises(LedgerError, match=r"the log does not add up: .*run `ostiary log fsck`"):
        append(connection, [b"x"], signer)


def test_an_older_copy_of_the_database_is_not_signed_again(tmp_path):
    """Restored from a backup: the key remembers what it has signed."""
    path = tmp_path / "log.db"
    with closing(a_signer(tmp_path)) as signer:
        with closing(connect(str(path), new=True)) as connection:
            create(connection, signer)
            connection.commit()
            signer.confirm(read_head(connection).note)
            add(connection, signer, [b"one"])
        backup = path.read_bytes()
        with closing(connect(str(path))) as connection:
            add(connection, signer, [b"two"])
        path.write_bytes(backup)

        with (
            closing(connect(str(path))) as connection,
            pytest.raises(LedgerError, match="has signed a head of size 2, and the log stands at 1; was the database"),
        ):
            append(connection, [b"other"], signer)


def test_a_connection_as_django_opens_it(postgresql):
    """Values are put into the text by the client there, not by the server."""
    connection, signer = postgresql.log()
    connection.cursor_factory = psycopg.ClientCursor
    entries = [bytes(range(256)), b"'\\x00%s?", *some_entries(300)]

    add(connection, signer, entries)

    assert read_entries(connection, 0, 999) == list(enumerate(entries))
    assert fsck(Rows(connection, signer.vkey)) == []


def test_a_connection_of_another_database_is_refused():
    with pytest.raises(LedgerInput, match="sqlite3 or psycopg"):
        store.read_head(object())


DAMAGED = [(None, b""), ("text", b"text"), (7, b""), (b"whole", b"whole"), (memoryview(b"whole"), b"whole")]


@pytest.mark.parametrize(("found", "read"), DAMAGED, ids=[type(found).__name__ for found, _ in DAMAGED])
def test_what_a_damaged_page_gives_is_read_as_bytes_that_fit_no_hash(found, read):
    """fsck must name the row, not fall over it."""
    assert store._stored(found) == read
