"""An act that waits for its second person, and a form that is not sent yet."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not filled yet."""

    dependencies = [("casework", "0004_assignments_and_notes")]
    operations = []
