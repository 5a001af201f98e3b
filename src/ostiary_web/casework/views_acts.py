"""One act on a docket: its form, the act itself or why not, what changed meanwhile, and what was typed and not sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import left_forms, letter_step, pages, pages_docket, queries_forms, views_drafts
from ostiary_web.casework.actions import decision, door, drafts, seconds
from ostiary_web.casework.actions.letters import perform_with_letter
from ostiary_web.casework.docket import transitions
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.faults import changed_meanwhile
from ostiary_web.casework.forms import ActForm
from ostiary_web.casework.letter_step import LetterStep
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import APPEAL_PART, Case
from ostiary_web.casework.views import desk_only, now


@require_http_methods(["GET", "POST"])
@desk_only
def act(request: HttpRequest, me: Me, number: str, act: str) -> HttpResponse:
    """One act: its form, and when it is sent, the act itself or why not."""
    if act not in transitions.ACTS:
        raise Http404
    at = now()
    case = pages_docket.opened(number, me, at)
    row = transitions.find(act, case.docket.state) or next(one for one in transitions.TABLE if one.act == act)
    role = _role(request, row, me)
    if request.method != "POST":
        return _asked(request, case, row, role, me, at)
    draft = f"act/{act}"
    if views_drafts.put_aside(request, case, me, draft, at):
        return redirect(f"{request.path}?role={role.value}")
    form = ActForm(case, row, request.POST)
    letter = letter_step.sent(case, row, form, request.POST, at)
    if form.is_valid() and letter.read and _done(request, case, row, role, me, form, letter, at):
        drafts.discard(docket=case.docket.id, form=draft, by=me.reference, at=at)
        return redirect("docket", case.number)
    changed = pages_docket.since(case, me, form.seen)
    if changed:
        if not form.errors:
            form.add_error(None, str(changed_meanwhile()))
        form.see_anew()
    return _page(request, case, row, role, me, form, letter, changed=changed)


def _asked(request: HttpRequest, case: Case, row: Transition, role: Role, me: Me, at: dt.datetime) -> HttpResponse:
    kept = queries_forms.draft(case.docket.id, f"act/{row.act}", me.reference, at - drafts.KEPT)
    typed = left_forms.put_back(kept) or {"missing": request.GET.getlist("missing")}
    letter = letter_step.asked(case, row, typed, at)
    return _page(request, case, row, role, me, ActForm(case, row, typed=typed), letter, kept=kept)


def _page(
    request: HttpRequest,
    case: Case,
    row: Transition,
    role: Role,
    me: Me,
    form: ActForm,
    letter: LetterStep,
    changed: list[pages_docket.Happened] | None = None,
    kept: queries_forms.DraftRow | None = None,
) -> HttpResponse:
    parts = {
        "case": case,
        "row": row,
        "role": pages.plain(role),
        "code": role,
        "form": form,
        "letter": letter.html,
        "letter_form": letter.form,
        "changed": changed,
        "kept": pages.in_agency_time(kept.at) if kept is not None else None,
        "owner": left_forms.owner_word(me.reference, case.docket.id, f"act/{row.act}"),
        "seconds": ", ".join(pages.plain(one) for one in sorted(row.second)),
    }
    wrong = (form.is_bound and not letter.html) or bool(form.errors)
    return render(request, "casework/act.html", parts, status=422 if wrong else 200)


def _role(request: HttpRequest, row: Transition, me: Me) -> Role:
    """In which capacity: the one asked for, or the first that does this act; the engine says no if it is not held."""
    asked = request.POST.get("role") or request.GET.get("role")
    held = sorted(row.roles & me.roles) or sorted(row.roles)
    return next((role for role in held if role.value == asked), held[0])


def _done(
    request: HttpRequest,
    case: Case,
    row: Transition,
    role: Role,
    me: Me,
    form: ActForm,
    letter: LetterStep,
    at: dt.datetime,
) -> bool:
    """Whether the act was done or proposed; why not then stands in the form, which keeps what was typed."""
    same: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "role": role, "at": at}
    same |= {"expect": form.cleaned_data["expect"], "key": form.cleaned_data["key"], **form.given()}
    try:
        says = _act(row, form, letter, same)
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, says)
    return True


def _act(row: Transition, form: ActForm, letter: LetterStep, same: dict[str, Any]) -> str:
    """Do it, in whichever way this act is done; what was done, in words."""
    beside = form.beside()
    if row.second:
        seconds.propose(act=row.act, paper_fields=beside, letter=letter.bytes, **same)
        return _("Proposed. Nothing is done until a second person has agreed.")
    if row.act == APPEAL_PART:
        done = decision.appeal_part(**same, **form.came())
        return _("Done: the refused part is appealed in a docket of its own.")
    if letter.html:
        done = perform_with_letter(act=row.act, letter=letter.bytes, paper_fields=beside, **same)
    else:
        done = door.perform(act=row.act, paper_fields=beside, **same)
    return _("Done: %(what)s.") % {"what": done.says}
