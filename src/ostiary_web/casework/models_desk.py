"""Who works on a docket, and what colleagues tell each other about it: the desk's own data, never in the log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


def reference(**more: object) -> models.CharField[str, str]:
    """Who did something, as the ledger calls them."""
    return models.CharField(max_length=80, **more)  # type: ignore[arg-type]


class Hand(models.Model):
    """Somebody has acted in a docket in some capacity, or established facts there: whoever is then kept apart from it
    is left out of its queue. ``opinion``: an opinion of theirs stands now. Role ``before``: barred by what they did in
    the parent.
    """

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    person = reference()
    role = models.CharField(max_length=40)
    opinion = models.BooleanField(default=False)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "docket", "role", "opinion"})

    class Meta:
        """Once for each capacity."""

        indexes = (models.Index(name="hand_by_person", fields=("person", "role", "docket")),)
        constraints = (models.UniqueConstraint(name="hand_is_kept_once", fields=("docket", "person", "role")),)

    def __str__(self) -> str:
        return f"hand {self.pk}"


class Assignment(models.Model):
    """A docket given to somebody, in a role. ``reason``: a code of the desk; ``words``: in the giver's own words."""

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    to = reference()
    role = models.CharField(max_length=40)
    reason = models.CharField(max_length=40)
    words = models.CharField(max_length=500, blank=True)
    by = reference()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"to", "words", "by"})
        routine = frozenset({"id", "docket", "role", "reason", "at", "ended_at"})

    class Meta:
        """One person has it in one role; whom it was with before is kept."""

        indexes = (models.Index(name="assignment_by_person", fields=("to", "ended_at")),)
        constraints = (
            models.UniqueConstraint(
                name="assignment_stands_once", fields=("docket", "role"), condition=Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"assignment {self.pk}"


class Note(models.Model):
    """What one colleague tells the others about a docket: privileged, never in the log, never part of what leaves."""

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    text = models.TextField()
    by = reference()
    at = models.DateTimeField()
    key = models.CharField(max_length=64)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"text", "by"})
        routine = frozenset({"id", "docket", "at", "key"})

    class Meta:
        """A form writes one note."""

        constraints = (models.UniqueConstraint(name="note_is_sent_once", fields=("docket", "key")),)

    def __str__(self) -> str:
        return f"note {self.pk}"


class Mention(models.Model):
    """A note calls somebody. ``read_at``: when they opened it."""

    note = models.ForeignKey(Note, models.PROTECT, related_name="+")
    person = reference()
    read_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "note", "read_at"})

    class Meta:
        """Once in a note."""

        indexes = (models.Index(name="mention_by_person", fields=("person", "read_at")),)
        constraints = (models.UniqueConstraint(name="mention_is_made_once", fields=("note", "person")),)

    def __str__(self) -> str:
        return f"mention {self.pk}"
