"""The counter's pages: three pages of one form, whose answers travel with it; the receipt; and following it."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages
from ostiary_web.counter import actions, queries
from ostiary_web.counter.actions import Asked
from ostiary_web.counter.faults import CounterError
from ostiary_web.counter.forms import AskForm, FollowForm, LawForm, PaperForm, carried
from ostiary_web.counter.limits import too_often
from ostiary_web.wiring import bundle

_HOUR = 3600
_SENT, _FOLLOWED = 20, 60  # how often an address may send, and try to follow, in an hour


def _now() -> dt.datetime:
    return pages.in_agency_time(timezone.now())


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The form: its page follows from what was sent; every page carries what the pages before it hold."""
    if request.method != "POST":
        return _first(request, AskForm(initial={"key": secrets.token_urlsafe(24)}), 200)
    first = AskForm(request.POST)
    step, back = request.POST.get("step", "1"), request.POST.get("do") == "back"
    if not first.is_valid():
        return _first(request, first, 422)
    law = LawForm(first.stated(), _now().date().isoformat(), request.POST)
    if step == "2" and back:
        return _first(request, first, 200, law)
    if step == "1" or back or not law.is_valid():
        return _second(request, first, law)
    if step == "2":
        return _third(request, first, law, PaperForm())
    paper = PaperForm(request.POST, request.FILES)
    return _send(request, first, law, paper) if paper.is_valid() else _third(request, first, law, paper)


def _first(request: HttpRequest, form: AskForm, status: int, law: LawForm | None = None) -> HttpResponse:
    kept = [] if law is None else list(carried(law, request.POST))
    parts = {"form": form, "agency": pages.agency(), "carried": kept}
    return render(request, "counter/ask.html", parts, status=status)


def _second(request: HttpRequest, first: AskForm, law: LawForm) -> HttpResponse:
    parts = {"form": law, "carried": list(carried(first, request.POST))}
    return render(request, "counter/law.html", parts, status=422 if law.errors else 200)


def _third(request: HttpRequest, first: AskForm, law: LawForm, paper: PaperForm, fault: str = "") -> HttpResponse:
    kept = [*carried(first, request.POST), *carried(law, request.POST)]
    if fault:
        paper.add_error(None, fault)
    parts = {"form": paper, "carried": kept, "answers": _answers(first, law)}
    return render(request, "counter/review.html", parts, status=422 if paper.errors else 200)


def _answers(first: AskForm, law: LawForm) -> list[tuple[str, str]]:
    """Question and answer of all that was said, in words."""
    words = bundle().words
    own = [(str(first.fields[name].label), first.cleaned_data[name]) for name in ("who", "reach", "body", "about")]
    facts = {**first.stated(), **law.stated()}
    said = [(words.facts[name].question, pages.leaf_value(name, value, words)) for name, value in facts.items()]
    return [(label, value) for label, value in [*own, *said] if value]


def _send(request: HttpRequest, first: AskForm, law: LawForm, paper: PaperForm) -> HttpResponse:
    if too_often(request, "send", _SENT, _HOUR):
        return _slower(request)
    asked = Asked(
        {**first.stated(), **law.stated()},
        "\n".join(f"{label} {value}" for label, value in _answers(first, law)) + "\n",
        first.cleaned_data["about"],
        first.cleaned_data["body"],
        paper.cleaned_data["paper"],
    )
    try:
        given = actions.send(asked=asked, at=_now(), key=first.cleaned_data["key"])
    except OstiaryError as fault:
        return _third(request, first, law, paper, str(fault))
    return render(request, "counter/receipt.html", {"given": given})


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Where a request stands, for whoever has its receipt; and what its requester may do now."""
    if request.method != "POST":
        return render(request, "counter/follow.html", {"form": FollowForm()})
    if too_often(request, "follow", _FOLLOWED, _HOUR):
        return _slower(request)
    form = FollowForm(request.POST)
    found = queries.followed(**form.cleaned_data, at=_now()) if form.is_valid() else None
    if found is None:
        if form.is_valid():
            form.add_error(None, "No receipt has this number and this secret. Check both.")
        return render(request, "counter/follow.html", {"form": form}, status=422)
    fault = _act(found, request)
    if not fault and request.POST.get("act"):
        found = queries.followed(**form.cleaned_data, at=_now()) or found
    parts: dict[str, Any] = {"found": found, "secret": form.cleaned_data["secret"], "fault": fault}
    return render(request, "counter/status.html", parts, status=422 if fault else 200)


def _act(found: queries.Followed, request: HttpRequest) -> str:
    """Do what was pressed, if anything; why it could not be done."""
    act, text = request.POST.get("act", ""), request.POST.get("text", "")[:10_000]
    if not act:
        return ""
    try:
        if act not in dict(found.acts):
            raise CounterError("this cannot be done now; look at where your request stands")
        actions.act(docket=found.docket, act=act, text=text, at=_now())
    except OstiaryError as fault:
        return str(fault)
    return ""


def _slower(request: HttpRequest) -> HttpResponse:
    return render(request, "counter/slower.html", status=429)
