"""Counsel's board on a docket: its facts as they count today, turned to see what the answer would be. Nothing is kept.

It is the playground's own board, on the same law and by the same function. The docket's file is read again at each
turn, so that what came from the docket is never what a browser says it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from ostiary import strict_yaml
from ostiary.errors import RequestError
from ostiary_web.casework.pages_docket import Case
from ostiary_web.playground.catalogue import Start
from ostiary_web.playground.pages import Pages
from ostiary_web.playground.turn import Desk, Page, take_turn
from ostiary_web.wiring import bundle

_KEY = "docket"
_GROUPS = "groups"
# What may be done with the facts; another request is not taken up here.
_VERBS = ("show", "reset", "group", "look:", "undo:")
_CARRIED = frozenset({"origin", "origin_text", "typed", "start"})


def board(case: Case, posted: Mapping[str, Sequence[str]]) -> Page:
    """The board after one turn.

    :raises RequestError: where the docket's facts do not go on the board.
    """
    start = Start(_KEY, "", f"docket {case.number}", _document(case))
    said = {name: values for name, values in posted.items() if name not in _CARRIED}
    if said:
        do = next(iter(said.get("do", ())), "")
        said |= {"origin": [_KEY], "do": [do if do.startswith(_VERBS) else "show"]}
    return take_turn(Desk(bundle(), _pages(bundle().digest), (start,)), said)


def _document(case: Case) -> strict_yaml.Document:
    """The docket's request file; a list of one row is that row, which is how the board shows it."""
    found = strict_yaml.parse(case.file, f"docket {case.number}", RequestError)
    data = _single(found.data)
    if isinstance(data.get(_GROUPS), dict):
        data[_GROUPS] = {name: _single(group) for name, group in data[_GROUPS].items()}
    return replace(found, data=data, lines={})


def _single(facts: Any) -> dict[str, Any]:
    relations = bundle().words.relations
    return {
        name: value[0] if name in relations and isinstance(value, list) and len(value) == 1 else value
        for name, value in dict(facts).items()
    }


@lru_cache(maxsize=2)
def _pages(digest: str) -> Pages:
    """The rules' pages in plain words, made once for a bundle."""
    return Pages(bundle())
