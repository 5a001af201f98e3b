"""Makers of lawful people and registers. A test spells out only what it is about."""

import datetime as dt

from django.db import connection, transaction

from ostiary.ledger import schema, store
from ostiary.ledger.entry import read_entry
from ostiary.ledger.kinds import catalogue
from ostiary.ledger.schema import Database
from ostiary_web.environment import read
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.staff import actions, queries

AT = dt.datetime(2026, 3, 10, 15, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 3, 10)
YEAR = dt.timedelta(days=365)
PASSWORD = "a long pass phrase of a test"


def a_config(environment):
    return read(environment)


def an_administrator(mail="ada@agency.example", by=None):
    if by is None:
        actions.add_unit(code="office", name="The office", by=None, at=AT)
    return actions.add_person(mail=mail, name="Ada Admin", unit="office", administrator=True, by=by, at=AT)


def a_person(by, mail="pat@agency.example", name="Pat Person", unit="office"):
    return actions.add_person(mail=mail, name=name, unit=unit, by=by, at=AT)


def a_course(by, code="handling"):
    if code not in dict(queries.courses()):
        actions.add_course(code=code, name="Handling records", needed=True, by=by, at=AT)
    return code


def trained(person, by):
    actions.record_training(number=person.pk, course=a_course(by), done_on=TODAY, expires_on=TODAY + YEAR, by=by, at=AT)
    return person


def an_official(by, role, mail=None):
    """Somebody with a role and training in force."""
    person = trained(a_person(by, mail or f"{role}@agency.example", f"A {role}"), by)
    actions.give_role(number=person.pk, role=role, since=TODAY, by=by, at=AT)
    return person


def entries():
    """Every entry of the log, in order."""
    raw = raw_connection()
    return [read_entry(leaf, catalogue()) for _, leaf in store.read_entries(raw, 0, store.read_head(raw).size)]


def kinds():
    return [entry.kind for entry in entries()]


@transaction.atomic
def make_the_log_anew():
    """Drop the log's tables, as only the database's owner can, and make them empty."""
    with connection.cursor() as cursor:
        cascade = " CASCADE" if connection.vendor == "postgresql" else ""
        for table in ("ledger_entries", "ledger_tiles", "ledger_head"):
            cursor.execute(f"DROP TABLE {table}{cascade}")
        if cascade:
            cursor.execute("SELECT oid::regprocedure FROM pg_proc WHERE starts_with(proname, 'ledger_')")
            for (function,) in cursor.fetchall():
                cursor.execute(f"DROP FUNCTION {function} CASCADE")
        for statement in schema.statements(Database(connection.vendor)):
            cursor.execute(statement)
