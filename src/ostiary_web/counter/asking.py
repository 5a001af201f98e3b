"""From what was typed to what is sent: the same for the form's pages and for programs."""

from __future__ import annotations

from typing import Any

from ostiary_web.casework import pages
from ostiary_web.casework.uploads import Upload
from ostiary_web.counter.actions.sending import Asked
from ostiary_web.counter.forms import OWN, AskForm, FactsForm
from ostiary_web.counter.law import Lack, lacks
from ostiary_web.wiring import bundle


def stated(first: AskForm, law: FactsForm) -> dict[str, Any]:
    """All facts that were stated."""
    return {**first.stated(), **law.stated()}


def answers(first: AskForm, law: FactsForm) -> list[tuple[str, str]]:
    """Question and answer of all that was said, in words."""
    words = bundle().words
    own = [(str(first.fields[name].label), first.cleaned_data[name]) for name in OWN]
    said = [
        (words.facts[name].question, pages.leaf_value(name, value, words)) for name, value in stated(first, law).items()
    ]
    return [(label, value) for label, value in [*own, *said] if value]


def asked(first: AskForm, law: FactsForm, paper: Upload | None) -> Asked:
    """What is sent. Both forms are valid."""
    cover = "\n".join(f"{label} {value}" for label, value in answers(first, law)) + "\n"
    own = first.cleaned_data
    return Asked(stated(first, law), cover, own["about"], own["body"], paper)


def missing(facts: dict[str, Any], day: str) -> tuple[Lack, ...]:
    """By law, what is missing still."""
    return lacks(bundle(), facts, day)
