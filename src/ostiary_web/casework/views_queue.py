"""The queues, who has which docket, and how much each person has."""

from __future__ import annotations

import csv

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket, pages_queue
from ostiary_web.casework.actions import assigning
from ostiary_web.casework.actions.columns import step
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.forms_queue import AssignForm, FilterForm, filters
from ostiary_web.casework.pages import Me
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.views import desk_only, now
from ostiary_web.ledger_link.actions import record_read

# A cell that begins so is run as a formula by spreadsheets; a quote before it makes it text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_WHY = 60  # as much as the table of reads takes


@require_GET
@desk_only
def queue(request: HttpRequest, me: Me) -> HttpResponse:
    """Dockets, by the filters in the address."""
    by = filters(request.GET)
    found = pages_queue.queue(me, by, now().date())
    parts = {"queue": found, "search": FilterForm(found.by), "keys_in": Role.INTAKE in me.roles}
    return render(request, "casework/queue.html", parts)


@require_GET
@desk_only
def export(request: HttpRequest, me: Me) -> HttpResponse:
    """All rows of the queue that is shown, as a table for a spreadsheet. That it was taken is in the table of reads."""
    at, by = now(), filters(request.GET)
    rows = pages_queue.every_row(me, by, at.date())
    record_read(by=me.reference, at=at, whose="queue", what="queue_csv", why=f"export: {_told(request)}"[:_WHY])
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="queue-{by.show}.csv"'
    table = csv.writer(answer)
    table.writerow(
        [*("number", "state", "on hold", "next", "why", "waits for", "given to"), *("requester", "received", "due"),
         *("limit", "late")]
    )  # fmt: skip
    for row in rows:
        given = "; ".join(f"{who} ({role})" for role, who in row.assigned)
        cells = (
            *(row.number, row.state, _yes(row.held), row.next, row.why, row.owner, given, row.requester, row.received),
            *(row.due or "", row.limit, _yes(row.late)),
        )
        table.writerow([harmless(str(cell)) for cell in cells])
    return answer


def harmless(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _yes(held: bool) -> str:
    return "yes" if held else "no"


def _told(request: HttpRequest) -> str:
    """The filters as they stand in the address, without what is as usual."""
    return pages_queue.address(filters(request.GET)).lstrip("?")


@require_GET
@desk_only
def workload(request: HttpRequest, me: Me) -> HttpResponse:
    """How much each person has."""
    return render(request, "casework/queue_workload.html", {"loads": pages_queue.workload(me, now().date())})


@require_http_methods(["GET", "POST"])
@desk_only
def assign(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Who has a docket, who had it, and giving it to somebody."""
    at = now()
    case = pages_docket.opened(number, me, at)
    parts = pages_queue.assigned(case, me)
    form = AssignForm(me, step(case.docket), parts["had"], request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _given(form, case, me):
        messages.success(request, _("It is given. The queue shows it at once."))
        return redirect("docket", case.number)
    more = {"case": case, "form": form, **parts}
    return render(request, "casework/queue_assign.html", more, status=422 if form.is_bound else 200)


def _given(form: AssignForm, case: Case, me: Me) -> bool:
    to, role, seen = form.given()
    words, reason = form.cleaned_data["words"], form.cleaned_data["reason"]
    try:
        assigning.assign(
            docket=case.docket.id, to=to, role=role, reason=reason, words=words, by=me.reference, at=now(), expect=seen
        )
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return False
    return True
