"""The receipts that were given out at the counter. What was asked stands with the docket."""

from django.db import models


class Receipt(models.Model):
    """Who holds the secret may follow the docket. ``secret``: its SHA-256; the secret itself is shown once."""

    docket = models.CharField(max_length=26, primary_key=True)
    secret = models.CharField(max_length=64)
    given_at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"docket", "secret", "given_at"})

    def __str__(self) -> str:
        return f"receipt of {self.docket}"
