"""Work that takes long: who asked for it, how far it is, what it found."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not filled yet."""

    dependencies = [("casework", "0005_proposals_and_drafts")]
    operations = []
