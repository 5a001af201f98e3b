"""The codes that entries may hold: from the packs in force, and from the agency's registers.

An app that keeps a register says so when it is loaded: ``keep("units", codes)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ostiary.ledger.entry import Words
from ostiary.ledger.kinds import Catalogue
from ostiary_web.wiring import bundle

_REGISTERS: dict[str, Callable[[], Iterable[str]]] = {}
_OF_THE_RULES = ("programs", "requesters", "purposes", "instruments", "element_groups")


def keep(name: str, codes: Callable[[], Iterable[str]]) -> None:
    """Say where the codes of one list come from; asked anew for each entry that has one."""
    _REGISTERS[name] = codes


def words_for(kinds: Catalogue, kind: str) -> Words:
    """The lists that an entry of this kind needs, and no other: most need none of the packs.

    A list that nobody keeps is empty, so that no code of it passes.
    """
    needed = {field.list for field in kinds.kind(kind).public.values() if field.list in kinds.other_lists}
    return Words({name: frozenset(_codes(name)) for name in needed}, kinds.nameable)


def _codes(name: str) -> Iterable[str]:
    if name in _REGISTERS:
        return _REGISTERS[name]()
    if name in _OF_THE_RULES:
        return bundle().words.codes[name]
    if name == "rules":
        return bundle().by_id
    if name == "authorities":
        return bundle().authorities
    if name == "conditions":
        return bundle().words.actions
    return ()
