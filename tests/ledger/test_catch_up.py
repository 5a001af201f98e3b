"""A restored database gets back what was published since, byte for byte; and nothing that anybody could doubt."""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

import ostiary_verify as verify
from ostiary.ledger import store
from ostiary.ledger.catching_up import catch_up
from ostiary.ledger.export import CHECKPOINT, export, publish_cosigned
from ostiary.ledger.faults import Diverged, LedgerError, LedgerInput
from ostiary.ledger.fsck import fsck
from ostiary.ledger.guard import guard
from ostiary.ledger.holdings import Rows
from ostiary.ledger.net import gather
from ostiary.ledger.opening import connect
from ostiary.ledger.signing import write_new_key
from ostiary.ledger.tree import Tiles
from ostiary.ledger.witness import Witness, add_log, init
from tests.ledger.making import NAME, a_log, add, some_entries
from tests.ledger.test_log_command import Shell
from tests.ledger.witnesses import serving


def sqlite(place, name):
    found = connect(str(place.folder / name), new=True)
    place.stack.callback(found.close)
    return found


def as_rows(connection, size):
    found = store.read_entries(connection, 0, size)
    connection.rollback()
    return [entry for _, entry in found]


class Restored:
    """A log of ``now`` entries that was exported, and a database that holds the first ``then`` of them."""

    def __init__(self, place, then, now, entries=some_entries):
        self.place, self.out = place, place.folder / "out"
        self.connection, signer = place.log()
        if then:
            add(self.connection, signer, some_entries(then))
        (place.folder / "log.key.signed").unlink()
        lost, self.signer = sqlite(place, "lost.db"), place.signer()
        store.create(lost, self.signer)
        lost.commit()
        self.head = add(lost, self.signer, entries(now))[0]
        export(lost, self.out)
        self.lost = lost
        self.policy = verify.parse_policy(f"log {self.signer.vkey}\nquorum none\n")

    def catch_up(self, **more):
        try:
            done = catch_up(self.connection, self.out, self.policy, **more)
            self.connection.commit()
            return done
        finally:
            self.connection.rollback()


@pytest.fixture
def restored(place):
    """300 entries published, of which the backup has 250: the border of a tile lies between."""
    return Restored(place, 250, 300)


def untouched(restored, size=250):
    assert store.raw_head(restored.connection).size == size
    assert as_rows(restored.connection, 9_999) == some_entries(size)


@pytest.mark.parametrize(("then", "now"), [(0, 1), (3, 4), (0, 600), (255, 257), (256, 512), (300, 9_000)])
def test_the_same_bytes_under_the_same_numbers_and_the_same_head(place, then, now):
    restored = Restored(place, then, now)
    with pytest.raises(Diverged, match="older than what was published"):
        guard(restored.connection, store.read_head(restored.connection), [("it", restored.head.note)])

    done = restored.catch_up()

    assert (done.first, done.head.size) == (then, now)
    assert as_rows(restored.connection, now) == some_entries(now)
    found = store.read_head(restored.connection)
    assert (found.root, found.note) == (restored.head.root, restored.head.note)
    assert fsck(Rows(restored.connection)) == []
    restored.connection.rollback()


def test_the_log_then_goes_on_under_its_key_which_remembers_what_it_signed(restored):
    with pytest.raises(LedgerError, match="restored from a backup"):
        add(restored.connection, restored.signer, [b"a fork"])
    restored.connection.rollback()
    restored.catch_up()

    head, first = add(restored.connection, restored.signer, [b"the next"])

    assert (first, head.size) == (300, 301)
    assert export(restored.connection, restored.out)[0].size == 301
    assert verify.Follower(verify.FolderSource(restored.out), restored.policy).update().size == 301


def test_it_tells_how_far_it_is(restored):
    said = []
    restored.catch_up(on_step=lambda *told: said.append(told))

    assert said[-1] == ("bringing back", 50, 50)
    assert {what for what, _, _ in said} == {
        f"checking the export in {restored.out}", "checking the restored database", "bringing back",
    }  # fmt: skip


def test_what_fails_half_way_leaves_nothing(restored, monkeypatch):
    def fails(*_):
        raise LedgerError("the disk")

    monkeypatch.setattr("ostiary.ledger.catching_up._ask_what_was_seen", fails)
    with pytest.raises(LedgerError, match="the disk"):
        restored.catch_up()

    untouched(restored)


# --- what is refused ----------------------------------------------------------------------------------------


def each_file(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_an_export_with_any_byte_changed(restored):
    files = each_file(restored.out)
    assert len(files) == 6  # the checkpoint; two bundles, two tiles of hashes, one above them
    for name in files:
        path = restored.out / name
        good = path.read_bytes()
        for at in {0, len(good) // 2, len(good) - 1}:
            path.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
            with pytest.raises((LedgerError, Diverged)) as fault:
                restored.catch_up()
            assert "does not add up" in str(fault.value) or "is not this log's" in str(fault.value)
        path.write_bytes(good)
    untouched(restored)
    restored.catch_up()


def test_an_export_with_any_file_missing(restored):
    for name in each_file(restored.out):
        path = restored.out / name
        path.rename(restored.out.parent / "aside")
        with pytest.raises((LedgerError, LedgerInput)):
            restored.catch_up()
        (restored.out.parent / "aside").rename(path)
    untouched(restored)


def test_the_export_of_another_log(restored, tmp_path):
    (tmp_path / "other").mkdir()
    path, signer = a_log(tmp_path / "other", 400)
    with closing(signer), closing(sqlite3.connect(path)) as connection:
        export(connection, tmp_path / "other" / "out")
    restored.out = tmp_path / "other" / "out"

    with pytest.raises(Diverged, match="the export is not this log's"):
        restored.catch_up()
    untouched(restored)


def test_a_fork_under_the_same_key(place):
    restored = Restored(place, 5, 9, entries=lambda count: [b"another", *some_entries(count)[1:]])

    with pytest.raises(Diverged, match="two logs under one key: they differ within the first 5 entries"):
        restored.catch_up()
    untouched(restored, 5)


def test_a_fork_of_the_same_size(place):
    restored = Restored(place, 5, 5, entries=lambda count: [b"another", *some_entries(count)[1:]])

    with pytest.raises(Diverged, match="two logs under one key"):
        restored.catch_up()


def test_a_database_that_is_ahead_of_the_export_or_level_with_it(restored):
    restored.catch_up()
    with pytest.raises(LedgerInput, match="nothing is missing: database and export have the same 300 entries"):
        restored.catch_up()

    add(restored.connection, restored.signer, [b"one more"])
    with pytest.raises(Diverged, match="the database has 301 entries, and the export 300"):
        restored.catch_up()


def test_a_restored_database_that_is_damaged(restored):
    cursor = restored.connection.cursor()
    if restored.place.is_sqlite:
        cursor.execute("DROP TRIGGER ledger_entries_stay")
    else:
        cursor.execute("ALTER TABLE ledger_entries DISABLE TRIGGER ledger_entries_stay")
    cursor.execute("UPDATE ledger_entries SET leaf = (SELECT leaf FROM ledger_entries WHERE n = 8) WHERE n = 7")
    restored.connection.commit()

    with pytest.raises(LedgerError, match="the restored database does not add up: entry 7: is not what was logged"):
        restored.catch_up()


def test_a_policy_of_another_log(restored, tmp_path):
    other = write_new_key(tmp_path / "other.key", "another.example/log")
    restored.policy = verify.parse_policy(f"log {other}\nquorum none\n")

    with pytest.raises(LedgerInput, match="the policy does not name this log's key"):
        restored.catch_up()
    untouched(restored)


def test_no_export(restored):
    (restored.out / CHECKPOINT).unlink()

    with pytest.raises(LedgerInput, match="holds no exported log"):
        restored.catch_up()


# --- witnesses ----------------------------------------------------------------------------------------------


@pytest.fixture
def watched(restored, tmp_path):
    """The same log, of which two witnesses cosigned the first 260 entries, and the policy wants both."""
    witnesses = []
    for name in ("w1", "w2"):
        init(tmp_path / name, f"witness.example/{name}")
        add_log(tmp_path / name, restored.signer.vkey)
        witnesses.append(Witness(tmp_path / name))
    with serving(*witnesses) as urls:
        lines = [
            f"witness {one.key.name[-2:]} {one.key.text()} {url}" for one, url in zip(witnesses, urls, strict=True)
        ]
        restored.policy = verify.parse_policy(
            "\n".join([f"log {restored.signer.vkey}", *lines, "group g 2 w1 w2", "quorum g", ""])
        )
        yield restored


def cosigned(restored, head):
    return gather(restored.policy, head.note, Tiles(store.tile_reader(restored.lost)).consistency).note


def test_witnesses_cosign_an_export_whose_last_entries_had_waited_for_none(watched):
    assert watched.catch_up().cosigned == 2

    watched.policy.check(verify.parse_note((watched.out / CHECKPOINT).read_bytes()))
    assert len(verify.parse_note(store.raw_head(watched.connection).note).signatures) == 1


def test_an_export_that_too_few_witnesses_cosign(watched):
    watched.policy = replace(watched.policy, witnesses=(watched.policy.witnesses[0], _silent(watched.policy, 1)))

    with pytest.raises(LedgerError, match="nobody vouches for this export: too few witnesses cosigned this head"):
        watched.catch_up()
    untouched(watched)


def test_an_export_older_than_what_a_witness_saw(watched):
    older = watched.out.with_name("older")
    shutil.copytree(watched.out, older)
    head = add(watched.lost, watched.signer, [b"published, and lost with the folder"])[0]
    export(watched.lost, watched.out)
    cosigned(watched, head)
    watched.out = older

    with pytest.raises(LedgerError, match="has cosigned 301 entries, and this head has 300"):
        watched.catch_up()
    untouched(watched)


def test_an_older_export_that_was_cosigned_in_its_time(watched):
    publish_cosigned(watched.out, cosigned(watched, watched.head))
    older = watched.out.with_name("older")
    shutil.copytree(watched.out, older)
    cosigned(watched, add(watched.lost, watched.signer, [b"one more"])[0])
    watched.out = older

    with pytest.raises(Diverged, match="w1 saw 301"):
        watched.catch_up()
    untouched(watched)


def _silent(policy, number):
    return replace(policy.witnesses[number], url="http://127.0.0.1:9")


# --- the command --------------------------------------------------------------------------------------------


@pytest.fixture
def shell(tmp_path):
    """A shell on a backup of three entries, whose log had grown to five."""
    found = Shell(tmp_path)
    assert found("init", "--name", NAME, key=True)[0] == 0
    assert found("append", "-", key=True, given='{"a":1}\n{"a":2}\n{"a":3}\n')[0] == 0
    with closing(sqlite3.connect(found.database)) as live, closing(sqlite3.connect(tmp_path / "backup.db")) as backup:
        live.backup(backup)
    assert found("append", "-", key=True, given='{"a":4}\n{"a":5}\n')[0] == 0
    vkey = json.loads(found("head", "--json", export=False)[1])["vkey"]
    found.policy = tmp_path / "policy"
    found.policy.write_text(f"log {vkey}\nquorum none\n")
    found.database = str(tmp_path / "backup.db")
    return found


def test_the_command(shell):
    assert shell("catch-up") == (2, "say whose word counts for the export: `--policy`, or set OSTIARY_WITNESS_POLICY")

    code, said = shell("catch-up", "--policy", shell.policy, "--dry-run", "--json")
    assert code == 0
    assert json.loads(said)["brought_back"] == 2
    assert json.loads(shell("head", "--json", export=False)[1])["size"] == 3

    code, said = shell("catch-up", "--policy", shell.policy)
    assert (code, said.split(":")[0]) == (0, "2 entries came back")
    assert shell("append", "-", key=True, given='{"a":6}\n')[0] == 0
    assert (shell("verify")[0], shell("fsck")[0]) == (0, 0)
    code, said = shell("catch-up", "--policy", shell.policy)
    assert (code, said) == (2, "nothing is missing: database and export have the same 6 entries")
