"""Wrong values by pages: looked for, read, approved, told; who has read the notice; mail that failed sent again."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ostiary.canonical import digest
from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_corrections, pages_docket, papers, queries_corrections, queries_release
from ostiary_web.casework.actions import correcting, mailing
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.forms_corrections import LookForm, ReadForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now


def _back(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("docket", args=[number]) + "#wrong")


@require_http_methods(["GET", "POST"])
@desk_only
def look(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Have the worker look for wrong values, with what somebody found."""
    at = now()
    case = pages_docket.opened(number, me, at)
    standing = queries_release.standing(case.docket)
    items = () if standing is None else standing.items
    sent = request.method == "POST"
    form = LookForm(items, request.POST if sent else None, request.FILES if sent else None)
    if sent and form.is_valid():
        try:
            correcting.ask(docket=case.docket.id, found=form.cleaned_data["found"], by=me.reference, at=at)
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("The worker was asked. How far it is stands below."))
            return _back(case.number)
    return render(request, "casework/wrong_look.html", {"case": case, "form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@desk_only
def tell(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """What was found, and the letter; when it is sent, this person approves it and the recipient is told."""
    at = now()
    case = pages_docket.opened(number, me, at)
    role = next((one for one in pages_corrections.APPROVES if one in me.roles), Role.RECORDS_OFFICER)
    if request.method == "POST":
        given: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "role": role, "at": at}
        try:
            correcting.send(**given, work=_number(request.POST.get("work")), seen=request.POST.get("seen", ""))
        except OstiaryError as fault:
            messages.error(request, str(fault))
        else:
            messages.success(request, _("Done. The recipient finds the letter and the signed notice at the counter."))
        return _back(case.number)
    found = pages_corrections.to_tell(case, at)
    may = role in me.roles
    return render(
        request, "casework/wrong_tell.html", {"case": case, "found": found, "seen": digest(found.letter), "may": may}
    )


def _number(text: object) -> int:
    return int(str(text)) if str(text).isdecimal() and len(str(text)) < 18 else 0


@require_POST
@desk_only
def notice(request: HttpRequest, me: Me, number: str, correction: int) -> HttpResponse:
    """The signed notice as a file, to go with a letter by post."""
    case = pages_docket.opened(number, me, now())
    found = next((one for one in queries_corrections.told(case.docket.id) if one.number == correction), None)
    if found is None:
        raise Http404
    return notice_file(case.number, found)


def notice_file(number: str, told: queries_corrections.Told) -> HttpResponse:
    """A signed notice as it is kept."""
    answer = HttpResponse(papers.content(told.notice), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="correction-{number}-{told.number}.json"'
    return answer


@require_http_methods(["GET", "POST"])
@desk_only
def read(request: HttpRequest, me: Me, number: str, correction: int) -> HttpResponse:
    """Note who has read a notice, from a paper that came back."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = ReadForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        given: dict[str, Any] = {"docket": case.docket.id, "correction": correction, "by": me.reference, "at": at}
        try:
            correcting.read_on_paper(**given, name=form.cleaned_data["name"])
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Done."))
            return _back(case.number)
    parts = {
        "case": case,
        "form": form,
        "heading": _("Who has read the notice?"),
        "button": _("Note it"),
        "says": _(
            "A recipient with a receipt says so at the counter. Copy it here from a letter that came back signed."
        ),
    }
    return render(request, "casework/package_form.html", parts, status=422 if form.errors else 200)


@require_POST
@desk_only
def mail(request: HttpRequest, me: Me, number: str, mail: int) -> HttpResponse:
    """Have a mail that failed sent again."""
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        mailing.again(docket=case.docket.id, mail=mail, by=me.reference, at=at)
    except CaseworkError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("The worker sends it again."))
    return _back(case.number)
