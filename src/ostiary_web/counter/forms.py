"""The public forms, made from the vocabulary and the rules: what is asked, and which law asks for it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from ostiary.law.bundle import Bundle
from ostiary_web.casework.forms_facts import field_of, value_of
from ostiary_web.casework.uploads import PaperField, Upload
from ostiary_web.counter.law import CORE, asked_by_law, sayables
from ostiary_web.counter.words import ACTS
from ostiary_web.forms import DressedForm
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

_GROUPED = "elements_requested"
_ANY_SCRIPT = {"dir": "auto"}  # Arabic is typed from the right, in whatever language the page is
LONGEST = 10_000
OWN = ("who", "reach", "body", "about")


class AskForm(DressedForm):
    """The first page: who asks, for what, about whom. ``saved``: how often it had been saved when it was drawn."""

    who = forms.CharField(
        label=_("Your name, and the office you ask for"), max_length=300, widget=forms.TextInput(_ANY_SCRIPT)
    )
    reach = forms.CharField(
        label=_("How do we reach you?"), max_length=300, help_text=_("An e-mail or postal address."),
        widget=forms.TextInput(_ANY_SCRIPT),
    )  # fmt: skip
    body = forms.ChoiceField(
        label=_("If your office is registered here, which one is it?"), required=False,
        help_text=_("We check it before it stands anywhere. A private person leaves this empty."),
    )  # fmt: skip
    about = forms.CharField(
        label=_("Whom do you ask about?"), widget=forms.Textarea(_ANY_SCRIPT), max_length=4000, required=False,
        help_text=_("As your paper names or describes them. This is never published."),
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, min_length=16, max_length=64)
    saved = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        words = bundle().words
        for name in CORE:
            field = field_of(words.facts[name])
            field.required = True
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
                field.choices = [("", _("choose")), *cast(list[Any], field.choices)[1:]]
            self.fields[name] = field
        elements = self.fields[_GROUPED]
        assert isinstance(elements, forms.MultipleChoiceField)
        elements.choices = _grouped(bundle())
        body = self.fields["body"]
        assert isinstance(body, forms.ChoiceField)
        body.choices = [("", _("none")), *((code, code) for code in bodies())]
        _quiet(self.fields)
        self.order_fields(["who", "reach", "requester.kind", "body", "purpose", "instrument.kind", "about"])

    def stated(self) -> dict[str, Any]:
        """The facts as they are stated, leaf by leaf."""
        return _stated(CORE, self.cleaned_data)


class FactsForm(DressedForm):
    """These facts as fields, each of which can be left open. ``laws``: which law asks for it, or nothing."""

    def __init__(self, laws: Mapping[str, str], data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        self.asked = dict(laws)
        for name, cited in self.asked.items():
            field = field_of(bundle().words.facts[name])
            field.help_text = _("Asked by: %s.") % cited if cited else field.help_text
            if isinstance(field, forms.CharField) and type(field) is forms.CharField:
                field.widget.attrs |= _ANY_SCRIPT
            self.fields[name] = field
        _quiet(self.fields)

    def stated(self) -> dict[str, Any]:
        """What was answered here."""
        return _stated(self.asked, self.cleaned_data)


class LawForm(FactsForm):
    """The second page: what the law asks about such a request, and what the paper says."""

    def __init__(self, stated: Mapping[str, Any], day: str, data: Any = None, **more: Any) -> None:
        super().__init__(asked_by_law(bundle(), stated, day), data, **more)


class PaperForm(DressedForm):
    """The last page: the paper itself. Its value is an ``Upload``, or None."""

    paper = PaperField(called="instrument", label=_("The paper that your request rests on"), required=False)


class FollowForm(DressedForm):
    """The receipt."""

    number = forms.CharField(label=_("Number of the request"), max_length=20)
    secret = forms.CharField(label=_("Secret of the receipt"), max_length=64, strip=True)


class ResumeForm(DressedForm):
    """What was shown when a request was saved."""

    number = forms.CharField(label=_("Number of the saved request"), max_length=20)
    secret = forms.CharField(label=_("Secret of the saved request"), max_length=64, strip=True)


class ActForm(DressedForm):
    """What a requester says and brings with an act. Each form of a page has its act as prefix, so that no id is twice.

    :raises ValidationError: if an answer says nothing and brings nothing, or taking back is not confirmed.
    """

    text = forms.CharField(
        label=_("What you want to say"), required=False, max_length=LONGEST, widget=forms.Textarea(_ANY_SCRIPT)
    )
    paper = PaperField(called="paper", label=_("A paper, if you have one"), required=False)
    sure = forms.BooleanField(label=_("Yes, take it back. This cannot be undone."), required=True)
    key = forms.CharField(widget=forms.HiddenInput, min_length=16, max_length=64)

    def __init__(self, act: str, data: Any = None, files: Any = None, **more: Any) -> None:
        super().__init__(data, files, prefix=act, **more)
        self.act, self.says = act, str(ACTS[act])
        for name in ("text", "paper") if act == "withdraw" else ("sure",):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        """Something must have been said."""
        found = super().clean() or {}
        said = found.get("text") or found.get("paper")
        if self.act != "withdraw" and not said and not self.errors:
            raise forms.ValidationError(_("Write something, or add a paper."))
        return found

    def given(self) -> tuple[str, Upload | None]:
        """What was written, and the paper."""
        return self.cleaned_data.get("text", ""), self.cleaned_data.get("paper")


def bodies() -> list[str]:
    """The codes of the bodies that a requester may say it is."""
    return [code for code, _name, verified, _frozen in registry.bodies() if verified]


def known_fields() -> frozenset[str]:
    """Every field that a page of the request can have: nothing else is saved."""
    return frozenset({*AskForm.base_fields, *CORE, *(fact.name for fact in sayables(bundle()))})


def carried(names: Iterable[str], posted: Any) -> Iterator[tuple[str, str]]:
    """What was typed into fields, for hidden fields of the next page: nothing is kept until it is sent or saved."""
    for name in names:
        for value in posted.getlist(name):
            yield name, value


def _quiet(fields: Mapping[str, forms.Field]) -> None:
    """Django's own text of a wrong choice repeats what was sent."""
    for field in fields.values():
        if isinstance(field, forms.ChoiceField):
            field.error_messages["invalid_choice"] = _("This is none of the choices.")


def _stated(names: Any, cleaned: Mapping[str, Any]) -> dict[str, Any]:
    words = bundle().words
    read = {name: value_of(words.facts[name], cleaned[name]) for name in names}
    return {name: value for name, value in read.items() if value is not None}


def _grouped(packs: Bundle) -> list[Any]:
    """The elements under their groups' names."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for element in packs.words.elements.values():
        label = packs.words.code_label("element_groups", element.group)
        groups.setdefault(label, []).append((element.id, element.label))
    return list(groups.items())
