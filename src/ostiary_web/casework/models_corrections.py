"""What is known of the values that left, whom a correction was told, and the mail that is owed. Never in the log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ostiary_web.casework.models_desk import reference
from ostiary_web.casework.models_release import Disclosed, Release

WAITING, SENDING, SENT, FAILED = "waiting", "sending", "sent", "failed"


class ReleaseMarks(models.Model):
    """The keyed marks of the values in a release. ``secret``: their key; ``digest``: of the file that holds them."""

    of = models.OneToOneField(Release, models.PROTECT, related_name="+")
    secret = models.CharField(max_length=64)
    digest = models.CharField(max_length=71)
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person: with the key, somebody could try values."""

        personal = frozenset({"secret", "digest"})
        routine = frozenset({"id", "of", "at"})

    def __str__(self) -> str:
        return f"marks of release {self.of_id}"


class Correction(models.Model):
    """A notice of correction that a second person approved. ``work``: what it rests on; ``notice``, ``letter``: digests
    of the papers; ``lines``: JSON, row, program and element of each value; ``index``: its entry in the log.

    ``read_by``: who said that they read it, as they signed; ``read_paper``: what they signed.
    """

    of = models.ForeignKey(Release, models.PROTECT, related_name="+")
    work = models.OneToOneField("casework.LongWork", models.PROTECT, related_name="+")
    notice = models.CharField(max_length=71)
    letter = models.CharField(max_length=71)
    lines = models.TextField()
    index = models.BigIntegerField(unique=True)
    by = reference()
    at = models.DateTimeField()
    read_by = models.CharField(max_length=200, blank=True)
    read_paper = models.CharField(max_length=71, blank=True)
    read_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"notice", "letter", "lines", "by", "read_by", "read_paper"})
        routine = frozenset({"id", "of", "work", "index", "at", "read_at"})

    class Meta:
        """Who read it, and when, go together."""

        constraints = (
            models.CheckConstraint(
                name="correction_is_read_by_somebody",
                condition=Q(read_at=None, read_by="", read_paper="")
                | (Q(read_at__isnull=False) & ~Q(read_by="") & ~Q(read_paper="")),
            ),
        )

    def __str__(self) -> str:
        return f"correction {self.pk}"


class DisclosureCorrected(models.Model):
    """In one person's accounting: the recipient was told that values about them were wrong. ``items``: JSON, which."""

    of = models.ForeignKey(Disclosed, models.PROTECT, related_name="+")
    correction = models.ForeignKey(Correction, models.PROTECT, related_name="+")
    on = models.DateField()
    items = models.TextField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"items"})
        routine = frozenset({"id", "of", "correction", "on"})

    class Meta:
        """Once for each correction."""

        constraints = (models.UniqueConstraint(name="correction_is_accounted_once", fields=("of", "correction")),)

    def __str__(self) -> str:
        return f"corrected accounting {self.pk}"


class Mailing(models.Model):
    """One mail to the recipient of a release. ``cause``: what it is about, so that it is owed once; ``message``: its
    Message-ID, the same at each try. ``tries``: how often; ``next_at``: when it is tried again; ``fault``: a code.
    """

    docket = models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20)
    cause = models.CharField(max_length=60)
    to = models.CharField(max_length=254)
    message = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10)
    tries = models.PositiveIntegerField(default=0)
    next_at = models.DateTimeField()
    fault = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"to"})
        routine = frozenset(
            {"id", "docket", "kind", "cause", "message", "state", "tries", "next_at", "fault", "at", "sent_at"}
        )

    class Meta:
        """Each cause once, and sent at a time."""

        indexes = (models.Index(name="mailing_due", fields=("state", "next_at")),)
        constraints = (
            models.UniqueConstraint(name="mailing_is_owed_once", fields=("docket", "kind", "cause")),
            models.CheckConstraint(
                name="mailing_is_sent_at_a_time",
                condition=Q(state=SENT, sent_at__isnull=False) | (~Q(state=SENT) & Q(sent_at=None)),
            ),
            models.CheckConstraint(
                name="mailing_state_is_known", condition=Q(state__in=(WAITING, SENDING, SENT, FAILED))
            ),
        )

    def __str__(self) -> str:
        return f"mail {self.pk}, {self.state}"
