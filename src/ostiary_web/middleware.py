"""What every request passes: one log line without personal data, and the second factor."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from ostiary_web.logs import log_of

Answer = Callable[[HttpRequest], HttpResponse]
A_MINUTE = 60
_SEEN = "seen"
# Where somebody without a second factor may go: to set one up, prove who they are, or leave.
_ENROLMENT = frozenset(
    {
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "account_logout",
        "account_login",
        "health",
    }
)


def request_lines(get_response: Answer) -> Answer:
    """Give each request a number of its own, and one line: method, route, status, time. No address, query or body."""

    def answer(request: HttpRequest) -> HttpResponse:
        number, began = secrets.token_hex(8), time.monotonic()
        with structlog.contextvars.bound_contextvars(request_id=number):
            response = get_response(request)
            match = request.resolver_match
            log_of(__name__).info(
                "answered",
                method=request.method,
                route=match.view_name if match else "none",
                status=response.status_code,
                ms=round((time.monotonic() - began) * 1000),
            )
        response.headers["X-Request-ID"] = number
        return response

    return answer


def no_zero_in_address(get_response: Answer) -> Answer:
    """No page has a zero byte in its address; asked for one, PostgreSQL fails where SQLite finds nothing."""

    def answer(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info:
            raise Http404
        return get_response(request)

    return answer


def session_goes_on(get_response: Answer) -> Answer:
    """A session ends after some time without a request, not after log-in. It is written once a minute at most."""

    def answer(request: HttpRequest) -> HttpResponse:
        response, now = get_response(request), int(time.time())
        session = request.session
        if not session.is_empty() and not 0 <= now - session.get(_SEEN, 0) < A_MINUTE:
            session[_SEEN] = now
        return response

    return answer


def session_seconds() -> int:
    """For how long a page can say, at least, that its session lasts."""
    return settings.SESSION_COOKIE_AGE - A_MINUTE


class second_factor_required:
    """Whoever is logged in without a second factor reaches the pages that set one up, and nothing else."""

    def __init__(self, get_response: Answer) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> HttpResponse | None:
        """Asked when the page is known, before it is made."""
        from allauth.mfa.utils import is_mfa_enabled

        match = request.resolver_match
        if not request.user.is_authenticated or (match and match.view_name in _ENROLMENT):
            return None
        return None if is_mfa_enabled(request.user) else redirect("mfa_activate_totp")
