"""The playground's pages: understand the form, take one turn, show the page."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseNotFound
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ostiary.errors import BadInput
from ostiary_web.playground.turn import Desk, Page, take_turn

_STATIC = Path(__file__).resolve().parent / "static"
_KINDS = {
    "playground.css": "text/css; charset=utf-8",
    "playground.js": "text/javascript; charset=utf-8",
    "favicon.svg": "image/svg+xml",
}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """The one page. What is wrong is said on it, with status 422."""
    try:
        shown = _turn(request)
    except (BadInput, SuspiciousOperation) as fault:
        return _refused(fault)
    return render(request, "playground/page.html", {"page": shown}, status=422 if shown.problems else 200)


@require_POST
def download(request: HttpRequest) -> HttpResponse:
    """The request that stands on the page, as a file for ``ostiary decide``."""
    try:
        shown = _turn(request)
    except (BadInput, SuspiciousOperation) as fault:
        return _refused(fault)
    if not shown.file:
        return render(request, "playground/page.html", {"page": shown}, status=422)
    answer = HttpResponse(shown.file, content_type="application/yaml; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="request.yaml"'
    return answer


@require_GET
def static(request: HttpRequest, name: str) -> HttpResponse:
    """The style sheet, the script and the icon; there are no others."""
    if name not in _KINDS:
        raise Http404
    return HttpResponse((_STATIC / name).read_bytes(), content_type=_KINDS[name])


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """There is only one page."""
    return HttpResponseNotFound("Not found. The playground is at /.", content_type="text/plain")


def failed(request: HttpRequest) -> HttpResponse:
    """An internal fault, without a word of what was posted."""
    return HttpResponse("Internal fault: nothing was judged. Go back and try again.", "text/plain", status=500)


def _turn(request: HttpRequest) -> Page:
    desk = cast(Desk, settings.PLAYGROUND)
    if request.method != "POST":
        return take_turn(desk, {})
    posted = {name: request.POST.getlist(name) for name in request.POST}
    file = request.FILES.get("file")
    return take_turn(desk, posted, file.read().decode("utf-8", "replace") if file else None)


def _refused(fault: Exception) -> HttpResponse:
    text = str(fault) if isinstance(fault, BadInput) else "the form is too large, or was changed on its way"
    return HttpResponseBadRequest(f"Not read: {text}. Go back and try again.", content_type="text/plain")
