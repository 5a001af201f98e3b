"""The people of the desk and what each may do. Fields and constraints; every write is in ``actions``."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q


def together(*names: str) -> Q:
    """A condition: all of these fields are empty, or none is."""
    return Q(**{f"{name}__isnull": True for name in names}) | Q(**{f"{name}__isnull": False for name in names})


class Unit(models.Model):
    """A part of the agency. ``code`` stands in the public log."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"id", "code", "name"})

    def __str__(self) -> str:
        return self.name


class People(BaseUserManager["Person"]):
    """Django's way to find a person by the name given at log-in."""

    def get_by_natural_key(self, username: str | None) -> Person:
        """Addresses are kept in small letters."""
        return self.get(mail=(username or "").lower())


class Person(AbstractBaseUser):
    """Somebody who works at the desk. An administrator keeps accounts and registers, and sees no case."""

    mail = models.EmailField(unique=True)
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    administrator = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    objects: ClassVar[People] = People()
    USERNAME_FIELD = "mail"
    EMAIL_FIELD = "mail"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"mail", "name", "password", "last_login"})
        routine = frozenset({"id", "unit", "administrator", "is_active", "added_at", "left_at"})

    class Meta:
        """Whoever left is not active, and the other way round."""

        constraints = (
            models.CheckConstraint(
                name="person_who_left_is_not_active",
                condition=Q(is_active=True, left_at=None) | Q(is_active=False, left_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def reference(self) -> str:
        """How records call this person: never by name."""
        return f"person:{self.pk}"


class Duty(models.Model):
    """A person holds a role from one day to another (included), or with no end."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="duties")
    role = models.CharField(max_length=40)
    since = models.DateField()
    until = models.DateField(null=True)
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "role", "since", "until", "given_at", "given_by", "ended_at", "ended_by"})

    class Meta:
        """A role is held once at a time."""

        constraints = (
            models.CheckConstraint(name="duty_ended_at_and_by_go_together", condition=together("ended_at", "ended_by")),
            models.CheckConstraint(
                name="duty_ends_after_it_begins", condition=Q(until=None) | Q(until__gte=F("since"))
            ),
            models.UniqueConstraint(
                name="duty_is_held_once", fields=("person", "role"), condition=Q(ended_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"{self.role} from {self.since}"


class Delegation(models.Model):
    """A duty lent to another person for some days. ``scope``: a docket's pseudonym, or empty for all dockets."""

    duty = models.ForeignKey(Duty, models.PROTECT, related_name="delegations")
    to = models.ForeignKey(Person, models.PROTECT, related_name="lent")
    scope = models.CharField(max_length=26, blank=True)
    since = models.DateField()
    until = models.DateField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"to"})
        routine = frozenset({"id", "duty", "scope", "since", "until", "given_at", "given_by", "ended_at", "ended_by"})

    class Meta:
        """A delegation always has an end."""

        constraints = (
            models.CheckConstraint(
                name="delegation_ended_at_and_by_go_together", condition=together("ended_at", "ended_by")
            ),
            models.CheckConstraint(name="delegation_ends_after_it_begins", condition=Q(until__gte=F("since"))),
        )

    def __str__(self) -> str:
        return f"delegation from {self.since} to {self.until}"


class Course(models.Model):
    """A training that the agency gives. Where no course is needed, nobody counts as trained."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    needed = models.BooleanField(default=True)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"id", "code", "name", "needed"})

    def __str__(self) -> str:
        return self.name


class Training(models.Model):
    """A person finished a course; it counts up to and with ``expires_on``."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="trainings")
    course = models.ForeignKey(Course, models.PROTECT, related_name="+")
    done_on = models.DateField()
    expires_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "course", "done_on", "expires_on", "recorded_at", "recorded_by"})

    class Meta:
        """Training expires after it was done."""

        constraints = (
            models.CheckConstraint(name="training_expires_after_it_was_done", condition=Q(expires_on__gt=F("done_on"))),
        )

    def __str__(self) -> str:
        return f"training until {self.expires_on}"


class Attestation(models.Model):
    """A person says to have read a policy, by the digest of its text."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="attestations")
    policy = models.CharField(max_length=71)
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "policy", "at"})

    class Meta:
        """Said once."""

        constraints = (models.UniqueConstraint(name="attestation_is_made_once", fields=("person", "policy")),)

    def __str__(self) -> str:
        return f"attestation of {self.at:%Y-%m-%d}"


class OnCall(models.Model):
    """A person who holds a role can be reached for emergencies in this time."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="on_call")
    role = models.CharField(max_length=40)
    since = models.DateTimeField()
    until = models.DateTimeField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "role", "since", "until", "given_at", "given_by"})

    class Meta:
        """A time on call has a length."""

        constraints = (models.CheckConstraint(name="on_call_ends_after_it_begins", condition=Q(until__gt=F("since"))),)

    def __str__(self) -> str:
        return f"on call from {self.since:%Y-%m-%d %H:%M}"


class Declaration(models.Model):
    """A person must not act: in a docket, for a body, or about somebody of the roll (also of the own household)."""

    class Sort(models.TextChoices):
        """What the declaration is about; ``about`` is its reference."""

        DOCKET = "docket"
        BODY = "body"
        RECORD = "record"

    person = models.ForeignKey(Person, models.PROTECT, related_name="declarations")
    sort = models.CharField(max_length=10, choices=Sort)
    about = models.CharField(max_length=120)
    household = models.BooleanField()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person", "about", "household"})
        routine = frozenset({"id", "sort", "declared_at", "ended_at", "ended_by"})

    class Meta:
        """Only somebody else ends a declaration, and says so."""

        constraints = (
            models.CheckConstraint(
                name="declaration_ended_at_and_by_go_together", condition=together("ended_at", "ended_by")
            ),
            models.CheckConstraint(
                name="declaration_is_ended_by_another",
                condition=Q(ended_by=None) | ~Q(ended_by=F("person")),
            ),
            models.CheckConstraint(
                name="declaration_sort_is_known", condition=Q(sort__in=("docket", "body", "record"))
            ),
        )

    def __str__(self) -> str:
        return f"declaration about a {self.sort}"


class KeyHolding(models.Model):
    """A person has one of the agency's own keys in hand: that of the log, or that which signs manifests."""

    class Use(models.TextChoices):
        """Which key; the ledger's own words."""

        LOG = "log"
        MANIFEST = "manifest"

    person = models.ForeignKey(Person, models.PROTECT, related_name="keys")
    use = models.CharField(max_length=10, choices=Use)
    since = models.DateTimeField()
    given_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"person"})
        routine = frozenset({"id", "use", "since", "given_by", "ended_at", "ended_by"})

    class Meta:
        """A key is in one hand at a time for each person, and is given up once."""

        constraints = (
            models.CheckConstraint(name="key_ended_at_and_by_go_together", condition=together("ended_at", "ended_by")),
            models.CheckConstraint(name="key_use_is_known", condition=Q(use__in=("log", "manifest"))),
            models.UniqueConstraint(name="key_is_held_once", fields=("person", "use"), condition=Q(ended_at=None)),
        )

    def __str__(self) -> str:
        return f"key `{self.use}` since {self.since:%Y-%m-%d}"
