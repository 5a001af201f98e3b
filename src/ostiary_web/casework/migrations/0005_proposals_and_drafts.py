"""An act that waits for its second person, a form that is not sent yet, and how somebody likes to work."""

import django.db.models.deletion
from django.db import migrations, models

_ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


def _docket() -> tuple[str, "models.ForeignKey[object, object]"]:
    link = models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket")
    return "docket", link


class Migration(migrations.Migration):
    """New tables only; no row that there is changes."""

    dependencies = [("casework", "0004_assignments_and_notes")]
    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                _ID,
                ("act", models.CharField(max_length=40)),
                ("by", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("at", models.DateTimeField()),
                ("given", models.TextField()),
                ("beside", models.TextField()),
                ("letter", models.CharField(blank=True, max_length=71)),
                ("expect", models.PositiveIntegerField()),
                ("key", models.CharField(max_length=64)),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("settled_by", models.CharField(blank=True, max_length=80)),
                ("settled_at", models.DateTimeField(null=True)),
                ("why", models.TextField(blank=True)),
                _docket(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("outcome", "")), fields=("docket", "act"), name="proposal_is_open_once"
                    ),
                    models.UniqueConstraint(fields=("docket", "key"), name="proposal_is_sent_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                _ID,
                ("by", models.CharField(max_length=80)),
                ("form", models.CharField(max_length=80)),
                ("typed", models.TextField()),
                ("at", models.DateTimeField(db_index=True)),
                _docket(),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("docket", "by", "form"), name="draft_is_kept_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Habit",
            fields=[
                ("by", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("shortcuts", models.BooleanField(default=True)),
            ],
        ),
    ]
