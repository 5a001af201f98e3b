"""Coming back to the counter: a saved request is resumed or given up; a sent one is followed and acted in."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import letters_pdf, papers, queries_corrections
from ostiary_web.counter import queries
from ostiary_web.counter.actions import following, saving
from ostiary_web.counter.forms import ActForm, FollowForm, ResumeForm
from ostiary_web.counter.limits import LOOK, slower, too_often
from ostiary_web.counter.views import drawn, new_key, not_there, now, opened
from ostiary_web.wiring import bundle

_TYPES = {".html": "text/html; charset=utf-8", ".pdf": "application/pdf", ".txt": "text/plain; charset=utf-8"}


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """A saved request, for whoever has its number and secret: go on with it, or delete it."""
    if request.method != "POST":
        return render(request, "counter/resume.html", {"form": ResumeForm()})
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    form = ResumeForm(request.POST)
    if form.is_valid():
        found = queries.saved(**form.cleaned_data, at=now())
        if found is not None and request.POST.get("do") == "delete":
            saving.give_up(number=found.number, secret=form.cleaned_data["secret"])
            return render(request, "counter/given_up.html")
        if found is not None:
            return drawn(request, opened(found.typed, found.changes), found.step)
        form.add_error(None, not_there())
    return render(request, "counter/resume.html", {"form": form}, status=422)


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Where a request stands, for whoever has its receipt; and what its requester may do now."""
    if request.method != "POST":
        return render(request, "counter/follow.html", {"form": FollowForm()})
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    form = FollowForm(request.POST)
    found = queries.followed(**form.cleaned_data, at=now()) if form.is_valid() else None
    if found is None:
        if form.is_valid():
            form.add_error(None, not_there())
        return render(request, "counter/follow.html", {"form": form}, status=422)
    act = request.POST.get("act", "")
    typed, fault = _act(found, act, request) if act else (None, "")
    if act and typed is None and not fault:
        found = queries.followed(**form.cleaned_data, at=now()) or found
    return status(request, found, form.cleaned_data["secret"], typed, fault)


def _act(found: queries.Followed, act: str, request: HttpRequest) -> tuple[ActForm | None, str]:
    """Do what was pressed; else the form as it was typed, and why it could not be done."""
    if act not in dict(found.acts):
        return None, "This cannot be done now. Look at where your request stands."
    form = ActForm(act, request.POST, request.FILES)
    if not form.is_valid():
        return form, ""
    text, paper = form.given()
    try:
        following.act(docket=found.docket, act=act, text=text, paper=paper, at=now(), key=form.cleaned_data["key"])
    except OstiaryError as fault:
        return form, str(fault)
    return None, ""


def status(
    request: HttpRequest, found: queries.Followed, secret: str, typed: ActForm | None, fault: str
) -> HttpResponse:
    """The page of a request. ``typed``: the form that could not be done as it was filled in; ``fault``: why."""
    acts = [
        typed if typed is not None and typed.act == act else ActForm(act, initial={"key": new_key()})
        for act, _ in found.acts
    ]
    parts: dict[str, Any] = {"found": found, "secret": secret, "fault": fault, "acts": acts, "form": typed}
    parts |= {"corrections": queries_corrections.told(found.docket), "number": found.number}
    parts["letters"] = [(one, _shown(one)) for one in found.letters]
    return render(request, "counter/status.html", parts, status=422 if fault or typed is not None else 200)


def _shown(letter: Any) -> str:
    """A letter's own HTML, which the desk made; nothing of another kind."""
    return papers.content(letter.digest).decode() if letter.name.endswith(".html") else ""


def _printed(name: str, data: bytes) -> tuple[str, bytes]:
    """A letter's PDF; the letter itself where it is no HTML, or this machine can make no PDF."""
    if not name.endswith(".html"):
        return name, data
    try:
        return name.removesuffix("html") + "pdf", letters_pdf.made(data.decode(), bundle().agency.name)
    except letters_pdf.NoPdf:
        return name, data


@never_cache
@login_not_required
@require_POST
def letter(request: HttpRequest) -> HttpResponse:
    """A letter as a file, for whoever has the receipt: as it was kept, or its PDF."""
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    form = FollowForm(request.POST)
    found = queries.followed(**form.cleaned_data, at=now()) if form.is_valid() else None
    one = None if found is None else queries.letter(found.docket, request.POST.get("letter", ""))
    if found is None or one is None:
        raise Http404
    name, data = one if request.POST.get("as") != "pdf" else _printed(*one)
    ending = name[name.rfind(".") :] if "." in name else ""
    answer = HttpResponse(data, content_type=_TYPES.get(ending, "application/octet-stream"))
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}{ending if ending in _TYPES else ""}"'
    return answer
