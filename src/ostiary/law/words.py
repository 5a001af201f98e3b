"""Rules and authorities in plain words, made from the vocabulary: never kept by hand."""

from __future__ import annotations

from collections.abc import Mapping

from ostiary.law.condition import (
    All,
    Any,
    Compare,
    Condition,
    Defined,
    Expired,
    FactRef,
    Has,
    Is,
    Knows,
    Literal,
    Not,
    OneOf,
    Possibly,
    Present,
    Reached,
    Shifted,
    SomeRow,
    Truth,
)
from ostiary.vocabulary import Vocabulary

_OPS = {"=": "is", "<>": "is not", "<": "is less than", "<=": "is at most", ">": "is more than", ">=": "is at least"}


def in_words(condition: Condition, words: Vocabulary, meanings: Mapping[str, str]) -> str:
    """A condition as a plain sentence part. ``meanings`` says what each definition stands for."""
    return _Speaker(words, meanings).say(condition)


class _Speaker:
    def __init__(self, words: Vocabulary, meanings: Mapping[str, str]) -> None:
        self.words, self.meanings = words, meanings

    def say(self, node: Condition) -> str:
        match node:
            case All(parts):
                return " and ".join(self.inside(part) for part in parts)
            case Any(parts):
                return "either " + " or ".join(self.inside(part) for part in parts)
            case Not(part):
                return f"it is not so that {self.inside(part)}"
            case Knows(part):
                return f"it is known that {self.inside(part)}"
            case Possibly(part):
                return f"it may be that {self.inside(part)}"
            case Defined(name, _):
                return self.meanings.get(name, name)
            case SomeRow(_, body):
                return self.say(body)
            case Truth(value):
                return "always" if value else "never"
            case _:
                return self.atom(node)

    def inside(self, node: Condition) -> str:
        text = self.say(node)
        return f"({text})" if isinstance(node, All | Any) else text

    def atom(self, node: Condition) -> str:
        match node:
            case Is(fact):
                return self.label(fact)
            case Compare(op, left, right):
                return f"{self.label(left)} {_OPS[op]} {self.value(left, right)}"
            case OneOf(fact, _, named) if named:
                return f"{self.label(fact)} is {self.words.classes[named].means}"
            case OneOf(fact, values, _):
                listed = sorted(self.value(fact, Literal(value)) for value in values)
                return f"{self.label(fact)} is {' or '.join(listed)}"
            case Has(fact, member):
                return f"{self.label(fact)} include {self.value(fact, member)}"
            case Present(fact):
                return f"there is a value for {self.label(fact)}"
            case Expired(date, day):
                return f"{self.date(date)} has passed by {self.value(None, day)}"
            case Reached(date, day):
                return f"{self.date(date)} has come by {self.value(None, day)}"
            case _:
                raise TypeError(f"no words for {type(node).__name__}")

    def label(self, fact: FactRef) -> str:
        return self.words.facts[fact.name].label

    def value(self, fact: FactRef | None, term: Literal | FactRef) -> str:
        if isinstance(term, FactRef):
            return self.label(term)
        listing = self.words.facts[fact.name].type.codes if fact is not None else ""
        text = str(term.value)
        return f"“{self.words.code_label(listing, text)}”" if listing else text

    def date(self, term: FactRef | Shifted) -> str:
        if isinstance(term, FactRef):
            return self.label(term)
        unit = term.unit.lower() + ("s" if abs(term.amount) != 1 else "")
        return f"{self.label(term.fact)} {'plus' if term.amount > 0 else 'minus'} {abs(term.amount)} {unit}"
