"""On PostgreSQL the log is written by a role that can read and append, and do nothing else."""

from contextlib import closing

import psycopg
import pytest
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.ledger import schema, store
from ostiary.ledger.faults import LedgerError, LedgerInput
from ostiary.ledger.opening import connect
from tests.ledger.making import add, some_entries


@pytest.fixture
def roles(postgresql, run):
    """A log of 300 entries, its signer, and connections of a role with the writer's rights and of one with none."""
    owner, signer = postgresql.log()
    add(owner, signer, some_entries(300))
    for role in ("log_writer", "log_nobody"):
        run(owner, f"DO $$ BEGIN CREATE ROLE {role} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$")
        run(owner, f"GRANT USAGE ON SCHEMA public TO {role}")
    owner.commit()
    assert (
        CliRunner().invoke(app, ["log", "grant", "--role", "log_writer", "--database", postgresql.url]).exit_code == 0
    )
    opened = [connect(postgresql.url.replace("tester@", f"{role}@")) for role in ("log_writer", "log_nobody")]
    with closing(opened[0]), closing(opened[1]):
        yield owner, signer, *opened


def test_the_writer_appends_and_reads(roles):
    owner, signer, writer, _ = roles

    head, first = add(writer, signer, some_entries(20, 300))

    assert (first, head.size) == (300, 320)
    assert store.read_head(owner) == head


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_entries VALUES (300, 'x')",
        "UPDATE ledger_entries SET leaf = 'x'",
        "DELETE FROM ledger_entries",
        "TRUNCATE ledger_entries",
        "UPDATE ledger_tiles SET data = 'x'",
        "DELETE FROM ledger_tiles",
        "UPDATE ledger_head SET n = n + 1",
        "DELETE FROM ledger_head",
        "DROP TABLE ledger_entries",
        "ALTER TABLE ledger_entries DISABLE TRIGGER ALL",
        "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$",
    ],
)
def test_and_nothing_else(roles, run, statement):
    _, _, writer, _ = roles
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        run(writer, statement)


def test_a_role_without_the_grant_does_neither(roles):
    _, signer, _, nobody = roles
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        store.append(nobody, [b"x"], signer)


CALL = (
    "SELECT ledger_append(%s, (SELECT root FROM ledger_head), %s::bytea[], %s::smallint[], %s::bigint[], "
    "%s::bytea[], '', '')"
)


def test_the_function_writes_no_tile_over(roles):
    _, _, writer, _ = roles
    with pytest.raises(psycopg.errors.RaiseException, match="a tile of the log only grows"):
        writer.execute(CALL, (300, [b"x"], [0], [0], [b"other"]))


def test_the_function_follows_the_head_alone(roles):
    _, _, writer, _ = roles
    with pytest.raises(psycopg.errors.SerializationFailure, match="another writer moved the head"):
        writer.execute(CALL, (299, [b"x"], [0], [2], [b"h"]))


def test_a_temporary_table_does_not_stand_in_for_the_log(roles):
    owner, signer, writer, _ = roles
    writer.execute("CREATE TEMPORARY TABLE ledger_entries (n bigint, leaf bytea)")

    add(writer, signer, [b"one more"])

    assert store.read_entries(owner, 300, 301) == [(300, b"one more")]


@pytest.mark.parametrize("role", ["Writer", "w; DROP TABLE x", "", "1w"])
def test_a_roles_name_is_a_plain_one(postgresql, role):
    connection, _ = postgresql.log()
    with pytest.raises(LedgerInput, match="a role's name has small letters"):
        schema.grant_writer(connection, role)


def test_an_append_that_lost_the_race_is_refused(roles, monkeypatch):
    """The second guard, when the lock is gone."""
    owner, signer, writer, _ = roles
    behind = store.read_head(writer)
    writer.rollback()
    add(owner, signer, [b"first"])
    monkeypatch.setattr(store, "_stored_head", lambda cursor, database: behind)
    with pytest.raises((LedgerError, psycopg.errors.SerializationFailure)):
        store.append(writer, [b"second"], signer, behind)
