"""Items in a form: for each group that the law treats alike one choice, or each item by itself. Nothing is preset.

What is left as it stands gives nothing. What the law compels has no choice made for it: it is given, or refused on a
coded ground with its paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ostiary_web.casework.docket.items import GROUNDS
from ostiary_web.casework.docket.snapshot import Choice, ItemKey, Settled
from ostiary_web.casework.pages import plain
from ostiary_web.casework.pages_decide import ItemGroup
from ostiary_web.casework.pages_docket import Case, address, item_name

NONE, ALL, SOME = "none", "all", "some"
Words = str | Promise
# Of each field: what it asks, what *no* and *yes* are called, and how the choices so far are counted.
_GIVEN = _("%(n)s of %(all)s items will be given")
_SAYS: Mapping[str, tuple[Words, Words, Words, Words]] = {
    "needed": (
        _("Which items do you find lawful and needed?"), _("Not needed"), _("Lawful and needed"),
        _("%(n)s of %(all)s items are needed"),
    ),
    "grants": (
        _("Which items are given? Every other one is refused."), _("Refuse"), _("Give"), _GIVEN,
    ),
    "freed": (
        _("Which items may go on?"), _("They stay back"), _("They may go on"), _("%(n)s of %(all)s items may go on"),
    ),
    "refusals": (_("What the law compels, and you refuse"), _("Refuse"), _("Give"), _GIVEN),
    "items": (_("Which items?"), _("Not these"), _("These"), _("%(n)s of %(all)s items")),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class GroupFields:
    """A group and its fields in the form: by name, empty where the group has none of this sort."""

    group: ItemGroup
    choice: str = ""
    ticked: str = ""
    ground: str = ""
    paper: str = ""


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """The same as a template shows it: bound fields, None where there is none."""

    group: ItemGroup
    choice: forms.BoundField | None
    ticked: forms.BoundField | None
    ground: forms.BoundField | None
    paper: forms.BoundField | None


class ItemFields:
    """The fields of one question about items in a form. ``grounded``: a refusal of what is compelled says why."""

    def __init__(
        self, form: forms.Form, case: Case, name: str, groups: tuple[ItemGroup, ...], *, grounded: bool, only: bool
    ) -> None:
        """Add them to the form. ``only``: there is no choice but refusal, so that only its grounds are asked."""
        self._form, self.name, self._grounded, self._only = form, name, grounded, only
        self.asks, self._no, self._yes, self.counts = _SAYS[name]
        papers = [("", _("none")), *((one.digest, f"{one.name} ({plain(one.kind)})") for one in case.papers)]
        self.fields = tuple(self._add(group, papers) for group in groups)

    @property
    def names(self) -> frozenset[str]:
        """The names of all these fields."""
        every = ((one.choice, one.ticked, one.ground, one.paper) for one in self.fields)
        return frozenset(name for names in every for name in names if name)

    @property
    def size(self) -> int:
        """How many items there are a choice about."""
        return sum(len(one.group.keys) for one in self.fields if one.choice)

    @property
    def shown(self) -> list[ShownGroup]:
        """Each group where there is a choice, or a ground to name, with its fields."""
        return [one for one in self._bound if one.group.open]

    @property
    def shut(self) -> list[ItemGroup]:
        """The groups where the law leaves no choice."""
        return [one.group for one in self.fields if not one.group.open]

    @property
    def _bound(self) -> list[ShownGroup]:

        def bound(name: str) -> forms.BoundField | None:
            return self._form[name] if name else None

        return [
            ShownGroup(one.group, bound(one.choice), bound(one.ticked), bound(one.ground), bound(one.paper))
            for one in self.fields
        ]

    def _add(self, group: ItemGroup, papers: list[tuple[str, Any]]) -> GroupFields:
        if not group.open:
            return GroupFields(group)
        place, many = f"{self.name}.{group.number}", len(group.keys) > 1
        choice = ticked = ground = paper = ""
        if not self._only:
            choice, ticked = f"{place}.choice", f"{place}.ticked" if many else ""
            self._form.fields[choice] = self._choice(group, many)
        if many and not self._only:
            self._form.fields[ticked] = forms.MultipleChoiceField(
                label=_("One by one: those that are ticked"),
                choices=[(address(key), item_name(key)) for key in group.keys],
                widget=forms.CheckboxSelectMultiple,
                required=False,
            )
        if group.compelled and self._grounded:
            ground, paper = f"{place}.ground", f"{place}.paper"
            grounds = [("", _("nothing is refused")), *((code, plain(code)) for code in sorted(GROUNDS))]
            label = _("On which ground is any of these refused?")
            self._form.fields[ground] = forms.ChoiceField(label=label, choices=grounds, required=False)
            label = _("The paper that says so")
            self._form.fields[paper] = forms.ChoiceField(label=label, choices=papers, required=False)
        return GroupFields(group, choice, ticked, ground, paper)

    def _choice(self, group: ItemGroup, many: bool) -> forms.Field:
        choices = [(NONE, self._no), (ALL, self._yes)]
        if many:
            choices.append((SOME, _("Decide one by one")))
        # What the law compels is not refused by leaving a form as it stands.
        free = not (group.compelled and self._grounded)
        return forms.ChoiceField(
            label=self._label(group), choices=choices, widget=forms.RadioSelect, initial=NONE if free else None,
            error_messages={"required": _("Give them, or refuse them on a ground.")}, required=not free,
            help_text=group.because,
        )  # fmt: skip

    @staticmethod
    def _label(group: ItemGroup) -> str:
        if len(group.keys) == 1:
            return f"{item_name(group.keys[0])}: {group.answer}"
        count = len(group.keys)
        return ngettext("%(n)s item: %(answer)s", "%(n)s items: %(answer)s", count) % {
            "n": count, "answer": group.answer,
        }  # fmt: skip

    def clean(self) -> None:
        """Say what contradicts itself, and which ground is missing."""
        data = self._form.cleaned_data
        for one in self.fields:
            if one.choice and one.choice not in data:
                continue  # it has a fault of its own already
            choice, ticked = data.get(one.choice) or NONE, data.get(one.ticked, [])
            if one.ticked and choice == SOME and not ticked:
                self._form.add_error(one.ticked, _("Tick at least one item, or make one choice for all of them."))
            elif (
                one.ticked and ticked and choice in (NONE, ALL) and len(ticked) != len(one.group.keys) * (choice == ALL)
            ):
                says = _("Single items are ticked, and one choice is made for all: choose “Decide one by one”.")
                self._form.add_error(one.choice, says)
            if one.ground and self._refused(one, data):
                self._need(one, data)

    def _need(self, one: GroupFields, data: Mapping[str, Any]) -> None:
        if not data.get(one.ground):
            self._form.add_error(one.ground, _("The law compels this: name the ground on which it is refused."))
        if not data.get(one.paper):
            self._form.add_error(one.paper, _("Name the paper that says so."))

    def keys(self, data: Mapping[str, Any]) -> tuple[ItemKey, ...]:
        """The items that are chosen."""
        return tuple(key for one in self.fields for key in self._chosen(one, data))

    def refusals(self, data: Mapping[str, Any]) -> tuple[Choice, ...]:
        """What is compelled and refused, with its ground and paper."""
        return tuple(
            Choice(key, Settled.REFUSED, data[one.ground], data[one.paper])
            for one in self.fields
            if one.ground
            for key in self._refused(one, data)
        )

    def _refused(self, one: GroupFields, data: Mapping[str, Any]) -> list[ItemKey]:
        chosen = set(self._chosen(one, data))
        return [key for key in one.group.keys if key not in chosen]

    @staticmethod
    def _chosen(one: GroupFields, data: Mapping[str, Any]) -> Iterator[ItemKey]:
        choice, ticked = data.get(one.choice) or NONE, frozenset(data.get(one.ticked, ()))
        if choice == ALL:
            yield from one.group.keys
        elif choice == SOME:
            yield from (key for key in one.group.keys if address(key) in ticked)
