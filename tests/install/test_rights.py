"""PostgreSQL with two roles: the owner migrates and grants, and the desk's own role does everything a desk does."""

import os
import shlex
import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest

from ostiary_web.database_rights import rights
from ostiary_web.demo.place import Place
from tests.conftest import ROOT
from tests.postgres import postgres

DESK = """
import shlex, sys, django
from django.core.management import call_command

django.setup()
for line in sys.argv[1:]:
    call_command(*shlex.split(line))
print("all done")
"""
BEGIN = (("migrate", "--verbosity", "0"), ("log", "start"), ("grant", "desk"))
# The demonstration's own seeding, on the database that the environment names.
SEED = """
import sys
from pathlib import Path
from ostiary_web.demo import place, seed

class There(place.Place):
    def environment(self):
        return super().environment() | {"OSTIARY_DATABASE_URL": sys.argv[2]}

here = There(Path(sys.argv[1]))
seed.made_up_roll(here)
seed.in_use(here)
seed.fill(here, say=lambda text: None)
"""
MAY_NOT = (
    "DELETE FROM casework_event",
    "UPDATE casework_verdictrow SET docket_id = docket_id",
    "UPDATE ledger_entries SET leaf = leaf",
    "INSERT INTO ledger_entries (n, leaf) VALUES (0, 'x')",
    "DELETE FROM ledger_head",
    "UPDATE ledger_link_read SET why = ''",
    "DELETE FROM ledger_link_step",
    "DELETE FROM commitment_openings",
    "DELETE FROM staff_person",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
    "ALTER TABLE casework_event DISABLE TRIGGER ALL",
    "DROP TABLE casework_draft",
    "TRUNCATE casework_draft",
    "CREATE TABLE mine (n int)",
)


@contextmanager
def two_roles():
    """Addresses of an empty database, for its owner and for the desk, and for a superuser."""
    with postgres(fast=False) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            for statement in (
                "CREATE ROLE the_owner LOGIN",
                "CREATE ROLE desk LOGIN",
                "CREATE DATABASE d OWNER the_owner",
            ):
                connection.execute(statement)
        there = url.removesuffix("/postgres") + "/d"
        yield there.replace("tester", "the_owner"), there.replace("tester", "desk"), there


def a_place(folder):
    place = Place(folder / "desk")
    place.lay_out()
    return place


def desk(place, url, *commands):
    """Commands of the desk, one after the other in one process; what they print, or the fault."""
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("OSTIARY_", "DJANGO_"))}  # noqa: TID251 - handed on
    given = (
        outside | place.environment() | {"OSTIARY_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}
    )
    words = [sys.executable, "-c", DESK, *map(shlex.join, commands)]
    done = subprocess.run(words, env=given, cwd=ROOT, text=True, capture_output=True, check=False)
    return done.stdout if done.returncode == 0 else done.stdout + done.stderr[-400:]


def refused(url, statement):
    with psycopg.connect(url) as connection:
        try:
            connection.execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
    return False


def test_each_table_has_its_rights_and_what_only_grows_has_no_more():
    found = dict(rights())

    assert found["casework_event"] == "SELECT, INSERT"
    assert found["casework_docket"] == "SELECT, INSERT, UPDATE"
    assert found["casework_draft"].endswith("DELETE")
    assert not any(name.startswith("ledger_") and not name.startswith("ledger_link_") for name in found)
    assert {
        name for name, allowed in found.items() if "DELETE" in allowed and name.startswith(("registry_", "staff_"))
    } == set()


def test_the_owner_begins_and_the_desks_role_goes_on_and_can_do_no_more(tmp_path):
    place = a_place(tmp_path)
    person = ("person", "add", "ada@agency.example", "--name", "Ada", "--unit", "office", "--administrator")
    with two_roles() as (owner, role, _):
        began = desk(place, owner, *BEGIN)
        went_on = desk(
            place, role, ("unit", "add", "office", "--name", "The office"), person, ("work", "--batch"),
            ("backup", str(tmp_path / "copy")), ("backup", str(tmp_path / "copy"), "--check"),
        )  # fmt: skip

        assert began.endswith("all done\n"), began
        assert "change no table" in began
        assert went_on.endswith("all done\n"), went_on
        assert [one for one in MAY_NOT if not refused(role, one)] == []
        assert not refused(role, "SELECT count(*) FROM ledger_entries")
        assert "only the owner" in desk(place, role, ("grant", "desk"))
        assert "a role's name" in desk(place, owner, ("grant", "desk; DROP TABLE casework_event"))


@pytest.mark.long
def test_the_desks_role_can_carry_dockets_into_every_state(tmp_path):
    """The whole demonstration: every act of some thirty dockets, by the role that owns nothing."""
    place = a_place(tmp_path)
    with two_roles() as (owner, role, other):
        desk(place, owner, BEGIN[0], BEGIN[2])
        with psycopg.connect(other) as connection:
            # The demonstration starts its log by itself, months ago; elsewhere the owner does.
            connection.execute("GRANT INSERT ON ledger_head TO desk")
        done = subprocess.run(
            [sys.executable, "-c", SEED, str(place.folder), role], cwd=ROOT, text=True, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        assert desk(place, role, ("work", "--batch")).endswith("all done\n")
        with psycopg.connect(role) as connection:
            (states,) = connection.execute("SELECT count(DISTINCT state) FROM casework_docket").fetchone()

        assert states >= 15
