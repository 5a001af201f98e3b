"""What the desk's own role may do in PostgreSQL, where another role owns the tables: work in them, and change none.

The owner migrates and then grants; the role that serves the pages can make no table, switch off no trigger, and
remove only what is meant to go: drafts, what a visitor saved, sessions. What only grows it cannot even change.
"""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import transaction

from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.opening import explained
from ostiary.ledger.schema import Cursor, grant_writer
from ostiary_web.ledger_link.queries import raw_connection

_READ = "SELECT"
_GROW = "SELECT, INSERT"
_KEEP = "SELECT, INSERT, UPDATE"
_ALL = "SELECT, INSERT, UPDATE, DELETE"

_GROWING = frozenset(
    {"casework_event", "casework_verdictrow", "ledger_link_step", "ledger_link_read", "ledger_link_closedday"}
)
_GOING = frozenset({"casework_draft", "counter_savedrequest", "counter_savedpaper", "counter_tries", "worker_pulse"})
# Of Django itself; they change with a migration alone.
_FIXED = frozenset({"auth", "contenttypes"})
# Tables that no model describes; those of the log itself are granted by the ledger.
_OTHERS = {
    "django_migrations": _READ,
    "commitment_secrets": _KEEP,  # what is erased is blanked, and its row stays
    "commitment_trees": _GROW,
    "commitment_openings": _GROW,
}
_NOT_OURS = (
    "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND NOT pg_has_role(tableowner, 'USAGE')"
)


def rights() -> Iterator[tuple[str, str]]:
    """Each table but the log's own, and what the desk's role may do with its rows."""
    for model in apps.get_models(include_auto_created=True):
        table, ours = model._meta.db_table, model.__module__.startswith("ostiary_web.")
        if model._meta.app_label in _FIXED:
            yield table, _READ
        elif ours and table in _GROWING:
            yield table, _GROW
        else:
            yield table, _KEEP if ours and table not in _GOING else _ALL
    yield from _OTHERS.items()


def _counters(cursor: Cursor) -> list[tuple[str]]:
    """The numbers that rows get, which a backup reads; rows get them without any right."""
    cursor.execute("SELECT quote_ident(sequencename) FROM pg_sequences WHERE schemaname = current_schema()")
    return cursor.fetchall()


@transaction.atomic
def grant(role: str) -> int:
    """Give a role these rights and take away every other; run as the tables' owner. How many tables.

    :raises LedgerInput: if this is no PostgreSQL, the role's name is not a plain one, or the tables are not one's own.
    """
    granted, raw = dict(rights()), raw_connection()
    with explained("the database"):
        grant_writer(raw, role)
        cursor = raw.cursor()
        # Rights that are not one's own to give are passed over with a warning alone.
        cursor.execute(_NOT_OURS)
        if cursor.fetchall():
            raise LedgerInput("only the owner of the desk's tables gives rights on them; nothing was changed")
        for table, allowed in granted.items():
            cursor.execute(f"REVOKE ALL ON {table} FROM {role}")
            cursor.execute(f"GRANT {allowed} ON {table} TO {role}")
        for (sequence,) in _counters(cursor):
            cursor.execute(f"GRANT SELECT ON SEQUENCE {sequence} TO {role}")
    return len(granted)
