"""Facts answered as questions, each with its source; the verdict follows by itself."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket, views_drafts
from ostiary_web.casework.actions import drafts
from ostiary_web.casework.actions import facts as facts_actions
from ostiary_web.casework.actions.letters import answer_questions
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.forms_facts import ConfirmForm, FromSource, QuestionsForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.views import desk_only, now


@require_http_methods(["GET", "POST"])
@desk_only
def questions(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The facts that are missing, asked of whoever establishes them."""
    at = now()
    case = pages_docket.opened(number, me, at)
    role = _role(request, me)
    if request.method != "POST":
        return _page(request, case, me, {})
    if views_drafts.put_aside(request, case, me, QuestionsForm.draft(role), at):
        return redirect("facts", case.number)
    form = QuestionsForm(case, role, request.POST)

    def act() -> None:
        answer_questions(
            docket=case.docket.id, answers=form.answers(), by=me.reference, role=role, at=at,
            from_paper=form.cleaned_data["source"], expect=form.cleaned_data["expect"],
        )  # fmt: skip

    if _done(form, act):
        drafts.discard(docket=case.docket.id, form=form.draft(role), by=me.reference, at=at)
        messages.success(request, _("The facts are recorded. The verdict follows them."))
        return redirect("facts", case.number)
    return _page(request, case, me, {role: form})


@require_POST
@desk_only
def confirm(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Say that what the request states is so."""
    at = now()
    case = pages_docket.opened(number, me, at)
    role = _role(request, me)
    if views_drafts.put_aside(request, case, me, ConfirmForm.draft(role), at):
        return redirect("facts", case.number)
    form = ConfirmForm(case, role, request.POST)

    def act() -> None:
        facts_actions.confirm(
            docket=case.docket.id, names=form.cleaned_data["names"], by=me.reference, role=role, at=at,
            from_paper=form.cleaned_data["source"], expect=form.cleaned_data["expect"],
        )  # fmt: skip

    if _done(form, act):
        drafts.discard(docket=case.docket.id, form=form.draft(role), by=me.reference, at=at)
        messages.success(request, _("Confirmed. The verdict follows the facts."))
        return redirect("facts", case.number)
    return _page(request, case, me, {role: form})


def _role(request: HttpRequest, me: Me) -> Role:
    """The role that a form is for, if it is held; else one that establishes nothing, which the action refuses."""
    asked = next((value for name, value in request.POST.items() if name.endswith("-role")), "")
    return next((role for role in sorted(me.roles) if role.value == asked), Role.AUDITOR)


def _done(form: FromSource, act: Callable[[], None]) -> bool:
    if not form.is_valid():
        return False
    try:
        act()
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    return True


def _page(request: HttpRequest, case: Case, me: Me, sent: dict[Role, FromSource]) -> HttpResponse:
    """The questions and what waits to be confirmed, for each role of whoever looks; what was sent as it was typed."""
    asked, waits = [], []
    changed: list[pages_docket.Happened] = []
    for role in sorted(me.roles):
        posted = sent.get(role)
        if posted is not None:
            changed = pages_docket.since(case, me, posted.seen)
            posted.see_anew()
        question = posted if isinstance(posted, QuestionsForm) else views_drafts.taken_up(QuestionsForm, case, role, me)
        waiting = posted if isinstance(posted, ConfirmForm) else views_drafts.taken_up(ConfirmForm, case, role, me)
        asked += [question] if question.asked else []
        waits += [waiting] if not waiting.empty or waiting is posted else []
    others = [(text, by) for text, by, name in pages_docket.questions(case) if not _mine(asked, name)]
    parts = {"case": case, "asked": asked, "waits": waits, "others": others, "changed": changed}
    return render(request, "casework/facts.html", parts, status=422 if sent else 200)


def _mine(forms: list[QuestionsForm], name: str) -> bool:
    return any(name in form.asked for form in forms)
