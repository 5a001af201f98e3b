"""Who works on a docket, and what colleagues tell each other about it."""

from django.db import migrations


class Migration(migrations.Migration):
    """Not filled yet."""

    dependencies = [("casework", "0003_the_key_of_a_private_requester")]
    operations = []
