"""A docket's facts and its request file: the same thing, leaf by leaf, so that each leaf has a source.

``leaves`` takes a file apart, ``document`` puts it together again; reading the file that ``document`` makes gives the
very facts. A leaf is named by its place; a flag of the list is ``flags.<flag>``; null is *not known*.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ostiary import strict_yaml
from ostiary.canonical import plain
from ostiary.decide.request import Request, read_request
from ostiary.decide.request_file import to_yaml
from ostiary.errors import RequestError
from ostiary.vocabulary import Vocabulary
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError

NAME = "request.yaml"
_FLAGS, _GROUPS, _UNKNOWN, _COMPLETE = "flags", "groups", "unknown", "complete"
# In which capacities the facts are established that the vocabulary gives to somebody. Nobody may set the system's.
MAY: Mapping[str, frozenset[Role]] = {
    "requester": frozenset({Role.INTAKE, Role.REQUESTER}),
    "intake": frozenset({Role.INTAKE}),
    "verifier": frozenset({Role.VERIFIER}),
    "custodian": frozenset({Role.CUSTODIAN}),
    "counsel": frozenset({Role.REVIEWER_COUNSEL, Role.LEAD_COUNSEL}),
    "system": frozenset(),
}


def leaves(document: Mapping[str, Any]) -> dict[str, Any]:
    """Every leaf of a request file by its place, as plain JSON data."""
    found: dict[str, Any] = {}
    for key, value in document.items():
        if key == _GROUPS and isinstance(value, dict):
            for group, inner in value.items():
                if not inner or not isinstance(inner, dict) or "." in str(group):
                    raise CaseworkError("a group of persons needs a name without a dot, and a fact of its own")
                found |= {f"{_GROUPS}.{group}.{name}": one for name, one in leaves(inner).items()}
        else:
            found |= dict(_leaf(key, value))
    return found


def _leaf(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    if key == _FLAGS and isinstance(value, list):
        # An empty list still says something in a group: that none of the request's own flags hold there.
        yield from ((f"{_FLAGS}.{flag}", True) for flag in value)
        if not value:
            yield _FLAGS, []
    elif key == _UNKNOWN and isinstance(value, list):
        yield from ((str(name), None) for name in value)
    elif isinstance(value, dict):
        yield from ((f"{key}.{name}", plain(one)) for name, one in value.items())
    elif key == _COMPLETE and isinstance(value, list):
        yield from ((f"{key}.{section}", True) for section in value)
    else:
        yield key, plain(value)


def document(found: Mapping[str, Any], words: Vocabulary) -> dict[str, Any]:
    """The request file that these leaves are."""
    made: dict[str, Any] = {}
    for name, value in found.items():
        target, rest = made, name
        if name.startswith(f"{_GROUPS}."):
            _, group, rest = name.split(".", 2)
            target = made.setdefault(_GROUPS, {}).setdefault(group, {})
        _put(target, rest, value, words)
    return made


def _put(target: dict[str, Any], name: str, value: Any, words: Vocabulary) -> None:
    section, dot, rest = name.partition(".")
    if value is None:
        target.setdefault(_UNKNOWN, []).append(name)
    elif name == _FLAGS:
        target.setdefault(_FLAGS, [])
    elif section == _COMPLETE:
        target.setdefault(_COMPLETE, []).append(rest)
    elif section == _FLAGS:
        if value is True:
            target.setdefault(_FLAGS, []).append(rest)
        else:
            target[name] = value  # the list can only say what is true
    elif dot:
        held = target.setdefault(section, {})
        if not isinstance(held, dict):
            raise CaseworkError(f"`{section}` is stated as several rows; state them together")
        held[rest] = value
    else:
        target[name] = value


@dataclass(frozen=True, slots=True)
class _Made:
    """A file that is the same if it is written the same."""

    written: str
    made: Mapping[str, Any] = field(compare=False)


def to_text(made: Mapping[str, Any]) -> str:
    """The file as text. The same file gives the same: the last few are not written anew."""
    return _to_text(_Made(repr(made), made))


@lru_cache(maxsize=128)
def _to_text(file: _Made) -> str:
    return to_yaml(file.made)


def read(text: str, words: Vocabulary, *, as_of: dt.date | None = None) -> Request:
    """The request that a file's text is.

    :raises RequestError: naming line and key.
    """
    return read_request(strict_yaml.parse(text, NAME, RequestError), words, as_of=as_of)


def parsed(text: str) -> dict[str, Any]:
    """A request file's mapping.

    :raises RequestError: unless the text is one mapping.
    """
    data = strict_yaml.parse(text, NAME, RequestError).data
    if not isinstance(data, dict) or not data:
        raise RequestError(f"{NAME}: a request must be a mapping of facts; see examples/")
    return data


def to_json(value: Any) -> str:
    """A leaf as it is stored."""
    return json.dumps(plain(value), ensure_ascii=False, sort_keys=True)


def inner_name(name: str) -> str:
    """A leaf's place without its group of persons."""
    return name.split(".", 2)[2] if name.startswith(f"{_GROUPS}.") else name


def establisher(name: str, words: Vocabulary) -> str:
    """Who establishes a leaf, as the vocabulary says. A section called complete: who establishes its facts."""
    inner = inner_name(name)
    if inner in words.facts:
        return words.facts[inner].by
    section, _, rest = inner.partition(".")
    about = f"{rest if section == _COMPLETE else inner}."
    known = {one.by for one in words.facts.values() if one.name.startswith(about)} - {"system"}
    if not known:
        return "intake"
    # Facts of one section that several people establish are called complete by who verifies.
    return known.pop() if len(known) == 1 else "verifier"


def may_establish(name: str, role: Role | str, words: Vocabulary) -> bool:
    """Whether somebody in this capacity establishes this leaf."""
    return role in MAY[establisher(name, words)]


def established(stated: Iterable[tuple[str, Any, str]], words: Vocabulary) -> dict[str, Any]:
    """The leaves that count: what nobody entitled has established is not known, whatever the request says.

    :param stated: name, value, and the role of who stated it.
    """
    found: dict[str, Any] = {}
    for name, value, role in stated:
        if may_establish(name, role, words):
            found[name] = value
        elif inner_name(name) in words.facts:
            found[name] = None
    return found
