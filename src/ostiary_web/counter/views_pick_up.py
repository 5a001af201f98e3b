"""The recipient's side of a hand-over: the code and the proof, the conditions and the signature, then the file."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_packing
from ostiary_web.counter.actions import picking_up
from ostiary_web.counter.limits import LOOK, slower, too_often
from ostiary_web.counter.views import now
from ostiary_web.forms import DressedForm


class PickUpForm(DressedForm):
    """What the recipient has: the code, the docket's number, and the proof."""

    code = forms.CharField(label=gettext_lazy("Pick-up code"), max_length=100)
    number = forms.CharField(label=gettext_lazy("Number of the request"), max_length=20)
    proof = forms.CharField(
        label=gettext_lazy("Secret of your receipt"),
        max_length=100,
        help_text=gettext_lazy(
            "If you asked on paper and have no receipt: the last twelve characters of the id of your registered key."
        ),
    )


class SignForm(DressedForm):
    """The signature."""

    name = forms.CharField(label=gettext_lazy("Your full name and office"), max_length=200)
    bound = forms.BooleanField(
        label=gettext_lazy("I have the authority to receive these records, and I am bound by these conditions.")
    )


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def pick_up(request: HttpRequest) -> HttpResponseBase:
    """Pick up a package. The code stands in no address; each step is sent with it anew."""
    if request.method != "POST":
        return render(request, "counter/pick_up.html", {"form": PickUpForm()})
    if wait := too_often(request, LOOK):
        return slower(request, wait)
    form = PickUpForm(request.POST)
    if not form.is_valid():
        return render(request, "counter/pick_up.html", {"form": form}, status=422)
    try:
        return _step(request, form)
    except OstiaryError as fault:
        form.add_error(None, str(fault))
        return render(request, "counter/pick_up.html", {"form": form}, status=422)


def _step(request: HttpRequest, form: PickUpForm) -> HttpResponseBase:
    has: dict[str, Any] = {**form.cleaned_data, "at": now()}
    if request.POST.get("do") == "take":
        taken = picking_up.take(**has)
        if taken is not None:
            name, path = taken
            return FileResponse(path.open("rb"), as_attachment=True, filename=name, content_type="application/x-tar")
    sign = SignForm(request.POST if request.POST.get("do") == "sign" else None)
    if sign.is_bound and sign.is_valid():
        picking_up.sign(**has, name=sign.cleaned_data["name"])
    found = picking_up.found(**has)
    if found is None:
        form.add_error(
            None, _("This does not open anything. Check what you typed, or ask the agency for another code.")
        )
        return render(request, "counter/pick_up.html", {"form": form}, status=422)
    parts = {"has": form.cleaned_data, "waits": pages_packing.waiting(found), "form": sign, "signed": found.signed}
    return render(request, "counter/pick_up_sign.html", parts, status=422 if sign.errors else 200)
