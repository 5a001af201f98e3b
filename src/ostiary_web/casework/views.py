"""The desk's pages: read what was asked, call one action or query, choose the answer."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import letters, pages, pages_docket, papers
from ostiary_web.casework.actions import door
from ostiary_web.casework.actions import letters as letters_kept
from ostiary_web.casework.docket import transitions
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.forms import ActForm
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.ledger_link.actions import record_read
from ostiary_web.staff.queries import Official

_P = ParamSpec("_P")
_DECIDING = "deny"
# A cell that begins so is run as a formula by spreadsheets; a quote before it makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def desk_only(
    view: Callable[Concatenate[HttpRequest, Me, _P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, _P], HttpResponse]:
    """Let in whoever holds a role at the desk. A docket that this person may not see is explained, not shown."""

    @wraps(view)
    def answer(request: HttpRequest, /, *args: _P.args, **more: _P.kwargs) -> HttpResponse:
        if not isinstance(request.user, Official):
            raise PermissionDenied
        me = pages.who_looks(request.user, now())
        if not me.sees:
            raise PermissionDenied
        try:
            shown = view(request, me, *args, **more)
        except Refused as fault:
            return render(request, "casework/kept_out.html", {"why": fault.refusal}, status=403)
        except CaseworkError as fault:
            raise Http404 from fault
        add_never_cache_headers(shown)  # what was shown to one who has logged out is not shown again
        return shown

    return answer


def now() -> dt.datetime:
    """Now, in the agency's time."""
    return pages.in_agency_time(timezone.now())


@require_GET
@desk_only
def queue(request: HttpRequest, me: Me) -> HttpResponse:
    """Dockets that wait, by the filter in the address."""
    found = pages.queue(me, request.GET.get("show", ""), now().date())
    return render(request, "casework/queue.html", {"queue": found})


@require_GET
@desk_only
def export(request: HttpRequest, me: Me) -> HttpResponse:
    """The queue as a table for a spreadsheet. That it was taken stands in the table of reads."""
    at = now()
    found = pages.queue(me, request.GET.get("show", ""), at.date())
    record_read(by=me.reference, at=at, whose="queue", what="queue_csv", why=f"export: {found.chosen}")
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="queue-{found.chosen}.csv"'
    rows = csv.writer(answer)
    rows.writerow(["number", "state", "waits for", "requester", "received", "due", "late", "on hold"])
    for row in found.rows:
        cells = (row.number, row.state, row.owner, row.requester, row.received, row.due or "", row.late, row.held)
        rows.writerow([harmless(str(cell)) for cell in cells])
    return answer


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


@require_GET
@desk_only
def docket(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Everything about one docket, and what may be done with it."""
    case = pages_docket.opened(number, me, now())
    return render(request, "casework/docket.html", _docket_parts(case, me, request.GET.get("look", "")))


def _docket_parts(case: Case, me: Me, look: str) -> dict[str, Any]:
    may, barred, other = pages_docket.offers(case, me)
    lines, given, due = pages_docket.reviews(case, me)
    items = pages_docket.verdict(case, look)
    played, idle = pages_docket.ladder(case, look)
    return {
        "case": case,
        "asked": pages_docket.asked(case),
        "subjects": pages_docket.subjects(case),
        "facts": pages_docket.known(case, me),
        "items": items,
        "looked_at": next((item for item in items if item.looked_at), None),
        "played": played,
        "idle": idle,
        "questions": pages_docket.questions(case),
        "to_confirm": pages_docket.to_confirm(case, me),
        "clocks": pages_docket.clocks(case),
        "timeline": pages_docket.timeline(case, me),
        "may": may,
        "barred": barred,
        "other": other,
        "reviews": lines,
        "reviews_given": given,
        "reviews_due": due,
        "letter": case.docket.state is State.DECISION,
    }


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
    form = ActForm(case, row, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _done(request, case, row, role, me, form, at):
        return redirect("docket", case.number)
    letter = _previewed(case, at) if act == _DECIDING else ""
    parts = {"case": case, "row": row, "role": pages.plain(role), "code": role, "form": form, "letter": letter}
    return render(request, "casework/act.html", parts, status=422 if form.is_bound else 200)


def _role(request: HttpRequest, row: Transition, me: Me) -> Role:
    """In which capacity: the one asked for, or the first that does this act; the engine says no if it is not held."""
    asked = request.POST.get("role") or request.GET.get("role")
    held = sorted(row.roles & me.roles) or sorted(row.roles)
    return next((role for role in held if role.value == asked), held[0])


def _done(
    request: HttpRequest, case: Case, row: Transition, role: Role, me: Me, form: ActForm, at: dt.datetime
) -> bool:
    """Whether the act was done; why not then stands in the form, which keeps what was typed."""
    if row.act in pages_docket.BY_COMMAND:
        form.add_error(None, _("This act opens another docket. Do it by command: `ostiary-web act`."))
        return False
    same: dict[str, Any] = {"docket": case.docket.id, "by": me.reference, "role": role, "at": at}
    same |= {"expect": form.cleaned_data["expect"], "key": form.cleaned_data["key"], **form.given()}
    try:
        if row.act == _DECIDING:
            letter = letters.denial(case, at).encode()
            done = letters_kept.deny_with_letter(letter=letter, paper_fields=form.beside(), **same)
        else:
            done = door.perform(act=row.act, paper_fields=form.beside(), **same)
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    messages.success(request, _("Done: %(what)s.") % {"what": done.says})
    return True


def _previewed(case: Case, at: dt.datetime) -> str:
    try:
        return letters.denial(case, at)
    except CaseworkError:
        return ""


@require_GET
@desk_only
def letter(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """The letter as it was kept with the denial; before the decision, as it would read today."""
    at = now()
    case = pages_docket.opened(number, me, at)
    kept = next((one for one in reversed(case.papers) if one.kind == letters_kept.LETTER), None)
    text = papers.content(kept.digest).decode() if kept is not None else letters.denial(case, at)
    return render(request, "casework/letter_page.html", {"case": case, "letter": text, "kept": kept is not None})


@require_GET
@desk_only
def paper(request: HttpRequest, me: Me, number: str, digest: str) -> HttpResponse:
    """A paper of the docket, to be saved: it is never opened inside the site."""
    case = pages_docket.opened(number, me, now())
    found = next((one for one in case.papers if one.digest == f"sha256:{digest}"), None)
    if found is None:
        raise Http404
    answer = HttpResponse(papers.content(found.digest), content_type="application/octet-stream")
    name = "".join(letter for letter in found.name if letter.isalnum() or letter in "._-") or "paper"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
