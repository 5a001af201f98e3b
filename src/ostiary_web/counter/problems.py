"""What goes wrong, as a program reads it: ``application/problem+json`` (RFC 9457). It repeats nothing that was sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse

from ostiary.errors import OstiaryError
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.counter.faults import SentBefore

MEDIA = "application/problem+json"
_TYPE = "urn:ostiary:problem:"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its code, the HTTP status, its title, and when it is met."""

    code: str
    status: int
    title: str
    says: str


KINDS = (
    Kind("unreadable", 400, "The request cannot be read", "the body is no JSON object, or a key stands twice"),
    Kind("no-secret", 401, "The receipt's secret is missing or wrong", "also where no request has this number"),
    Kind("not-found", 404, "There is no such address", "also for a letter that is not the docket's"),
    Kind("no-method", 405, "This address does not take this method", "the header Allow says which it takes"),
    Kind("sent-before", 409, "This was sent before", "the key was used for another request, or long ago"),
    Kind("refused", 409, "This cannot be done now", "a guard refused it: `guard` has its name, its source, the cure"),
    Kind("no-length", 411, "The body does not say how long it is", "send Content-Length"),
    Kind("too-large", 413, "This is too large", "a JSON body may have 2.5 MB; send a large paper as multipart"),
    Kind("invalid", 422, "Something in it is wrong", "`errors` has a pointer and a text for each"),
    Kind("too-often", 429, "Too many tries from your address", "the header Retry-After says when to try again"),
    Kind("failed", 500, "Something failed", "nothing was changed, and nothing was released"),
)
_BY_STATUS = {one.status: one for one in reversed(KINDS)}
_BY_CODE = {one.code: one for one in KINDS}


class Problem(Exception):
    """A problem to answer with. ``more``: members besides those of RFC 9457; ``headers``: of the answer."""

    def __init__(self, code: str, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(code)
        self.kind, self.detail, self.more, self.headers = _BY_CODE[code], detail, more, dict(headers or {})

    def answer(self) -> HttpResponse:
        """The answer."""
        body = {
            "type": _TYPE + self.kind.code,
            "title": self.kind.title,
            "status": self.kind.status,
            "detail": self.detail,
            **self.more,
        }
        text = json.dumps(body, ensure_ascii=False)
        answer = HttpResponse(text, status=self.kind.status, content_type=MEDIA)
        for name, value in self.headers.items():
            answer.headers[name] = value
        return answer


def of_status(status: int) -> Problem:
    """The problem of an answer that somebody else made."""
    kind = _BY_STATUS.get(status) or _BY_CODE["failed" if status >= 500 else "unreadable"]
    return Problem(kind.code, f"{kind.says[0].upper()}{kind.says[1:]}.")


def invalid(errors: Sequence[tuple[str, str]]) -> Problem:
    """What is wrong with a body. ``errors``: a JSON pointer and a text for each."""
    told = [{"pointer": pointer, "detail": text} for pointer, text in errors]
    return Problem("invalid", "Mend what `errors` names, and send it again.", errors=told)


def too_often(wait: int) -> Problem:
    """A try too many. ``wait``: seconds."""
    return Problem("too-often", f"Try again in {wait} seconds.", headers={"Retry-After": str(wait)})


def no_secret() -> Problem:
    """A wrong secret and a wrong number read alike."""
    says = "Send the receipt's secret: `Authorization: Bearer SECRET`. Check number and secret."
    return Problem("no-secret", says, headers={"WWW-Authenticate": "Bearer"})


def of_fault(fault: OstiaryError) -> Problem:
    """A fault of the desk's own as a problem."""
    if isinstance(fault, Refused):
        found = fault.refusal
        guard = {"name": found.reason, "says": found.says, "source": found.cites, "cure": found.cure}
        return Problem("refused", f"{found.says}; {found.cure}.", guard=guard)
    if isinstance(fault, SentBefore):
        return Problem("sent-before", str(fault))
    if isinstance(fault, CaseworkError):
        return invalid([("", str(fault))])
    return invalid([("", str(fault))])
