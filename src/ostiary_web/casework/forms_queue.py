"""The search of a queue, and to whom a docket is given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from ostiary_web.casework.actions.assigning import GIVERS, REASONS, TAKES
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import State
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.queries_queue import SHOWS, SORTS, TAKES_ON, Filters
from ostiary_web.forms import DressedForm
from ostiary_web.wiring import bundle

_ORDERS = [*SORTS, *(f"-{name}" for name in SORTS)]
_LONGEST = 20


class PlainSelect(forms.Select):
    """A choice among many codes, made without a template for each."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """The field itself."""
        found = self.get_context(name, value, attrs)["widget"]
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            (
                (code, mark_safe(" selected") if str(code) == (value or "") else "", label)
                for code, label in self.choices
            ),
        )
        return format_html('<select name="{}"{}>{}</select>', name, flatatt(found["attrs"]), options)


class FilterForm(DressedForm):
    """What the dockets are searched by. It stands in the address, so a queue can be kept as a bookmark."""

    show = forms.ChoiceField(widget=forms.HiddenInput, choices=[(one, one) for one in SHOWS])
    sort = forms.ChoiceField(widget=forms.HiddenInput, choices=[(one, one) for one in _ORDERS])
    number = forms.CharField(label=_("Number, or a part of it"), required=False, max_length=_LONGEST)
    kind = forms.ChoiceField(label=_("Requester"), required=False, widget=PlainSelect)
    state = forms.ChoiceField(label=_("State"), required=False, widget=PlainSelect)

    def __init__(self, by: Filters) -> None:
        given = {"show": by.show, "sort": by.sort, "number": by.number, "kind": by.kind, "state": by.state}
        super().__init__(initial=given, auto_id="filter_%s")
        for name, choices in (("kind", _kinds()), ("state", [(one.value, plain(one)) for one in State])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("any")), *choices]


def filters(asked: QueryDict) -> Filters:
    """What an address asks for; what it does not know is left as usual."""
    usual = Filters()

    def known(name: str, choices: Any) -> str:
        value = asked.get(name, "")
        return value if value in choices else str(getattr(usual, name))

    page = asked.get("page", "1")
    return Filters(
        show=known("show", SHOWS),
        number="".join(one for one in asked.get("number", "") if one.isprintable()).strip()[:_LONGEST],
        kind=known("kind", dict(_kinds())),
        state=known("state", {one.value for one in State}),
        sort=known("sort", _ORDERS),
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1,
    )


def _kinds() -> list[tuple[str, str]]:
    words = bundle().words
    found = [(code, words.code_label("requesters", code)) for code in words.known_codes("requesters")]
    return sorted(found, key=lambda one: one[1])


class AssignForm(DressedForm):
    """To whom a docket is given, and why. ``seen``: who had it in which role when the page was drawn."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)
    to = forms.ChoiceField(label=_("Who takes it on, and as what?"))
    reason = forms.ChoiceField(label=_("Why?"))
    words = forms.CharField(label=_("In your own words"), required=False, max_length=500, widget=forms.Textarea)

    def __init__(self, me: Me, step: str, had: Mapping[str, str], data: Any = None) -> None:
        super().__init__(data, initial={"seen": " ".join(f"{role}={who}" for role, who in sorted(had.items()))})
        to, reason = self.fields["to"], self.fields["reason"]
        assert isinstance(to, forms.ChoiceField)
        assert isinstance(reason, forms.ChoiceField)
        gives = bool(me.roles & GIVERS)
        to.choices = [("", _("choose")), *_takers(me, step, everybody=gives)]
        reason.choices = [
            ("", _("choose")),
            *((code, says) for code, says in REASONS.items() if gives or code == TAKES),
        ]

    def given(self) -> tuple[str, Role, str]:
        """To whom, in which role, and who had it in that role when the page was drawn."""
        who, _sep, role = self.cleaned_data["to"].partition("|")
        seen = dict(one.split("=", 1) for one in self.cleaned_data["seen"].split() if "=" in one)
        return who, Role(role), seen.get(role, "")


def _takers(me: Me, step: str, *, everybody: bool) -> list[tuple[str, str]]:
    """Who holds a role that takes dockets on; first the roles that this one waits for now."""
    now = TAKES_ON.get(step, frozenset())
    roles = sorted({role for some in TAKES_ON.values() for role in some}, key=lambda role: (role not in now, role))
    return [
        (f"{one.reference}|{role.value}", f"{plain(role)}: {me.name(one.reference)}")
        for role in roles
        for one in sorted(me.roster, key=lambda one: me.name(one.reference))
        if (role.value in one.roles or role.value in {lent for lent, _scope in one.lent})
        and not one.administrator
        and (everybody or one.reference == me.reference)
    ]
