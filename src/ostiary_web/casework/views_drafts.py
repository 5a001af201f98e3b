"""What is typed and not sent: kept while somebody types, put back when they return, let go when they say so."""

from __future__ import annotations

import datetime as dt
import re
from typing import TypeVar

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ostiary_web.casework import left_forms, queries_forms
from ostiary_web.casework.actions import drafts
from ostiary_web.casework.docket import transitions
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.forms_facts import FromSource
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.views import desk_only, now

_F = TypeVar("_F", bound=FromSource)
_SAVE, _ANEW = "draft", "anew"
_NAME = re.compile(r"(act|facts|confirm)/([a-z_]+)")


@require_POST
@desk_only
def draft(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Keep what stands in a form of this docket; asked by the page's script while somebody types."""
    at, form = now(), request.POST.get("form", "")
    if not _known(form):
        raise Http404
    try:
        drafts.save(docket=number, form=form, typed=left_forms.typed_in(request.POST), by=me.reference, at=at)
    except CaseworkError as fault:
        return JsonResponse({"says": str(fault)}, status=422)
    return JsonResponse({"says": _("Draft saved at %(time)s.") % {"time": at.strftime("%H:%M")}})


def _known(form: str) -> bool:
    found = _NAME.fullmatch(form)
    return found is not None and found[2] in (transitions.ACTS if found[1] == "act" else tuple(Role))


def put_aside(request: HttpRequest, case: Case, me: Me, form: str, at: dt.datetime) -> bool:
    """Whether the button was *save as a draft* or *throw the draft away*, and it was done."""
    do = request.POST.get("do")
    if do == _SAVE:
        drafts.save(docket=case.docket.id, form=form, typed=left_forms.typed_in(request.POST), by=me.reference, at=at)
        messages.success(request, _("Saved as a draft. Only you see it; it is put back when you return."))
    elif do == _ANEW:
        drafts.discard(docket=case.docket.id, form=form, by=me.reference, at=at)
        messages.success(request, _("The draft is gone."))
    return do in (_SAVE, _ANEW)


def taken_up(kind: type[_F], case: Case, role: Role, me: Me) -> _F:
    """A form of facts with what was left in it."""
    kept = queries_forms.draft(case.docket.id, kind.draft(role), me.reference, now() - drafts.KEPT)
    owner = left_forms.owner_word(me.reference, case.docket.id, kind.draft(role))
    return kind(case, role, typed=left_forms.put_back(kept), owner=owner)


@require_POST
def alive(request: HttpRequest) -> HttpResponse:
    """Somebody is still there: the session goes on, as after any request of whoever is logged in."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "POST"])
@desk_only
def habits(request: HttpRequest, me: Me) -> HttpResponse:
    """What the keys do, and whether they do it."""
    if request.method == "POST":
        wanted = request.POST.get("shortcuts") == "on"
        drafts.prefer(shortcuts=wanted, by=me.reference, at=now())
        request.session["shortcuts"] = wanted
        messages.success(request, _("The keys are on.") if wanted else _("The keys are off."))
        return redirect("habits")
    return render(request, "casework/habits.html", {"on": queries_forms.likes_shortcuts(me.reference)})
