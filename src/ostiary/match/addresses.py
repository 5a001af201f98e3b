"""Addresses in the Postal Service's short form (Publication 28): suffixes, directions, units, boxes.

1424 N. Cicero Avenue, Apt. #5   ->   1424 n cicero ave   house 1424   unit 5
P.O. Box 12                      ->   po box 12           house 12
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ostiary.match.names import latin

_BOX = re.compile(r"\b(?:p\s?o\s?box|post office box|pob|apartado(?: postal)?|box)\s*([a-z0-9]+)")
_UNIT_WORDS = "apt apartment apto unit ste suite rm room fl floor flat lot trlr trailer spc space bldg building num no"
_UNITS = frozenset(_UNIT_WORDS.split())
_HOUSE = re.compile(r"\d+[a-z]?")
_DIRECTIONS = {
    "north": "n", "south": "s", "east": "e", "west": "w", "norte": "n", "sur": "s",
    "northeast": "ne", "northwest": "nw", "southeast": "se", "southwest": "sw",
}  # fmt: skip
_SUFFIXES = {
    "alley": "aly", "avenue": "ave", "av": "ave", "aven": "ave", "avenida": "ave", "boulevard": "blvd", "boul": "blvd",
    "bypass": "byp", "causeway": "cswy", "center": "ctr", "centre": "ctr", "circle": "cir", "circ": "cir",
    "court": "ct", "courts": "cts", "cove": "cv", "creek": "crk", "crescent": "cres", "crossing": "xing",
    "drive": "dr", "driv": "dr", "drv": "dr", "estate": "est", "estates": "ests", "expressway": "expy",
    "extension": "ext", "freeway": "fwy", "garden": "gdn", "gardens": "gdns", "glen": "gln", "grove": "grv",
    "heights": "hts", "highway": "hwy", "hiway": "hwy", "hill": "hl", "hills": "hls", "hollow": "holw",
    "island": "is", "junction": "jct", "lake": "lk", "landing": "lndg", "lane": "ln", "manor": "mnr",
    "meadow": "mdw", "meadows": "mdws", "mount": "mt", "mountain": "mtn", "parkway": "pkwy", "parkwy": "pkwy",
    "place": "pl", "plaza": "plz", "point": "pt", "prairie": "pr", "ridge": "rdg", "road": "rd", "route": "rte",
    "saint": "st", "spring": "spg", "springs": "spgs", "square": "sq", "station": "sta", "street": "st", "str": "st",
    "strt": "st", "terrace": "ter", "terr": "ter", "trace": "trce", "trail": "trl", "turnpike": "tpke",
    "valley": "vly", "view": "vw", "village": "vlg", "vista": "vis", "calle": "calle",
}  # fmt: skip
_SHORT = {**_DIRECTIONS, **_SUFFIXES}
_NOT_AN_ADDRESS = frozenset(
    ("homeless", "unknown", "none", "na", "n a", "general delivery", "no address", "confidential")
)


@dataclass(frozen=True, slots=True)
class Street:
    """A delivery line. ``house``: the number of the house or box; ``unit``: flat, suite or lot, without its word."""

    street: str
    house: str | None
    unit: str | None


def street(text: str) -> Street | None:
    """A delivery line in short form; None for a blank and for what is no place (``homeless``)."""
    line = latin(text.replace("#", " unit ") if "#" in text else text)
    if not line or line in _NOT_AN_ADDRESS:
        return None
    if ("box" in line or "pob" in line or "apartado" in line) and (box := _BOX.search(line)):
        number = box[1].lstrip("0")
        return Street(f"po box {number}", number, None)
    words, unit = _without_unit(line.split())
    house = _HOUSE.fullmatch(words[0])
    return Street(" ".join(_SHORT.get(word, word) for word in words), words[0] if house else None, unit)


def _without_unit(words: list[str]) -> tuple[list[str], str | None]:
    """The words before a unit, and the unit: ``oak st apt 5``, ``oak st apt unit 5``, ``oak st apt 5 b``."""
    for at in range(max(1, len(words) - 3), len(words) - 1):
        if words[at] in _UNITS:
            named = "".join(word for word in words[at:] if word not in _UNITS).lstrip("0")
            return words[:at], named or None
    return words, None


def city(text: str) -> str | None:
    """A city's name; Saint and Fort short."""
    words = [{"saint": "st", "fort": "ft", "mount": "mt"}.get(word, word) for word in latin(text).split()]
    return " ".join(words) or None


def zip_code(text: str) -> str | None:
    """The five digits of a ZIP code; None for a blank, and for a placeholder such as 00000.

    :raises ValueError: for a number of another length.
    """
    digits = re.sub(r"[\s-]", "", text)
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and len(digits) in (5, 9)):
        raise ValueError("must have five digits, or nine")
    return None if len(set(digits[:5])) == 1 else digits[:5]
