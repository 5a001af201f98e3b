"""The agency's calendar, the texts of its letters, and the rules in use."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ostiary_web.registry.models.shape import digest, official, pair


class DayOff(models.Model):
    """A day on which the agency does not work, weekends apart: business-day clocks skip it."""

    day = models.DateField(primary_key=True)
    name = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    added_by = official()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"day", "name", "added_at", "added_by"})

    def __str__(self) -> str:
        return f"{self.day}: {self.name}"


class LetterText(models.Model):
    """The wording of a letter in a language; used once somebody who reads the language has reviewed it."""

    code = models.CharField(max_length=60)
    language = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    text = models.TextField()
    added_at = models.DateTimeField()
    added_by = official()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset(
            {"id", "code", "language", "version", "text", "added_at", "added_by", "reviewed_at", "reviewed_by"}
        )

    class Meta:
        """Another person than the writer reviews."""

        constraints = (
            pair("letter", "reviewed"),
            models.UniqueConstraint(name="letter_has_one_text_a_version", fields=("code", "language", "version")),
            models.CheckConstraint(
                name="letter_is_reviewed_by_another", condition=Q(reviewed_by=None) | ~Q(reviewed_by=F("added_by"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.language}), version {self.version}"


class BundleInUse(models.Model):
    """A set of rules, by its digest: proposed by one person, activated by another, suspended or replaced."""

    digest = digest()
    proposed_at = models.DateTimeField()
    proposed_by = official()
    activated_at = models.DateTimeField(null=True)
    activated_by = official(optional=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_by = official(optional=True)
    replaced_at = models.DateTimeField(null=True)
    replaced_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset(
            {
                *("id", "digest", "proposed_at", "proposed_by", "activated_at", "activated_by"),
                *("suspended_at", "suspended_by", "replaced_at", "replaced_by"),
            }
        )

    class Meta:
        """Two people; one bundle in force at a time."""

        constraints = (
            pair("bundle", "activated"),
            pair("bundle", "suspended"),
            pair("bundle", "replaced"),
            models.CheckConstraint(
                name="bundle_is_activated_by_another",
                condition=Q(activated_by=None) | ~Q(activated_by=F("proposed_by")),
            ),
            models.UniqueConstraint(
                # The same constant for each row in force: so there can be one.
                models.Value(1),
                name="bundle_in_force_is_one",
                condition=Q(activated_at__isnull=False, replaced_at=None),
            ),
        )

    def __str__(self) -> str:
        return f"bundle of {self.proposed_at:%Y-%m-%d}"
