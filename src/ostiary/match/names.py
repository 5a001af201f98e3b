"""Names in one written form: Latin letters, no marks, no particles; suffix and nicknames apart.

given     María Guadalupe   maria + guadalupe        the second part is a middle name
surname   de la Cruz-Peña   cruz pena                particles bind, they do not tell people apart
surname   O'Brien, Mc Lean  obrien, mclean
suffix    Jr., Junior       jr                       II is 2: often the same person as jr
script    Мария, 王         mariya, wang             letter by letter (anyascii)
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_BINDING = (
    "a abu al ap as bar ben bin bint da dal das de degli dei del dela della den der des di do dos du e el ibn la las "
    "le li lo los mac of san santa st t te ten ter the van vande vander vom von y zu zum zur"
)
PARTICLES = frozenset(_BINDING.split())
JOINED = frozenset(("mc", "mac", "o", "d", "fitz", "san", "santa", "st"))  # read as one word with what follows
TITLES = frozenset(["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "sir", "sra", "sr.", "srta", "don", "dona"])
SUFFIXES = {
    "jr": "jr", "jnr": "jr", "junior": "jr", "sr": "sr", "snr": "sr", "senior": "sr",
    "ii": "2", "2nd": "2", "2": "2", "iii": "3", "3rd": "3", "3": "3", "iv": "4", "4th": "4", "4": "4",
}  # fmt: skip
_APOSTROPHES = re.compile("[’‘ʼʻ´]")
_PLAIN = {code: None if chr(code) in "'`" else " " for code in range(128) if not chr(code).isalnum()}


@dataclass(frozen=True, slots=True)
class Given:
    """A given name. ``rest``: its second and further parts; ``whole``: all letters as one word."""

    first: str
    rest: str
    whole: str
    suffix: str | None


@dataclass(frozen=True, slots=True)
class Surname:
    """A surname. ``last``: its parts without particles, as one text; ``whole``: all letters as one word."""

    last: str
    parts: tuple[str, ...]
    whole: str
    suffix: str | None


def latin(text: str) -> str:
    """A text of any script in small Latin letters, digits and single blanks."""
    from anyascii import anyascii

    small = (text if text.isascii() else anyascii(_APOSTROPHES.sub("", text))).lower()
    return " ".join(small.translate(_PLAIN).split())


def given(text: str) -> Given | None:
    """A first name with what else was written into it; None where no letter is left."""
    words, suffix = _without_suffix([word for word in _words(text) if word not in TITLES])
    if not words:
        return None
    return Given(words[0], " ".join(words[1:]), "".join(words), suffix)


def surname(text: str) -> Surname | None:
    """A surname of one part or several; None where no letter is left. A particle that stands alone is the name."""
    words, suffix = _without_suffix(_words(text))
    if not words:
        return None
    parts = [word for word in _bound(words) if word not in PARTICLES] or words
    return Surname(" ".join(parts), tuple(parts), "".join(words), suffix)


def middle(text: str) -> str | None:
    """A middle name or initial."""
    return " ".join(_words(text)) or None


def suffix(text: str) -> str | None:
    """``jr``, ``sr``, ``2`` to ``4``; None for none and for what is no suffix of a name (MD, Esq)."""
    return SUFFIXES.get(latin(text).replace(" ", ""))


def nicknames(first: str) -> tuple[str, ...]:
    """The names that a first name may stand for or be called by; one step, so not whatever they are called by."""
    return tuple(sorted(_nicknames().get(first, ())))


def is_known(first: str) -> bool:
    """Whether a first name stands in the tables of names: then another known name is no slip of the pen."""
    return first in _nicknames()


def _words(text: str) -> list[str]:
    return [word for word in latin(text).split() if not word.isdigit() or word in SUFFIXES]


def _without_suffix(words: list[str]) -> tuple[list[str], str | None]:
    """The words, and the suffix where the last of several is one. ``V`` and ``I`` are initials."""
    if len(words) > 1 and words[-1] in SUFFIXES:
        return words[:-1], SUFFIXES[words[-1]]
    return words, None


def _bound(words: list[str]) -> list[str]:
    """The words, with Mc, O, Saint as one with the next."""
    bound: list[str] = []
    for word in words:
        if bound and bound[-1] in JOINED:
            bound[-1] += word
        else:
            bound.append(word)
    return bound


@cache
def _nicknames() -> Mapping[str, frozenset[str]]:
    """English nicknames from the field's library, Spanish ones from the table beside this file; both ways."""
    from nicknames import NickNamer

    pairs = {(long, short) for long, shorts in NickNamer().nickname_lookup.items() for short in shorts}
    with (Path(__file__).parent / "hypocorisms.csv").open(encoding="utf-8", newline="") as file:
        pairs |= {(row["name"], row["called"]) for row in csv.DictReader(file)}
    found: dict[str, set[str]] = {}
    for long, short in pairs:
        found.setdefault(long, set()).add(short)
        found.setdefault(short, set()).add(long)
    return {name: frozenset(others) for name, others in found.items()}
