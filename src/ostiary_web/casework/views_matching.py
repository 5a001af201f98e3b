"""Matching in the docket: whom the request names, and the candidates that people compare."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary.match.confirmed import Verdict
from ostiary_web.casework import pages_docket, pages_matching, queries_work
from ostiary_web.casework.actions import matching
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.forms_matching import PersonForm, WordForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now


@require_http_methods(["GET", "POST"])
@desk_only
def name_person(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Copy a person whom the request names from its paper."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = PersonForm(queries_work.groups(case.docket.id), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            matching.name_person(
                docket=case.docket.id, texts=form.texts(), who=form.cleaned_data.get("who", ""), by=me.reference, at=at
            )
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("The person is listed. Match when all are."))
            return _back(case.number)
    parts = {"case": case, "form": form, "subjects": pages_docket.subjects(case)}
    return render(request, "casework/name_person.html", parts, status=422 if form.is_bound else 200)


@require_POST
@desk_only
def leave_out(request: HttpRequest, me: Me, number: str, person: int) -> HttpResponse:
    """Take out a person who was copied by mistake."""
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        matching.leave_out(docket=case.docket.id, number=person, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
    return _back(case.number)


@require_POST
@desk_only
def take_over(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Take over who the persons are."""
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        known = matching.take_over(docket=case.docket.id, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Taken over: %(known)s.") % {"known": known})
    return _back(case.number)


@require_http_methods(["GET", "POST"])
@desk_only
def compare(request: HttpRequest, me: Me, number: str, person: int) -> HttpResponse:
    """The candidates of one person asked about, and what officials say of them."""
    at = now()
    case = pages_docket.opened(number, me, at)
    role = pages_matching.may_compare(me)
    if role is None:
        return render(request, "casework/no_compare.html", {"case": case}, status=403)
    form = WordForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _said(case.docket.id, person, form, me, role):
        messages.success(request, _("Recorded. It cannot be taken back."))
        return redirect("compare", case.number, person)
    asked, found = pages_matching.candidates(case, me, person, at)
    forms = [(one, WordForm(initial={"candidate": one.record}, prefix=None)) for one in found]
    parts = {"case": case, "person": asked, "found": forms, "sent": form}
    return render(request, "casework/compare.html", parts, status=422 if form.is_bound else 200)


def _said(docket: str, person: int, form: WordForm, me: Me, role: Role) -> bool:
    try:
        matching.say(
            docket=docket, subject=str(person), candidate=form.cleaned_data["candidate"],
            verdict=Verdict(form.cleaned_data["verdict"]), by=me.reference, role=role, at=now(),
        )  # fmt: skip
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _back(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("docket", args=[number]) + "#match")
