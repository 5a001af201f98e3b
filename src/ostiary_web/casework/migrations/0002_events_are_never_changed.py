"""The database itself refuses to change or remove an event or a verdict, whoever asks."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

_TABLES = ("casework_event", "casework_verdictrow")
_SAYS = "what was recorded is never changed"


def guard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """A trigger on each table."""
    with editor.connection.cursor() as cursor:
        if editor.connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION casework_kept() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{_SAYS}'; END $$"
            )
        for table in _TABLES:
            for act in ("UPDATE", "DELETE"):
                name = f"{table}_no_{act.lower()}"
                if editor.connection.vendor == "postgresql":
                    body = "EXECUTE FUNCTION casework_kept()"
                else:
                    body = f"BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"
                cursor.execute(f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {body}")


def unguard(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """Without them, as before."""
    on = {table: f" ON {table}" if editor.connection.vendor == "postgresql" else "" for table in _TABLES}
    with editor.connection.cursor() as cursor:
        for table in _TABLES:
            for act in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER {table}_no_{act}{on[table]}")
        if editor.connection.vendor == "postgresql":
            cursor.execute("DROP FUNCTION casework_kept()")


class Migration(migrations.Migration):
    """After the tables."""

    dependencies = (("casework", "0001_dockets_their_events_facts_and_papers"),)

    operations = (migrations.RunPython(guard, unguard),)
