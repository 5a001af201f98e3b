"""What every answer of the playground passes: who may ask, and what a browser may do with the answer."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def guarded(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Refuse a foreign ``Host`` and a foreign page's post; set the headers of every answer.

    No cookie and no session stand behind this page, so that a forged post could change nothing.
    It is refused all the same: it has no business here.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        own = f"http://{request.get_host()}"  # raises for a host that is not allowed: 400
        foreign = request.headers.get("Origin", own) != own
        response = HttpResponseForbidden("Refused: this came from another page.") if foreign else get_response(request)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    return answer
