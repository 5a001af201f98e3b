"""The marks of what left, the notices of correction, who was told of them, and the mail that is owed."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Four tables."""

    dependencies = [
        ("casework", "0007_packages_and_hand_over"),
    ]

    operations = [
        migrations.CreateModel(
            name="Correction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("notice", models.CharField(max_length=71)),
                ("letter", models.CharField(max_length=71)),
                ("lines", models.TextField()),
                ("index", models.BigIntegerField(unique=True)),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                ("read_by", models.CharField(blank=True, max_length=200)),
                ("read_paper", models.CharField(blank=True, max_length=71)),
                ("read_at", models.DateTimeField(null=True)),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
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
            name="DisclosureCorrected",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField()),
                ("items", models.TextField()),
                (
                    "correction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.correction"
                    ),
                ),
                (
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.disclosed"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Mailing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20)),
                ("cause", models.CharField(max_length=60)),
                ("to", models.CharField(max_length=254)),
                ("message", models.CharField(max_length=120, unique=True)),
                ("state", models.CharField(max_length=10)),
                ("tries", models.PositiveIntegerField(default=0)),
                ("next_at", models.DateTimeField()),
                ("fault", models.CharField(blank=True, max_length=60)),
                ("at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "docket",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReleaseMarks",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("secret", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=71)),
                ("at", models.DateTimeField()),
                (
                    "of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.release"
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="correction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("read_at", None), ("read_by", ""), ("read_paper", "")),
                    models.Q(
                        ("read_at__isnull", False),
                        models.Q(("read_by", ""), _negated=True),
                        models.Q(("read_paper", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="correction_is_read_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosurecorrected",
            constraint=models.UniqueConstraint(fields=("of", "correction"), name="correction_is_accounted_once"),
        ),
        migrations.AddIndex(
            model_name="mailing",
            index=models.Index(fields=["state", "next_at"], name="mailing_due"),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.UniqueConstraint(fields=("docket", "kind", "cause"), name="mailing_is_owed_once"),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state", "sent")),
                    models.Q(models.Q(("state", "sent"), _negated=True), ("sent_at", None)),
                    _connector="OR",
                ),
                name="mailing_is_sent_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="mailing",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("waiting", "sending", "sent", "failed"))),
                name="mailing_state_is_known",
            ),
        ),
    ]
