"""A request that is half filled in is saved, resumed with its secret, given up, or expires."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from ostiary_web.casework.uploads import Upload
from ostiary_web.counter.faults import CounterError
from ostiary_web.counter.keys import digest_of, fits, saved_number, secret_of
from ostiary_web.counter.models import SavedPaper, SavedRequest, Tries
from ostiary_web.counter.queries import sent_with

LASTS = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Kept:
    """A saved request. ``secret``: empty where it was shown before; ``changes``: how often it was saved."""

    number: str
    secret: str
    changes: int
    expires: dt.date


@transaction.atomic
def save(
    *,
    key: str,
    typed: Iterable[tuple[str, str]],
    step: int,
    seen: int = 0,
    paper: Upload | None = None,
    at: dt.datetime,
) -> Kept:
    """Keep what was typed for thirty days from now, under the number and the secret of the form.

    :param key: what the form bore: number and secret are made from it, and saving it again changes the same one.
    :param seen: how often it had been saved when the page was drawn; 0 for a new one.
    :param paper: what was uploaded; None leaves the one that is there.
    :raises CounterError: if it was sent, or another page has saved it meanwhile; nothing was changed.
    """
    if sent_with(key) is not None:
        raise CounterError("this request was sent already, and cannot be saved; follow it by its receipt")
    number, secret = saved_number(key), secret_of("saved", key)
    row = SavedRequest.objects.select_for_update().filter(pk=number).first()
    data = json.dumps(list(typed), ensure_ascii=False)
    values = {"data": data, "step": step, "saved_at": at, "expires_at": at + LASTS}
    first = row is None
    if row is None:
        row = SavedRequest.objects.create(number=number, secret=digest_of(secret), **values)
    elif not fits(secret, row.secret):
        raise CounterError("this request was saved under another secret; begin a new one")
    elif row.changes == seen or row.data == data:
        again = row.changes == seen + 1 and row.data == data
        first = row.changes == 1 and again  # the same page, sent twice: its first answer may never have been seen
        row.changes += 0 if again else 1
        SavedRequest.objects.filter(pk=number).update(changes=row.changes, **values)
    else:
        raise CounterError("another page has saved this request meanwhile; save again to put this page in its place")
    if paper is not None:
        SavedPaper.objects.update_or_create(saved=row, defaults={"name": paper.name, "data": paper.data})
    return Kept(number, secret if first else "", row.changes, (at + LASTS).date())


@transaction.atomic
def give_up(*, number: str, secret: str) -> bool:
    """Delete a saved request with its paper, for whoever holds its secret; whether there was one."""
    row = SavedRequest.objects.select_for_update().filter(pk=number).first()
    if row is None or not fits(secret, row.secret):
        return False
    row.delete()
    return True


@transaction.atomic
def expire(*, at: dt.datetime) -> int:
    """Delete what was saved and has expired, and counts whose time is over. For the worker; how many were deleted."""
    _, gone = SavedRequest.objects.filter(expires_at__lte=at).delete()
    Tries.objects.filter(until__lte=at).delete()
    return gone.get(SavedRequest._meta.label, 0)
