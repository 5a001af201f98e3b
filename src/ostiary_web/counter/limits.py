"""How much and how often one may send: large bodies are refused before they are read, and each address is counted."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

LARGEST_PAPER = 10 * 2**20
_LARGEST_BODY = LARGEST_PAPER + 2 * 2**20
Answer = Callable[[HttpRequest], HttpResponse]


def no_large_bodies(get_response: Answer) -> Answer:
    """Refuse a body that is larger than any form needs, by what it says of its own length; none is read for it."""

    def answer(request: HttpRequest) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) <= _LARGEST_BODY:
            return get_response(request)
        says = {"title": "This is too large", "what": f"Send at most {LARGEST_PAPER // 2**20} MB; nothing was kept."}
        return HttpResponse(render_to_string("fault.html", says), status=413)

    return answer


def too_often(request: HttpRequest, what: str, most: int, seconds: int) -> bool:
    """Count one more try of an address, and say whether it is one too many. Per process; the address is not kept."""
    address = sha256(request.META.get("REMOTE_ADDR", "").encode()).hexdigest()
    key = f"counter:{what}:{address}"
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key) > most
    except ValueError:  # it ran out between the two
        return False
