"""A notice of correction at the counter: for whoever has the receipt, as a signed file; and that it was read."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ostiary.errors import OstiaryError
from ostiary_web.casework import queries_corrections
from ostiary_web.casework.actions import correcting
from ostiary_web.casework.forms_corrections import ReadForm
from ostiary_web.casework.queries_corrections import Told
from ostiary_web.casework.views_corrections import notice_file
from ostiary_web.counter import queries
from ostiary_web.counter.forms import FollowForm
from ostiary_web.counter.limits import LOOK, slower, too_often
from ostiary_web.counter.queries import Followed
from ostiary_web.counter.views_follow import status


@never_cache
@login_not_required
@require_POST
def notice(request: HttpRequest) -> HttpResponse:
    """The signed notice as a file."""
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    found, one = _asked(request)
    return notice_file(found.number, one)


@never_cache
@login_not_required
@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """The recipient says, by name, that a notice was read."""
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    found, one = _asked(request)
    form, fault = ReadForm(request.POST), ""
    if form.is_valid():
        try:
            correcting.read(
                docket=found.docket, correction=one.number, name=form.cleaned_data["name"], proved=True,
                at=timezone.now(),
            )  # fmt: skip
        except OstiaryError as error:
            fault = str(error)
    else:
        fault = "Sign with your full name and office."
    return status(request, found, request.POST["secret"], None, fault)


def _asked(request: HttpRequest) -> tuple[Followed, Told]:
    """The request of a receipt, and the notice of it that is asked for; nothing of any other request."""
    form = FollowForm(request.POST)
    found = queries.followed(**form.cleaned_data, at=timezone.now()) if form.is_valid() else None
    number = request.POST.get("correction", "")
    told = () if found is None else queries_corrections.told(found.docket)
    one = next((one for one in told if str(one.number) == number), None)
    if found is None or one is None:
        raise Http404
    return found, one
