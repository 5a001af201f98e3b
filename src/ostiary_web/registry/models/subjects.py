"""What the people of the roll said, and what they were told. ``record``: the agency's own reference of a person."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ostiary_web.registry.models.shape import digest, official, pair


class Consent(models.Model):
    """A person agreed that something of theirs goes to somebody. ``scope``: facts of the rules, as in a request."""

    record = models.CharField(max_length=120, db_index=True)
    scope = models.JSONField()
    paper = digest()
    since = models.DateField()
    until = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = official()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "scope", "paper"})
        routine = frozenset({"id", "since", "until", "recorded_at", "recorded_by", "revoked_at", "revoked_by"})

    class Meta:
        """A consent has an end."""

        constraints = (
            pair("consent", "revoked"),
            models.CheckConstraint(name="consent_ends_after_it_begins", condition=Q(until__gte=F("since"))),
        )

    def __str__(self) -> str:
        return f"consent until {self.until}"


class OptOut(models.Model):
    """A person said that something of theirs must not go. ``scope``: as in a consent; it holds until taken back."""

    record = models.CharField(max_length=120, db_index=True)
    scope = models.JSONField()
    recorded_at = models.DateTimeField()
    recorded_by = official()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "scope"})
        routine = frozenset({"id", "recorded_at", "recorded_by", "revoked_at", "revoked_by"})

    class Meta:
        """An opt-out is taken back by somebody."""

        constraints = (pair("opt_out", "revoked"),)

    def __str__(self) -> str:
        return f"opt-out of {self.recorded_at:%Y-%m-%d}"


class Notice(models.Model):
    """A person of a docket is to be told, was told, or may not be told yet. Delayed: by a paper, to a day."""

    docket = models.CharField(max_length=26, db_index=True)
    record = models.CharField(max_length=120)
    state = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    told_at = models.DateTimeField(null=True)
    told_by = official(optional=True)
    delayed_until = models.DateField(null=True)
    delayed_by_paper = digest(blank=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "language"})
        routine = frozenset({"id", "docket", "state", "told_at", "told_by", "delayed_until", "delayed_by_paper"})

    class Meta:
        """A delay always has an end and a paper."""

        constraints = (
            pair("notice", "told"),
            models.UniqueConstraint(name="notice_is_one_for_a_person", fields=("docket", "record")),
            models.CheckConstraint(
                name="notice_is_delayed_by_a_paper_to_a_day",
                condition=Q(delayed_until=None, delayed_by_paper="")
                | (Q(delayed_until__isnull=False) & ~Q(delayed_by_paper="")),
            ),
        )

    def __str__(self) -> str:
        return f"notice, {self.state}"


class Challenge(models.Model):
    """A person, or somebody for them, says that their records must not go. Open until decided."""

    docket = models.CharField(max_length=26, db_index=True)
    record = models.CharField(max_length=120)
    ground = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    outcome = models.CharField(max_length=20, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "ground"})
        routine = frozenset({"id", "docket", "filed_at", "outcome", "decided_at", "decided_by"})

    class Meta:
        """A challenge that was decided has an outcome."""

        constraints = (
            pair("challenge", "decided"),
            models.CheckConstraint(
                name="challenge_decided_has_an_outcome",
                condition=Q(decided_at=None, outcome="") | (Q(decided_at__isnull=False) & ~Q(outcome="")),
            ),
        )

    def __str__(self) -> str:
        return "challenge, " + (self.outcome or "open")
