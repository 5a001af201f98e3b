"""The static files: laid out as tlog-tiles says, never replaced, checkpoint last, taken up where they stopped."""

import os
import sqlite3
from contextlib import closing

import pytest

import ostiary_verify as verify
from ostiary.ledger.export import export, exported, publish_cosigned
from ostiary.ledger.faults import Diverged, LedgerError
from ostiary.ledger.opening import connect
from ostiary.ledger.store import read_head
from tests.ledger import naive
from tests.ledger.making import a_log, add, some_entries


@pytest.fixture
def log(tmp_path):
    """A log of 600 entries: its connection and its signer."""
    path, signer = a_log(tmp_path, 600)
    with closing(connect(str(path))) as connection, closing(signer):
        yield connection, signer


def files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_the_files_are_those_of_the_specification(log, tmp_path):
    connection, _ = log
    head = read_head(connection)

    _, new = export(connection, tmp_path / "out")

    expected = naive.files(some_entries(600))
    assert files(tmp_path / "out") == {**expected, "checkpoint": head.note}
    assert new == len(expected)


def test_an_outsider_can_follow_it(log, tmp_path):
    connection, signer = log
    out = tmp_path / "out"
    follower = verify.Follower(
        verify.FolderSource(out), verify.parse_policy(f"log {signer.vkey}\nquorum none\n"), tmp_path / "state"
    )
    sizes = []
    for more in (0, 1, 200, 256):
        if more:
            add(connection, signer, some_entries(more))
        export(connection, out)
        sizes.append(follower.update().size)

    assert sizes == [600, 601, 801, 1057]


def test_cosignatures_are_published_with_the_head_that_they_are_of_and_stay(log, tmp_path):
    connection, signer = log
    out = tmp_path / "out"
    old, _ = export(connection, out)
    cosigned = old.note + "— w.example AAAAAAAA\n".encode()

    assert publish_cosigned(out, cosigned)
    export(connection, out)
    assert exported(out) == cosigned

    add(connection, signer, [b"one more"])
    new, _ = export(connection, out)
    assert not publish_cosigned(out, cosigned), "an older head is never put back"
    assert exported(out) == new.note


def test_again_changes_nothing(log, tmp_path):
    connection, _ = log
    head, out = read_head(connection), tmp_path / "out"
    export(connection, out)
    before = {path: path.stat().st_ino for path in out.rglob("*")}

    assert export(connection, out) == (head, 0)
    assert {path: path.stat().st_ino for path in out.rglob("*")} == before


def test_partial_tiles_of_before_stay(log, tmp_path):
    connection, signer = log
    out = tmp_path / "out"
    export(connection, out)
    before = files(out)
    add(connection, signer, some_entries(300, 600))
    export(connection, out)

    after = files(out)
    assert {name: after[name] for name in before if name != "checkpoint"} == {
        name: data for name, data in before.items() if name != "checkpoint"
    }
    assert naive.files(some_entries(900)).items() <= after.items()


class Cut(Exception):
    """The power goes off."""


def test_cut_short_at_any_file_it_shows_the_old_head_and_is_taken_up_again(log, tmp_path):
    connection, signer = log
    out = tmp_path / "out"
    export(connection, out)
    old = exported(out)
    add(connection, signer, some_entries(500, 600))
    head = read_head(connection)

    def cut_at(count):
        def on_file(done, total):
            if done == count:
                raise Cut

        return on_file

    for count in range(1, 8):
        with pytest.raises(Cut):
            export(connection, out, cut_at(count))
        assert exported(out) == old
    export(connection, out)
    assert naive.files(some_entries(1100)).items() <= files(out).items()
    assert exported(out) == head.note


@pytest.mark.parametrize("name", ["tile/entries/000", "tile/0/001", "tile/1/000.p/2", "tile/entries/002.p/88"])
def test_other_bytes_in_its_place_are_a_refusal(log, tmp_path, name):
    connection, _ = log
    place = tmp_path / "out" / name
    place.parent.mkdir(parents=True)
    place.write_bytes(b"other")

    with pytest.raises(LedgerError, match=r"is there with other bytes; nothing is written over"):
        export(connection, tmp_path / "out")
    assert place.read_bytes() == b"other"
    assert exported(tmp_path / "out") is None


def test_a_row_that_is_gone_is_not_exported(log, tmp_path):
    connection, _ = log
    connection.execute("DELETE FROM ledger_tiles WHERE level = 0 AND tile = 1")

    with pytest.raises(LedgerError, match="tile 1 of level 0 is not whole"):
        export(connection, tmp_path / "out")
    assert exported(tmp_path / "out") is None


def test_an_older_head_and_another_log_are_refused(log, tmp_path):
    connection, signer = log
    old, out = sqlite3.connect(":memory:"), tmp_path / "out"
    connection.backup(old)
    add(connection, signer, [b"more"])
    export(connection, out)
    other = tmp_path / "other"
    other.mkdir()
    path, another = a_log(other, 700)

    with pytest.raises(Diverged, match="the log has 600 entries and its export 601: this database is older") as caught:
        export(old, out)
    assert (caught.value.ours, caught.value.theirs) == (read_head(old).note, exported(out))
    old.close()
    with closing(connect(str(path))) as foreign, pytest.raises(Diverged, match="the exported checkpoint is not this"):
        export(foreign, out)
    another.close()


def test_files_are_readable_by_those_who_serve_them(log, tmp_path):
    connection, _ = log
    before = os.umask(0o022)
    try:
        export(connection, tmp_path / "out")
    finally:
        os.umask(before)

    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "out").rglob("*") if path.is_file()} == {0o644}


def test_no_half_made_file_is_left(log, tmp_path):
    connection, _ = log
    export(connection, tmp_path / "out")

    assert list((tmp_path / "out").rglob(".*")) == []
