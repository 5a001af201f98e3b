"""Handing over what was released: a code for one recipient, a signed receipt, then the file; or a medium, or paper.

    offer      a code for this recipient alone, for so long and so often
    sign       the recipient signs for it and is bound by the conditions, before anything is given
    take       the file, as often as the code serves
    for_media, printed   the same file on a medium; a copy for a court

Each asks every guard of the release again, whatever was offered before.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.db import transaction
from django.db.models import F

from ostiary_web.casework import models, queries, queries_release
from ostiary_web.casework.actions import door, intake, leaving, printing
from ostiary_web.casework.actions.handing_over import MEDIA, PAPER, whole
from ostiary_web.casework.docket import duties, guards
from ostiary_web.casework.docket.moment import Moment, Refusal
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Docket
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.world import REQUESTER, world_for
from ostiary_web.ledger_link import publishing
from ostiary_web.wiring import config

LONGEST, OFTENEST, WRONG = dt.timedelta(days=14), 5, 5
_HANDED = (State.RELEASED, State.RECEIPTED)


@dataclass(frozen=True, slots=True)
class Offered:
    """What stands behind a link, for whoever has it and has proved to be the recipient."""

    number: int
    docket: str
    release: str
    until: dt.datetime
    left: int
    signed: bool


def offer(
    *, docket: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime, days: int = 7, most: int = 1
) -> str:
    """Make the link by which the recipient picks the package up; it is shown once. Links made before end.

    :raises CaseworkError: unless the release stands ready for pick-up.
    :raises Refused: if this person may not hand it over.
    """
    if not 1 <= days <= LONGEST.days or not 1 <= most <= OFTENEST:
        raise CaseworkError(f"a link serves 1 to {LONGEST.days} days, and 1 to {OFTENEST} times")
    pseudonym = queries.find(docket)
    _log_first(pseudonym)
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        row = door.locked(pseudonym)
        found = queries.loaded(row)
        _may_hand_over(found, by, role, at)
        sealed, _ = whole(found)
        models.PickUp.objects.filter(of_id=sealed.number, ended_at=None).update(ended_at=at)
        models.PickUp.objects.create(
            of_id=sealed.number, secret=_hashed(secret), recipient=found.body, by=by, at=at,
            until=at + dt.timedelta(days=days), most=most,
        )  # fmt: skip
    return secret


def _may_hand_over(docket: Docket, by: str, role: Role, at: dt.datetime) -> None:
    """The release officer, with every duty; and nothing stands against it now."""
    if docket.state not in _HANDED:
        raise CaseworkError("this docket's package has not been released, or was called back")
    world = world_for(docket, at).world
    person = world.people.get(by)
    if person is None:
        raise Refused(Refusal("person", "nobody is known by this name", "S7", "have the person registered"))
    row = Transition("hand_over", "hand it over", _HANDED, None, frozenset({Role.RELEASE_OFFICER}), "release.delivered")
    refusal = duties.refuse(Moment(docket, world, person, role, at), row)
    if refusal is not None:
        raise Refused(refusal)
    door.check_apart(docket.id, by, role)
    refuse_stopped(docket, at)


def _log_first(docket: str) -> None:
    """Have all that the log has of this docket published and cosigned, the release and the receipt too (promise 4).

    :raises NotCosigned: if it cannot be; nothing is handed over then, and it can be tried again.
    """
    publishing.await_cosigned(queries.row(docket).last_index)


def refuse_stopped(docket: Docket, at: dt.datetime) -> None:
    """Every guard again, at the moment when it really leaves: the law, a hold, the recipient, its key, the log.

    :raises Refused: with what stands against it.
    """
    world = world_for(docket, at, last_index=queries.row(docket.id).last_index).world
    refusal = guards.stopped(docket, world)
    if refusal is not None:
        raise Refused(refusal)


def offered(secret: str, at: dt.datetime) -> Offered | None:
    """What stands behind a link; None for a wrong, ended, expired or used link, all alike."""
    found = models.PickUp.objects.select_related("of").filter(secret=_hashed(secret), ended_at=None).first()
    if found is None or found.until < at or found.used >= found.most:
        return None
    docket = queries.docket(found.of.docket_id)
    if docket.state not in _HANDED or docket.seal is None or docket.seal.release != found.of.release:
        return None
    left, signed = found.most - found.used, found.signed_at is not None
    return Offered(found.pk, docket.id, found.of.release, found.until, left, signed)


def not_proved(secret: str, at: dt.datetime) -> None:
    """Somebody with the link could not say whose it is; the fifth time it ends."""
    found = models.PickUp.objects.filter(secret=_hashed(secret), ended_at=None)
    found.update(wrong=F("wrong") + 1)
    found.filter(wrong__gte=WRONG).update(ended_at=at)


def key_end(docket: str) -> str:
    """The last characters of the recipient's key id, which ``ostiary keys show`` tells its owner, and nobody here."""
    from ostiary.release.keys import parse_recipient

    found = queries.docket(docket)
    if found.seal is None:
        return ""
    public = queries_release.public_key(found, found.seal.recipient_key)
    return parse_recipient(public.encode(), "the registered key").key_id[-12:]


def sign(*, secret: str, name: str, proved: bool, at: dt.datetime) -> None:
    """The recipient signs for the package and is bound by its conditions; before anything is given.

    :param proved: whether whoever signs has proved to be the requester, beside holding the link.
    :raises CaseworkError: if the link does not serve, or nothing was proved.
    :raises Refused: if anything stands against it now.
    """
    found = offered(secret, at)
    if found is None or not proved:
        raise CaseworkError("this link does not serve; ask the agency for another")
    if not 3 <= len(name.strip()) <= 200 or not name.strip().isprintable():
        raise CaseworkError("sign with your full name and office")
    _log_first(found.docket)
    docket = queries.docket(found.docket)
    refuse_stopped(docket, at)
    text = receipt_text(docket, name.strip(), at)
    with transaction.atomic():
        row = models.PickUp.objects.select_for_update().get(pk=found.number)
        if row.signed_at is not None:
            return
        paper = intake.add_paper(
            docket=docket.id, kind="receipt", name="receipt.txt", data=text.encode(), by=REQUESTER, at=at
        )
        if docket.state is State.RELEASED:
            leaving.receipt(docket=docket.id, by=REQUESTER, role=Role.RECIPIENT, at=at)
        row.signed_name, row.receipt, row.signed_at = name.strip(), paper, at
        row.save(update_fields=["signed_name", "receipt", "signed_at"])


def receipt_text(docket: Docket, name: str, at: dt.datetime) -> str:
    """What the recipient signs: the release, the digest of its file, the conditions, the day of destruction."""
    sealed, _ = whole(docket)
    packing = queries_release.packing(sealed.packing)
    return (
        f"Receipt of release {sealed.release}\nDocket {queries.row(docket.id).number}\n"
        f"File: {sealed.size} bytes, SHA-256 {sealed.sha256}\nManifest: {packing.manifest}\n"
        f"I have the authority to receive these records. I am bound by the conditions in the manifest: I use them only "
        f"for the purpose of the request, give them to nobody else unless the law that is named there lets me, destroy "
        f"every copy by {packing.retain_until.isoformat()}, and certify it.\nSigned: {name}\n"
        f"On {at.astimezone(config().zone()):%Y-%m-%d %H:%M}\n"
    )


def take(*, secret: str, at: dt.datetime) -> tuple[str, Path]:
    """The package's file, for one who has signed; one use of the link is gone. Its name, and where it lies.

    :raises CaseworkError: if the link does not serve, or nobody has signed.
    :raises Refused: if anything stands against it now.
    """
    found = offered(secret, at)
    if found is None or not found.signed:
        raise CaseworkError("this link does not serve; ask the agency for another")
    _log_first(found.docket)
    docket = queries.docket(found.docket)
    refuse_stopped(docket, at)
    sealed, path = whole(docket)
    used = models.PickUp.objects.filter(pk=found.number, ended_at=None, used__lt=F("most"), signed_at__isnull=False)
    if not used.update(used=F("used") + 1):
        raise CaseworkError("this link does not serve; ask the agency for another")
    return f"release-{sealed.release}.ostiary", path


def for_media(*, docket: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime) -> tuple[str, Path]:
    """The same file for the release officer, who writes it on a medium; only of a release that leaves so.

    :raises CaseworkError, Refused: as for a link.
    """
    found = queries.docket(queries.find(docket))
    manner = queries_release.manner(found.id)
    if manner not in (MEDIA, "delivered"):
        raise CaseworkError("this release does not leave on a medium; the recipient picks it up")
    _log_first(found.id)
    _may_hand_over(found, by, role, at)
    sealed, path = whole(found)
    return f"release-{sealed.release}.ostiary", path


def printed(*, docket: str, by: str, role: Role = Role.RELEASE_OFFICER, at: dt.datetime) -> printing.Printed:
    """What is to be printed of a release that leaves on paper, for the release officer, until its receipt.

    :raises CaseworkError, Refused: as for a medium; or if no printed copy was asked for.
    """
    found = queries.docket(queries.find(docket))
    if queries_release.manner(found.id) != PAPER or found.state is not State.RELEASED:
        raise CaseworkError("this release does not leave on paper, or its receipt has come")
    _log_first(found.id)
    _may_hand_over(found, by, role, at)
    sealed, _ = whole(found)
    return printing.read(sealed.release)


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
