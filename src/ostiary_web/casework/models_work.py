"""Work that takes long, and who of the roll is asked about: the desk's own data, never in the log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ostiary_web.casework.models_desk import reference

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
UNDER_WAY = (WAITING, RUNNING)


def _docket() -> models.ForeignKey[models.Model, models.Model]:
    return models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")


class LongWork(models.Model):
    """One piece of work that the worker does for a docket. ``done`` of ``total`` steps; ``phase``: what is done now.

    ``attempt``: how often it was taken; only the last one to take it may finish it. ``beat_at``: when it last came
    further. ``task``: the worker's own name of the job. ``basis``: the digest of all that it read; ``result``: of what
    it found, kept in a private folder.
    """

    docket = _docket()
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=10)
    by = reference()
    role = models.CharField(max_length=40)
    asked_at = models.DateTimeField()
    given = models.TextField(default="{}")
    task = models.CharField(max_length=64, blank=True)
    attempt = models.PositiveIntegerField(default=0)
    phase = models.CharField(max_length=200, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    beat_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    fault = models.TextField(blank=True)
    basis = models.CharField(max_length=71, blank=True)
    result = models.CharField(max_length=71, blank=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by", "given", "fault", "basis", "result"})
        routine = frozenset(
            {
                *("id", "docket", "kind", "state", "role", "asked_at", "task", "attempt", "phase", "done", "total"),
                *("beat_at", "ended_at"),
            }
        )

    class Meta:
        """One of a kind is under way in a docket."""

        constraints = (
            models.UniqueConstraint(
                name="work_is_under_way_once", fields=("docket", "kind"), condition=Q(state__in=UNDER_WAY)
            ),
            models.CheckConstraint(name="work_state_is_known", condition=Q(state__in=(WAITING, RUNNING, DONE, FAILED))),
            models.CheckConstraint(
                name="work_has_a_result_or_a_fault",
                condition=(Q(state=DONE) & ~Q(result="")) | (Q(state=FAILED) & ~Q(fault="")) | Q(state__in=UNDER_WAY),
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}, {self.state}"


class AskedPerson(models.Model):
    """One person whom a request names, as the custodian copied it from the paper. ``number``: from 1, in its order.

    ``who``: the docket's own name of the group. ``texts``: JSON, a text for each identifying field that is given.
    """

    docket = _docket()
    number = models.PositiveIntegerField()
    who = models.CharField(max_length=60, blank=True)
    texts = models.TextField()
    by = reference()
    at = models.DateTimeField()
    left_out_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"who", "texts", "by"})
        routine = frozenset({"id", "docket", "number", "at", "left_out_at"})

    class Meta:
        """Numbered once."""

        constraints = (models.UniqueConstraint(name="asked_person_is_numbered_once", fields=("docket", "number")),)

    def __str__(self) -> str:
        return f"person {self.number}"


class MatchWord(models.Model):
    """What one official said of one candidate: the same person, another one, or not sure. Nothing is taken back."""

    work = models.ForeignKey(LongWork, models.PROTECT, related_name="+")
    subject = models.CharField(max_length=20)
    candidate = models.CharField(max_length=120)
    verdict = models.CharField(max_length=10)
    by = reference()
    role = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"subject", "candidate", "by"})
        routine = frozenset({"id", "work", "verdict", "role", "at"})

    class Meta:
        """One word of one official about one candidate."""

        constraints = (
            models.UniqueConstraint(name="match_word_is_said_once", fields=("work", "subject", "candidate", "by")),
        )

    def __str__(self) -> str:
        return f"word {self.pk}"


class Identified(models.Model):
    """Who of the roll an asked person is. ``strong``: JSON, the strong identifiers that agree; two before a release.

    ``band``: how it was decided: by the machine, by one person, or by two.
    """

    person = models.OneToOneField(AskedPerson, models.PROTECT, related_name="+")
    record = models.CharField(max_length=120)
    strong = models.TextField()
    band = models.CharField(max_length=20)
    work = models.ForeignKey(LongWork, models.PROTECT, related_name="+")
    by = reference()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "strong", "by"})
        routine = frozenset({"id", "person", "band", "work", "at"})

    def __str__(self) -> str:
        return f"identified {self.pk}"
