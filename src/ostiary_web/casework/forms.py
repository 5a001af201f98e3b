"""Each act's form, made from what the act takes (its ``Given``) and the lists of the log's catalogue.

So a new field of an act, or a new code of a list, is on the page without another line here.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms

from ostiary.decide.verdict import Outcome
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework.docket.codec import hints
from ostiary_web.casework.docket.effects_decision import Deny
from ostiary_web.casework.docket.items import GROUNDS
from ostiary_web.casework.docket.snapshot import Choice, ClockName, Instrument, ItemKey, Settled
from ostiary_web.casework.docket.transitions import Transition
from ostiary_web.casework.pages import plain
from ostiary_web.casework.pages_docket import Case, address, item_name
from ostiary_web.forms import DateInput, DressedForm

_YES_NO = (("true", "yes"), ("false", "no"))
_BOOLS = {"true": True, "false": False, "": None}
# Fields that name a paper of the docket by its digest.
_PAPERS = frozenset({"memo", "letter", "order", "waivers", "manifest", "certificate"})
# Public fields of an entry that the act does not take, and only the paper in hand tells.
_BESIDE: Mapping[str, tuple[str, ...]] = {"request.docketed": ("instrument_form",)}
_LABELS: Mapping[str, str] = {
    "needed": "Which items do you find lawful and needed?",
    "grants": "Which items are granted? Every other one is refused.",
    "freed": "Which items may go on?",
    "items": "Which items?",
    "opinion": "Your opinion",
    "requester_verified": "Is the requester who it says?",
    "requester_proof": "How was the requester proved?",
    "instrument_check": "How was the paper checked?",
    "instrument.in_writing": "Is the request in writing?",
    "instrument.valid": "Is the paper valid today?",
    "instrument.expires": "Last day on which the paper is in force",
    "instrument.court_date": "Date that a court has set",
    "instrument_form": "In which form did the paper come?",
    "memo": "The written settlement, if the reviewers differ",
    "missing": "What is missing?",
    "asked_for": "What are the questions about?",
    "questions": "How many questions are asked?",
    "cause": "Why?",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """How a value is made of what a form holds: a function of its cleaned data."""

    name: str
    read: Callable[[Mapping[str, Any]], Any]


class ActForm(DressedForm):
    """One act on one docket. ``expect``: how many events the page showed; ``key``: a form sent twice acts once."""

    expect = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, min_length=16)

    def __init__(self, case: Case, row: Transition, data: Any = None) -> None:
        initial = {"expect": case.docket.events, "key": secrets.token_urlsafe(24)}
        super().__init__(data, initial=initial)
        self._case, self._row = case, row
        self._readings = [self._reading(name, hint) for name, hint in hints(row.given).items()]
        for name in _BESIDE.get(row.entry, ()):
            self.fields[name] = forms.ChoiceField(label=label_of(name), choices=self._codes(name))

    def given(self) -> dict[str, Any]:
        """What the act takes, as its own types."""
        return {one.name: one.read(self.cleaned_data) for one in self._readings}

    def beside(self) -> dict[str, Any]:
        """The public fields of the entry that only the papers tell."""
        return {name: self.cleaned_data[name] for name in _BESIDE.get(self._row.entry, ())}

    def _reading(self, name: str, hint: Any) -> Reading:
        if hint is Instrument:
            inner = [(part, f"{name}.{part}", found) for part, found in hints(Instrument).items()]
            made = [(part, self._add(place, found)) for part, place, found in inner]
            return Reading(name, lambda data: Instrument(**{part: read(data) for part, read in made}))
        if self._row.given is Deny and name == "grants":
            return Reading(name, lambda data: ())  # a denial grants nothing, so nothing is asked
        if hint == tuple[Choice, ...]:
            return Reading(name, self._refusals(name))
        return Reading(name, self._add(name, hint))

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
            choices = (*_YES_NO, ("", "not established")) if optional else _YES_NO
            field = forms.ChoiceField(choices=choices, widget=forms.RadioSelect, required=not optional)
            return field, _BOOLS.__getitem__
        if base is dt.date:
            return forms.DateField(widget=DateInput, required=not optional), lambda value: value
        if base is int:
            return forms.IntegerField(min_value=1), lambda value: value
        if base is ClockName:
            running = [(one.name.value, plain(one.name)) for one in self._case.docket.clocks]
            return forms.ChoiceField(choices=running), ClockName
        if base == tuple[ItemKey, ...]:
            return self._items(name)
        if base == tuple[str, ...]:
            ticks = forms.MultipleChoiceField(choices=self._codes(name), widget=forms.CheckboxSelectMultiple)
            return ticks, tuple
        return self._text(name)

    def _text(self, name: str) -> tuple[forms.Field, Callable[[Any], Any]]:
        """A paper of the docket, a code of a list, or plain text; what may be left out in the act may be here."""
        needed = name in self._needed()
        if name in _PAPERS:
            papers = [(one.digest, f"{one.name} ({plain(one.kind)})") for one in self._case.papers]
            return forms.ChoiceField(choices=[("", "none"), *papers], required=needed), str
        codes = self._codes(name)
        if codes:
            return forms.ChoiceField(choices=[("", "choose"), *codes], required=needed), str
        return forms.CharField(max_length=200, required=needed), str

    def _needed(self) -> set[str]:
        fields = dataclasses.fields(self._row.given)
        return {one.name for one in fields if one.default is dataclasses.MISSING}

    def _codes(self, name: str) -> list[tuple[str, str]]:
        public = catalogue().kind(self._row.entry).public.get(name)
        listed = catalogue().lists.get(public.list) if public is not None else None
        return [(code, plain(code)) for code in sorted(listed or ())]

    def _items(self, name: str) -> tuple[forms.Field, Callable[[Any], Any]]:
        """The items of the verdict; nothing is ticked: what nobody asks for is not given."""
        verdict = self._case.docket.verdict
        items = [] if verdict is None else [one for one in verdict.items if one.may_leave]
        by_address = {address(one.key): one.key for one in items}
        choices = [(place, item_name(key)) for place, key in by_address.items()]
        help_text = "" if choices else "There is none: the rules let no item go."
        field = forms.MultipleChoiceField(
            choices=choices, widget=forms.CheckboxSelectMultiple, required=False, help_text=help_text
        )
        return field, lambda ticked: tuple(by_address[place] for place in ticked)

    def _refusals(self, name: str) -> Callable[[Mapping[str, Any]], tuple[Choice, ...]]:
        """For each item that the law compels: on which ground it is refused, and the paper that says so."""
        places = []
        for number, item in enumerate(self._compelled()):
            ground, paper = f"{name}.{number}.ground", f"{name}.{number}.paper"
            grounds = [("", "it is not refused"), *((code, plain(code)) for code in sorted(GROUNDS))]
            papers = [("", "none"), *((one.digest, one.name) for one in self._case.papers)]
            says = f"{item_name(item)}: the law compels it. If it is refused, on which ground?"
            self.fields[ground] = forms.ChoiceField(label=says, choices=grounds, required=False)
            self.fields[paper] = forms.ChoiceField(label="The paper that says so", choices=papers, required=False)
            places.append((item, ground, paper))

        def read(data: Mapping[str, Any]) -> tuple[Choice, ...]:
            return tuple(
                Choice(item, Settled.REFUSED, data[ground], data[paper])
                for item, ground, paper in places
                if data[ground]
            )

        return read

    def _compelled(self) -> Iterator[ItemKey]:
        verdict = self._case.docket.verdict
        for item in () if verdict is None else verdict.items:
            if item.may_leave and item.outcome is Outcome.MANDATED:
                yield item.key


def label_of(name: str) -> str:
    """What a field is called on the page."""
    return _LABELS.get(name) or plain(name.rpartition(".")[2]).capitalize()
