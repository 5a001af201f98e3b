"""What an administrator types. A form reads words; whether they may be done is the action's to say."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from ostiary_web.forms import DateInput, DressedForm
from ostiary_web.staff import queries


def _today() -> dt.date:
    return localdate()


class PersonForm(DressedForm):
    """A new person."""

    mail = forms.EmailField(label=_("E-mail"), help_text=_("What they log in with."))
    name = forms.CharField(label=_("Name"), max_length=120)
    unit = forms.ChoiceField(label=_("Unit"), choices=queries.units)
    administrator = forms.BooleanField(
        label=_("Administrator"), required=False, help_text=_("Keeps accounts and registers; sees no case.")
    )


class ChangeForm(DressedForm):
    """What may change about a person."""

    name = forms.CharField(label=_("Name"), max_length=120)
    unit = forms.ChoiceField(label=_("Unit"), choices=queries.units)


class RoleForm(DressedForm):
    """A role to give."""

    role = forms.ChoiceField(label=_("Role"), choices=lambda: [(role, role) for role in queries.role_codes()])
    since = forms.DateField(label=_("First day"), widget=DateInput, initial=_today)
    until = forms.DateField(label=_("Last day"), widget=DateInput, required=False)


class TrainingForm(DressedForm):
    """A course that was done."""

    course = forms.ChoiceField(label=_("Course"), choices=queries.courses)
    done_on = forms.DateField(label=_("Done on"), widget=DateInput, initial=_today)
    expires_on = forms.DateField(label=_("Counts until"), widget=DateInput)


class DelegationForm(DressedForm):
    """A duty to lend."""

    to = forms.ChoiceField(label=_("To whom"))
    since = forms.DateField(label=_("First day"), widget=DateInput, initial=_today)
    until = forms.DateField(label=_("Last day"), widget=DateInput)
    scope = forms.CharField(
        label=_("Only in this docket"), max_length=26, required=False, help_text=_("Its number; empty for all dockets.")
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        rows = queries.people(localdate())
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(one.number, one.name) for one in rows if one.active and not one.administrator]
