"""The database of an older version, taken to this one: its log is there byte for byte, its dockets replay, its desk goes on.

The older database is made by the migrations of that time alone, and filled with rows that its tables can hold. It is SQLite's,
on every engine of the other tests; tests/install/upgraded.py upgrades a whole machine from an older commit.
"""

import shutil
import sqlite3
from contextlib import closing
from copy import copy

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from ostiary.ledger import store
from ostiary_web.casework.replaying import replay_all
from ostiary_web.environment import read
from ostiary_web.ledger_link.queries import raw_connection
from tests.web.walking import Desk, a_desk, at_stop, on, verified

OLDEST, LATER = "the first desk", "before corrections"
# How far each app had come: when the first desk could be begun, and later.
THEN = {
    OLDEST: {"casework": "0003", "counter": "zero", "registry": "0002", "staff": "0001", "worker": "zero"},
    LATER: {
        "casework": "0007",
        "counter": "0002",
        "registry": "0002",
        "staff": "0002",
        "worker": "0001",
    },
}


@pytest.fixture(scope="module")
def now(tmp_path_factory, django_db_blocker):
    """A desk of this version, with a docket that is under review."""
    with django_db_blocker.unblock(), a_desk(tmp_path_factory.mktemp("now")) as desk:
        yield desk, at_stop(desk, "in_review")


def leaves():
    raw = raw_connection()
    return list(store.read_entries(raw, 0, store.read_head(raw).size))


def tables(database):
    return {name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


def columns(database, table, schema="main"):
    return {row[1] for row in database.execute(f"PRAGMA {schema}.table_info({table})")}


def filled(old, new):
    """Put into each table that there was what it has now, as far as it could hold it."""
    with closing(sqlite3.connect(old)) as there:
        there.execute("ATTACH ? AS new", (str(new),))
        ours = [name for name in tables(there) if not name.startswith(("django_", "sqlite_", "auth_"))]
        for table in sorted(ours):
            shared = ", ".join(f'"{name}"' for name in sorted(columns(there, table) & columns(there, table, "new")))
            there.execute(f"INSERT INTO main.{table} ({shared}) SELECT {shared} FROM new.{table}")
        there.commit()
        return set(ours)


def older(desk, folder, then):
    """A copy of the desk with the database of that time; its settings, and the tables that it had."""
    shutil.copytree(desk.folder, folder)
    (folder / "desk.db").unlink()
    environment = {name: text.replace(str(desk.folder), str(folder)) for name, text in desk.environment.items()}
    config = read(environment)
    with on(config):
        for app, name in then.items():
            call_command("migrate", app, name, verbosity=0)
    return Desk(folder, environment), config, filled(folder / "desk.db", desk.folder / "desk.db")


# One is enough at every commit; the way from the later one is a part of it.
@pytest.mark.parametrize("then", [THEN[OLDEST], pytest.param(THEN[LATER], marks=pytest.mark.long)], ids=[OLDEST, LATER])
def test_an_older_database_keeps_its_log_and_its_dockets(now, tmp_path, django_db_blocker, then):
    desk, docket = now
    with django_db_blocker.unblock():
        before = leaves()
        again, config, had = older(desk, tmp_path / "then", then)
        with on(config):
            call_command("migrate", verbosity=0)

            assert set(connection.introspection.table_names()) > had
            assert leaves() == before
            assert replay_all()[0] == 1
            assert replay_all()[2] == []
            assert copy(docket).reviewed().state == "decision"
            assert replay_all()[2] == []
            assert verified(again) == 0


def test_each_app_that_makes_tables_is_taken_back():
    ours = {app for app, _ in MigrationLoader(None).disk_migrations} - {"auth", "contenttypes", "sessions"}

    assert {app for then in THEN.values() for app in then} <= ours
