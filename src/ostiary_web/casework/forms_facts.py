"""Facts as questions: what is still missing for the verdict, and what the request states and nobody has confirmed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict

from ostiary.decide.request import LARGEST
from ostiary.vocabulary import OPEN_LISTS, Base, Fact
from ostiary_web.casework import facts, pages, queries
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.pages_docket import Case, questions
from ostiary_web.forms import DateInput, DressedForm
from ostiary_web.wiring import bundle

_BOOLS = {"true": True, "false": False}
_SOURCE = "source"


class FromSource(DressedForm):
    """What both forms share: the docket as it was seen, and from where it is known."""

    NAME: ClassVar[str]
    expect = forms.IntegerField(widget=forms.HiddenInput)
    role = forms.CharField(widget=forms.HiddenInput)
    source = forms.ChoiceField(
        label="From where do you know it?", required=False, help_text="A paper of this docket, or your own inquiry."
    )

    def __init__(
        self, case: Case, role: Role, data: Any = None, typed: Mapping[str, Any] | None = None, owner: str = ""
    ) -> None:
        """``typed``: what stood in the form when it was left; ``owner``: the signed word of whose it is."""
        before = f"{role.value}-"
        kept = {name.removeprefix(before): value for name, value in (typed or {}).items()}
        initial = {**kept, "expect": case.docket.events, "role": role.value}
        super().__init__(data, initial=initial, prefix=role.value)
        self._case, self.capacity, self.owner, self.restored = case, role, owner, bool(typed)
        named = [(one.digest, f"the paper {one.name}") for one in case.papers]
        source = self.fields[_SOURCE]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [("", "my own inquiry, or a register"), *named]
        self.order_fields([*(name for name in self.fields if name != _SOURCE), _SOURCE])

    @classmethod
    def draft(cls, role: Role) -> str:
        """What a draft of this form is called."""
        return f"{cls.NAME}/{role.value}"

    @property
    def draft_name(self) -> str:
        """The same, of this one."""
        return self.draft(self.capacity)

    @property
    def seen(self) -> int:
        """How many events the page had shown; all that there are, where it does not say."""
        said = str(self.data.get(self.add_prefix("expect"), ""))
        return int(said) if said.isdecimal() and len(said) < 9 else self._case.docket.events

    def see_anew(self) -> None:
        """The same form, of the docket as it stands now: what was typed stays."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data[self.add_prefix("expect")] = str(self._case.docket.events)
        self.data = data


class QuestionsForm(FromSource):
    """The missing facts that one role establishes. What is left empty stays not known."""

    NAME = "facts"

    def __init__(self, case: Case, role: Role, data: Any = None, **kept: Any) -> None:
        super().__init__(case, role, data, **kept)
        words = bundle().words
        self.asked = [name for _, _, name in questions(case) if facts.may_establish(name, role, words)]
        for name in self.asked:
            self.fields[name] = field_of(words.facts[name])
        self.order_fields([*self.asked, _SOURCE])

    def answers(self) -> dict[str, Any]:
        """What was answered, as plain data of a request file."""
        words = bundle().words
        read = {name: value_of(words.facts[name], self.cleaned_data[name]) for name in self.asked}
        return {name: value for name, value in read.items() if value is not None}


class ConfirmForm(FromSource):
    """What the request states, this role establishes, and nobody has confirmed."""

    NAME = "confirm"
    names = forms.MultipleChoiceField(label="It is so, as the request says:", widget=forms.CheckboxSelectMultiple)

    def __init__(self, case: Case, role: Role, data: Any = None, **kept: Any) -> None:
        super().__init__(case, role, data, **kept)
        words, waiting = bundle().words, queries.waiting(case.docket.id, role)
        names = self.fields["names"]
        assert isinstance(names, forms.MultipleChoiceField)
        names.choices = [
            (name, f"{pages.leaf_label(name, words)}: {pages.leaf_value(name, value, words)}")
            for name, value in waiting.items()
        ]

    @property
    def empty(self) -> bool:
        """Whether nothing waits for this role."""
        names = self.fields["names"]
        return isinstance(names, forms.MultipleChoiceField) and not names.choices


def field_of(fact: Fact) -> forms.Field:
    """A fact as a field that may be left empty, which is *not known*."""
    closed = fact.type.base is Base.CODE and fact.type.codes not in OPEN_LISTS
    shared: dict[str, Any] = {"label": fact.question, "required": False}
    if closed:
        words = bundle().words
        choices = [(code, words.code_label(fact.type.codes, code)) for code in words.known_codes(fact.type.codes)]
        if fact.type.many:
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **shared)
        return forms.ChoiceField(choices=[("", "not known"), *choices], **shared)
    if fact.type.base is Base.BOOL:
        choices = [("", "not known"), ("true", "yes"), ("false", "no")]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **shared)
    if fact.type.base is Base.DATE:
        return forms.DateField(widget=DateInput, **shared)
    if fact.type.base is Base.INT:
        return forms.IntegerField(min_value=0, max_value=LARGEST, **shared)
    if fact.type.many:
        return forms.CharField(widget=forms.Textarea, max_length=4000, help_text="One on each line.", **shared)
    return forms.CharField(max_length=2000, **shared)


def value_of(fact: Fact, given: Any) -> Any:
    """What a field of ``field_of`` holds, as plain data; None where it was left empty."""
    if given in ("", None, []):
        return None
    if fact.type.base is Base.BOOL:
        return _BOOLS[given]
    if isinstance(given, dt.date):
        return given.isoformat()
    if fact.type.many and isinstance(given, str):
        return [line.strip() for line in given.splitlines() if line.strip()] or None
    return given
