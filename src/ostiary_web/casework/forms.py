"""Each act's form, made from what the act takes (its ``Given``) and the lists of the log's catalogue.

So a new field of an act, or a new code of a list, is on the page without another line here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket.codec import hints
from ostiary_web.casework.docket.effects_decision import Approve, Deny
from ostiary_web.casework.docket.snapshot import Choice, ClockName, Instrument, ItemKey
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.forms_items import ItemFields
from ostiary_web.casework.pages import plain
from ostiary_web.casework.pages_decide import asked_of, item_groups
from ostiary_web.casework.pages_docket import APPEAL_PART, Case, entries_of
from ostiary_web.forms import DateInput, DressedForm
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

_YES_NO = (("true", _("yes")), ("false", _("no")))
_BOOLS = {"true": True, "false": False, "": None}
# Fields that name a paper of the docket by its digest.
_PAPERS = frozenset({"memo", "letter", "order", "waivers", "manifest", "certificate"})
# Public fields of an entry that the act does not take, and only the paper in hand tells.
_BESIDE: Mapping[str, tuple[str, ...]] = {
    "request.docketed": ("instrument_form",),
    "review.consulted": ("body",),
    "roll.searched": ("matched", "parameters"),
    "notice.returned": ("returned",),
    "release.packaged": ("parameters",),
    "entry.opened": ("of_step", "opening"),
    "entry.corrected": ("of_step", "cause"),
}
# What the action itself makes; nobody is asked.
_MADE: Mapping[str, frozenset[str]] = {"appeal_part": frozenset({"follow_up"})}
_LABELS: Mapping[str, str | Promise] = {
    "opinion": _("Your opinion"),
    "requester_verified": _("Is the requester who it says?"),
    "requester_proof": _("How was the requester proved?"),
    "instrument_check": _("How was the paper checked?"),
    "instrument.in_writing": _("Is the request in writing?"),
    "instrument.valid": _("Is the paper valid today?"),
    "instrument.expires": _("Last day on which the paper is in force"),
    "instrument.court_date": _("Date that a court has set"),
    "instrument_form": _("In which form did the paper come?"),
    "memo": _("The written settlement, or the memo"),
    "missing": _("What is missing?"),
    "asked_for": _("What are the questions about?"),
    "questions": _("How many questions are asked?"),
    "cause": _("Why?"),
    "body": _("Which body of the register?"),
    "requester_body": _("Which body of the register asks?"),
    "number": _("Which one?"),
    "until": _("Until which day?"),
    "basis": _("The provision that it rests on"),
    "order": _("The paper that orders it"),
    "returned": _("Of how many people did the notice come back?"),
    "matched": _("How many people were found?"),
    "parameters": _("The paper that says how it was done"),
    "of_step": _("Which entry of this docket?"),
    "received": _("On which day did it come in?"),
    "mode": _("How did it come?"),
}
_PICK, _NO_PAPER = ("", _("choose")), ("", _("none"))


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is made of what a form holds: a function of its cleaned data."""

    name: str
    read: Callable[[Mapping[str, Any]], Any]


class ActForm(DressedForm):
    """One act on one docket. ``expect``: how many events the page showed; ``key``: a form sent twice acts once."""

    template_name = "casework/docket/act_form.html"
    expect = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, min_length=16)

    def __init__(self, case: Case, row: Transition, data: Any = None, typed: Mapping[str, Any] | None = None) -> None:
        """``typed``: what stood in the form when it was left, by the names of its fields."""
        initial = {**(typed or {}), "expect": case.docket.events, "key": secrets.token_urlsafe(24)}
        super().__init__(data, initial=initial)
        self._case, self._row = case, row
        self.about_items: ItemFields | None = None
        made = _MADE.get(row.act, frozenset())
        self._readings = [self._reading(name, hint) for name, hint in hints(row.given).items() if name not in made]
        for name in _BESIDE.get(row.entry, ()):
            self.fields[name] = self._beside(name)
        if row.act == APPEAL_PART:
            self.fields["received"] = forms.DateField(label=label_of("received"), widget=DateInput)
            modes = [_PICK, *((code, plain(code)) for code in sorted(catalogue().lists["received_modes"]))]
            self.fields["mode"] = forms.ChoiceField(label=label_of("mode"), choices=modes)

    def given(self) -> dict[str, Any]:
        """What the act takes, as its own types."""
        return {one.name: one.read(self.cleaned_data) for one in self._readings}

    def beside(self) -> dict[str, Any]:
        """The public fields of the entry that only the papers tell; those that may be left out, if they were given."""
        found = {name: self.cleaned_data[name] for name in _BESIDE.get(self._row.entry, ())}
        return {name: value for name, value in found.items() if value not in ("", None)}

    def came(self) -> dict[str, Any]:
        """When and how what opens another docket came in."""
        return {name: self.cleaned_data[name] for name in ("received", "mode") if name in self.fields}

    @property
    def seen(self) -> int:
        """How many events the page had shown; all that there are, where it does not say."""
        said = self.data.get("expect", "")
        return int(said) if said.isdecimal() and len(said) < 9 else self._case.docket.events

    def see_anew(self) -> None:
        """The same form, of the docket as it stands now: what was typed stays, and can be sent once it is looked at."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["expect"] = str(self._case.docket.events)
        self.data = data

    def clean(self) -> dict[str, Any]:
        """The choices about items fit together."""
        data = super().clean() or self.cleaned_data
        if self.about_items is not None:
            self.about_items.clean()
        return data

    @property
    def plain_fields(self) -> list[forms.BoundField]:
        """What is asked besides the items."""
        asked = {} if self.about_items is None else self.about_items.names
        return [field for field in self.visible_fields() if field.name not in asked]

    def _reading(self, name: str, hint: Any) -> Reading:
        if hint is Instrument:
            inner = [(part, f"{name}.{part}", found) for part, found in hints(Instrument).items()]
            made = [(part, self._add(place, found)) for part, place, found in inner]
            return Reading(name, lambda data: Instrument(**{part: read(data) for part, read in made}))
        if self._row.given is Deny and name == "grants":
            return Reading(name, lambda data: ())  # a denial grants nothing, so nothing is asked
        if hint == tuple[Choice, ...]:
            return Reading(name, self._items(name).refusals)
        if hint == tuple[ItemKey, ...]:
            return Reading(name, self._items(name).keys)
        return Reading(name, self._add(name, hint))

    def _items(self, name: str) -> ItemFields:
        """The one question about items that an act asks: what is given, and why what is compelled is not."""
        if self.about_items is None:
            act, only = self._row.act, name == "refusals"
            groups = item_groups(self._case, asked_of(self._case, act, name), bound=act != APPEAL_PART)
            if only:
                groups = tuple(one for one in groups if one.compelled)
            grounded = self._row.given in (Approve, Deny)
            self.about_items = ItemFields(self, self._case, name, groups, grounded=grounded, only=only)
        return self.about_items

    def _add(self, name: str, hint: Any) -> Callable[[Mapping[str, Any]], Any]:
        """Add the field of one value; how it is read back."""
        field, read = self._field(name, hint)
        field.label = label_of(name)
        self.fields[name] = field
        return lambda data: read(data[name])

    def _field(self, name: str, hint: Any) -> tuple[forms.Field, Callable[[Any], Any]]:
        args = typing.get_args(hint)
        optional = isinstance(hint, types.UnionType) and type(None) in args
        base = next(one for one in args if one is not type(None)) if optional else hint
        if base is bool:
            choices = (*_YES_NO, ("", _("not established"))) if optional else _YES_NO
            field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, required=not optional)
            return field, _BOOLS.__getitem__
        if base is dt.date:
            return forms.DateField(widget=DateInput, required=not optional), lambda value: value
        if base is int:
            return self._number(name)
        if base is ClockName:
            running = [(one.name.value, plain(one.name)) for one in self._case.docket.clocks]
            return forms.ChoiceField(choices=running), ClockName
        if base == tuple[str, ...]:
            ticks = forms.MultipleChoiceField(choices=self._codes(name), widget=forms.CheckboxSelectMultiple)
            return ticks, tuple
        return self._text(name)

    def _number(self, name: str) -> tuple[forms.Field, Callable[[Any], Any]]:
        """How many; or which of the holds or objections that stand, by its number."""
        docket = self._case.docket
        stand: Mapping[str, list[tuple[int, str]]] = {
            "lift_hold": [(one.number, plain(one.cause)) for one in docket.holds if one.lifted is None],
            "decide_challenge": [(one.number, plain(one.ground)) for one in docket.challenges if not one.outcome],
        }
        if name != "number" or self._row.act not in stand:
            return forms.IntegerField(min_value=1), lambda value: value
        choices = [(str(number), f"{number}: {says}") for number, says in stand[self._row.act]]
        return forms.ChoiceField(choices=[_PICK, *choices]), int

    def _text(self, name: str) -> tuple[forms.Field, Callable[[Any], Any]]:
        """A paper of the docket, a code of a list, or plain text; what may be left out in the act may be here."""
        needed = name in self._needed()
        if name in _PAPERS:
            return forms.ChoiceField(choices=self._papers(), required=needed), str
        codes = self._codes(name)
        if codes:
            return forms.ChoiceField(choices=[_PICK, *codes], required=needed), str
        return forms.CharField(max_length=200, required=needed), str

    def _papers(self) -> list[tuple[str, Any]]:
        return [_NO_PAPER, *((one.digest, f"{one.name} ({plain(one.kind)})") for one in self._case.papers)]

    def _needed(self) -> set[str]:
        fields = dataclasses.fields(self._row.given)
        return {one.name for one in fields if one.default is dataclasses.MISSING}

    def _codes(self, name: str) -> list[tuple[str, str]]:
        public = catalogue().kind(self._row.entry).public.get(name)
        if public is None:
            return []
        if public.list == "bodies":
            known = {one.name: one.value for one in self._case.stands}
            # Who asks is a body of the kind that the request states; whoever is consulted may be any.
            fits = known.get("requester.kind") if name == "requester_body" else None
            return [(code, f"{code} ({plain(kind)})") for code, kind, *_ in registry.bodies() if fits in (None, kind)]
        if public.list == "authorities":
            return sorted(
                ((one, found.citation) for one, found in bundle().authorities.items()), key=lambda one: one[1]
            )
        return [(code, plain(code)) for code in sorted(catalogue().lists.get(public.list, ()))]

    def _beside(self, name: str) -> forms.Field:
        """A public field of the entry, by its type in the catalogue."""
        public = catalogue().kind(self._row.entry).public[name]
        label, needed = label_of(name), not public.optional
        if public.type == "band":
            bands = [(one.name, one.name) for one in catalogue().bands]
            return forms.ChoiceField(label=label, choices=[_PICK, *bands], required=needed)
        if public.type == "digest":
            return forms.ChoiceField(label=label, choices=self._papers(), required=needed)
        if public.type == "count":
            steps = [(one, f"{one}: {says}") for one, says in entries_of(self._case)]
            return forms.TypedChoiceField(label=label, choices=[_PICK, *steps], coerce=int, required=needed)
        return forms.ChoiceField(label=label, choices=[_PICK, *self._codes(name)], required=needed)


def label_of(name: str) -> str:
    """What a field is called on the page."""
    return str(_LABELS.get(name, "")) or plain(name.rpartition(".")[2]).capitalize()
