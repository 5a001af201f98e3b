"""The dockets, what they are made of, and what came in with them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """First of its app."""

    initial = True

    dependencies = [
        ("ledger_link", "0001_the_log_its_threads_and_the_reads"),
    ]

    operations = [
        migrations.CreateModel(
            name="Numbering",
            fields=[
                ("year", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Docket",
            fields=[
                ("pseudonym", models.CharField(max_length=26, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True)),
                ("kind", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=20)),
                ("body", models.CharField(blank=True, max_length=60)),
                ("received", models.DateField()),
                ("received_mode", models.CharField(max_length=20)),
                ("entered_at", models.DateTimeField()),
                ("snapshot", models.TextField()),
                ("events", models.PositiveIntegerField()),
                ("due", models.DateField(null=True)),
                ("parent", models.CharField(blank=True, max_length=26)),
                ("last_index", models.BigIntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(fields=["state", "due"], name="docket_by_state_and_due"),
                    models.Index(fields=["due"], name="docket_by_due"),
                    models.Index(fields=["body", "state"], name="docket_by_body"),
                    models.Index(fields=["parent"], name="docket_by_parent"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "received",
                                    "returned",
                                    "docketed",
                                    "judged",
                                    "in_review",
                                    "clarification",
                                    "consolidating",
                                    "decision",
                                    "approved",
                                    "notified",
                                    "stayed",
                                    "cleared",
                                    "packaged",
                                    "sealed",
                                    "released",
                                    "receipted",
                                    "overdue",
                                    "denied",
                                    "appealed",
                                    "preserved",
                                    "refused_form",
                                    "redirected",
                                    "abandoned",
                                    "withdrawn",
                                    "disposed",
                                    "recalled",
                                    "closed",
                                ],
                            )
                        ),
                        name="docket_state_is_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["request", "preservation", "appeal"])),
                        name="docket_kind_is_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("events__gte", 1)), name="docket_has_an_event"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "appeal"), models.Q(("parent", ""), _negated=True)),
                            models.Q(models.Q(("kind", "appeal"), _negated=True), ("parent", "")),
                            _connector="OR",
                        ),
                        name="docket_of_an_appeal_has_a_parent",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("act", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("data", models.TextField()),
                ("index", models.BigIntegerField(unique=True)),
                ("key", models.CharField(blank=True, max_length=64)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("docket", "number"), name="event_is_numbered_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("key", ""), _negated=True),
                        fields=("docket", "key"),
                        name="event_is_sent_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("number", 1), models.Q(("key", ""), _negated=True)),
                        fields=("key",),
                        name="intake_is_sent_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Fact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("value", models.TextField()),
                ("by", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("paper", models.CharField(blank=True, max_length=71)),
                ("register", models.CharField(blank=True, max_length=40)),
                ("at", models.DateTimeField()),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at__isnull", True)),
                        fields=("docket", "name"),
                        name="fact_stands_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=71)),
                ("kind", models.CharField(max_length=40)),
                ("name", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("docket", "digest"), name="paper_is_kept_once")],
            },
        ),
        migrations.CreateModel(
            name="Subject",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("who", models.CharField(blank=True, max_length=60)),
                ("said", models.TextField()),
                ("record", models.CharField(blank=True, db_index=True, max_length=120)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("docket", "who"), name="subject_is_named_once")],
            },
        ),
        migrations.CreateModel(
            name="VerdictRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.PositiveIntegerField()),
                ("bundle", models.CharField(max_length=71)),
                ("as_of", models.DateField()),
                ("text", models.TextField()),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("docket", "event", "as_of"), name="verdict_is_kept_once")
                ],
            },
        ),
    ]
