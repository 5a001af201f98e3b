"""The public form, made from the vocabulary and the rules: what is asked, and which law asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms

from ostiary.decide import explain
from ostiary.decide.decide import decide
from ostiary.decide.request_file import stateable
from ostiary.errors import OstiaryError
from ostiary.law.bundle import Bundle
from ostiary.vocabulary import Base, Fact, Level
from ostiary_web.casework import facts
from ostiary_web.casework.forms_facts import field_of, value_of
from ostiary_web.counter.limits import LARGEST_PAPER
from ostiary_web.forms import DressedForm
from ostiary_web.registry import queries as registry
from ostiary_web.wiring import bundle

# What every request says; each is a fact of the vocabulary, which gives its question and its choices.
CORE = (
    "requester.kind", "purpose", "programs", "elements_requested", "instrument.kind",
    "subjects.count", "subjects.identified_by",
)  # fmt: skip
_GROUPED = "elements_requested"
_STATED = frozenset({"requester", "intake"})  # what the requester can say; the rest is the agency's to find
_TYPES = {b"%PDF-": ".pdf", b"\x89PNG\r\n\x1a\n": ".png", b"\xff\xd8\xff": ".jpg"}
_MOST_LAWS = 3


class AskForm(DressedForm):
    """The first page: who asks, for what, about whom."""

    who = forms.CharField(label="Your name, and the office you ask for", max_length=300)
    reach = forms.CharField(label="How do we reach you?", max_length=300, help_text="An e-mail or postal address.")
    body = forms.ChoiceField(
        label="If your office is registered here, which one is it?", required=False,
        help_text="Its code then stands in the public log with this request. A private person leaves this empty.",
    )  # fmt: skip
    about = forms.CharField(
        label="Whom do you ask about?", widget=forms.Textarea, max_length=4000, required=False,
        help_text="As your paper names or describes them. This is never published.",
    )  # fmt: skip
    key = forms.CharField(widget=forms.HiddenInput, min_length=16, max_length=64)

    def __init__(self, data: Any = None, **more: Any) -> None:
        super().__init__(data, **more)
        words = bundle().words
        for name in CORE:
            field = field_of(words.facts[name])
            field.required = True
            if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.MultipleChoiceField):
                field.choices = [("", "choose"), *cast(list[Any], field.choices)[1:]]
            self.fields[name] = field
        elements = self.fields[_GROUPED]
        assert isinstance(elements, forms.MultipleChoiceField)
        elements.choices = _grouped(bundle())
        body = self.fields["body"]
        assert isinstance(body, forms.ChoiceField)
        body.choices = [("", "none")] + [(code, code) for code, _, verified, _ in registry.bodies() if verified]
        self.order_fields(["who", "reach", "requester.kind", "body", "purpose", "instrument.kind", "about"])

    def stated(self) -> dict[str, Any]:
        """The facts as they are stated, leaf by leaf."""
        return _stated(CORE, self.cleaned_data)


class LawForm(DressedForm):
    """The second page: what the law asks about such a request, and what the paper says. All of it can be left open."""

    def __init__(self, stated: Mapping[str, Any], day: str, data: Any = None) -> None:
        super().__init__(data)
        self.asked = asked_by_law(bundle(), stated, day)
        for name, laws in self.asked.items():
            field = field_of(bundle().words.facts[name])
            field.help_text = f"Asked by: {laws}." if laws else field.help_text
            self.fields[name] = field

    def stated(self) -> dict[str, Any]:
        """What was answered here."""
        return _stated(self.asked, self.cleaned_data)


class PaperForm(DressedForm):
    """The last page: the paper itself."""

    paper = forms.FileField(
        label="The paper that your request rests on", required=False,
        help_text=f"A PDF, PNG or JPEG file of at most {LARGEST_PAPER // 2**20} MB.",
    )  # fmt: skip

    def clean_paper(self) -> tuple[str, bytes] | None:
        """The paper's name here and its bytes, if it is what it may be: told by its content, never by its name."""
        given = self.cleaned_data["paper"]
        if given is None:
            return None
        if given.size > LARGEST_PAPER:
            raise forms.ValidationError(f"The file is larger than {LARGEST_PAPER // 2**20} MB.")
        data: bytes = given.read(LARGEST_PAPER + 1)
        ending = next((end for magic, end in _TYPES.items() if data.startswith(magic)), "")
        if not ending:
            raise forms.ValidationError("The file is no PDF, PNG or JPEG. Save it as a PDF and choose it again.")
        return f"instrument{ending}", data


def asked_by_law(packs: Bundle, stated: Mapping[str, Any], day: str) -> dict[str, str]:
    """The facts that a requester can state and the law asks for, each with the law that does.

    First those that would change the answer; then what the paper says, as far as any rule reads it.
    """
    waits = _waiting(packs, stated, day)
    paper = [fact.name for fact in stateable(packs.words) if fact.level is Level.INSTRUMENT and _sayable(fact)]
    found = {name: waits[name] for name in waits if _sayable(packs.words.facts[name])}
    found |= {name: "" for name in paper if name not in found and any(name in read for read in packs.reads.values())}
    return {name: laws for name, laws in found.items() if name not in stated}


def _sayable(fact: Fact) -> bool:
    """Whether a requester can say it: yes-or-no findings of the agency's own are not asked."""
    return fact.by in _STATED or (fact.by == "verifier" and fact.type.base is Base.CODE)


def _waiting(packs: Bundle, stated: Mapping[str, Any], day: str) -> dict[str, str]:
    """Each missing fact, and the provisions whose rules wait for it; empty where the request cannot be judged yet."""
    file = facts.to_text(facts.document({**stated, "request_date": day}, packs.words))
    try:
        verdict = decide(packs, facts.read(file, packs.words))
    except (OstiaryError, ValueError):
        return {}
    found: dict[str, dict[str, None]] = {}
    for item in verdict.items:
        for missing in item.missing:
            found.setdefault(missing.fact, {})
        for one in item.considered:
            for name in one.waits_for:
                cited = explain.citation(packs, packs.by_id[one.rule].authorities[0])
                found.setdefault(name, {})[cited] = None
    return {name: "; ".join(list(laws)[:_MOST_LAWS]) for name, laws in found.items()}


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


class FollowForm(DressedForm):
    """The receipt."""

    number = forms.CharField(label="Number of the request", max_length=20)
    secret = forms.CharField(label="Secret of the receipt", max_length=64, strip=True)


def carried(form: forms.Form, posted: Any) -> Iterator[tuple[str, str]]:
    """What was typed into a form, for hidden fields of the next page: nothing is kept here until it is sent."""
    for name in form.fields:
        for value in posted.getlist(name):
            yield name, value
