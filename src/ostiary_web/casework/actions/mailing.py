"""Mail to the recipient of a release: that something waits at the counter, and no more. Owed once, tried until it goes.

A mail is owed in the transaction of what it tells of. It goes to the one address in the verified contact of the body.
Its number is all that names the request; what it is about stands at the counter, for whoever has the receipt. If a
worker dies between sending and writing that it did, the mail goes again under the same Message-ID.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ostiary_web.casework import models, queries, queries_corrections
from ostiary_web.casework.actions import access
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.models_corrections import FAILED, SENDING, SENT, WAITING
from ostiary_web.casework.world import world_for
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import config

REMINDER, RECALL, CORRECTION = "reminder", "recall", "correction"
SAYS: Mapping[str, Promise] = {
    REMINDER: gettext_lazy("A certificate of destruction is asked for."),
    RECALL: gettext_lazy("What you were given is called back. Do not use it any longer."),
    CORRECTION: gettext_lazy("Something that you were given was wrong. Do not rely on it before you have read this."),
}
# How long until a mail is tried again, each time; after the last it has failed, and the docket's page says so.
_PAUSES = tuple(dt.timedelta(minutes=one) for one in (1, 5, 30, 120, 720, 1440))
_SENDING = dt.timedelta(minutes=10)  # longer than any try: whoever holds it so long has died


def owe(*, docket: str, kind: str, cause: str, at: dt.datetime) -> bool:
    """Have the recipient told by mail, once for each cause; whether it will be. In the transaction of the cause.

    Without a mail server, or without one address in a verified contact, nothing is owed: it goes by post.
    """
    to = address_of(docket)
    if not to:
        return False
    host = config().hosts[0]
    values = {"to": to, "message": f"<{secrets.token_hex(16)}@{host}>", "state": WAITING, "next_at": at, "at": at}
    _row, new = models.Mailing.objects.get_or_create(docket_id=docket, kind=kind, cause=cause, defaults=values)
    return new


def doubt() -> int:
    """After a restore: nobody knows which of the mails that were due have gone, so each waits for somebody to look."""
    due = models.Mailing.objects.filter(state__in=(WAITING, SENDING))
    return due.update(state=FAILED, fault="restored")


def address_of(docket: str) -> str:
    """Where mail of a docket goes; empty where it goes nowhere."""
    body = models.Docket.objects.values_list("body", flat=True).get(pk=docket)
    return registry.mail_of(body) if body and config().mail is not None else ""


def send_due(*, at: dt.datetime) -> int:
    """Send every mail that is due; how many went."""
    return sum(send(number=number, at=at) for number in queries_corrections.mails_due(at))


def send(*, number: int, at: dt.datetime) -> bool:
    """Try to send one mail; whether it went. Two workers never try the same at once."""
    row = _take(number, at)
    if row is None:
        return False
    mine = models.Mailing.objects.filter(pk=number, state=SENDING, tries=row.tries)
    try:
        _message(row).send()
    except (OSError, SMTPException, ValueError) as fault:  # the type alone is kept: the text could name somebody
        later = dict(enumerate(_PAUSES, 1)).get(row.tries)
        again = {"state": FAILED} if later is None else {"state": WAITING, "next_at": at + later}
        mine.update(fault=type(fault).__name__[:60], **again)
        return False
    return bool(mine.update(state=SENT, sent_at=at, fault=""))


def _take(number: int, at: dt.datetime) -> models.Mailing | None:
    with transaction.atomic():
        due = models.Mailing.objects.select_for_update().filter(state__in=(WAITING, SENDING), next_at__lte=at)
        row = due.filter(pk=number).first()
        if row is None:
            return None
        row.state, row.tries, row.next_at = SENDING, row.tries + 1, at + _SENDING
        row.save(update_fields=["state", "tries", "next_at"])
    return row


def _message(row: models.Mailing) -> EmailMessage:
    number = queries.row(row.docket_id).number
    says = _(
        "%(what)s\n\nIt stands with your request %(number)s at %(link)s: open it with the number and the secret of "
        "your receipt. If you have no receipt, it comes by post.\n\nThis mail was sent by a machine. Do not answer it."
    ) % {"what": SAYS[row.kind], "number": number, "link": link()}
    headers = {"Message-ID": row.message, "Auto-Submitted": "auto-generated"}
    subject = _("Request %(number)s") % {"number": number}
    return EmailMessage(subject, says, settings.DEFAULT_FROM_EMAIL, [row.to], headers=headers)


def link() -> str:
    """The counter's page on which a request is followed."""
    scheme = "http" if config().demo else "https"
    return f"{scheme}://{config().hosts[0]}{reverse('follow')}"


def again(*, docket: str, mail: int, by: str, at: dt.datetime) -> None:
    """Have a mail that failed tried anew, to the address that is registered and verified now.

    :raises Refused: to whoever does nothing in this docket. :raises CaseworkError: if it has not failed.
    """
    found = queries.docket(queries.find(docket))
    access.check_works(found, world_for(found, at, last_index=queries.row(found.id).last_index).world, by, at)
    to = address_of(found.id)
    failed = models.Mailing.objects.filter(pk=mail, docket_id=found.id, state=FAILED)
    if not to or not failed.update(to=to, state=WAITING, tries=0, next_at=at, fault=""):
        raise CaseworkError("this mail has not failed, or the body has no verified address; send it by post")
