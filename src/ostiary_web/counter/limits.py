"""How much and how often one may send: large bodies are refused before they are read, and each address is counted."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from ostiary_web.casework.uploads import LARGEST as LARGEST_PAPER
from ostiary_web.counter.problems import of_status
from ostiary_web.wiring import config

LARGEST_BODY = LARGEST_PAPER + 2 * 2**20
Answer = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Limit:
    """How often an address may do something in an hour."""

    what: str
    most: int


SEND, SAVE, LOOK, CHECK = Limit("send", 20), Limit("save", 40), Limit("follow", 60), Limit("check", 120)


def no_large_bodies(get_response: Answer) -> Answer:
    """Refuse a body that is larger than any form needs, by what it says of its own length; none is read for it.

    A body that does not say its length is refused too, whatever it would have been.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        chunked = "HTTP_TRANSFER_ENCODING" in request.META
        if not chunked and length.isascii() and length.isdigit() and int(length[:20]) <= LARGEST_BODY:
            return get_response(request)
        status = 411 if chunked else 413
        if request.path.startswith("/api/"):
            return of_status(status).answer()
        says = {"title": "This is too large", "what": f"Send at most {LARGEST_PAPER // 2**20} MB; nothing was kept."}
        if chunked:
            says = {"title": "This does not say how large it is", "what": "Send it with its length; nothing was kept."}
        return HttpResponse(render_to_string("fault.html", says), status=status)

    return answer


def too_often(request: HttpRequest, limit: Limit) -> int:
    """Count one more try of an address; the seconds it must wait if that was one too many, or 0."""
    from ostiary_web.counter.actions import trying

    tried = trying.count(what=limit.what, address=_address(request), at=timezone.now())
    return tried.wait if tried.count > limit.most else 0


def slower(request: HttpRequest, wait: int) -> HttpResponse:
    """The page of a try too many."""
    answer = render(request, "counter/slower.html", {"minutes": -(-wait // 60)}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer


def _address(request: HttpRequest) -> str:
    """Where a request came from. Outside the demonstration a proxy stands before the desk, and adds it at the end.

    Of a long address (IPv6) the part that one household or office has.
    """
    found = str(request.META.get("REMOTE_ADDR", ""))
    if not config().demo:
        found = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip() or found
    try:
        address = ipaddress.ip_address(found)
    except ValueError:
        return found
    return found if address.version == 4 else str(ipaddress.ip_network((address, 64), strict=False))
