"""Try other facts on a docket: counsel's board, filled from its request file. That it was read is recorded."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ostiary.errors import BadInput
from ostiary_web.casework import pages_board, pages_docket
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now


@require_http_methods(["GET", "POST"])
@desk_only
def what_if(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The board after one turn; nothing of it is kept."""
    case = pages_docket.opened(number, me, now())
    posted = {name: request.POST.getlist(name) for name in request.POST if name != "csrfmiddlewaretoken"}
    try:
        page = pages_board.board(case, posted)
    except BadInput as fault:
        return render(request, "casework/no_board.html", {"case": case, "why": str(fault)}, status=422)
    parts = {"case": case, "page": page, "address": request.path}
    return render(request, "casework/what_if.html", parts, status=422 if page.problems else 200)
