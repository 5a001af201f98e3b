"""An older database does not start; a changed bit, row or file is named."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import ostiary_verify as verify
from ostiary.ledger.export import export
from ostiary.ledger.faults import Diverged
from ostiary.ledger.fsck import fsck
from ostiary.ledger.guard import guard
from ostiary.ledger.holdings import Files, Rows
from ostiary.ledger.log import Log
from ostiary.ledger.opening import connect
from ostiary.ledger.store import read_head
from tests.ledger.making import a_log, a_signer, add, some_entries

SMALL, LARGE = 3, 300


def bare(path):
    """A copy in memory without its triggers: what the database's owner can do."""
    copy = sqlite3.connect(":memory:")
    with closing(connect(str(path))) as connection:
        connection.backup(copy)
    for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {name}")
    return copy


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """A log of each size: its database, its vkey, its export."""
    found = {}
    for size in (SMALL, LARGE):
        folder = tmp_path_factory.mktemp("logs")
        path, signer = a_log(folder, size)
        with closing(connect(str(path))) as connection:
            export(connection, folder / "out")
        signer.close()
        found[size] = (path, signer.vkey, folder / "out")
    return found


@pytest.fixture
def rows(logs):
    """A function that gives a copy of the log of a size, and what fsck finds in it."""
    opened = []

    def copy_of(size):
        copy = bare(logs[size][0])
        opened.append(copy)
        return copy

    yield copy_of
    for copy in opened:
        copy.close()


def where(found):
    return [fault.where for fault in found]


@pytest.mark.parametrize("size", [SMALL, LARGE])
def test_a_whole_log_has_no_fault(logs, rows, size):
    seen = []
    assert fsck(Rows(rows(size), logs[size][1]), lambda *of: seen.append(of)) == []
    assert fsck(Files(logs[size][2], logs[size][1])) == []
    assert seen[-1] == (size, size)


CELLS = [
    *[("ledger_entries", "leaf", f"n = {n}", f"entry {n}") for n in range(SMALL)],
    ("ledger_tiles", "data", "level = 0 AND tile = 0", "tile 0 of level 0"),
    ("ledger_head", "root", "one = 1", "head"),
    ("ledger_head", "note", "one = 1", "head"),
    ("ledger_head", "vkey", "one = 1", "head"),
]


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell[0]}.{cell[1]} {cell[3]}")
def test_every_flipped_bit_of_a_small_log_is_named(logs, rows, cell):
    table, column, row, name = cell
    copy, holding = rows(SMALL), None
    holding = Rows(copy, logs[SMALL][1])
    data = copy.execute(f"SELECT {column} FROM {table} WHERE {row}").fetchone()[0]
    for bit in range(len(data) * 8):
        flipped = bytearray(data)
        flipped[bit // 8] ^= 1 << bit % 8
        copy.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (bytes(flipped),))
        assert where(fsck(holding)) == [name], bit
    copy.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (data,))
    assert fsck(holding) == []


@pytest.mark.parametrize("bit", range(0, 40, 3))
def test_every_flipped_bit_of_a_number_is_named(logs, rows, bit):
    for text, name in (
        ("UPDATE ledger_entries SET n = n | ? WHERE n = 0", "entry 0"),
        ("UPDATE ledger_tiles SET tile = tile | ? WHERE level = 0", "tile 0 of level 0"),
        ("UPDATE ledger_tiles SET level = level | ? WHERE level = 0", "tile 0 of level 0"),
        ("UPDATE ledger_head SET n = n | ?", "head"),
    ):
        copy = rows(SMALL)
        changed = 1 << (bit + 3)
        copy.execute(text, (changed,))
        assert where(fsck(Rows(copy, logs[SMALL][1])))[0] == name


@pytest.mark.parametrize(
    ("statement", "names"),
    [
        ("UPDATE ledger_entries SET leaf = x'00' WHERE n = 17", ["entry 17"]),
        ("UPDATE ledger_entries SET leaf = x'00' WHERE n IN (3, 299)", ["entry 3", "entry 299"]),
        ("DELETE FROM ledger_entries WHERE n = 100", ["entry 100"]),
        ("DELETE FROM ledger_entries WHERE n = 299", ["entry 299"]),
        ("INSERT INTO ledger_entries VALUES (300, x'00')", ["entry 300"]),
        ("UPDATE ledger_tiles SET data = zeroblob(8192) WHERE level = 0 AND tile = 0", ["tile 0 of level 0"]),
        ("UPDATE ledger_tiles SET data = substr(data, 1, 32) WHERE tile = 1", ["tile 1 of level 0"]),
        ("UPDATE ledger_tiles SET data = CAST(data || zeroblob(32) AS BLOB) WHERE tile = 1", ["tile 1 of level 0"]),
        ("UPDATE ledger_tiles SET data = zeroblob(32) WHERE level = 1", ["tile 0 of level 1"]),
        ("DELETE FROM ledger_tiles WHERE level = 0", ["tile 1 of level 0", "tile 0 of level 0"]),
        ("INSERT INTO ledger_tiles VALUES (0, 2, zeroblob(32))", ["tile 2 of level 0"]),
        ("UPDATE ledger_head SET n = 299", ["head"]),
        ("DELETE FROM ledger_head", ["head"]),
    ],
)
def test_what_the_database_owner_changed_is_named(logs, rows, statement, names):
    copy = rows(LARGE)
    copy.execute(statement)

    assert where(fsck(Rows(copy, logs[LARGE][1]))) == names


def test_an_entry_changed_with_its_tiles_does_not_have_the_signed_root(logs, rows):
    """The owner who rewrites everything but cannot sign."""
    copy = rows(SMALL)
    copy.execute("UPDATE ledger_entries SET leaf = x'00' WHERE n = 2")
    data = copy.execute("SELECT data FROM ledger_tiles").fetchone()[0]
    copy.execute("UPDATE ledger_tiles SET data = ?", (data[:64] + verify.leaf_hash(b"\0") + data[96:],))

    assert where(fsck(Rows(copy, logs[SMALL][1]))) == ["head"]


def test_an_entry_and_another_tile_are_both_named(logs, rows):
    copy = rows(LARGE)
    copy.execute("UPDATE ledger_entries SET leaf = x'00' WHERE n = 17")
    copy.execute("UPDATE ledger_tiles SET data = zeroblob(1408) WHERE level = 0 AND tile = 1")

    assert {"entry 17", "head"} <= set(where(fsck(Rows(copy, logs[LARGE][1]))))


def test_a_log_signed_anew_by_another_key_is_named(logs, rows, tmp_path):
    path, other = a_log(tmp_path, LARGE)
    other.close()

    with closing(bare(path)) as copy:
        assert where(fsck(Rows(copy, logs[LARGE][1])))[:1] == ["head"]


def test_every_flipped_bit_of_a_small_export_is_named(logs, tmp_path):
    _, vkey, out = logs[SMALL]
    shutil.copytree(out, tmp_path / "out")
    holding = Files(tmp_path / "out", vkey)
    for path in sorted(p for p in (tmp_path / "out").rglob("*") if p.is_file()):
        name, data = path.relative_to(tmp_path / "out").as_posix(), path.read_bytes()
        for bit in range(len(data) * 8):
            flipped = bytearray(data)
            flipped[bit // 8] ^= 1 << bit % 8
            path.write_bytes(flipped)
            assert where(fsck(holding)) == [name], bit
        path.write_bytes(data)
    assert fsck(holding) == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("tile/0/000", lambda path: path.unlink()),
        ("tile/1/000.p/1", lambda path: path.unlink()),
        ("tile/entries/001.p/44", lambda path: path.unlink()),
        ("tile/entries/000", lambda path: path.write_bytes(path.read_bytes()[:-1])),
        ("tile/0/000.p/9", lambda path: (path.parent.mkdir(), path.write_bytes(bytes(288)))),
        ("tile/entries/000.p/2", lambda path: (path.parent.mkdir(), path.write_bytes(b"\0\1x"))),
        ("tile/0/002", lambda path: path.write_bytes(bytes(8192))),
        ("tile/0/x001/000", lambda path: (path.parent.mkdir(), path.write_bytes(bytes(8192)))),
        ("index.html", lambda path: path.write_bytes(b"hello")),
        ("checkpoint", lambda path: path.unlink()),
    ],
)
def test_a_changed_missing_or_strange_file_is_named(logs, tmp_path, name, change):
    _, vkey, out = logs[LARGE]
    shutil.copytree(out, tmp_path / "out")
    change(tmp_path / "out" / name)

    assert where(fsck(Files(tmp_path / "out", vkey))) == [name]


def test_older_partial_files_and_half_made_ones_are_no_fault(tmp_path):
    path, signer = a_log(tmp_path, 3)
    with closing(connect(str(path))) as connection, closing(signer):
        for more in (0, 5, 300):
            if more:
                add(connection, signer, some_entries(more))
            export(connection, tmp_path / "out")
    (tmp_path / "out" / "tile" / ".new-0123").write_bytes(b"half")

    assert fsck(Files(tmp_path / "out", signer.vkey)) == []


def test_fsck_of_both_databases(place, run):
    connection, signer = place.log()
    add(connection, signer, some_entries(300))
    assert fsck(Rows(connection, signer.vkey)) == []
    if not place.is_sqlite:
        run(connection, "ALTER TABLE ledger_entries DISABLE TRIGGER ALL")
    else:
        run(connection, "DROP TRIGGER ledger_entries_stay")
    run(connection, "UPDATE ledger_entries SET leaf = ? WHERE n = 17", (b"other",))

    assert where(fsck(Rows(connection, signer.vkey))) == ["entry 17"]


def test_the_head_must_follow_what_others_saw(tmp_path):
    path, signer = a_log(tmp_path, 3)
    with closing(connect(str(path))) as connection, closing(signer):
        first = read_head(connection)
        add(connection, signer, some_entries(300))
        second = read_head(connection)

        assert guard(connection, second, [("paper", first.note), ("union", second.note)]) == 2
        with pytest.raises(Diverged, match="the log has 3 entries, and paper saw 303: this database is older") as fault:
            guard(connection, first, [("paper", second.note)])
        assert (fault.value.ours, fault.value.theirs) == (first.note, second.note)
        with pytest.raises(Diverged, match="the checkpoint of paper is not this log's"):
            guard(connection, second, [("paper", first.note.replace(b"3\n", b"4\n"))])


def test_two_logs_of_one_key_do_not_pass_for_one(tmp_path):
    path, signer = a_log(tmp_path, 3)
    with closing(connect(str(path))) as connection, closing(signer):
        add(connection, signer, [b"one"])
        head = read_head(connection)
        text = verify.checkpoint_text(signer.name, 3, bytes(32))
        (tmp_path / "twin").mkdir()
        shutil.copy(tmp_path / "log.key", tmp_path / "twin")
        twin = a_signer(tmp_path / "twin")  # the key alone, without what it remembers
        forked = text + b"\n" + twin.sign(text, None).encode()

        with pytest.raises(Diverged, match="not the one that paper saw: they differ within the first 3 entries"):
            guard(connection, head, [("paper", forked)])


def test_a_restored_backup_appends_nothing(tmp_path):
    """Also where the key's memory was restored with it: the export is what was published."""
    path, signer = a_log(tmp_path, 3)
    out = tmp_path / "out"
    with Log(str(path), signer, out) as log:
        log.append([b"four"])
    saved = {p: p.read_bytes() for p in (path, Path(f"{path}-wal"), tmp_path / "log.key.signed") if p.exists()}
    with Log(str(path), signer, out) as log:
        log.append([b"five"])
    Path(f"{path}-shm").unlink(missing_ok=True)
    for place, data in saved.items():
        place.write_bytes(data)

    with Log(str(path), signer, out) as log, pytest.raises(Diverged, match=r"and the export in .* saw 5"):
        log.append([b"other five"])
    with Log(str(path), signer, None, lambda: [("paper", (out / "checkpoint").read_bytes())]) as log:
        with pytest.raises(Diverged, match="and paper saw 5"):
            log.append([b"other five"])
        assert log.head().size == 4
