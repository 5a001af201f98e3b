"""What was packed, for whom it was sealed, and how it was picked up."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not filled yet."""

    dependencies = [("casework", "0006_long_work")]
    operations = []
