"""The counter's form: three pages, whose answers travel with it. What is saved is saved by the requester's own word."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.forms import MultipleChoiceField
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages
from ostiary_web.counter import asking, queries
from ostiary_web.counter.actions import saving, sending
from ostiary_web.counter.forms import AskForm, LawForm, PaperForm, carried, known_fields
from ostiary_web.counter.limits import SAVE, SEND, slower, too_often

_LAST = 3


def now() -> dt.datetime:
    """Now, in the agency's time."""
    return pages.in_agency_time(timezone.now())


def new_key() -> str:
    """What a form bears, so that sent twice it acts once."""
    return secrets.token_urlsafe(24)


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form: its page follows from what was sent; every page carries what the pages before it hold."""
    if request.method != "POST":
        return _first(request, AskForm(initial={"key": new_key()}))
    step, do = step_of(request.POST), request.POST.get("do", "")
    if do == "save":
        return _save(request, step)
    if do == "stay":
        return drawn(request, request.POST, step)
    first = AskForm(request.POST)
    if not first.is_valid():
        return _first(request, first, 422)
    law = LawForm(first.stated(), _day(), request.POST)
    if do == "back" and step == 2:
        return drawn(request, request.POST, 1)
    if step == 1 or do == "back" or not law.is_valid():
        return _second(request, first, law, 422 if law.errors else 200)
    if step == 2:
        return _third(request, first, law, PaperForm())
    paper = PaperForm(request.POST, request.FILES)
    return _send(request, first, law, paper) if paper.is_valid() else _third(request, first, law, paper)


def drawn(request: HttpRequest, typed: QueryDict, step: int, fault: str = "") -> HttpResponse:
    """A page of the form as it was left, without judging what stands on it; an earlier one if that must be mended."""
    if step == 1:
        return _first(request, AskForm(initial=_initial(typed)), 422 if fault else 200, typed, fault)
    first = AskForm(typed)
    if not first.is_valid():
        return _first(request, first, 422, typed, fault)
    law = LawForm(first.stated(), _day(), typed)
    if step == 2 or not law.is_valid():
        return _second(request, first, law, 422 if fault else 200, fault)
    return _third(request, first, law, PaperForm(), fault)


def step_of(typed: QueryDict) -> int:
    """On which page of the form something was sent."""
    given = typed.get("step", "1")
    return int(given) if given in ("2", "3") else 1


def _initial(typed: QueryDict) -> dict[str, Any]:
    """What was typed, for a form that does not judge it."""
    fields = AskForm(initial={}).fields
    return {
        name: typed.getlist(name) if isinstance(field, MultipleChoiceField) else typed.get(name, "")
        for name, field in fields.items()
    }


def _day() -> str:
    return now().date().isoformat()


def _first(
    request: HttpRequest, form: AskForm, status: int = 200, typed: QueryDict | None = None, fault: str = ""
) -> HttpResponse:
    beyond = list(carried(sorted(known_fields() - set(form.fields)), typed or request.POST))
    parts = {"form": form, "agency": pages.agency(), "fault": fault, "carried": beyond}
    return render(request, "counter/ask.html", parts, status=status)


def _second(request: HttpRequest, first: AskForm, law: LawForm, status: int, fault: str = "") -> HttpResponse:
    parts = {"form": law, "fault": fault, "carried": list(carried(first.fields, first.data))}
    return render(request, "counter/law.html", parts, status=status)


def _third(request: HttpRequest, first: AskForm, law: LawForm, paper: PaperForm, fault: str = "") -> HttpResponse:
    saved = queries.saved_with(first.cleaned_data["key"], now())
    if fault:
        paper.add_error(None, fault) if paper.is_bound else None
    parts = {
        "form": paper,
        "fault": "" if paper.errors else fault,
        "carried": [*carried(first.fields, first.data), *carried(law.fields, law.data)],
        "answers": asking.answers(first, law),
        "missing": asking.missing(asking.stated(first, law), _day()),
        "kept": None if saved is None else saved.paper,
    }
    return render(request, "counter/review.html", parts, status=422 if paper.errors or fault else 200)


def _send(request: HttpRequest, first: AskForm, law: LawForm, paper: PaperForm) -> HttpResponse:
    if wait := too_often(request, SEND):
        return slower(request, wait)
    key = first.cleaned_data["key"]
    brought = paper.cleaned_data["paper"] or queries.saved_paper(key, now())
    try:
        given = sending.send(asked=asking.asked(first, law, brought), at=now(), key=key)
    except OstiaryError as fault:
        return _third(request, first, law, paper, str(fault))
    return render(request, "counter/receipt.html", {"given": given})


def _save(request: HttpRequest, step: int) -> HttpResponse:
    """Keep what stands on this page and on the others, whether or not it is whole."""
    if wait := too_often(request, SAVE):
        return slower(request, wait)
    key = request.POST.get("key", "")
    if not 16 <= len(key) <= 64:
        return _first(request, AskForm(request.POST), 422)
    paper = PaperForm(request.POST, request.FILES)
    if step == _LAST and not paper.is_valid():
        return drawn(request, request.POST, step, str(paper.errors["paper"][0]))
    seen = request.POST.get("saved", "")
    typed = list(carried(sorted(known_fields() - {"saved"}), request.POST))
    try:
        kept = saving.save(
            key=key,
            typed=typed,
            step=step,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
            paper=paper.cleaned_data["paper"] if step == _LAST else None,
            at=now(),
        )
    except OstiaryError as fault:
        return drawn(request, _seen(request.POST, key), step, str(fault))
    parts = {"kept": kept, "step": step, "carried": [*typed, ("saved", str(kept.changes))]}
    return render(request, "counter/saved.html", parts)


def _seen(typed: QueryDict, key: str) -> QueryDict:
    """The same, on the newest saved state: whoever saves once more means it."""
    found = queries.saved_with(key, now())
    again = typed.copy()
    if found is not None:
        again["saved"] = str(found.changes)
    return again


def opened(typed: tuple[tuple[str, str], ...], changes: int) -> QueryDict:
    """What was saved, as the form's pages take it."""
    made = QueryDict(mutable=True)
    for name, value in typed:
        made.appendlist(name, value)
    made["saved"] = str(changes)
    return made


def not_there() -> str:
    """What is said of a wrong number and of a wrong secret alike."""
    return _("Nothing has this number and this secret. Check both.")
