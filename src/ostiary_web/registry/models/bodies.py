"""Requesters that may stand by name, their keys, and what was agreed with them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from ostiary_web.registry.models.shape import digest, official, pair


class Body(models.Model):
    """A public body, court or office. ``kind``: a requester kind of the rules. Frozen: it gets nothing."""

    code = models.CharField(max_length=60, unique=True)
    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=300)
    added_at = models.DateTimeField()
    added_by = official()
    verified_at = models.DateTimeField(null=True)
    verified_by = official(optional=True)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = official(optional=True)
    frozen_cause = models.CharField(max_length=40, blank=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"contact"})
        routine = frozenset(
            {
                *("id", "code", "kind", "name", "added_at", "added_by"),
                *("verified_at", "verified_by", "frozen_at", "frozen_by", "frozen_cause"),
            }
        )

    class Meta:
        """Somebody else than who wrote the contact down verifies it."""

        constraints = (
            pair("body", "verified"),
            pair("body", "frozen"),
            models.CheckConstraint(
                name="body_is_verified_by_another", condition=Q(verified_by=None) | ~Q(verified_by=F("added_by"))
            ),
            models.CheckConstraint(
                name="body_is_frozen_for_a_cause",
                condition=Q(frozen_at=None, frozen_cause="") | (Q(frozen_at__isnull=False) & ~Q(frozen_cause="")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Key(models.Model):
    """A recipient's public key. ``key``: its digest; ``public``: the key itself, as text."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="keys")
    key = digest(unique=True)
    public = models.TextField()
    until = models.DateField()
    registered_at = models.DateTimeField()
    registered_by = official()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset(
            {"id", "body", "key", "public", "until", "registered_at", "registered_by", "revoked_at", "revoked_by"}
        )

    class Meta:
        """A key is revoked by somebody."""

        constraints = (pair("key", "revoked"),)

    def __str__(self) -> str:
        return f"key until {self.until}"


class Agreement(models.Model):
    """A written agreement with a body, public by the digest of its text."""

    body = models.ForeignKey(Body, models.PROTECT, related_name="agreements")
    text = digest()
    since = models.DateField()
    until = models.DateField()
    thread = models.CharField(max_length=26, unique=True)
    signed_at = models.DateTimeField()
    signed_by = official()
    ended_at = models.DateTimeField(null=True)
    ended_by = official(optional=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset(
            {"id", "body", "text", "since", "until", "thread", "signed_at", "signed_by", "ended_at", "ended_by"}
        )

    class Meta:
        """An agreement has an end."""

        constraints = (
            pair("agreement", "ended"),
            models.CheckConstraint(name="agreement_ends_after_it_begins", condition=Q(until__gte=F("since"))),
        )

    def __str__(self) -> str:
        return f"agreement until {self.until}"


class Channel(models.Model):
    """A standing flow of data under an agreement. ``fields``: groups of data, as the rules name them."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="channels")
    purpose = models.CharField(max_length=60)
    fields = models.JSONField()
    frequency = models.CharField(max_length=20)
    accounts = models.PositiveIntegerField()
    state = models.CharField(max_length=20)
    thread = models.CharField(max_length=26, unique=True)
    registered_at = models.DateTimeField()
    registered_by = official()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset(
            {
                *("id", "agreement", "purpose", "fields", "frequency", "accounts", "state", "thread"),
                *("registered_at", "registered_by"),
            }
        )

    class Meta:
        """One of three states."""

        constraints = (
            models.CheckConstraint(
                name="channel_state_is_known", condition=Q(state__in=("in_force", "suspended", "ended"))
            ),
        )

    def __str__(self) -> str:
        return f"channel, {self.state}"
