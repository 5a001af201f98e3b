"""The forms of matching: a person copied from the request's paper, and a word on a candidate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ostiary.match.confirmed import Verdict
from ostiary.roll.identifiers import Field
from ostiary_web.casework.pages_matching import LABELS
from ostiary_web.forms import DateInput, DressedForm


class PersonForm(DressedForm):
    """One person whom the request names. Every field may stay empty; what is given must be searchable."""

    def __init__(self, groups: list[str], data: Any = None) -> None:
        super().__init__(data)
        if len(groups) > 1 or groups != [""]:
            self.fields["who"] = forms.ChoiceField(label=_("Group"), choices=[(one, one) for one in groups])
        for field in Field:
            date = field is Field.DOB
            self.fields[field.value] = (
                forms.DateField(label=LABELS[field], required=False, widget=DateInput)
                if date
                else forms.CharField(label=LABELS[field], required=False, max_length=200)
            )
            self.fields[field.value].widget.attrs["autocomplete"] = "off"

    def texts(self) -> Mapping[Field, str]:
        """What was typed, field by field; a date as in a file of subjects."""
        found = {field: self.cleaned_data.get(field.value) for field in Field}
        return {
            field: value if isinstance(value, str) else value.isoformat() for field, value in found.items() if value
        }


class WordForm(DressedForm):
    """What an official says of one candidate."""

    candidate = forms.CharField(widget=forms.HiddenInput, max_length=120)
    verdict = forms.ChoiceField(
        label=_("Is this the person whom the request names?"),
        choices=[(Verdict.SAME.value, _("Yes, the same person")), (Verdict.OTHER.value, _("No, another person")),
                 (Verdict.UNSURE.value, _("I am not sure"))],
        widget=forms.RadioSelect,
    )  # fmt: skip
