"""Who works on a docket, and what colleagues tell each other about it; and the columns that queues are asked by."""

import json

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


def fill(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The new columns of the dockets that there are, from their snapshots, as ``actions.columns`` writes them."""
    dockets, hands = apps.get_model("casework", "Docket"), apps.get_model("casework", "Hand")
    facts = apps.get_model("casework", "Fact")
    for row in dockets.objects.all().iterator():
        told = json.loads(row.snapshot)
        running = [one for one in told["clocks"] if one["tolled"] is None]
        first = min(running, key=lambda one: (one["due"], one["name"]), default=None)
        package = told["package"]
        finer = {
            "received": "preservation" if row.kind == "preservation" else "",
            "docketed": "verified" if told["requester_verified"] is not None else "",
            "in_review": "second" if told["reviews"] else "",
            "packaged": "checked" if package is not None and package["passed"] else "",
        }.get(row.state, "")
        row.step = f"{row.state}.{finer}" if finer else row.state
        row.on_hold = any(one["lifted"] is None for one in told["holds"])
        row.due_clock = "" if first is None else first["name"]
        row.due = None if first is None else first["due"]
        mine = facts.objects.filter(docket_id=row.pk)
        kind = mine.filter(name="requester.kind", superseded_at=None).values_list("value", flat=True).first()
        row.requester = (json.loads(kind) if kind else None) or ""
        row.save(update_fields=["step", "on_hold", "due", "due_clock", "requester"])
        stands = {(one["person"], one["role"]) for one in told["reviews"]}
        acted = {(one["person"], one["role"]) for one in told["acted"]} | stands
        acted |= set(mine.filter(register="").values_list("by", "role").distinct())
        wanted = {pair: pair in stands for pair in acted} | {(person, "before"): False for person in told["before"]}
        hands.objects.bulk_create(
            hands(docket_id=row.pk, person=person, role=role, opinion=opinion)
            for (person, role), opinion in sorted(wanted.items())
        )


def leave(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    """The columns go with the way back."""


def _docket() -> "models.ForeignKey[object, object]":
    return models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket")


def _id() -> "tuple[str, models.BigAutoField[int, int]]":
    return "id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


class Migration(migrations.Migration):
    """Four tables and three columns."""

    dependencies = [("casework", "0003_the_key_of_a_private_requester")]
    operations = [
        migrations.AddField("docket", "due_clock", models.CharField(blank=True, default="", max_length=30), False),
        migrations.AddField("docket", "on_hold", models.BooleanField(default=False)),
        migrations.AddField("docket", "step", models.CharField(default="", max_length=40), False),
        migrations.AddField("docket", "requester", models.CharField(blank=True, default="", max_length=60), False),
        migrations.AddIndex(
            "docket",
            models.Index(
                fields=["step", "state", "due", "number", "received", "requester", "on_hold", "pseudonym"],
                name="docket_in_queues",
            ),
        ),
        migrations.CreateModel(
            name="Hand",
            fields=[
                _id(),
                ("person", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("opinion", models.BooleanField(default=False)),
                ("docket", _docket()),
            ],
            options={
                "indexes": [models.Index(fields=["person", "role", "docket"], name="hand_by_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("docket", "person", "role"), name="hand_is_kept_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                _id(),
                ("to", models.CharField(max_length=80)),
                ("role", models.CharField(max_length=40)),
                ("reason", models.CharField(max_length=40)),
                ("words", models.CharField(blank=True, max_length=500)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
                ("docket", _docket()),
            ],
            options={
                "indexes": [models.Index(fields=["to", "ended_at"], name="assignment_by_person")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at__isnull", True)),
                        fields=("docket", "role"),
                        name="assignment_stands_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Note",
            fields=[
                _id(),
                ("text", models.TextField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("key", models.CharField(max_length=64)),
                ("docket", _docket()),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("docket", "key"), name="note_is_sent_once")],
            },
        ),
        migrations.CreateModel(
            name="Mention",
            fields=[
                _id(),
                ("person", models.CharField(max_length=80)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.note"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "read_at"], name="mention_by_person")],
                "constraints": [models.UniqueConstraint(fields=("note", "person"), name="mention_is_made_once")],
            },
        ),
        migrations.RunPython(fill, leave),
    ]
