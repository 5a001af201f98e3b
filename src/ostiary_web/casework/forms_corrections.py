"""What somebody found to be wrong: one value in a form, or many in a file; and who has read a notice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ostiary_web.casework import found_wrong
from ostiary_web.casework.docket.snapshot import ItemKey
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.letters_correction import CAUSES
from ostiary_web.casework.pages_docket import item_name
from ostiary_web.casework.queries_corrections import Line
from ostiary_web.forms import DateInput, DressedForm

_ONE = ("row", "item", "found_on", "cause")


class LookForm(DressedForm):
    """A look for wrong values. All of it may be left empty: then only the records of today are asked."""

    row = forms.IntegerField(
        label=_("Row of the release"), min_value=1, required=False, help_text=_("Count from 1, without the head.")
    )
    item = forms.ChoiceField(label=_("Which value was wrong?"), required=False)
    found_on = forms.DateField(label=_("On which day was it found?"), widget=DateInput, required=False)
    cause = forms.ChoiceField(label=_("Why is it wrong?"), required=False)
    note = forms.CharField(
        label=_("What should whoever approves it know?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        required=False,
        help_text=_("It stays at the desk; the recipient never sees it."),
    )
    file = forms.FileField(
        label=_("Or a file of many values"),
        required=False,
        help_text=_("YAML: a list of `row`, `program`, `element`, `found_on`, `cause`, and perhaps `note`."),
    )

    def __init__(self, items: Sequence[ItemKey], data: Any = None, files: Any = None) -> None:
        """``items``: what is in the release."""
        super().__init__(data, files)
        left = {f"{one.program}/{one.element}": item_name(one) for one in items}
        self._choose("item", list(left.items()))
        self._choose("cause", list(CAUSES.items()))

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("choose")), *choices]

    def clean(self) -> dict[str, Any]:
        """All of a value, or none of it; the values of the file."""
        data = super().clean() or self.cleaned_data
        given = [name for name in _ONE if data.get(name)]
        if given and len(given) < len(_ONE) and not self.errors:
            raise forms.ValidationError(_("Say of a value its row, which it is, the day, and why; or leave all empty."))
        lines: list[Line] = []
        if given and not self.errors:
            program, element = data["item"].split("/", 1)
            said = (data["found_on"].isoformat(), data["cause"], data.get("note", ""))
            lines.append(Line(data["row"], 0, program, element, *said))
        if data.get("file"):
            try:
                lines += found_wrong.read(data["file"].read(found_wrong.LARGEST + 1), "the file")
            except CaseworkError as fault:
                self.add_error("file", str(fault))
        data["found"] = lines
        return data


class ReadForm(DressedForm):
    """Who has read a notice of correction."""

    name = forms.CharField(label=_("Full name and office of who has read it"), max_length=200)
