"""What people have begun at the desk and not finished: an act that waits for its second person, a form half filled in.

None of it is in the log. A proposal becomes an act, with its entry, when the second person agrees; a draft goes away.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ostiary_web.casework.models_desk import reference


class Proposal(models.Model):
    """An act that one person proposed, for another to agree to. ``given``, ``beside``: what the act takes, as JSON;
    ``letter``: the digest of the letter that goes with it.

    ``expect``: how many events the docket had; once it has more, the proposal has lapsed. ``outcome``: empty while it
    is open; ``settled_by``: who agreed, declined or took it back; ``why``: the words of who declined.
    """

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    act = models.CharField(max_length=40)
    by = reference()
    role = models.CharField(max_length=40)
    at = models.DateTimeField()
    given = models.TextField()
    beside = models.TextField()
    letter = models.CharField(max_length=71, blank=True)
    expect = models.PositiveIntegerField()
    key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=20, blank=True)
    settled_by = reference(blank=True)
    settled_at = models.DateTimeField(null=True)
    why = models.TextField(blank=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by", "given", "beside", "letter", "settled_by", "why"})
        routine = frozenset({"id", "docket", "act", "role", "at", "expect", "key", "outcome", "settled_at"})

    class Meta:
        """One of an act stands open; a form proposes once."""

        constraints = (
            models.UniqueConstraint(name="proposal_is_open_once", fields=("docket", "act"), condition=Q(outcome="")),
            models.UniqueConstraint(name="proposal_is_sent_once", fields=("docket", "key")),
        )

    def __str__(self) -> str:
        return f"proposal {self.pk}: {self.act}"


class Draft(models.Model):
    """What somebody has typed into a form of a docket and not sent. ``form``: which; ``typed``: JSON by field.

    Nobody else sees it. It goes away when the form is sent, when its owner says so, or with time.
    """

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    by = reference()
    form = models.CharField(max_length=80)
    typed = models.TextField()
    at = models.DateTimeField(db_index=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by", "typed"})
        routine = frozenset({"id", "docket", "form", "at"})

    class Meta:
        """One of each form."""

        constraints = (models.UniqueConstraint(name="draft_is_kept_once", fields=("docket", "by", "form")),)

    def __str__(self) -> str:
        return f"draft {self.pk}"


class Habit(models.Model):
    """How somebody likes to work. ``shortcuts``: single keys do something."""

    by = reference(primary_key=True)
    shortcuts = models.BooleanField(default=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by"})
        routine = frozenset({"shortcuts"})

    def __str__(self) -> str:
        return "a habit"
