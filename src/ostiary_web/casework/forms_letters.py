"""What an official adds to a letter, and the agency's own wording of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.letters_wording import checked
from ostiary_web.forms import DressedForm

_MORE = _("What do you want to add to the letter?")
_LABELS: Mapping[str, Promise] = {
    "ask": _("The questions, one on each line, as they stand in the letter"),
    "refuse_form": _("What else should the requester know to mend it?"),
}
_LONGEST = 8000
NO_WORDS = frozenset({"deny"})  # a denial says what the law says


class LetterForm(DressedForm):
    """What goes into the letter of an act. ``seen``: the digest of the letter that the page showed."""

    prefix = "letter"
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=71)
    words = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}), max_length=_LONGEST, label=_MORE)

    def __init__(self, act: str, data: Any = None, typed: Mapping[str, Any] | None = None) -> None:
        """``typed``: what stood in it when it was left."""
        super().__init__(data, initial={"words": (typed or {}).get("letter-words", "")})
        self.fields["words"].label = str(_LABELS.get(act, _MORE))
        self.fields["words"].required = act == "ask"
        if act in NO_WORDS:
            del self.fields["words"]

    def show(self, digest: str) -> None:
        """The page shows this letter now: sent once more, it is the one that was read."""
        if self.is_bound:
            data: Any = self.data.copy()  # type: ignore[attr-defined]
            data[self.add_prefix("seen")] = digest
            self.data = data
        else:
            self.initial["seen"] = digest


class WordingForm(DressedForm):
    """The wording of a letter, as plain text."""

    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 22}), max_length=20_000, label=_("The wording"))

    def __init__(self, code: str, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self._code = code

    def clean_text(self) -> str:
        """The text, if a letter can be made of it."""
        text: str = self.cleaned_data["text"]
        try:
            checked(self._code, text)
        except CaseworkError as fault:
            says = str(fault)
            raise forms.ValidationError(f"{says[0].upper()}{says[1:]}.") from None
        return text
