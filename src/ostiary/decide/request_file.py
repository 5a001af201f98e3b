"""Facts written back as a request file: what :func:`ostiary.decide.request.read_request` reads to the same facts.

Used where a request is made by the program and not by a person with an editor: the
playground's copy of what stands on the page, a counterexample, a single case of a roll.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from ostiary.law.meaning import Known, Missing, Rows
from ostiary.vocabulary import Base, Fact, FactType, Level, Vocabulary


def as_document(
    facts: Mapping[str, Known | Missing],
    words: Vocabulary,
    *,
    programs: Sequence[str],
    elements: Sequence[str],
    complete: Collection[str] = (),
) -> dict[str, Any]:
    """The request file, as plain data, that states these facts.

    What the reader takes for granted is left out: a fact that is unknown, or an optional one
    that is absent. Nothing is written as ``complete``: a fact is false here because the facts
    say so, not because a list was called whole. A request file has no ``as_of``; read it with ``as_of``
    to judge it on another day than that of receipt.

    :param facts: an entry for every fact but those of the element and the copy.
    :param complete: sections that the file's reader takes as whole anyway, as it does in scenarios.
    """
    asked = {"programs": tuple(programs), "elements_requested": tuple(elements)}
    received = facts["request_date"]
    day = facts["as_of"] if isinstance(received, Missing) else received
    stated: dict[str, Known | Missing] = {**facts, **asked, "request_date": day}
    relations = {name: value for name, value in facts.items() if isinstance(value, Rows)}
    document: dict[str, Any] = {}
    not_known: list[str] = []
    for fact in stateable(words):
        if fact.name.split(".")[0] in relations:
            continue
        value = stated[fact.name]
        whole = fact.name.split(".")[0] in complete and fact.type == FactType(Base.BOOL)
        if value is False and whole:
            continue
        if not isinstance(value, Missing):
            _put(document, fact.name, _plain(value))
        elif value is Missing.UNKNOWN and (fact.optional or whole):
            not_known.append(fact.name)
        elif value is Missing.ABSENT and not fact.optional:
            raise ValueError(f"`{fact.name}` is not optional, so that no file can say that it is absent")
    document |= {name: [_row(row, name) for row in value.rows] for name, value in relations.items()}
    if not_known:
        document["unknown"] = not_known
    return document


def stateable(words: Vocabulary) -> list[Fact]:
    """The facts that a request file can state, in the vocabulary's order."""
    return [
        fact for fact in words.facts.values() if fact.by != "system" and fact.level not in (Level.ELEMENT, Level.COPY)
    ]


def to_yaml(document: Mapping[str, Any]) -> str:
    """A document of plain data as YAML text that our strict reader reads back as it is."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes every value out: no anchors for what happens to be the same object."""

        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    return yaml.dump(dict(document), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)


def _put(document: dict[str, Any], name: str, value: Any) -> None:
    """Put a value where the reader looks for it: by section, a true flag in the list of flags."""
    section, dot, rest = name.partition(".")
    if not dot:
        document[name] = value
    elif section != "flags":
        document.setdefault(section, {})[rest] = value
    elif value is True:
        document.setdefault(section, []).append(rest)
    else:
        document[name] = value  # the list can only say what is true


def _row(row: Mapping[str, Known | Missing], relation: str) -> dict[str, Any]:
    """One row of a relation, its facts without the relation's name before them."""
    short = {name.removeprefix(f"{relation}."): value for name, value in row.items()}
    stated = {name: _plain(value) for name, value in short.items() if not isinstance(value, Missing)}
    unknown = [name for name, value in short.items() if value is Missing.UNKNOWN]
    return stated | ({"unknown": unknown} if unknown else {})


def _plain(value: Known) -> Any:
    if isinstance(value, Rows):
        raise ValueError("several rows of one relation cannot stand in one fact")
    if isinstance(value, frozenset):
        return sorted(value, key=str)
    return list(value) if isinstance(value, tuple) else value
