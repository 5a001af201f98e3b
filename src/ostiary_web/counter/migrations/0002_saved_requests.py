"""A request that its requester saved and has not sent; and tries, counted for all processes together."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Only new tables."""

    dependencies = [("counter", "0001_receipts")]

    operations = [
        migrations.CreateModel(
            name="SavedRequest",
            fields=[
                ("number", models.CharField(max_length=12, primary_key=True, serialize=False)),
                ("secret", models.CharField(max_length=64)),
                ("data", models.TextField()),
                ("step", models.PositiveSmallIntegerField()),
                ("changes", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "constraints": (
                    models.CheckConstraint(
                        name="saved_request_expires_later",
                        condition=models.Q(("expires_at__gt", models.F("saved_at"))),
                    ),
                ),
            },
        ),
        migrations.CreateModel(
            name="SavedPaper",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=40)),
                ("data", models.BinaryField()),
                (
                    "saved",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="counter.savedrequest"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Tries",
            fields=[
                ("who", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField(default=0)),
                ("until", models.DateTimeField(db_index=True)),
            ],
        ),
    ]
