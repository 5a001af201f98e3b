"""What was packed, for whom it was sealed, how it was picked up, and what is owed afterwards."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Six tables."""

    dependencies = [("casework", "0006_long_work")]
    operations = [
        migrations.CreateModel(
            name="Packing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("manifest", models.CharField(max_length=71, unique=True)),
                ("basis", models.CharField(max_length=71)),
                ("records", models.CharField(max_length=71)),
                ("items", models.TextField()),
                ("rows", models.TextField()),
                ("parameters", models.CharField(max_length=71)),
                ("recipient_key", models.CharField(max_length=71)),
                ("valid_until", models.DateField()),
                ("retain_until", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("checked_by", models.CharField(blank=True, max_length=80)),
                ("checked_at", models.DateTimeField(null=True)),
                ("finding", models.TextField(blank=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
                (
                    "work",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.longwork"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Release",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("release", models.CharField(max_length=26, unique=True)),
                ("index", models.BigIntegerField(unique=True)),
                ("sealed_by", models.CharField(max_length=80)),
                ("sealed_at", models.DateTimeField()),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("size", models.BigIntegerField(default=0)),
                ("finished_at", models.DateTimeField(null=True)),
                ("destroyed_at", models.DateTimeField(null=True)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
                (
                    "packing",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.packing"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PickUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", models.CharField(max_length=64, unique=True)),
                ("recipient", models.CharField(blank=True, max_length=60)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("most", models.PositiveIntegerField(default=1)),
                ("wrong", models.PositiveIntegerField(default=0)),
                ("used", models.PositiveIntegerField(default=0)),
                ("signed_name", models.CharField(blank=True, max_length=200)),
                ("receipt", models.CharField(blank=True, max_length=71)),
                ("signed_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disclosed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(db_index=True, max_length=120)),
                ("on", models.DateField()),
                ("recipient", models.CharField(max_length=200)),
                ("purpose", models.CharField(max_length=60)),
                ("items", models.TextField()),
                ("laws", models.TextField()),
                ("told_from", models.DateField(null=True)),
                ("withheld_because", models.CharField(blank=True, max_length=200)),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CertifiedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.CharField(max_length=200)),
                ("place", models.CharField(max_length=200)),
                ("method", models.CharField(max_length=40)),
                ("signer", models.CharField(max_length=200)),
                ("certified_on", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reminder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("left", models.IntegerField()),
                ("at", models.DateTimeField()),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="packing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at", None), ("checked_by", "")),
                    models.Q(("checked_at__isnull", False), models.Q(("checked_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="packing_is_checked_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="packing",
            constraint=models.CheckConstraint(
                condition=models.Q(("checked_by", models.F("by")), _negated=True), name="packing_is_checked_by_another"
            ),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finished_at", None), ("sha256", "")),
                    models.Q(("finished_at__isnull", False), models.Q(("sha256", ""), _negated=True)),
                    _connector="OR",
                ),
                name="release_is_finished_with_its_digest",
            ),
        ),
        migrations.AddConstraint(
            model_name="pickup",
            constraint=models.CheckConstraint(
                condition=models.Q(("used__lte", models.F("most"))), name="pick_up_is_not_used_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="pickup",
            constraint=models.CheckConstraint(
                condition=models.Q(("used", 0), ("signed_at__isnull", False), _connector="OR"),
                name="pick_up_is_signed_for_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="pickup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at", None), ("signed_name", "")),
                    models.Q(("signed_at__isnull", False), models.Q(("signed_name", ""), _negated=True)),
                    _connector="OR",
                ),
                name="pick_up_is_signed_by_name",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosed",
            constraint=models.UniqueConstraint(fields=("of", "record"), name="disclosure_is_accounted_once"),
        ),
        migrations.AddConstraint(
            model_name="certifiedfile",
            constraint=models.UniqueConstraint(fields=("of", "file", "place"), name="file_is_certified_once"),
        ),
        migrations.AddConstraint(
            model_name="reminder",
            constraint=models.UniqueConstraint(fields=("of", "left"), name="reminder_is_sent_once"),
        ),
    ]
