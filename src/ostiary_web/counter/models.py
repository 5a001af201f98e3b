"""What the counter keeps beside the dockets: receipts, requests that were saved and not sent, and counts of tries."""

from django.db import models
from django.db.models import Q


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


class SavedRequest(models.Model):
    """A request that is half filled in. ``secret``: the SHA-256 of what opens it; ``changes``: how often it was saved.

    ``data``: what was typed, field by field, as JSON; ``step``: the page it was saved on.
    """

    number = models.CharField(max_length=12, primary_key=True)
    secret = models.CharField(max_length=64)
    data = models.TextField()
    step = models.PositiveSmallIntegerField()
    changes = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"data"})
        routine = frozenset({"number", "secret", "step", "changes", "saved_at", "expires_at"})

    class Meta:
        """It ends after it began."""

        constraints = (
            models.CheckConstraint(
                name="saved_request_expires_later", condition=Q(expires_at__gt=models.F("saved_at"))
            ),
        )

    def __str__(self) -> str:
        return f"saved request {self.number}"


class SavedPaper(models.Model):
    """The paper that was uploaded with a saved request. Its bytes stand here, so that they go when the request goes."""

    saved = models.OneToOneField(SavedRequest, models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    data = models.BinaryField()

    class Privacy:
        """What may be about a person. The name is the desk's own."""

        personal = frozenset({"data"})
        routine = frozenset({"id", "saved", "name"})

    def __str__(self) -> str:
        return f"paper of saved request {self.saved_id}"


class Tries(models.Model):
    """How often somebody tried something in a stretch of time. ``who``: a keyed digest of the address and the stretch.

    The address is not kept, and the next stretch has another digest, so that nobody is known again.
    """

    who = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField(default=0)
    until = models.DateTimeField(db_index=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"who"})
        routine = frozenset({"count", "until"})

    def __str__(self) -> str:
        return f"tries until {self.until}"
