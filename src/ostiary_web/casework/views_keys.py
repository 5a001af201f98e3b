"""The key of a private requester, who stands in no register: the verifier who proved who it is registers it."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ostiary.errors import OstiaryError
from ostiary_web.casework import pages_docket
from ostiary_web.casework.actions import intake
from ostiary_web.casework.pages import Me
from ostiary_web.casework.views import desk_only, now
from ostiary_web.forms import DateInput, DressedForm


class OwnKeyForm(DressedForm):
    """A public key and its last day."""

    public = forms.CharField(
        label=gettext_lazy("The public key"),
        help_text=gettext_lazy(
            "The text that the requester gave you in person, or by a proved way. Never a secret key."
        ),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        max_length=4000,
    )
    until = forms.DateField(label=gettext_lazy("Last day on which it may be used"), widget=DateInput)


@require_http_methods(["GET", "POST"])
@desk_only
def own_key(request: HttpRequest, me: Me, number: str) -> HttpResponse:
    """Register it; why not stands in the form."""
    at = now()
    case = pages_docket.opened(number, me, at)
    form = OwnKeyForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            intake.register_own_key(docket=case.docket.id, by=me.reference, at=at, **form.cleaned_data)
        except OstiaryError as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, _("The key is registered. What is released here is sealed for it."))
            return redirect("docket", case.number)
    return render(request, "casework/own_key.html", {"case": case, "form": form}, status=422 if form.is_bound else 200)
