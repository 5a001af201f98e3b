"""The desk's pages: read what was asked, call one action or query, choose the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET

from ostiary_web.casework import pages, pages_case, pages_docket, pages_leaving, pages_notes, pages_queue, papers
from ostiary_web.casework.actions.letters import is_letter
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.ledger_link.kept import showing
from ostiary_web.staff.queries import Official

_P = ParamSpec("_P")
_SHOWS = ("GET", "HEAD")  # what changes nothing, and so may keep what it asks


def desk_only(
    view: Callable[Concatenate[HttpRequest, Me, _P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
    """Let in whoever holds a role at the desk. A docket that this person may not see is explained, not shown."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: _P.args, **more: _P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Official):
            raise PermissionDenied
        with showing() if request.method in _SHOWS else nullcontext():
            return made(request, request.user, *args, **more)

    def made(request: HttpRequest, person: Official, /, *args: _P.args, **more: _P.kwargs) -> HttpResponse:
        me = pages.who_looks(person, now())
        if not me.sees:
            raise PermissionDenied
        try:
            shown = view(request, me, *args, **more)
        except Refused as fault:
            return render(request, "casework/kept_out.html", {"why": fault.refusal}, status=403)
        except CaseworkError as fault:
            raise Http404 from fault
        add_never_cache_headers(shown)  # what was shown to one who has logged out is not shown again
        return shown

    return answer


def now() -> dt.datetime:
    """Now, in the agency's time."""
    return pages.in_agency_time(timezone.now())


@require_GET
@desk_only
def docket(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Everything about one docket, and what may be done with it."""
    at = now()
    case = pages_docket.opened(number, me, at)
    parts = _docket_parts(case, me, request.GET.get("look", ""))
    parts |= pages_case.parts(case, me, at, request.GET.get("happened", ""), request.GET.get("paper", ""))
    return render(request, "casework/docket.html", parts)


def _docket_parts(case: Case, me: Me, look: str) -> dict[str, Any]:
    may, barred, other = pages_docket.offers(case, me)
    items = pages_docket.verdict(case, look)
    played, idle = pages_docket.ladder(case, look)
    return {
        "case": case,
        "asked": pages_docket.asked(case),
        "subjects": pages_docket.subjects(case),
        "facts": pages_docket.known(case, me),
        "items": items,
        "looked_at": next((item for item in items if item.looked_at), None),
        "played": played,
        "idle": idle,
        "questions": pages_docket.questions(case),
        "to_confirm": pages_docket.to_confirm(case, me),
        "clocks": pages_docket.clocks(case),
        "may": may,
        "barred": barred,
        "other": other,
        "letter": case.docket.state is State.DECISION,
        "letters": any(is_letter(one.kind) for one in case.papers),
        **pages_queue.assigned(case, me),
        **pages_notes.parts(case, me),
        **pages_leaving.parts(case, me),
    }


@require_GET
@desk_only
def paper(request: HttpRequest, me: Me, number: str, digest: str) -> HttpResponse:
    """A paper of the docket, to be saved: it is never opened inside the site."""
    case = pages_docket.opened(number, me, now())
    found = next((one for one in case.papers if one.digest == f"sha256:{digest}"), None)
    if found is None:
        raise Http404
    answer = HttpResponse(papers.content(found.digest), content_type="application/octet-stream")
    name = "".join(letter for letter in found.name if letter.isalnum() or letter in "._-") or "paper"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
