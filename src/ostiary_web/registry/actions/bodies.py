"""Requester bodies and their keys."""

from __future__ import annotations

import datetime as dt
from hashlib import sha256

from django.db import transaction
from django.utils.timezone import localdate

from ostiary.errors import did_you_mean
from ostiary.ledger.kinds import catalogue
from ostiary_web.registry.actions.shared import (
    KEEPERS,
    STOPPERS,
    append,
    changed,
    check_code,
    check_listed,
    check_may,
    filled,
    locked_body,
)
from ostiary_web.registry.faults import RegistryError
from ostiary_web.registry.models import Body, Key
from ostiary_web.staff.queries import Official


@transaction.atomic
def add(*, code: str, kind: str, name: str, contact: str, by: Official, at: dt.datetime) -> Body:
    """Register a requester body. It counts only once its contact is verified by another official.

    :raises RegistryError: if the code is taken or unfit, or the kind is none that the log may name.
    """
    check_may(by, at, *KEEPERS, administrator=True)
    check_code(code)
    nameable = catalogue().nameable
    if kind not in nameable:
        raise RegistryError(f"this kind of requester is not registered by name{did_you_mean(kind, nameable)}")
    if Body.objects.filter(code=code).exists():
        raise RegistryError(f"there is a body `{code}` already")
    texts = {"name": filled(name, "name"), "contact": filled(contact, "contact")}
    body = Body.objects.create(code=code, kind=kind, added_at=at, added_by_id=by.pk, **texts)
    changed("bodies", "added", by, at, body=code, kind=kind)
    return body


@transaction.atomic
def verify(*, code: str, by: Official, at: dt.datetime) -> None:
    """Say that the contact of a body was checked, over another way than the one it came by.

    :raises RegistryError: if the same official wrote it down, or it is verified already.
    """
    check_may(by, at, "verifier")
    body = locked_body(code)
    if body.verified_at is not None:
        raise RegistryError("this contact is verified already")
    if body.added_by_id == by.pk:
        raise RegistryError("a contact is verified by another official than who wrote it down")
    body.verified_at, body.verified_by_id = at, by.pk
    body.save(update_fields=["verified_at", "verified_by"])
    changed("bodies", "changed", by, at, body=code, verified=True)


@transaction.atomic
def freeze(*, code: str, cause: str, by: Official, at: dt.datetime) -> None:
    """Give a body nothing from now on.

    :raises RegistryError: if it is frozen already, or the cause is no code of the catalogue.
    """
    check_may(by, at, *STOPPERS, administrator=True)
    body = locked_body(code)
    check_listed(cause, "hold_causes")
    if body.frozen_at is not None:
        raise RegistryError("this body is frozen already")
    body.frozen_at, body.frozen_by_id, body.frozen_cause = at, by.pk, cause
    body.save(update_fields=["frozen_at", "frozen_by", "frozen_cause"])
    _frozen(body, cause, True, by, at)


@transaction.atomic
def lift_freeze(*, code: str, by: Official, at: dt.datetime) -> None:
    """Let a body be served again; done by another official than who froze it.

    :raises RegistryError: if it is not frozen, or the same official froze it.
    """
    check_may(by, at, *KEEPERS)
    body = locked_body(code)
    if body.frozen_at is None:
        raise RegistryError("this body is not frozen")
    if body.frozen_by_id == by.pk:
        raise RegistryError("a freeze is lifted by another official than who froze")
    cause = body.frozen_cause
    body.frozen_at, body.frozen_by, body.frozen_cause = None, None, ""
    body.save(update_fields=["frozen_at", "frozen_by", "frozen_cause"])
    _frozen(body, cause, False, by, at)


@transaction.atomic
def register_key(*, code: str, public: str, until: dt.date, by: Official, at: dt.datetime) -> Key:
    """Register a recipient's public key; what is released to the body is sealed to it.

    :raises RegistryError: if the contact is not verified, the key is there, or it has ended.
    """
    check_may(by, at, *KEEPERS)
    body = locked_body(code)
    if body.verified_at is None:
        raise RegistryError("the contact of this body is not verified yet")
    if until <= localdate(at):
        raise RegistryError("a key ends in the future")
    digest = "sha256:" + sha256(filled(public, "public").encode()).hexdigest()
    if Key.objects.filter(key=digest).exists():
        raise RegistryError("this key is registered already, here or for another body")
    key = Key.objects.create(
        body=body, key=digest, public=public.strip(), until=until, registered_at=at, registered_by_id=by.pk
    )
    append("key.registered", by, at, {"use": "recipient", "key": digest, "body": code})
    return key


@transaction.atomic
def revoke_key(*, key: str, cause: str, by: Official, at: dt.datetime) -> None:
    """Use a recipient's key no more.

    :param key: its digest.
    :raises RegistryError: if there is none in force, or the cause is no code of the catalogue.
    """
    check_may(by, at, *STOPPERS, administrator=True)
    check_listed(cause, "key_ends")
    found = Key.objects.select_for_update().filter(key=key, revoked_at=None).first()
    if found is None:
        raise RegistryError("there is no such key in force")
    found.revoked_at, found.revoked_by_id = at, by.pk
    found.save(update_fields=["revoked_at", "revoked_by"])
    append("key.revoked", by, at, {"key": key, "cause": cause})


def _frozen(body: Body, cause: str, frozen: bool, by: Official, at: dt.datetime) -> None:
    append("counterparty.frozen", by, at, {"body": body.code, "cause": cause, "frozen": frozen})
