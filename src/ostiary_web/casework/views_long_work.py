"""Long work: asked for by a button, followed on the docket's page; its picture."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket, pages_long_work, queries_work
from ostiary_web.casework.actions import long_work, reading
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now


@require_POST
@desk_only
def ask(request: HttpRequest, me: Me, number: str, kind: str) -> HttpResponse:
    """Ask the worker for a piece of work."""
    if kind not in long_work.STEPS:
        raise Http404
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        long_work.ask(docket=case.docket.id, kind=kind, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("The worker was asked. How far it is stands below."))
    return HttpResponseRedirect(reverse("docket", args=[case.number]) + f"#{kind}")


@require_GET
@desk_only
def progress(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """How far the work of a docket is: numbers of steps, for the page's script; nothing of anybody."""
    found = reading.check_sees(docket=number, by=me.reference, at=now(), roster=me.roster)
    return JsonResponse(pages_long_work.progress_of(found))


@require_GET
@desk_only
def picture(request: HttpRequest, me: Me, number: str, place: int) -> HttpResponse:
    """The picture of one group's screen."""
    case = pages_docket.opened(number, me, now())
    found = queries_work.latest_done(case.docket.id, "screen")
    screens = [] if found is None else pages_long_work.kept_screen(found)
    if place >= len(screens):
        raise Http404
    return HttpResponse(screens[place]["picture"], content_type="image/svg+xml; charset=utf-8")
