"""A private requester stands in no register, and has a key of its own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """After the guards."""

    dependencies = [
        ("casework", "0002_events_are_never_changed"),
    ]

    operations = [
        migrations.CreateModel(
            name="OwnKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=71, unique=True)),
                ("public", models.TextField()),
                ("until", models.DateField()),
                ("by", models.CharField(max_length=80)),
                ("at", models.DateTimeField()),
                (
                    "docket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="casework.docket"
                    ),
                ),
            ],
        ),
    ]
