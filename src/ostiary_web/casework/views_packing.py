"""A package by pages: packed, compared, agreed to, sealed, let go, offered for pick-up, certified, recalled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket, pages_packing
from ostiary_web.casework.actions import afterwards, handing_over, offering, packing
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.forms_packing import CertificateForm, LeaveForm, LinkForm, PackForm, RecallForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.views import desk_only, now
from ostiary_web.ledger_link.actions import record_read


def _form(
    request: HttpRequest,
    case: Case,
    form: forms.Form,
    heading: str,
    button: str,
    act: Callable[[dict[str, Any]], object],
    says: str = "",
) -> HttpResponse:
    """One form with its act; what goes wrong stands in the form."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("Done."))
            return _back(case.number)
    parts = {"case": case, "form": form, "heading": heading, "button": button, "says": says}
    return render(request, "casework/package_form.html", parts, status=422 if form.is_bound else 200)


def _data(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _back(number: str) -> HttpResponse:
    return HttpResponseRedirect(reverse("docket", args=[number]) + "#package")


@require_http_methods(["GET", "POST"])
@desk_only
def pack(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Have the worker pack exactly the approved items."""
    at = now()
    case = pages_docket.opened(number, me, at)
    given: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "at": at}
    return _form(
        request, case, PackForm(_data(request)), _("Pack what was approved"), _("Pack it"),
        lambda data: packing.ask(**given, retain_until=data["retain_until"], printed=data["printed"]),
        _("The worker takes from the records exactly the approved items of the persons who are known, and seals them."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_only
def check(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The comparison of package and decision; when it is sent, its result is the check."""
    at = now()
    case = pages_docket.opened(number, me, at)
    if Role.CHECKER not in me.roles:
        return _back(case.number)
    record_read(by=me.reference, at=at, whose=case.docket.id, what="package", why="check", docket=case.docket.id)
    if request.method == "POST":
        try:
            others = "others" in request.POST
            _done, result = packing.check(docket=case.docket.id, others=others, by=me.reference, at=at)
        except OstiaryError as fault:
            messages.error(request, str(fault))
        else:
            says = _("The package passes.") if not result.faults else _("The package fails, and is packed anew.")
            messages.success(request, says)
        return _back(case.number)
    found, result, why = pages_packing.comparison(case, at)
    texts = () if result is None else pages_packing.stripped(case, at)
    parts = {"case": case, "found": found, "result": result, "fault": why, "texts": texts}
    return render(request, "casework/check.html", parts)


@require_POST
@desk_only
def agree(request: HttpRequest, me: Me, number: str, role: str) -> HttpResponse:
    """Agree to the sealing, one of two."""
    given: dict[str, Any] = {"role": Role(role) if role in ("release_officer", "key_holder") else Role.RELEASE_OFFICER}
    return _act(request, me, number, packing.agree, **given)


@require_POST
@desk_only
def seal(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Seal it."""
    return _act(request, me, number, handing_over.seal)


def _act(request: HttpRequest, me: Me, number: str, act: Callable[..., object], **more: Any) -> HttpResponse:
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        act(docket=case.docket.id, by=me.reference, at=at, **more)
    except OstiaryError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Done."))
    return _back(case.number)


@require_http_methods(["GET", "POST"])
@desk_only
def leave(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Let it go."""
    at = now()
    case = pages_docket.opened(number, me, at)
    given: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "at": at}
    return _form(
        request, case, LeaveForm(_data(request)), _("Let the package go"), _("Let it go"),
        lambda data: handing_over.release(**given, manner=data["manner"]),
        _("Every guard is asked once more. From then on the recipient can have the records."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_only
def link(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Make a pick-up code; it is shown once, on the answer to this form."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = LinkForm(_data(request))
    if request.method == "POST" and form.is_valid():
        try:
            code = offering.offer(docket=case.docket.id, by=me.reference, at=at, **form.cleaned_data)
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            where = request.build_absolute_uri(reverse("pick_up"))
            return render(request, "casework/pick_up_code.html", {"case": case, "code": code, "where": where})
    says = _("Give the code to the verified contact of the recipient. Codes that were made before end.")
    parts = {
        "case": case,
        "form": form,
        "heading": _("Make a pick-up code"),
        "button": _("Make the code"),
        "says": says,
    }
    return render(request, "casework/package_form.html", parts, status=422 if form.is_bound else 200)


@require_POST
@desk_only
def media(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The file for the release officer, who writes it on a medium."""
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        name, path = offering.for_media(docket=case.docket.id, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
        return _back(case.number)
    record_read(by=me.reference, at=at, whose=case.docket.id, what="package", why="medium", docket=case.docket.id)
    return FileResponse(path.open("rb"), as_attachment=True, filename=name)  # type: ignore[return-value]


@require_POST
@desk_only
def printed(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The copy for a court, to be printed; that it was looked at is recorded."""
    at = now()
    case = pages_docket.opened(number, me, at)
    try:
        found = offering.printed(docket=case.docket.id, by=me.reference, at=at)
    except OstiaryError as fault:
        messages.error(request, str(fault))
        return _back(case.number)
    record_read(by=me.reference, at=at, whose=case.docket.id, what="package", why="print", docket=case.docket.id)
    return render(request, "casework/printed.html", {"case": case, "found": found})


@require_http_methods(["GET", "POST"])
@desk_only
def certificate(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Accept a certificate of destruction, file by file."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = CertificateForm(_data(request))
    given: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "at": at}
    return _form(
        request, case, form, _("Accept a certificate of destruction"), _("Accept it"),
        lambda data: afterwards.certify(
            **given, lines=form.lines(), signer=data["signer"], certified_on=data["certified_on"]
        ),
        _("Copy it from the recipient’s paper. Every file needs its place and how it was destroyed."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_only
def recall(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Call a release back."""
    at = now()
    case = pages_docket.opened(number, me, at)
    role = Role.LEAD_COUNSEL if Role.LEAD_COUNSEL in me.roles else Role.RECORDS_OFFICER
    given: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "role": role, "at": at}
    return _form(
        request, case, RecallForm(_data(request)), _("Call the release back"), _("Call it back"),
        lambda data: handing_over.recall(**given, cause=data["cause"]),
        _("Every pick-up code ends, the file is destroyed, and the letter to the recipient is written."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@desk_only
def to_package(request: HttpRequest, me: Me, number: str, act: str = "") -> HttpResponse:
    """The general form of an act that has pages of its own: there it is done with the package that was really built."""
    places = {"search_roll": "#screen", "seek_wrong": "#wrong", "correct": "#wrong"}
    return redirect(reverse("docket", args=[number]) + places.get(act, "#package"))
