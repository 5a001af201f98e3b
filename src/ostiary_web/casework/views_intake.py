"""Intake keys what came by another way than the public form, and adds papers that came later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary.vocabulary import Level
from ostiary_web.casework import pages, pages_docket, queries
from ostiary_web.casework.actions import keying
from ostiary_web.casework.actions.keying import Keyed
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import DocketKind
from ostiary_web.casework.forms_intake import IntakeForm, LaterPaperForm, ScanForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now
from ostiary_web.counter.forms import FactsForm, carried
from ostiary_web.counter.law import Lack, asked_by_law, lacks
from ostiary_web.wiring import bundle

_IN_WRITING = "in_writing"  # of the catalogue's list of what can be missing


@dataclass(frozen=True, slots=True)
class Page:
    """Both pages' forms as they were sent."""

    first: IntakeForm
    law: FactsForm
    scan: ScanForm

    @property
    def stated(self) -> Mapping[str, Any]:
        """All facts that are stated."""
        return {**self.first.stated(), **self.law.stated()}


@require_http_methods(["GET", "POST"])
@desk_only
def new(request: HttpRequest, me: Me) -> HttpResponse:
    """The request: first what came, then what the law asks besides, with the scan."""
    if Role.INTAKE not in me.roles:
        raise PermissionDenied
    at = now()
    first = IntakeForm(at.date(), request.POST if request.method == "POST" else None)
    if not first.is_bound or not first.is_valid() or request.POST.get("do") == "back":
        status = 422 if first.is_bound and not first.is_valid() else 200
        return render(
            request, "casework/intake.html", {"form": first, "carried": _other(request, first)}, status=status
        )
    day = first.cleaned_data["received"].isoformat()
    second = request.POST.get("step") == "2"
    law = FactsForm(asked_by_law(bundle(), first.stated(), day), request.POST if second else None)
    scan = ScanForm(request.POST, request.FILES) if second else ScanForm()
    if second and law.is_valid() and scan.is_valid():
        try:
            return _taken(request, me, Page(first, law, scan), at)
        except OstiaryError as fault:
            scan.add_error(None, str(fault))
    return _second(request, first, law, scan, at)


def _second(request: HttpRequest, first: IntakeForm, law: FactsForm, scan: ScanForm, at: dt.datetime) -> HttpResponse:
    stated, received = first.stated(), first.cleaned_data["received"]
    parts = {
        "law": law,
        "form": scan,
        "carried": list(carried(first.fields, request.POST)),
        "answers": _answers(first, {}),
        "missing": lacks(bundle(), stated, received.isoformat()),
        "late": keying.late_days(received, at),
        "oral": first.oral,
        "writing": _writing(stated, received.isoformat()) if first.oral else (),
    }
    return render(request, "casework/intake_check.html", parts, status=422 if scan.is_bound else 200)


def _taken(request: HttpRequest, me: Me, page: Page, at: dt.datetime) -> HttpResponse:
    said = page.first.cleaned_data
    keyed = Keyed(
        page.stated,
        "\n".join(f"{label} {value}" for label, value in _answers(page.first, page.law.stated())) + "\n",
        said["received"],
        said["mode"],
        said["body"],
        page.first.subjects(),
        DocketKind(said["sort"]),
        said["emergency"],
        page.scan.cleaned_data["paper"],
    )
    done = keying.key_in(keyed=keyed, by=me.reference, at=at, key=said["key"])
    number = queries.row(done.docket.id).number
    messages.success(request, _("Taken in as %(number)s.") % {"number": number})
    if page.first.oral and request.POST.get("put_in_writing"):
        messages.info(request, _("It was only said. Now send it back: the letter asks to put it in writing."))
        return redirect(reverse("act", args=[number, "return_request"]) + f"?missing={_IN_WRITING}")
    return redirect("docket", number)


def _answers(first: IntakeForm, more: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Question and answer of all that is keyed, in words."""
    words, said = bundle().words, first.cleaned_data
    came = [("How did it come?", pages.plain(said["mode"])), ("When?", said["received"].isoformat())]
    came += [("In writing?", "no" if first.oral else "yes")]
    own = [(str(first.fields[name].label), said[name]) for name in ("who", "reach", "body", "about")]
    stated = {**first.stated(), **more}
    facts = [(words.facts[name].question, pages.leaf_value(name, value, words)) for name, value in stated.items()]
    return [(label, value) for label, value in [*came, *own, *facts] if value]


def _writing(stated: Mapping[str, Any], day: str) -> tuple[str, ...]:
    """The laws that ask about the paper of such a request: what was only said does not do for them."""
    words = bundle().words
    spoken = {name: value for name, value in stated.items() if words.facts[name].level is not Level.INSTRUMENT}
    asks: tuple[Lack, ...] = lacks(bundle(), spoken, day)
    return tuple(
        one.law for one in asks if one.law and any(words.facts[n].level is Level.INSTRUMENT for n, _q in one.facts)
    )


def _other(request: HttpRequest, first: IntakeForm) -> list[tuple[str, str]]:
    """What was typed on the second page, so that going back loses nothing."""
    kept = {"csrfmiddlewaretoken", "step", "do", *first.fields}
    return list(carried([name for name in request.POST if name not in kept], request.POST))


@require_http_methods(["GET", "POST"])
@desk_only
def add_paper(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Add a paper that came later."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = LaterPaperForm(request.POST, request.FILES) if request.method == "POST" else LaterPaperForm()
    if form.is_bound and form.is_valid():
        try:
            kind, paper = form.cleaned_data["kind"], form.cleaned_data["paper"]
            keying.add_later(docket=case.docket.id, kind=kind, paper=paper, by=me.reference, at=at)
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("The paper is kept. Acts and facts can name it now."))
            return redirect("docket", case.number)
    return render(
        request, "casework/intake_paper.html", {"case": case, "form": form}, status=422 if form.errors else 200
    )
