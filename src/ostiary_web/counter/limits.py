"""How much and how often one may send: large bodies are refused before they are read, and each address is counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone

from ostiary_web.addresses import address_of
from ostiary_web.casework.uploads import LARGEST as LARGEST_PAPER
from ostiary_web.counter.problems import of_status

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

    tried = trying.count(what=limit.what, address=address_of(request), at=timezone.now())
    return tried.wait if tried.count > limit.most else 0


def slower(request: HttpRequest, wait: int) -> HttpResponse:
    """The page of a try too many."""
    answer = render(request, "counter/slower.html", {"minutes": -(-wait // 60)}, status=429)
    answer.headers["Retry-After"] = str(wait)
    return answer
