"""The few formulas of SMT-LIB 2 that are written here, as text, with constants folded away."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """A formula in three-valued logic: when it is definitely true, and when definitely false."""

    t: str
    f: str


YES, NO = Pair("true", "false"), Pair("false", "true")


def both(parts: Iterable[str]) -> str:
    """And, with constants folded away."""
    left = [part for part in dict.fromkeys(parts) if part != "true"]
    if "false" in left:
        return "false"
    return left[0] if len(left) == 1 else f"(and {' '.join(left)})" if left else "true"


def either(parts: Iterable[str]) -> str:
    """Or, with constants folded away."""
    left = [part for part in dict.fromkeys(parts) if part != "false"]
    if "true" in left:
        return "true"
    return left[0] if len(left) == 1 else f"(or {' '.join(left)})" if left else "false"


def no(part: str) -> str:
    """Not, with constants folded away."""
    return {"true": "false", "false": "true"}.get(part, f"(not {part})")


def plus(term: str, days: int) -> str:
    """A day some days later, or earlier; SMT-LIB has no negative numerals."""
    return f"(+ {term} {days})" if days >= 0 else f"(- {term} {-days})"
