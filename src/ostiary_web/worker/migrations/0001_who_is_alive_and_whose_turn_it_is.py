"""Which workers are alive, and when each duty was last taken on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Two tables without anything personal."""

    initial = True
    dependencies = []
    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                ("worker", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("began", models.DateTimeField()),
                ("at", models.DateTimeField(db_index=True)),
                ("until", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("duty", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
        ),
    ]
