"""Texts of the roll without what they say of other people."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """One table."""

    dependencies = [
        ("casework", "0008_corrections_and_mail"),
    ]

    operations = [
        migrations.CreateModel(
            name="StrippedText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("record", models.CharField(max_length=120)),
                ("column", models.CharField(max_length=200)),
                ("original", models.CharField(max_length=71)),
                ("text", models.TextField()),
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
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="stripped_text_says_something"
                    )
                ],
            },
        ),
    ]
