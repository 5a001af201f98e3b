"""Work that takes long: who asked for it, how far it is, what it found; and who of the roll is asked about."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

_UNDER_WAY = ("waiting", "running")


def _to(model: str) -> models.Field[Any, Any]:
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=model)


def _id() -> tuple[str, models.Field[Any, Any]]:
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """Four tables."""

    dependencies = [("casework", "0005_proposals_and_drafts")]
    operations = [
        migrations.CreateModel(
            name="LongWork",
            fields=[
                _id(),
                ("kind", models.CharField(max_length=20)),
                ("state", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("asked_at", models.DateTimeField()),
                ("given", models.TextField(default="{}")),
                ("task", models.CharField(blank=True, max_length=64)),
                ("attempt", models.PositiveIntegerField(default=0)),
                ("phase", models.CharField(blank=True, max_length=200)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0)),
                ("beat_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("fault", models.TextField(blank=True)),
                ("basis", models.CharField(blank=True, max_length=71)),
                ("result", models.CharField(blank=True, max_length=71)),
                ("docket", _to("casework.docket")),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", _UNDER_WAY)),
                        fields=("docket", "kind"),
                        name="work_is_under_way_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", (*_UNDER_WAY, "done", "failed"))), name="work_state_is_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), models.Q(("result", ""), _negated=True)),
                            models.Q(("state", "failed"), models.Q(("fault", ""), _negated=True)),
                            ("state__in", _UNDER_WAY),
                            _connector="OR",
                        ),
                        name="work_has_a_result_or_a_fault",
                    ),
                )
            },
        ),
        migrations.CreateModel(
            name="AskedPerson",
            fields=[
                _id(),
                ("number", models.PositiveIntegerField()),
                ("who", models.CharField(blank=True, max_length=60)),
                ("texts", models.TextField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("left_out_at", models.DateTimeField(null=True)),
                ("docket", _to("casework.docket")),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(fields=("docket", "number"), name="asked_person_is_numbered_once"),
                )
            },
        ),
        migrations.CreateModel(
            name="MatchWord",
            fields=[
                _id(),
                ("subject", models.CharField(max_length=20)),
                ("candidate", models.CharField(max_length=120)),
                ("verdict", models.CharField(max_length=10)),
                ("by", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("work", _to("casework.longwork")),
            ],
            options={
                "constraints": (
                    models.UniqueConstraint(
                        fields=("work", "subject", "candidate", "by"), name="match_word_is_said_once"
                    ),
                )
            },
        ),
        migrations.CreateModel(
            name="Identified",
            fields=[
                _id(),
                ("record", models.CharField(max_length=120)),
                ("strong", models.TextField()),
                ("band", models.CharField(max_length=20)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.askedperson"
                    ),
                ),
                ("work", _to("casework.longwork")),
            ],
        ),
    ]
