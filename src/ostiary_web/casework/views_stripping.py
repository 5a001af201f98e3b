"""Texts that may speak of other people: read by the custodian, who writes down what may leave of each."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket
from ostiary_web.casework.actions import stripping
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.forms_stripping import TextsForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now

_AT_ONCE = 20


@require_http_methods(["GET", "POST"])
@desk_only
def texts(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Some of the texts that nobody has read yet; once all were, all of them, to be mended."""
    at = now()
    case = pages_docket.opened(number, me, at)
    back = HttpResponseRedirect(reverse("docket", args=[number]) + "#package")
    if Role.CUSTODIAN not in me.roles or case.docket.state is not State.CLEARED:
        return back
    try:
        every = stripping.read_texts(docket=case.docket.id, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
        return back
    waiting = [one for one in every if not one.left]
    form = TextsForm((waiting or every)[:_AT_ONCE], request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            stripping.strip(docket=case.docket.id, left=form.left(), by=me.reference, at=at)
        except OstiaryError as fault:
            form.read_again(str(fault))
        else:
            messages.success(request, _("Kept. The checker reads both texts."))
            more = len(waiting) > len(form.texts)
            return HttpResponseRedirect(reverse("package_texts", args=[number])) if more else back
    parts = {"case": case, "form": form, "every": len(every), "waiting": len(waiting)}
    return render(request, "casework/texts.html", parts, status=422 if form.is_bound else 200)
