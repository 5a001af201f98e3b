"""JSON read strictly: no key twice, no unknown key, every text and list with a limit.

A check takes a value and where it stands, and gives the value back or raises ValueError. The message names the
place and the form wanted, never the value: it may be a person's.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import rfc8785

Check = Callable[[object, str], Any]

HEX_32 = r"[0-9a-f]{64}"
DIGEST = rf"sha256:{HEX_32}"
NAME = r"[A-Za-z0-9](?:[A-Za-z0-9 ._:/@,&()-]{0,126}[A-Za-z0-9.)])?"
CODE = r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}"
MOST = 9_007_199_254_740_991  # the largest whole number that every JSON reader keeps


def canonical(data: Any) -> bytes:
    """The canonical JSON (RFC 8785) of some data."""
    return rfc8785.dumps(data)


def read_canonical(data: bytes, where: str) -> Any:
    """JSON that is written in its one canonical form, so that no other bytes can say the same.

    :raises ValueError: when it is no JSON, or is written in another form.
    """
    found = read_json(data, where)
    try:
        same = canonical(found) == data
    except (rfc8785.CanonicalizationError, UnicodeError):  # a lone surrogate, a number too large
        same = False
    if not same:
        raise ValueError(f"{where} is not written in canonical JSON")
    return found


def read_json(data: bytes, where: str) -> Any:
    """Any JSON without a repeated key, a NaN, or nesting that no reader can follow."""
    try:
        return json.loads(data.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise ValueError(f"{where} is not JSON, or says a key twice") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key twice")
    return found


def _no_constant(word: str) -> None:
    raise ValueError("not a number of JSON")


def record(shape: Mapping[str, Check], optional: frozenset[str] = frozenset()) -> Check:
    """An object with exactly these keys; those in ``optional`` may be left out."""

    def check(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValueError(f"{where} must be an object")
        unknown, missing = set(value) - set(shape), set(shape) - set(value) - optional
        if unknown:
            raise ValueError(f"{where} has a key that this version does not know")
        if missing:
            raise ValueError(f"{where} lacks `{min(missing)}`")
        return {key: shape[key](item, f"{where}.{key}") for key, item in value.items()}

    return check


def table(key: str, check: Check, most: int = 2_000) -> Check:
    """An object with free keys of one form, and values of one shape."""
    form = re.compile(key)

    def check_table(value: object, where: str) -> dict[str, Any]:
        if not isinstance(value, dict) or len(value) > most:
            raise ValueError(f"{where} must be an object with at most {most} keys")
        if not all(form.fullmatch(name) for name in value):
            raise ValueError(f"{where} has a key of a wrong form")
        return {name: check(item, f"{where}.{name}") for name, item in value.items()}

    return check_table


def rows(check: Check, most: int = 2_000) -> Check:
    """A list of values of one shape."""

    def check_rows(value: object, where: str) -> list[Any]:
        if not isinstance(value, list) or len(value) > most:
            raise ValueError(f"{where} must be a list of at most {most}")
        return [check(item, f"{where}[{place}]") for place, item in enumerate(value)]

    return check_rows


def text(form: str = r"[\s\S]*", most: int = 500) -> Check:
    """A text of one form."""
    pattern = re.compile(form)

    def check(value: object, where: str) -> str:
        if not isinstance(value, str) or len(value) > most or not pattern.fullmatch(value):
            raise ValueError(f"{where} is not a text of the right form")
        return value

    return check


def exactly(wanted: str) -> Check:
    """One text and no other."""

    def check(value: object, where: str) -> str:
        if value != wanted:
            raise ValueError(f"{where} must be `{wanted}`")
        return wanted

    return check


def count(value: object, where: str) -> int:
    """A whole number, not negative."""
    if type(value) is not int or not 0 <= value <= MOST:
        raise ValueError(f"{where} must be a whole number")
    return value


def day(value: object, where: str) -> str:
    """A day that exists, written YYYY-MM-DD."""
    form = text(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")(value, where)
    try:
        dt.date.fromisoformat(str(form))
    except ValueError:
        raise ValueError(f"{where} is no day") from None
    return str(form)
