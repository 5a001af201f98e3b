"""Beside the log's own tables: its threads, which entry is whose step, and the private table of reads.

Nothing here has a foreign key to a person: what was recorded is not reached by what is done later.
"""

from django.db import models
from django.db.models import Q


class Thread(models.Model):
    """One thread of the log. ``subject``: whose it is, as the agency's own reference; empty for a docket's."""

    pseudonym = models.CharField(max_length=26, primary_key=True)
    sort = models.CharField(max_length=20)
    subject = models.CharField(max_length=80, blank=True)
    steps = models.PositiveIntegerField(default=0)
    last_day = models.DateField(null=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"pseudonym", "sort", "subject", "steps", "last_day"})

    class Meta:
        """One thread to a subject; a thread with a step has a day."""

        constraints = (
            models.UniqueConstraint(
                name="thread_is_the_only_one_of_its_subject", fields=("sort", "subject"), condition=~Q(subject="")
            ),
            models.CheckConstraint(
                name="thread_steps_and_last_day_go_together",
                condition=Q(steps=0, last_day=None) | Q(steps__gt=0, last_day__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return f"{self.sort} thread of {self.steps} steps"


class Step(models.Model):
    """Which entry of the log is which step of a thread, and the exact time, which the log does not tell."""

    index = models.BigIntegerField(primary_key=True)
    thread = models.ForeignKey(Thread, models.PROTECT, related_name="+")
    step = models.PositiveIntegerField()
    kind = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.CharField(max_length=80)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by"})
        routine = frozenset({"index", "thread", "step", "kind", "at"})

    class Meta:
        """Steps are numbered once."""

        constraints = (models.UniqueConstraint(name="step_is_taken_once", fields=("thread", "step")),)

    def __str__(self) -> str:
        return f"entry {self.index}: {self.kind}"


class Read(models.Model):
    """An official looked at personal data: who, whose, in which docket, why. ``day``: the agency's own."""

    at = models.DateTimeField()
    day = models.DateField(db_index=True)
    by = models.CharField(max_length=80)
    whose = models.CharField(max_length=120)
    docket = models.CharField(max_length=26, blank=True)
    what = models.CharField(max_length=60)
    why = models.CharField(max_length=60)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by", "whose"})
        routine = frozenset({"id", "at", "day", "docket", "what", "why"})

    def __str__(self) -> str:
        return f"read {self.pk}"


class ClosedDay(models.Model):
    """A day of reads whose digest stands in the log; no read can be added to it."""

    day = models.DateField(primary_key=True)
    digest = models.CharField(max_length=71)
    index = models.BigIntegerField()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"day", "digest", "index"})

    def __str__(self) -> str:
        return f"reads of {self.day}"
