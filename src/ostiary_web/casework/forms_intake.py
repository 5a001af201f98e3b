"""What intake keys of a request: the counter's own fields, and what only the staff know of how it came."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ostiary_web.casework.actions.keying import PAPERS, modes
from ostiary_web.casework.pages import plain
from ostiary_web.casework.uploads import PaperField
from ostiary_web.counter.forms import AskForm
from ostiary_web.counter.law import CORE
from ostiary_web.forms import DateInput, DressedForm

_COUNT = "subjects.count"
_NEEDED = ("programs", "elements_requested")  # without them there is nothing to judge
_YES_NO = (("true", _("yes")), ("false", _("no, it was only said")))
_KINDS = (("request", _("for records")), ("preservation", _("only that records be kept")))


class IntakeForm(AskForm):
    """The first page. What the paper does not say is left open: an agency takes in whatever comes."""

    mode = forms.ChoiceField(label=_("How did it come?"))
    received = forms.DateField(label=_("On which day did it come?"), widget=DateInput)
    written = forms.ChoiceField(label=_("Did it come in writing?"), choices=_YES_NO, widget=forms.RadioSelect)
    sort = forms.ChoiceField(label=_("What does it ask?"), choices=_KINDS, initial="request")
    emergency = forms.BooleanField(label=_("It says that somebody is in danger now"), required=False)

    def __init__(self, today: dt.date, data: Any = None) -> None:
        initial = {"key": secrets.token_urlsafe(24), "received": today, "written": "true", "sort": "request"}
        super().__init__(data, initial=initial)
        self._today = today
        mode, about = self.fields["mode"], self.fields["about"]
        assert isinstance(mode, forms.ChoiceField)
        mode.choices = [("", _("choose")), *((one, plain(one)) for one in modes())]
        self.fields["who"].label = _("Who asks, and for which office?")
        self.fields["reach"].label = _("How is the requester reached?")
        self.fields["reach"].required = False
        self.fields["body"].label = _("Which body of the register is it?")
        self.fields["body"].help_text = _("Its code then stands in the public log. A private person has none.")
        about.label = _("Whom does it ask about?")
        about.help_text = _("One person on each line, as the paper names or describes them. This is never published.")
        for name in CORE:
            self.fields[name].required = name in _NEEDED
        self.order_fields(
            ["mode", "received", "written", "sort", "emergency", "who", "reach", "requester.kind", "body"]
        )

    def clean_received(self) -> dt.date:
        """The day of receipt is today or before: nothing is entered ahead."""
        day: dt.date = self.cleaned_data["received"]
        if day > self._today:
            raise forms.ValidationError(_("This day lies ahead. Give the day on which it came."))
        return day

    def subjects(self) -> tuple[str, ...]:
        """Each person asked about."""
        return tuple(line.strip() for line in self.cleaned_data["about"].splitlines() if line.strip())

    def stated(self) -> dict[str, Any]:
        """The facts as they are stated; who is named on a line is counted where no number is given."""
        found = super().stated()
        return found if _COUNT in found or not self.subjects() else found | {_COUNT: len(self.subjects())}

    @property
    def oral(self) -> bool:
        """Whether it was only said."""
        return bool(self.cleaned_data["written"] == "false")


class ScanForm(DressedForm):
    """The second page: the paper itself, as it was scanned."""

    paper = PaperField(called="scan", label=_("The scan of the paper"), required=False)


class LaterPaperForm(DressedForm):
    """A paper that came after the request."""

    kind = forms.ChoiceField(label=_("What kind of paper is it?"), choices=[("", _("choose"))])
    paper = PaperField(called="paper", label=_("The scan of the paper"))

    def __init__(self, data: Any = None, files: Any = None) -> None:
        super().__init__(data, files)
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = [("", _("choose")), *((one, plain(one)) for one in PAPERS)]
