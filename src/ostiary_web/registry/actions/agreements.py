"""Agreements with bodies, and the standing channels under them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import localdate

from ostiary_web.ledger_link.actions import append_entry, new_thread
from ostiary_web.registry.actions.shared import (
    KEEPERS,
    STOPPERS,
    check_digest,
    check_listed,
    check_may,
    locked_body,
)
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import Agreement, Channel
from ostiary_web.staff.queries import Official


@transaction.atomic
def sign(*, code: str, text: str, since: dt.date, until: dt.date, by: Official, at: dt.datetime) -> Agreement:
    """Record an agreement in force with a body; its text is public under this digest.

    :raises RegistryError: if the contact is not verified, or the days do not fit.
    """
    check_may(by, at, *KEEPERS)
    body = locked_body(code)
    check_digest(text)
    if body.verified_at is None:
        raise RegistryError("the contact of this body is not verified yet")
    if until < since or until < localdate(at):
        raise RegistryError("an agreement ends after it begins, and is not over")
    thread = new_thread(sort="agreement")
    found = Agreement.objects.create(
        body=body, text=text, since=since, until=until, thread=thread, signed_at=at, signed_by_id=by.pk
    )
    public = {"counterparty": code, "text": text, "until": until}
    append_entry(kind="agreement.signed", thread=thread, by=by.reference, at=at, public=public)
    return found


@transaction.atomic
def end(*, agreement: int, cause: str, by: Official, at: dt.datetime) -> None:
    """End an agreement now, and every channel under it.

    :raises RegistryError: if there is none in force, or the cause is no code of the catalogue.
    """
    check_may(by, at, *STOPPERS)
    check_listed(cause, "agreement_ends")
    found = Agreement.objects.select_for_update().filter(pk=agreement, ended_at=None).first()
    if found is None:
        raise RegistryError("there is no such agreement in force")
    found.ended_at, found.ended_by_id = at, by.pk
    found.save(update_fields=["ended_at", "ended_by"])
    append_entry(kind="agreement.ended", thread=found.thread, by=by.reference, at=at, public={"cause": cause})
    for channel in found.channels.exclude(state="ended"):
        _set_channel(channel, "ended", "agreement_ended", by, at)


@transaction.atomic
def register_channel(
    *,
    agreement: int,
    purpose: str,
    fields: Sequence[str],
    frequency: str,
    accounts: int,
    by: Official,
    at: dt.datetime,
) -> Channel:
    """Put a standing flow of data under the gate.

    :raises RegistryError: if its agreement is not in force.
    """
    check_may(by, at, *KEEPERS)
    day = localdate(at)
    agreed = Agreement.objects.select_related("body").filter(
        pk=agreement, ended_at=None, since__lte=day, until__gte=day
    )
    found = agreed.first()
    if found is None:
        raise RegistryError("there is no such agreement in force")
    thread, names = new_thread(sort="channel"), sorted(set(fields))
    flow = {"purpose": purpose, "fields": names, "frequency": frequency, "accounts": accounts}
    channel = Channel.objects.create(
        agreement=found, **flow, state="in_force", thread=thread, registered_at=at, registered_by_id=by.pk
    )
    public = {"counterparty": found.body.code, "agreement": found.thread, **flow}
    append_entry(kind="channel.registered", thread=thread, by=by.reference, at=at, public=public)
    return channel


@transaction.atomic
def change_channel(*, channel: int, state: str, cause: str, by: Official, at: dt.datetime) -> None:
    """Suspend, resume or end a channel. To resume needs the keeper of the register, and an agreement in force.

    :raises RegistryError: if there is none, it has ended, or its agreement has.
    """
    check_may(by, at, *(KEEPERS if state == "in_force" else STOPPERS))
    check_listed(state, "channel_states")
    check_listed(cause, "hold_causes")
    found = Channel.objects.select_for_update().filter(pk=channel).exclude(state__in=("ended", state)).first()
    if found is None:
        raise RegistryError("there is no such channel, or it has ended, or is in this state already")
    agreed = Agreement.objects.get(pk=found.agreement_id)
    if state == "in_force" and (agreed.ended_at is not None or agreed.until < localdate(at)):
        raise RegistryError("the agreement of this channel is not in force")
    _set_channel(found, state, cause, by, at)


def _set_channel(channel: Channel, state: str, cause: str, by: Official, at: dt.datetime) -> None:
    channel.state = state
    channel.save(update_fields=["state"])
    public = {"status": state, "cause": cause}
    append_entry(kind="channel.changed", thread=channel.thread, by=by.reference, at=at, public=public)
