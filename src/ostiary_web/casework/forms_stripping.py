"""The form on which texts are rid of what they say of other people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ostiary_web.casework.stripping import Text
from ostiary_web.forms import DressedForm


class TextsForm(DressedForm):
    """For each text what may leave of it, and unseen the digest of the text that was read."""

    def __init__(self, texts: Sequence[Text], data: Any = None) -> None:
        super().__init__(data)
        self.texts = tuple(texts)
        for one in self.texts:
            label = _("Person %(number)s, %(column)s: what may leave") % {"number": one.number, "column": one.column}
            self.fields[f"left-{one.key}"] = forms.CharField(
                label=label, initial=one.proposed, widget=forms.Textarea(attrs={"rows": 5}), strip=True
            )
            self.fields[f"seen-{one.key}"] = forms.CharField(initial=one.seen, widget=forms.HiddenInput)

    def each(self) -> Iterator[tuple[Text, Any, Any]]:
        """Each text with its two fields, for the page."""
        for one in self.texts:
            yield one, self[f"left-{one.key}"], self[f"seen-{one.key}"]

    def read_again(self, fault: str) -> None:
        """Say what went wrong, beside the texts as they stand now; what was typed stays."""
        self.data = dict(self.data.items()) | {f"seen-{one.key}": one.seen for one in self.texts}
        self.add_error(None, fault)

    def left(self) -> dict[str, tuple[str, str]]:
        """What was written, by the text's key: the digest that was read, and what may leave."""
        data = self.cleaned_data
        return {one.key: (data[f"seen-{one.key}"], data[f"left-{one.key}"]) for one in self.texts}
