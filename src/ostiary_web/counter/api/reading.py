"""From a program's JSON to the counter's own forms: what the form would refuse is refused here, in the same words."""

from __future__ import annotations

import binascii
from base64 import b64decode
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from ostiary.errors import did_you_mean
from ostiary.vocabulary import Base, Fact
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.uploads import LARGEST, Upload, checked
from ostiary_web.counter.api.schemas import PaperIn, RequestIn
from ostiary_web.counter.forms import OWN, AskForm, FactsForm
from ostiary_web.counter.law import CORE, sayables
from ostiary_web.counter.problems import invalid
from ostiary_web.wiring import bundle

_KINDS = {Base.BOOL: bool, Base.INT: int}


def sayable() -> dict[str, Fact]:
    """Every fact that a program may state, by name."""
    words = bundle().words
    return {name: words.facts[name] for name in CORE} | {fact.name: fact for fact in sayables(bundle())}


def forms_of(sent: RequestIn, key: str) -> tuple[AskForm, FactsForm]:
    """The form's own forms, filled in and valid.

    :raises Problem: naming each field that is wrong.
    """
    typed = QueryDict(mutable=True)
    for name in OWN:
        typed[name] = getattr(sent, name)
    typed["key"] = key
    _put(typed, sent.facts)
    first = AskForm(typed)
    rest = FactsForm(dict.fromkeys((name for name in sent.facts if name not in CORE), ""), typed)
    wrong = [*_errors(first), *_errors(rest)]
    if wrong:
        raise invalid(wrong)
    return first, rest


def facts_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """Facts alone, as the form reads them; none needs to be there.

    :raises Problem: naming each that is wrong.
    """
    typed = QueryDict(mutable=True)
    _put(typed, given)
    form = FactsForm(dict.fromkeys(given, ""), typed)
    if not form.is_valid():
        raise invalid(list(_errors(form)))
    return form.stated()


def paper_of(given: PaperIn | None, called: str) -> Upload | None:
    """A paper that came as Base64, checked and scanned.

    :raises Problem: if it may not be kept.
    """
    if given is None:
        return None
    try:
        return paper_checked(b64decode(given.content, validate=True), called, "/paper/content")
    except (binascii.Error, ValueError):
        raise invalid([("/paper/content", "This is no Base64.")]) from None


def paper_checked(data: bytes, called: str, pointer: str) -> Upload:
    """A paper's bytes, checked and scanned.

    :raises Problem: if it may not be kept.
    """
    try:
        return checked(data[: LARGEST + 1], called)
    except CaseworkError as fault:
        raise invalid([(pointer, str(fault))]) from None


def _put(typed: QueryDict, given: Mapping[str, Any]) -> None:
    """Facts as a browser would send them, if each is of its own type."""
    known, wrong = sayable(), []
    for name, value in given.items():
        if name not in known:
            near = did_you_mean(name, known)
            wrong.append((_pointer(name), f"there is no such fact that a requester states{near}"))
        elif not _fits(known[name], value):
            wrong.append((_pointer(name), f"this must be {_wanted(known[name])}"))
        else:
            typed.setlist(name, _texts(known[name], value))
    if wrong:
        raise invalid(wrong)


def _fits(fact: Fact, value: Any) -> bool:
    if fact.type.many:
        return isinstance(value, list) and all(isinstance(one, str) and "\n" not in one for one in value)
    return type(value) is _KINDS.get(fact.type.base, str)


def _wanted(fact: Fact) -> str:
    if fact.type.many:
        return "a list of texts, each of one line"
    return {Base.BOOL: "true or false", Base.INT: "a whole number"}.get(fact.type.base, "a text")


def _texts(fact: Fact, value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if not isinstance(value, list):
        return [str(value)]
    return value if isinstance(_field(fact), forms.MultipleChoiceField) else ["\n".join(value)]


def _field(fact: Fact) -> forms.Field:
    from ostiary_web.casework.forms_facts import field_of

    return field_of(fact)


def _errors(form: forms.Form) -> Iterator[tuple[str, str]]:
    for name, texts in form.errors.items():
        pointer = "" if name == "__all__" else f"/{name}" if name in OWN else _pointer(name)
        yield from ((pointer, str(text)) for text in texts)


def _pointer(name: str) -> str:
    return "/facts/" + name[:200].replace("~", "~0").replace("/", "~1")
