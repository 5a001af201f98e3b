"""What is answered when something is wrong: plain pages that repeat nothing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string


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
