"""Letters of a docket, as they were kept, and as PDF; and the agency's wording of each kind of letter."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import letters, letters_pdf, letters_wording, pages, pages_docket, papers
from ostiary_web.casework.actions.letters import is_letter
from ostiary_web.casework.docket.roles import REVIEWERS, Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.forms_letters import WordingForm
from ostiary_web.casework.letters_example import example
from ostiary_web.casework.letters_wording import KINDS, LANGUAGE, WORDINGS
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.views import desk_only, now
from ostiary_web.registry import queries as registry
from ostiary_web.registry.actions import rules
from ostiary_web.staff.queries import Official

_WRITES = frozenset({Role.NOTICE_OFFICER})
_REVIEWS = _WRITES | REVIEWERS


@dataclass(frozen=True, slots=True)
class KeptLetter:
    """A letter of a docket. ``short``: its digest without prefix; ``label``: what it tells."""

    short: str
    label: str
    at: dt.datetime


@require_GET
@desk_only
def letter(request: HttpRequest, me: Me, number: str, digest: str = "") -> HttpResponse:
    """A letter as it was kept, the newest where none is named; before the decision, the draft of a denial."""
    at = now()
    case = pages_docket.opened(number, me, at)
    kept = [
        KeptLetter(one.digest.removeprefix("sha256:"), _label(one.kind), pages.in_agency_time(one.at))
        for one in reversed(case.papers)
        if is_letter(one.kind)
    ]
    found = next((one for one in kept if digest in ("", one.short)), None)
    draft = not digest and case.docket.state is State.DECISION
    if found is None and not draft:
        raise Http404
    text = letters.denial(case, at) if draft or found is None else _kept(case, found.short)
    parts = {"case": case, "letter": text, "draft": draft, "kept": kept, "found": found}
    return render(request, "casework/letter_page.html", parts)


@require_GET
@desk_only
def pdf(request: HttpRequest, me: Me, number: str, digest: str) -> HttpResponse:
    """The same as PDF."""
    case = pages_docket.opened(number, me, now())
    try:
        data = letters_pdf.made(_kept(case, digest), pages.agency())
    except letters_pdf.NoPdf as fault:
        messages.error(request, str(fault))
        return redirect("letter_kept", case.number, digest)
    answer = HttpResponse(data, content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="letter-{case.number}.pdf"'
    return answer


def _label(kind: str) -> str:
    return str(KINDS[kind].says) if kind in KINDS else pages.plain(kind)


def _kept(case: Case, digest: str) -> str:
    found = next((one for one in case.papers if one.digest == f"sha256:{digest}" and is_letter(one.kind)), None)
    if found is None:
        raise Http404
    return papers.content(found.digest).decode()


@require_GET
@desk_only
def wordings(request: HttpRequest, me: Me) -> HttpResponse:
    """Every kind of letter, and whose wording of it is used."""
    rows = [(one, registry.letter(one.code, [LANGUAGE])) for one in WORDINGS.values()]
    return render(request, "casework/letters.html", {"rows": rows, "writes": bool(me.roles & _WRITES)})


@require_http_methods(["GET", "POST"])
@desk_only
def wording(request: HttpRequest, me: Me, code: str) -> HttpResponse:
    """One kind of letter: its wording, what it becomes, a new one of the agency's own, and its review by another."""
    if code not in WORDINGS:
        raise Http404
    form = WordingForm(code, request.POST or None, initial={"text": letters_wording.standing(code)})
    saves = request.method == "POST" and request.POST.get("do") == "save"
    if saves and not me.roles & _WRITES:
        raise PermissionDenied
    if saves and form.is_valid() and _added(request, form, code):
        return redirect("letter_wording", code)
    parts = {
        "wording": WORDINGS[code],
        "form": form,
        "preview": _preview(code, form),
        "waiting": [(one, _shown(code, one.text)) for one in registry.letters_waiting(code, LANGUAGE)],
        "standing": registry.letter(code, [LANGUAGE]),
        "writes": bool(me.roles & _WRITES),
        "reviews": bool(me.roles & _REVIEWS),
        "me": me,
    }
    return render(request, "casework/letter_wording.html", parts, status=422 if form.errors else 200)


def _preview(code: str, form: WordingForm) -> str:
    """The made-up letter of what stands in the form; of what is in use where that makes none."""
    if form.is_bound:
        return example(code, form.cleaned_data["text"]) if form.is_valid() else ""
    return _shown(code, letters_wording.standing(code))


def _shown(code: str, text: str) -> str:
    try:
        return example(code, text)
    except CaseworkError:
        return ""


@require_POST
@desk_only
def preview(request: HttpRequest, me: Me, code: str) -> HttpResponse:
    """What a wording becomes, for the page's script: the made-up letter alone, or what is wrong."""
    if code not in WORDINGS:
        raise Http404
    form = WordingForm(code, request.POST)
    parts = {"preview": _preview(code, form), "form": form}
    return render(request, "casework/letter_example.html", parts, status=200 if form.is_valid() else 422)


def _added(request: HttpRequest, form: WordingForm, code: str) -> bool:
    assert isinstance(request.user, Official)
    try:
        rules.add_letter(code=code, language=LANGUAGE, text=form.cleaned_data["text"], by=request.user, at=now())
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, _("Kept. It is used once another person has reviewed it."))
    return True


@require_POST
@desk_only
def review(request: HttpRequest, me: Me, code: str, number: int) -> HttpResponse:
    """Another person says that the wording says what it must."""
    assert isinstance(request.user, Official)
    try:
        rules.review_letter(letter=number, by=request.user, at=now())
    except OstiaryError as fault:
        messages.error(request, str(fault))
    else:
        messages.success(request, _("Reviewed. Letters are written so from now on."))
    return redirect("letter_wording", code)
