"""The receipts of the counter."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Stands alone: a receipt names its docket by the pseudonym."""

    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("docket", models.CharField(max_length=26, primary_key=True, serialize=False)),
                ("secret", models.CharField(max_length=64)),
                ("given_at", models.DateTimeField()),
            ],
        ),
    ]
