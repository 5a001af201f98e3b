"""Whether the desk is well: told to anybody who asks, part by part, and no more than that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from ostiary.ledger import store
from ostiary_web.ledger_link import publishing
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.logs import log_of
from ostiary_web.worker import queries as worker


def _database(at: dt.datetime) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _log(at: dt.datetime) -> bool:
    store.read_head(raw_connection())
    return True


def _worker(at: dt.datetime) -> bool:
    return not worker.standing(at).down


PARTS: Mapping[str, Callable[[dt.datetime], bool]] = {
    "database": _database,
    "log": _log,
    "export": publishing.keeps_up,
    "worker": _worker,
}


def parts(at: dt.datetime) -> dict[str, bool]:
    """Each part, and whether it is well. What cannot be asked is not."""
    return {name: _asked(name, well, at) for name, well in PARTS.items()}


def _asked(name: str, well: Callable[[dt.datetime], bool], at: dt.datetime) -> bool:
    try:
        return well(at)
    except Exception as fault:  # whatever a driver raises: to be asked again, not to fail on
        log_of(__name__).error("not well", kind=name, fault=type(fault).__name__)
        return False


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """200 if all is well, and 503 otherwise; a line each."""
    found = parts(timezone.now())
    said = {True: "well", False: "not well"}
    lines = [said[all(found.values())], *(f"{name}: {said[one]}" for name, one in found.items())]
    answer = HttpResponse(
        "\n".join([*lines, ""]), content_type="text/plain", status=200 if all(found.values()) else 503
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
