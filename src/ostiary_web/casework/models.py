"""Dockets as rows. The snapshot is the docket; the columns beside it only make it findable.

What was recorded has no foreign key to a person, so that nothing done later reaches into it: ``by`` is a reference.
Events are never changed nor removed; the database itself refuses (see the migrations).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from ostiary_web.casework.docket.states import DocketKind, State
from ostiary_web.casework.models_corrections import Correction as Correction
from ostiary_web.casework.models_corrections import DisclosureCorrected as DisclosureCorrected
from ostiary_web.casework.models_corrections import Mailing as Mailing
from ostiary_web.casework.models_corrections import ReleaseMarks as ReleaseMarks
from ostiary_web.casework.models_desk import Assignment as Assignment
from ostiary_web.casework.models_desk import Hand as Hand
from ostiary_web.casework.models_desk import Mention as Mention
from ostiary_web.casework.models_desk import Note as Note
from ostiary_web.casework.models_desk import reference as reference
from ostiary_web.casework.models_forms import Draft as Draft
from ostiary_web.casework.models_forms import Habit as Habit
from ostiary_web.casework.models_forms import Proposal as Proposal
from ostiary_web.casework.models_release import CertifiedFile as CertifiedFile
from ostiary_web.casework.models_release import Disclosed as Disclosed
from ostiary_web.casework.models_release import Packing as Packing
from ostiary_web.casework.models_release import PickUp as PickUp
from ostiary_web.casework.models_release import Release as Release
from ostiary_web.casework.models_release import Reminder as Reminder
from ostiary_web.casework.models_release import StrippedText as StrippedText
from ostiary_web.casework.models_work import AskedPerson as AskedPerson
from ostiary_web.casework.models_work import Identified as Identified
from ostiary_web.casework.models_work import LongWork as LongWork
from ostiary_web.casework.models_work import MatchWord as MatchWord


def thread_name(**more: object) -> models.CharField[str, str]:
    """A thread of the ledger."""
    return models.CharField(max_length=26, **more)  # type: ignore[arg-type]


class Numbering(models.Model):
    """The last number given to a docket in a year."""

    year = models.PositiveIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Privacy:
        """What may be about a person."""

        personal: frozenset[str] = frozenset()
        routine = frozenset({"year", "last"})

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Docket(models.Model):
    """The case of one request. ``snapshot``: all of it, canonical JSON; ``events``: how many it is made of.

    ``due``: the nearest last day of a running clock, ``due_clock``. ``step``: the state, finer where the next act is
    another one's (see ``actions.columns``). ``requester``: the kind that the request states, or empty.
    ``last_index``: its last entry in the log.
    """

    pseudonym = thread_name(primary_key=True)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20)
    state = models.CharField(max_length=20)
    body = models.CharField(max_length=60, blank=True)
    received = models.DateField()
    received_mode = models.CharField(max_length=20)
    entered_at = models.DateTimeField()
    snapshot = models.TextField()
    events = models.PositiveIntegerField()
    due = models.DateField(null=True)
    due_clock = models.CharField(max_length=30, blank=True)
    step = models.CharField(max_length=40)
    on_hold = models.BooleanField(default=False)
    requester = models.CharField(max_length=60, blank=True)
    parent = thread_name(blank=True)
    last_index = models.BigIntegerField()

    class Privacy:
        """What may be about a person. The snapshot names officials, and items by the docket's own short names."""

        personal = frozenset({"snapshot"})
        routine = frozenset(
            {
                *("pseudonym", "number", "kind", "state", "body", "received", "received_mode", "entered_at"),
                *("events", "due", "due_clock", "step", "on_hold", "requester", "parent"),
                "last_index",
            }
        )

    class Meta:
        """Queues are asked by state and by what is due."""

        indexes = (
            models.Index(name="docket_by_state_and_due", fields=("state", "due")),
            models.Index(name="docket_by_due", fields=("due",)),
            # Queues read this index and no row: a row is as long as its snapshot.
            models.Index(
                name="docket_in_queues",
                fields=("step", "state", "due", "number", "received", "requester", "on_hold", "pseudonym"),
            ),
            models.Index(name="docket_by_body", fields=("body", "state")),
            models.Index(name="docket_by_parent", fields=("parent",)),
        )
        constraints = (
            models.CheckConstraint(name="docket_state_is_known", condition=Q(state__in=[one.value for one in State])),
            models.CheckConstraint(name="docket_kind_is_known", condition=Q(kind__in=[k.value for k in DocketKind])),
            models.CheckConstraint(name="docket_has_an_event", condition=Q(events__gte=1)),
            models.CheckConstraint(
                name="docket_of_an_appeal_has_a_parent",
                condition=(Q(kind="appeal") & ~Q(parent="")) | (~Q(kind="appeal") & Q(parent="")),
            ),
        )

    def __str__(self) -> str:
        return f"docket {self.number}"


class Event(models.Model):
    """One act, as it happened. ``number``: 1 is the opening. ``index``: its one entry in the log.

    ``key``: what the page gave, so that a form sent twice acts once.
    """

    docket = models.ForeignKey(Docket, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    act = models.CharField(max_length=40)
    at = models.DateTimeField()
    data = models.TextField()
    index = models.BigIntegerField(unique=True)
    key = models.CharField(max_length=64, blank=True)

    class Privacy:
        """What may be about a person. The data names officials."""

        personal = frozenset({"data"})
        routine = frozenset({"id", "docket", "number", "act", "at", "index", "key"})

    class Meta:
        """Numbered once; a form acts once."""

        constraints = (
            models.UniqueConstraint(name="event_is_numbered_once", fields=("docket", "number")),
            models.UniqueConstraint(name="event_is_sent_once", fields=("docket", "key"), condition=~Q(key="")),
            models.UniqueConstraint(name="intake_is_sent_once", fields=("key",), condition=Q(number=1) & ~Q(key="")),
        )

    def __str__(self) -> str:
        return f"event {self.number}: {self.act}"


class Fact(models.Model):
    """One fact of a docket's request file, who established it and from what; the one that stands, or one before it.

    ``name``: its place in the request file, as ``requester.state`` or ``groups.p1.flags.minor``. ``value``: JSON, null
    is *not known*. ``paper``: a digest; ``register``: which of the agency's registers said so.
    """

    docket = models.ForeignKey(Docket, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    value = models.TextField()
    by = reference()
    role = models.CharField(max_length=40)
    paper = models.CharField(max_length=71, blank=True)
    register = models.CharField(max_length=40, blank=True)
    at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"name", "value", "by", "paper"})
        routine = frozenset({"id", "docket", "role", "register", "at", "superseded_at"})

    class Meta:
        """One value stands."""

        constraints = (
            models.UniqueConstraint(
                name="fact_stands_once", fields=("docket", "name"), condition=Q(superseded_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return f"fact {self.pk}"


class Subject(models.Model):
    """A person or cohort of a docket. ``who``: the docket's own name (``p1``). ``said``: what the request says, JSON.

    ``record``: the agency's reference, once somebody has confirmed who it is; its consents and opt-outs are then read.
    """

    docket = models.ForeignKey(Docket, models.PROTECT, related_name="+")
    who = models.CharField(max_length=60, blank=True)
    said = models.TextField()
    record = models.CharField(max_length=120, blank=True, db_index=True)

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"who", "said", "record"})
        routine = frozenset({"id", "docket"})

    class Meta:
        """Named once."""

        constraints = (models.UniqueConstraint(name="subject_is_named_once", fields=("docket", "who")),)

    def __str__(self) -> str:
        return f"subject {self.pk}"


class Paper(models.Model):
    """A paper of a docket by its digest; its bytes lie in the private folder. ``kind``: a word of the desk."""

    docket = models.ForeignKey(Docket, models.PROTECT, related_name="+")
    digest = models.CharField(max_length=71)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=200)
    size = models.BigIntegerField()
    by = reference()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"digest", "name", "by"})
        routine = frozenset({"id", "docket", "kind", "size", "at"})

    class Meta:
        """Kept once in a docket."""

        constraints = (models.UniqueConstraint(name="paper_is_kept_once", fields=("docket", "digest")),)

    def __str__(self) -> str:
        return f"paper {self.pk}"


class OwnKey(models.Model):
    """The public key of a private requester, who stands in no register: what is released in the docket goes to it."""

    docket = models.OneToOneField(Docket, models.PROTECT, related_name="+")
    key = models.CharField(max_length=71, unique=True)
    public = models.TextField()
    until = models.DateField()
    by = reference()
    at = models.DateTimeField()

    class Privacy:
        """What may be about a person."""

        personal = frozenset({"public", "by"})
        routine = frozenset({"id", "docket", "key", "until", "at"})

    def __str__(self) -> str:
        return f"key until {self.until}"


class VerdictRow(models.Model):
    """A verdict that was attached by an event, byte for byte as ``ostiary decide --json`` gives it, law as of a day."""

    docket = models.ForeignKey(Docket, models.PROTECT, related_name="+")
    event = models.PositiveIntegerField()
    bundle = models.CharField(max_length=71)
    as_of = models.DateField()
    text = models.TextField()

    class Privacy:
        """What may be about a person. The verdict tells what is known of the people asked about."""

        personal = frozenset({"text"})
        routine = frozenset({"id", "docket", "event", "bundle", "as_of"})

    class Meta:
        """One for each day that it was judged as of."""

        constraints = (models.UniqueConstraint(name="verdict_is_kept_once", fields=("docket", "event", "as_of")),)

    def __str__(self) -> str:
        return f"verdict as of {self.as_of}"
