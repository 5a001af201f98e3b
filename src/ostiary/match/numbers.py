"""Numbers, sex and e-mail addresses in one written form; values that stand for nothing are no identifiers.

An area number from 900 on is no Social Security number, but a taxpayer number (ITIN, ATIN) of one person: it is kept.
"""

from __future__ import annotations

import re

_SEPARATORS = re.compile(r"[\s.\-–/]")
_MASKED = re.compile(r"[x*#]{5}(\d{4})$")
_NOT_DIGITS = re.compile(r"\D+")
_NOT_NUMBER = re.compile(r"[^a-z0-9]+")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+$")
# Printed in advertisements, or what fingers type into a field that must not be empty.
_FAMOUS = frozenset(("123456789", "987654321", "012345678", "078051120", "219099999", "457555462", "987654320"))
_SEXES = {
    **dict.fromkeys(("m", "male", "man", "boy", "masculino", "hombre", "1"), "m"),
    **dict.fromkeys(("f", "female", "woman", "girl", "femenino", "mujer", "2"), "f"),
}


def social_security(text: str) -> tuple[str | None, str | None]:
    """The nine digits and the last four; the nine are None where only four are given (``1234``, ``xxx-xx-1234``).

    Both are None for a blank and for a number that was never issued or identifies nobody.

    :raises ValueError: for a number of another length.
    """
    written = _SEPARATORS.sub("", text.lower())
    if not written:
        return None, None
    if masked := _MASKED.match(written):
        written = masked[1]
    if not (written.isascii() and written.isdigit() and len(written) in (4, 9)):
        raise ValueError("must have nine digits, or the last four")
    if len(written) == 4:
        return None, None if written == "0000" else written
    return (written, written[5:]) if _identifies(written) else (None, None)


def _identifies(nine: str) -> bool:
    area, group, serial = nine[:3], nine[3:5], nine[5:]
    unissued = area in ("000", "666") or group == "00" or serial == "0000"
    return not unissued and len(set(nine)) > 1 and nine not in _FAMOUS


def telephone(text: str) -> str | None:
    """The ten digits of a number of the North American plan, else all digits; None for a blank or a placeholder.

    :raises ValueError: with fewer than seven digits, or more than fifteen.
    """
    digits = _NOT_DIGITS.sub("", text)
    if not text.strip() or (digits and len(set(digits)) == 1):
        return None
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if not 7 <= len(digits) <= 15:
        raise ValueError("must have seven to fifteen digits")
    return digits


def email(text: str) -> str | None:
    """An e-mail address in small letters; None for a blank.

    :raises ValueError: where it is none.
    """
    small = text.strip().lower()
    if not small:
        return None
    if not _EMAIL.match(small):
        raise ValueError("must be an e-mail address, as name@example.org")
    return small


def other_number(text: str) -> str | None:
    """Letters and digits only; None for fewer than five, or one and the same digit all through."""
    found = _NOT_NUMBER.sub("", text.lower())
    return found if len(found) >= 5 and len(set(found)) > 1 else None


def sex(text: str) -> str | None:
    """``m`` or ``f``; None for all else: what is not said, or said otherwise, contradicts nothing."""
    return _SEXES.get(text.strip().lower())
