"""Acts of two people: the second one sees exactly what was proposed, and agrees or declines as themselves."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket, pages_seconds, papers, queries_forms
from ostiary_web.casework.actions import seconds
from ostiary_web.casework.pages import Me
from ostiary_web.casework.queries_forms import ProposalRow
from ostiary_web.casework.views import desk_only, now
from ostiary_web.forms import DressedForm


class DeclineForm(DressedForm):
    """Why somebody does not agree."""

    why = forms.CharField(
        label=gettext_lazy("Why do you decline?"),
        help_text=gettext_lazy("Whoever proposed it reads this, and so do all who work on the docket."),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
    )


@require_GET
@desk_only
def waiting(request: HttpRequest, me: Me) -> HttpResponse:
    """Everything that waits for the agreement of whoever looks."""
    return render(request, "casework/proposals.html", {"rows": pages_seconds.waiting_for(me)})


@require_http_methods(["GET", "POST"])
@desk_only
def proposal(request: HttpRequest, me: Me, number: str, proposal: int) -> HttpResponse:
    """One proposal: exactly what it is, and the two answers."""
    at, found = now(), _found(number, proposal)
    case = pages_docket.opened(found.docket, me, at)
    form = DeclineForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        why = form.cleaned_data["why"]
        says = _("Declined. Whoever proposed it can see why.")
        if _answered(request, lambda: seconds.decline(proposal=proposal, why=why, by=me.reference, at=at), says):
            return redirect("docket", case.number)
    parts = {"case": case, "one": pages_seconds.proposed(case, found, me, at), "form": form, "settled": found.outcome}
    parts |= {"why": found.why, "settled_by": me.name(found.settled_by)}
    parts["letter"] = papers.content(found.letter).decode() if found.letter else ""
    return render(request, "casework/proposal.html", parts, status=422 if form.is_bound else 200)


@require_POST
@desk_only
def agree(request: HttpRequest, me: Me, number: str, proposal: int) -> HttpResponse:
    """The second person agrees: it is done."""
    found = _found(number, proposal)
    says = _("You agreed, and it is done: %(what)s.") % {"what": found.row.says}
    _answered(request, lambda: seconds.agree(proposal=proposal, by=me.reference, at=now()), says)
    return redirect("docket", found.docket_number)


@require_POST
@desk_only
def take_back(request: HttpRequest, me: Me, number: str, proposal: int) -> HttpResponse:
    """Whoever proposed it takes it back."""
    found = _found(number, proposal)
    says = _("Taken back. Nothing was done.")
    _answered(request, lambda: seconds.take_back(proposal=proposal, by=me.reference, at=now()), says)
    return redirect("docket", found.docket_number)


def _found(number: str, proposal: int) -> ProposalRow:
    """The proposal, if it is of this docket."""
    found = queries_forms.proposal(proposal)
    if found is None or number not in (found.docket, found.docket_number):
        raise Http404
    return found


def _answered(request: HttpRequest, act: Callable[[], object], says: str) -> bool:
    try:
        act()
    except OstiaryError as fault:
        messages.error(request, str(fault))
        return False
    messages.success(request, says)
    return True
