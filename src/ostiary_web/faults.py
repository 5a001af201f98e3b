"""What is answered when something is wrong: plain pages that repeat nothing, and whether the desk is well."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from ostiary.ledger import store
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.logs import log_of


def _page(status: int, title: str, what: str) -> HttpResponse:
    return HttpResponse(render_to_string("fault.html", {"title": title, "what": what}), status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: object = None) -> HttpResponse:
    """400."""
    return _page(400, "This request cannot be read", "Go back, and try again.")


@login_not_required
def not_allowed(request: HttpRequest, exception: object = None) -> HttpResponse:
    """403."""
    return _page(403, "You may not do this", "Your account has no role for it. Ask an administrator if it should.")


@login_not_required
def not_found(request: HttpRequest, exception: object = None) -> HttpResponse:
    """404."""
    return _page(404, "There is no such page", "Check the address.")


@login_not_required
def failed(request: HttpRequest) -> HttpResponse:
    """500: whatever was being done was undone."""
    return _page(500, "Something failed", "Nothing was changed, and nothing was released. Tell the operator the time.")


@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Whether the database answers and the log adds up; no more than that is told."""
    try:
        store.read_head(raw_connection())
    except Exception as fault:  # whatever a driver raises: to be asked again, not to fail on
        log_of(__name__).error("not well", fault=type(fault).__name__)
        return HttpResponse("not well\n", status=503, content_type="text/plain")
    return HttpResponse("well\n", content_type="text/plain")
