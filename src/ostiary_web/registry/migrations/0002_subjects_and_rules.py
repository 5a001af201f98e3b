"""Consents and notices, the calendar, letters and rules."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Second of its app."""

    dependencies = [
        ("registry", "0001_bodies_and_agreements"),
        ("staff", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="BundleInUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=71)),
                ("proposed_at", models.DateTimeField()),
                ("activated_at", models.DateTimeField(null=True)),
                ("suspended_at", models.DateTimeField(null=True)),
                ("replaced_at", models.DateTimeField(null=True)),
                (
                    "activated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "suspended_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Challenge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("docket", models.CharField(db_index=True, max_length=26)),
                ("record", models.CharField(max_length=120)),
                ("ground", models.CharField(max_length=40)),
                ("filed_at", models.DateTimeField()),
                ("outcome", models.CharField(blank=True, max_length=20)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(db_index=True, max_length=120)),
                ("scope", models.JSONField()),
                ("paper", models.CharField(max_length=71)),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DayOff",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("added_at", models.DateTimeField()),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LetterText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60)),
                ("language", models.CharField(max_length=20)),
                ("version", models.PositiveIntegerField()),
                ("text", models.TextField()),
                ("added_at", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("docket", models.CharField(db_index=True, max_length=26)),
                ("record", models.CharField(max_length=120)),
                ("state", models.CharField(max_length=20)),
                ("language", models.CharField(max_length=20)),
                ("told_at", models.DateTimeField(null=True)),
                ("delayed_until", models.DateField(null=True)),
                ("delayed_by_paper", models.CharField(blank=True, max_length=71)),
                (
                    "told_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(db_index=True, max_length=120)),
                ("scope", models.JSONField()),
                ("recorded_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(null=True)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "revoked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="bundleinuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("activated_at__isnull", True), ("activated_by__isnull", True)),
                    models.Q(("activated_at__isnull", False), ("activated_by__isnull", False)),
                    _connector="OR",
                ),
                name="bundle_activated_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundleinuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("suspended_at__isnull", True), ("suspended_by__isnull", True)),
                    models.Q(("suspended_at__isnull", False), ("suspended_by__isnull", False)),
                    _connector="OR",
                ),
                name="bundle_suspended_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundleinuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("replaced_at__isnull", True), ("replaced_by__isnull", True)),
                    models.Q(("replaced_at__isnull", False), ("replaced_by__isnull", False)),
                    _connector="OR",
                ),
                name="bundle_replaced_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundleinuse",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("activated_by", None),
                    models.Q(("activated_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="bundle_is_activated_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="bundleinuse",
            constraint=models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(("activated_at__isnull", False), ("replaced_at", None)),
                name="bundle_in_force_is_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="challenge_decided_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("outcome", "")),
                    models.Q(("decided_at__isnull", False), models.Q(("outcome", ""), _negated=True)),
                    _connector="OR",
                ),
                name="challenge_decided_has_an_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="consent_revoked_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(("until__gte", models.F("since"))), name="consent_ends_after_it_begins"
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_at__isnull", True), ("reviewed_by__isnull", True)),
                    models.Q(("reviewed_at__isnull", False), ("reviewed_by__isnull", False)),
                    _connector="OR",
                ),
                name="letter_reviewed_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertext",
            constraint=models.UniqueConstraint(
                fields=("code", "language", "version"), name="letter_has_one_text_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="lettertext",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reviewed_by", None),
                    models.Q(("reviewed_by", models.F("added_by")), _negated=True),
                    _connector="OR",
                ),
                name="letter_is_reviewed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("told_at__isnull", True), ("told_by__isnull", True)),
                    models.Q(("told_at__isnull", False), ("told_by__isnull", False)),
                    _connector="OR",
                ),
                name="notice_told_at_and_by_go_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("docket", "record"), name="notice_is_one_for_a_person"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delayed_by_paper", ""), ("delayed_until", None)),
                    models.Q(("delayed_until__isnull", False), models.Q(("delayed_by_paper", ""), _negated=True)),
                    _connector="OR",
                ),
                name="notice_is_delayed_by_a_paper_to_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="optout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("revoked_at__isnull", True), ("revoked_by__isnull", True)),
                    models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)),
                    _connector="OR",
                ),
                name="opt_out_revoked_at_and_by_go_together",
            ),
        ),
    ]
