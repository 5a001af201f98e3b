"""The forms of a package: until when it may be kept, how it leaves, a link, a certificate, a recall."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.actions.afterwards import FILES, Destroyed
from ostiary_web.casework.pages import plain
from ostiary_web.casework.pages_packing import manners
from ostiary_web.forms import DateInput, DressedForm


class PackForm(DressedForm):
    """What the custodian settles before a package is built."""

    retain_until = forms.DateField(
        label=_("By which day must the recipient have destroyed every copy?"), widget=DateInput
    )
    printed = forms.BooleanField(label=_("A court asks for a printed copy as well"), required=False)


class LeaveForm(DressedForm):
    """How a sealed package leaves."""

    manner = forms.ChoiceField(label=_("How does it leave?"), choices=manners)


class LinkForm(DressedForm):
    """A pick-up code: for how long, and how often."""

    days = forms.IntegerField(label=_("For how many days?"), min_value=1, max_value=14, initial=7)
    most = forms.IntegerField(label=_("How often may it be used?"), min_value=1, max_value=5, initial=1)


class RecallForm(DressedForm):
    """Why a release is called back."""

    cause = forms.ChoiceField(
        label=_("Why is it called back?"),
        choices=lambda: [(code, plain(code)) for code in catalogue().lists["recall_causes"]],
    )


class CertificateForm(DressedForm):
    """A certificate of destruction, file by file."""

    signer = forms.CharField(label=_("Who signed the certificate?"), max_length=200)
    certified_on = forms.DateField(label=_("On which day?"), widget=DateInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        methods = [(code, plain(code)) for code in catalogue().lists["disposal_methods"]]
        for place, name in enumerate(FILES):
            self.fields[f"place-{place}"] = forms.CharField(label=f"{name}: where was it?", max_length=200)
            self.fields[f"method-{place}"] = forms.ChoiceField(label=f"{name}: how was it destroyed?", choices=methods)

    def lines(self) -> list[Destroyed]:
        """What the certificate says of each file."""
        data = self.cleaned_data
        return [Destroyed(name, data[f"place-{n}"], data[f"method-{n}"]) for n, name in enumerate(FILES)]
