"""A request that its requester saved and has not sent."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not filled yet."""

    dependencies = [("counter", "0001_receipts")]
    operations = []
