"""Notes on a docket, and the list of those that call whoever looks."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages, pages_docket, pages_notes, queries_notes
from ostiary_web.casework.actions import notes
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now


@require_http_methods(["GET", "POST"])
@desk_only
def write(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Write a note; where it cannot be kept, what was typed stands in the form."""
    case = pages_docket.opened(number, me, now())
    text, key = request.POST.get("text", ""), request.POST.get("key", "")[:64]
    fault = ""
    if request.method == "POST":
        try:
            note = notes.write(docket=case.docket.id, text=text, by=me.reference, at=now(), key=key)
        except OstiaryError as refused:
            fault = str(refused)
        else:
            messages.success(request, _("The note is kept. Whoever it calls finds it in their list."))
            return redirect(f"{reverse('docket', args=[case.number])}#note-{note}")
    parts = {"case": case, "note_text": text, "fault": fault, **pages_notes.parts(case, me)}
    return render(request, "casework/notes_page.html", parts, status=422 if fault else 200)


@require_POST
@desk_only
def seen(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Say that the notes of a docket were seen."""
    case = pages_docket.opened(number, me, now())
    notes.mark_read(docket=case.docket.id, by=me.reference, at=now())
    return redirect("docket", case.number)


@require_GET
@desk_only
def mentions(request: HttpRequest, me: Me) -> HttpResponse:
    """The notes that call whoever looks. Their words stand on the docket's own page."""
    rows = [(one, me.name(one.by), pages.in_agency_time(one.at)) for one in queries_notes.mentions(me.reference)]
    return render(request, "casework/notes_mentions.html", {"rows": rows})
