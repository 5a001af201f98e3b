"""``ostiary log``: what a person types, what is said, and the exit status."""

import base64
import errno
import json
import sqlite3
from contextlib import closing

import pytest
from typer.testing import CliRunner

import ostiary_verify as verify
from ostiary.cli.main import app
from ostiary.errors import OstiaryError
from ostiary.ledger import opening
from ostiary.ledger.faults import Busy, LedgerError, LedgerInput, Unknown
from ostiary.ledger.log import Log
from ostiary.ledger.opening import explained
from ostiary.ledger.signing import write_new_key
from ostiary.ledger.witness import add_log
from tests.ledger.making import NAME, a_signer
from tests.ledger.witnesses import a_witness, serving


class Shell:
    """Runs the command on one log; says exit status, output, and the one line of a fault."""

    def __init__(self, folder, database=None):
        self.folder = folder
        self.key = folder / "log.key"
        self.out = folder / "out"
        self.database = database or str(folder / "log.db")

    def __call__(self, command, *words, given=None, key=False, export=True):
        line = ["log", command, *map(str, words), "--database", self.database]
        line += ["--key", str(self.key)] if key else []
        line += ["--export", str(self.out)] if export else []
        done = CliRunner().invoke(app, line, input=given)
        if isinstance(done.exception, OstiaryError):
            return done.exception.exit_code, str(done.exception)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return done.exit_code, done.output


@pytest.fixture
def shell(tmp_path):
    """A shell beside a new log of three entries."""
    found = Shell(tmp_path)
    assert found("init", "--name", NAME, key=True)[0] == 0
    assert found("append", "-", key=True, given='{"a":1}\n{"a":2}\n{"b":[1,"\u00e9"]}\n')[0] == 0
    return found


def test_the_whole_way(place, tmp_path):
    found = Shell(tmp_path, place.url)

    code, said = found("init", "--name", NAME, key=True)
    assert code == 0
    vkey = said.splitlines()[-1]
    assert verify.parse_vkey(vkey).name == NAME
    code, said = found("append", "-", key=True, given='{"a":1}\n{"a":2}\n')
    assert said.splitlines() == [
        f"{n} {verify.leaf_hash(entry).hex()}" for n, entry in enumerate([b'{"a":1}', b'{"a":2}'])
    ]
    assert found("verify")[0] == 0
    assert found("fsck", "--vkey", vkey) == (0, "no fault\n")
    assert found("head", export=False)[1] == (tmp_path / "out" / "checkpoint").read_text()
    assert found("export")[1].endswith("0 new files; 2 entries\n")
    policy = verify.parse_policy(f"log {vkey}\nquorum none\n")
    proof = verify.parse_proof(found("prove", 1, export=False)[1].encode())
    assert proof.check(policy, b'{"a":2}').size == 2


def test_everything_speaks_json(shell):
    head = json.loads(shell("head", "--json", export=False)[1])
    added = json.loads(shell("append", "-", "--json", key=True, given='{"c":3}\n')[1])

    assert head["size"] == 3
    assert head["note"].startswith(NAME)
    assert (added["size"], added["entries"]) == (4, [{"index": 3, "leaf": verify.leaf_hash(b'{"c":3}').hex()}])
    assert json.loads(shell("verify", "--json")[1])["good"] is True
    assert json.loads(shell("fsck", "--json")[1]) == {"good": True, "faults": []}
    assert json.loads(shell("export", "--json")[1])["new_files"] == 0
    assert json.loads(shell("prove", 0, "--json", export=False)[1])["proof"].startswith("c2sp.org/tlog-proof@v1\n")


def test_files_raw_and_several(shell, tmp_path):
    (tmp_path / "a").write_bytes(b"any\nbytes\xff")
    (tmp_path / "b").write_bytes(b"more")

    code, said = shell("append", tmp_path / "a", tmp_path / "b", "--raw", key=True)

    assert (code, [line.split()[0] for line in said.splitlines()]) == (0, ["3", "4"])
    assert said.split()[1] == verify.leaf_hash(b"any\nbytes\xff").hex()


@pytest.mark.parametrize(
    "line", ['{"a": 1}', '{"b":1,"a":2}', '{"a":1,"a":1}', "{", '{"a":1.0}', "", "NaN", "[" * 9999]
)
def test_what_is_not_canonical_is_refused_whole(shell, line):
    code, said = shell("append", "-", key=True, given='{"good":1}\n' + line + "\n")

    assert code == 2
    assert said.startswith("-: line 2: is not canonical JSON")
    assert json.loads(shell("head", "--json", export=False)[1])["size"] == 3


def test_a_proof_goes_into_a_file(shell, tmp_path):
    assert shell("prove", 2, "--out", tmp_path / "p.tlog-proof", export=False) == (0, "")
    assert verify.parse_proof((tmp_path / "p.tlog-proof").read_bytes()).index == 2


@pytest.mark.parametrize(
    ("command", "words", "message"),
    [
        ("prove", [3], "the log has 3 entries, numbered from 0; there is no entry 3"),
        ("append", ["none.json"], "none.json: cannot be read: No such file or directory"),
    ],
)
def test_bad_input_ends_in_2(shell, command, words, message):
    assert shell(command, *words, key=command == "append", export=False) == (2, message)


def test_a_log_is_not_made_twice(shell):
    assert shell("init", key=True) == (2, f"{shell.out}: holds a log already; name another folder")
    assert shell("init", key=True, export=False) == (2, "this database holds a log already")


def test_a_log_that_is_not_there_is_said_so(tmp_path):
    code, said = Shell(tmp_path)("head", export=False)
    assert (code, said) == (2, f"{tmp_path / 'log.db'}: there is no database; make a log with `ostiary log init`")
    (tmp_path / "log.db").write_bytes(b"not a database, but some text that is long enough to be looked at" * 20)
    code, said = Shell(tmp_path)("head", export=False)
    assert code == 70
    assert said.endswith("the database is damaged, or is none; run `ostiary log fsck`")


def test_no_key_and_no_name(tmp_path):
    code, said = Shell(tmp_path)("init", key=True)
    assert code == 2
    assert said.endswith("there is no key; give the log's name with `--name`, and one is made")


def test_a_database_must_be_named(monkeypatch, tmp_path):
    monkeypatch.delenv("OSTIARY_DATABASE_URL", raising=False)
    done = CliRunner().invoke(app, ["log", "head"])
    assert str(done.exception) == "name the log with `--database`, or set OSTIARY_DATABASE_URL"
    monkeypatch.setenv("OSTIARY_DATABASE_URL", f"sqlite:///{tmp_path}/none.db")
    assert "there is no database" in str(CliRunner().invoke(app, ["log", "head"]).exception)


def test_an_export_must_be_named(shell):
    for command in ("export", "verify"):
        code, said = shell(command, export=False)
        assert code == 2
        assert said.startswith("name ")


def test_a_key_that_others_may_read(shell):
    shell.key.chmod(0o644)
    code, said = shell("append", "-", key=True, given='{"a":1}\n')

    assert code == 2
    assert said == f"{shell.key}: others may read this key; `chmod 600` it, and think about making a new one"


def test_another_logs_key(shell, tmp_path):
    (tmp_path / "other").mkdir()
    with closing(a_signer(tmp_path / "other", "other.example/log")):
        shell.key = tmp_path / "other" / "log.key"
    code, said = shell("append", "-", key=True, given='{"a":1}\n')

    assert code == 2
    assert said.startswith(f"this log's key is `{NAME}+")


def test_an_older_database_than_its_export(shell, tmp_path):
    backup = sqlite3.connect(tmp_path / "backup.db")
    with closing(sqlite3.connect(shell.database)) as live, closing(backup):
        live.backup(backup)
    shell("append", "-", key=True, given='{"d":4}\n')
    shell.database = str(tmp_path / "backup.db")

    for command, words in (("append", ["-"]), ("export", []), ("verify", [])):
        code, said = shell(command, *words, key=command == "append", given='{"e":5}\n')
        assert code == 1
        assert "this database is older than what was published" in said


def test_a_changed_file_is_found_by_verify_and_named_by_fsck(shell):
    place = shell.out / "tile/entries/000.p/3"
    place.write_bytes(place.read_bytes().replace(b'{"a":2}', b'{"a":9}'))

    assert shell("verify")[0] == 1
    assert shell("fsck") == (1, "tile/entries/000.p/3: entry 1 is not what was logged\nfaults: 1\n")


def test_a_changed_row_is_named_and_proves_nothing(shell):
    with closing(sqlite3.connect(shell.database, isolation_level=None)) as owner:
        owner.execute("DROP TRIGGER ledger_entries_stay")
        owner.execute("UPDATE ledger_entries SET leaf = x'00' WHERE n = 1")

    assert shell("fsck", export=False) == (1, "entry 1: is not what was logged\nfaults: 1\n")
    code, said = shell("prove", 1, export=False)
    assert code == 70
    assert said.startswith("entry 1 cannot be proved: ")


def test_another_writer_holds_the_database(shell, monkeypatch):
    monkeypatch.setattr(opening, "_PATIENCE", 1)
    with closing(sqlite3.connect(shell.database, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        code, said = shell("append", "-", key=True, given='{"a":1}\n')

    assert (code, said) == (70, f"{shell.database}: another process is writing; nothing was appended; try again")


def test_a_full_disk(shell):
    with closing(a_signer(shell.folder)) as signer, Log(shell.database, signer, shell.out) as log:
        log._connection.execute("PRAGMA max_page_count = 1")
        with pytest.raises(LedgerError, match="the disk is full; nothing was appended"):
            log.append([b"x" * 60_000])
    assert shell("append", "-", key=True, given='{"a":1}\n')[0] == 0


def test_a_commit_that_fails_is_unknown(shell):
    class Broken(sqlite3.Connection):
        def commit(self):
            raise sqlite3.OperationalError("disk I/O error")

    with closing(a_signer(shell.folder)) as signer, Log(shell.database, signer) as log:
        log.close()
        log._connection = sqlite3.connect(shell.database, factory=Broken, isolation_level=None)
        log._connection.execute("PRAGMA synchronous = FULL")
        with pytest.raises(Unknown, match="the entries may be in the log from index 3 on"):
            log.append([b"x"])


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        (errno.ENOSPC, LedgerError, "f: the disk is full"),
        (errno.EROFS, LedgerInput, "f: may not be written; who owns the folder?"),
        (errno.EACCES, LedgerInput, "f: may not be written; who owns the folder?"),
        (errno.EIO, LedgerError, "f: Input/output error"),
    ],
)
def test_faults_of_the_disk(number, kind, said):
    import os

    with pytest.raises(kind, match=f"^{said.replace('?', '.')}$"), explained("folder"):
        raise OSError(number, os.strerror(number), "f")


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (sqlite3.SQLITE_BUSY, Busy, "another process is writing"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, Busy, "another process is writing"),
        (sqlite3.SQLITE_READONLY_DBMOVED, LedgerInput, "cannot be opened for writing"),
        (sqlite3.SQLITE_IOERR_FSYNC, LedgerError, "the disk failed"),
        (sqlite3.SQLITE_ERROR, LedgerError, "words"),
    ],
)
def test_faults_of_sqlite(code, kind, said):
    fault = sqlite3.OperationalError("words")
    fault.sqlite_errorcode = code

    with pytest.raises(kind, match=said), explained("log.db"):
        raise fault


def test_postgresql_out_of_reach_does_not_show_the_password():
    with pytest.raises(LedgerInput) as caught:
        opening.connect("postgresql://who:secret@127.0.0.1:1/none")

    assert "secret" not in str(caught.value)
    with pytest.raises(LedgerInput, match="takes a path of SQLite"):
        opening.connect("mysql://who:secret@127.0.0.1/none")


def test_faults_of_postgresql(postgresql):
    connection = postgresql.open()

    with pytest.raises(LedgerError, match="the database: relation"), explained("the database"):
        connection.cursor().execute("SELECT * FROM nothing")


def test_an_older_log_is_shown_to_be_a_beginning(shell):
    status, said = shell("consistency", "1", export=False)

    assert status == 0
    with closing(Log(shell.database)) as log:
        head, old = log.head(), verify.leaf_hash(b'{"a":1}')
    verify.verify_consistency(1, old, 3, head.root, [base64.b64decode(line) for line in said.split()])
    assert json.loads(shell("consistency", "1", "--json", export=False)[1])["proof"] == said.split()
    assert shell("consistency", "9", export=False)[0] == 2


def test_tidying_leaves_a_log_that_an_outsider_can_follow(shell):
    lines = "".join(f'{{"n":{n}}}\n' for n in range(300))
    assert shell("append", "-", key=True, given=lines)[0] == 0
    (shell.out / "tile" / ".new-0123456789abcdef").write_bytes(b"half")
    before = {path for path in shell.out.rglob("*") if path.is_file()}

    done = CliRunner().invoke(app, ["log", "tidy", "--export", str(shell.out), "--json"])

    gone = before - {path for path in shell.out.rglob("*") if path.is_file()}
    assert json.loads(done.output) == {"removed": len(gone)}
    # The first 3 entries, their hashes, and what was cut short; 47 more stay, since no full file holds them.
    assert {str(path.relative_to(shell.out)) for path in gone} == {
        "tile/entries/000.p/3", "tile/0/000.p/3", "tile/.new-0123456789abcdef",
    }  # fmt: skip
    assert shell("verify")[0] == 0
    assert shell("fsck")[0] == 0
    assert "holds no exported log" in str(CliRunner().invoke(app, ["log", "tidy", "--export", "nowhere"]).exception)


def test_a_log_with_witnesses_is_cosigned_and_does_not_go_on_from_a_backup(shell, tmp_path):
    with closing(Log(shell.database)) as log:
        vkey = log.head().vkey
    (tmp_path / "w").mkdir()
    a_witness(tmp_path / "w", logs=())
    add_log(tmp_path / "w", vkey)
    witness = a_witness(tmp_path / "w", logs=())
    backup = (tmp_path / "log.db").read_bytes()
    with serving(witness) as (url,):
        policy = tmp_path / "policy"
        # Another log stands first in the policy: the witnesses are asked about ours.
        other = write_new_key(tmp_path / "other.key", "another.example/log")
        policy.write_text(f"log {other}\nlog {vkey}\nwitness w {witness.key.text()} {url}\nquorum w\n")
        words = ("append", "-", "--policy", policy, "--json")
        assert json.loads(shell(*words, key=True, given='{"a":4}\n', export=False)[1])["cosignatures"] == 1
        for stale in tmp_path.glob("log.db-*"):
            stale.unlink()
        (tmp_path / "log.db").write_bytes(backup)
        (tmp_path / "log.key.signed").unlink(missing_ok=True)
        status, said = shell(*words, key=True, given='{"a":5}\n', export=False)
    assert status != 0
    assert "w saw 4: this database is older than what was published" in said

    status, said = shell(*words, key=True, given='{"a":6}\n', export=False)  # and now nobody answers
    assert (status, "too few witnesses answer (w)" in said) == (2, True)


def test_sqlite_has_no_roles(shell):
    assert shell("grant", "--role", "writer", export=False) == (
        2, "SQLite has no roles; who may write the file is said by the file's own rights",
    )  # fmt: skip
