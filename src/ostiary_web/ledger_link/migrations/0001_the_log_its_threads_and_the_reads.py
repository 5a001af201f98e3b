"""The tables of the log itself, of what its entries commit to, and those of ours beside them."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from ostiary.ledger import commitment_store, schema
from ostiary.ledger.schema import Database


def make_the_log(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """As the ledger itself writes its tables; whoever made the log by command has them already."""
    database = Database(editor.connection.vendor)
    with editor.connection.cursor() as cursor:
        if not schema.is_there(cursor, database):
            for statement in schema.statements(database):
                cursor.execute(statement)
        for statement in commitment_store.statements(database):
            cursor.execute(statement)


class Migration(migrations.Migration):
    """First of its app."""

    initial = True

    dependencies = []

    operations = [
        migrations.RunPython(make_the_log, migrations.RunPython.noop),
        migrations.CreateModel(
            name="ClosedDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=71)),
                ("index", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Read",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("day", models.DateField(db_index=True)),
                ("by", models.CharField(max_length=80)),
                ("whose", models.CharField(max_length=120)),
                ("docket", models.CharField(blank=True, max_length=26)),
                ("what", models.CharField(max_length=60)),
                ("why", models.CharField(max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="Thread",
            fields=[
                ("pseudonym", models.CharField(max_length=26, primary_key=True, serialize=False)),
                ("sort", models.CharField(max_length=20)),
                ("subject", models.CharField(blank=True, max_length=80)),
                ("steps", models.PositiveIntegerField(default=0)),
                ("last_day", models.DateField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("subject", ""), _negated=True),
                        fields=("sort", "subject"),
                        name="thread_is_the_only_one_of_its_subject",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("last_day", None), ("steps", 0)),
                            models.Q(("last_day__isnull", False), ("steps__gt", 0)),
                            _connector="OR",
                        ),
                        name="thread_steps_and_last_day_go_together",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("step", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=60)),
                ("at", models.DateTimeField()),
                ("by", models.CharField(max_length=80)),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="ledger_link.thread"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("thread", "step"), name="step_is_taken_once")],
            },
        ),
    ]
