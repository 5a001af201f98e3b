"""What was packed, for whom it was sealed, how it was picked up, and what is owed afterwards. Never in the log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ostiary_web.casework.models_desk import reference


def _docket() -> models.ForeignKey[models.Model, models.Model]:
    return models.ForeignKey("casework.Docket", models.PROTECT, related_name="+")


def _digest(**more: object) -> models.CharField[str, str]:
    return models.CharField(max_length=71, **more)  # type: ignore[arg-type]


class Packing(models.Model):
    """A package as it was built, in the folder of its work. ``manifest``: the digest by which the log knows it.

    ``basis``: all that it follows from; ``records``: what the roll said of its people. ``items``, ``rows``: JSON, the
    items in it and the number of the person of each row. ``finding``: JSON, what the checker's comparison found.
    """

    docket = _docket()
    work = models.OneToOneField("casework.LongWork", models.PROTECT, related_name="+")
    manifest = _digest(unique=True)
    basis = _digest()
    records = _digest()
    items = models.TextField()
    rows = models.TextField()
    parameters = _digest()
    recipient_key = _digest()
    valid_until = models.DateField()
    retain_until = models.DateField()
    by = reference()
    at = models.DateTimeField()
    checked_by = reference(blank=True)
    checked_at = models.DateTimeField(null=True)
    finding = models.TextField(blank=True)
    destroyed_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"basis", "records", "items", "rows", "by", "checked_by", "finding"})
        routine = frozenset(
            {
                *("id", "docket", "work", "manifest", "parameters", "recipient_key", "valid_until", "retain_until"),
                *("at", "checked_at", "destroyed_at"),
            }
        )

    class Meta:
        """Who checked it, and when, go together; and it is another one than who packed it."""

        constraints = (
            models.CheckConstraint(
                name="packing_is_checked_by_somebody",
                condition=(Q(checked_at=None) & Q(checked_by="")) | (Q(checked_at__isnull=False) & ~Q(checked_by="")),
            ),
            models.CheckConstraint(name="packing_is_checked_by_another", condition=~Q(checked_by=models.F("by"))),
        )

    def __str__(self) -> str:
        return f"package {self.pk}"


class StrippedText(models.Model):
    """A text of the roll without what it says of other people; the newest of a record and column counts.

    ``original``: the digest of the text as it stood. Kept with the docket: it is what left.
    """

    docket = _docket()
    record = models.CharField(max_length=120)
    column = models.CharField(max_length=200)
    original = _digest()
    text = models.TextField()
    by = reference()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "original", "text", "by"})
        routine = frozenset({"id", "docket", "column", "at"})

    class Meta:
        """Something is left."""

        constraints = (models.CheckConstraint(name="stripped_text_says_something", condition=~Q(text="")),)

    def __str__(self) -> str:
        return f"stripped text {self.pk}"


class Release(models.Model):
    """A sealed package. ``release``: its pseudonym in the log; ``index``: the entry of its sealing.

    ``sha256``, ``size``: of the finished file, empty until it is finished.
    """

    docket = _docket()
    packing = models.OneToOneField(Packing, models.PROTECT, related_name="+")
    release = models.CharField(max_length=26, unique=True)
    index = models.BigIntegerField(unique=True)
    sealed_by = reference()
    sealed_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    destroyed_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"sealed_by", "sha256"})
        routine = frozenset(
            {"id", "docket", "packing", "release", "index", "sealed_at", "size", "finished_at", "destroyed_at"}
        )

    class Meta:
        """Finished with its digest."""

        constraints = (
            models.CheckConstraint(
                name="release_is_finished_with_its_digest",
                condition=(Q(finished_at=None) & Q(sha256="")) | (Q(finished_at__isnull=False) & ~Q(sha256="")),
            ),
        )

    def __str__(self) -> str:
        return f"release {self.release}"


class PickUp(models.Model):
    """A link for one recipient. ``secret``: its SHA-256; the link itself is shown once. ``most``: how often it serves.
    ``wrong``: how often somebody could not say whose it is; the fifth time ends it.

    ``signed_name``, ``receipt``: who signed for it and the digest of the signed text, before anything was given.
    """

    of = models.ForeignKey(Release, models.PROTECT, related_name="+")
    secret = models.CharField(max_length=64, unique=True)
    recipient = models.CharField(max_length=60, blank=True)
    by = reference()
    at = models.DateTimeField()
    until = models.DateTimeField()
    most = models.PositiveIntegerField(default=1)
    wrong = models.PositiveIntegerField(default=0)
    used = models.PositiveIntegerField(default=0)
    signed_name = models.CharField(max_length=200, blank=True)
    receipt = _digest(blank=True)
    signed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"by", "signed_name", "receipt"})
        routine = frozenset(
            {"id", "of", "secret", "recipient", "at", "until", "most", "wrong", "used", "signed_at", "ended_at"}
        )

    class Meta:
        """Never used more often than it may be, and never before it was signed for."""

        constraints = (
            models.CheckConstraint(name="pick_up_is_not_used_up", condition=Q(used__lte=models.F("most"))),
            models.CheckConstraint(
                name="pick_up_is_signed_for_first", condition=Q(used=0) | Q(signed_at__isnull=False)
            ),
            models.CheckConstraint(
                name="pick_up_is_signed_by_name",
                condition=(Q(signed_at=None) & Q(signed_name="")) | (Q(signed_at__isnull=False) & ~Q(signed_name="")),
            ),
        )

    def __str__(self) -> str:
        return f"pick-up {self.pk}"


class Reminder(models.Model):
    """The recipient was reminded of its certificate. ``left``: days before the day; 0 and less is daily, once a day."""

    of = models.ForeignKey(Release, models.PROTECT, related_name="+")
    left = models.IntegerField()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"id", "of", "left", "at"})

    class Meta:
        """Each once."""

        constraints = (models.UniqueConstraint(name="reminder_is_sent_once", fields=("of", "left")),)

    def __str__(self) -> str:
        return f"reminder, {self.left} days"


class CertifiedFile(models.Model):
    """One line of a certificate of destruction: a file, where it was, how it was destroyed, who signed for it."""

    of = models.ForeignKey(Release, models.PROTECT, related_name="+")
    file = models.CharField(max_length=200)
    place = models.CharField(max_length=200)
    method = models.CharField(max_length=40)
    signer = models.CharField(max_length=200)
    certified_on = models.DateField()
    by = reference()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"place", "signer", "by"})
        routine = frozenset({"id", "of", "file", "method", "certified_on", "at"})

    class Meta:
        """A file in a place once."""

        constraints = (models.UniqueConstraint(name="file_is_certified_once", fields=("of", "file", "place")),)

    def __str__(self) -> str:
        return f"certificate of {self.file}"


class Disclosed(models.Model):
    """One person's row in the accounting of disclosures: what left about them, to whom, by which law, and when they
    may be told. ``told_from``: the first day; None is not known yet. ``withheld_because``: the rule that delays it.
    """

    of = models.ForeignKey(Release, models.PROTECT, related_name="+")
    record = models.CharField(max_length=120, db_index=True)
    on = models.DateField()
    recipient = models.CharField(max_length=200)
    purpose = models.CharField(max_length=60)
    items = models.TextField()
    laws = models.TextField()
    told_from = models.DateField(null=True)
    withheld_because = models.CharField(max_length=200, blank=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"record", "recipient", "purpose", "items", "laws", "withheld_because"})
        routine = frozenset({"id", "of", "on", "told_from"})

    class Meta:
        """A person once for each release."""

        constraints = (models.UniqueConstraint(name="disclosure_is_accounted_once", fields=("of", "record")),)

    def __str__(self) -> str:
        return f"accounting {self.pk}"
