"""Frozen values to plain JSON data and back, by their type hints: for the event table and the stored snapshot.

Strict both ways: a key that is unknown or missing, or a value of another type, is an error and never a default.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from ostiary.errors import BadInput, did_you_mean

T = TypeVar("T")


class CodecError(BadInput):
    """Stored data is not what it should be. Names the type and the key, never a value."""


def to_plain(value: Any) -> Any:
    """Plain JSON data of a frozen value."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: to_plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [to_plain(one) for one in value]
    return value


def from_plain(kind: type[T], data: Any) -> T:
    """The value of this type that the data is.

    :raises CodecError: unless it is exactly one.
    """
    return typing.cast(T, _read(kind, data, kind.__name__))


def fits(hint: Any, value: Any) -> bool:
    """Whether a Python value is of the type that a hint names, all the way down."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return any(fits(one, value) for one in args)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        wanted = [args[0]] * len(value) if args[-1] is Ellipsis else list(args)
        return len(wanted) == len(value) and all(map(fits, wanted, value))
    if hint is dt.date:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    if hint in (int, str, bool, type(None)):
        return type(value) is hint
    if isinstance(value, hint) and dataclasses.is_dataclass(hint):
        return all(fits(found, getattr(value, name)) for name, found in hints(hint).items())
    return isinstance(value, hint)


_HINTS: dict[Any, Mapping[str, Any]] = {}


def hints(kind: Any) -> Mapping[str, Any]:
    """The resolved type of each field of a dataclass."""
    if kind not in _HINTS:
        _HINTS[kind] = _hints(kind)
    return _HINTS[kind]


def _hints(kind: Any) -> Mapping[str, Any]:
    found = typing.get_type_hints(kind)
    return {field.name: found[field.name] for field in dataclasses.fields(kind)}


def read_field(kind: type, name: str, data: Any) -> Any:
    """One field's value of a dataclass.

    :raises CodecError: if there is no such field, or the data does not fit.
    """
    known = hints(kind)
    if name not in known:
        raise CodecError(f"{kind.__name__}: there is no `{name}`{did_you_mean(name, known)}")
    return _read(known[name], data, f"{kind.__name__}.{name}")


def _read(hint: Any, data: Any, where: str) -> Any:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        wanted = [one for one in args if one is not type(None)]
        return None if data is None else _read(wanted[0], data, where)
    if origin is tuple:
        if not isinstance(data, list):
            raise CodecError(f"{where}: must be a list")
        kinds = [args[0]] * len(data) if args[-1] is Ellipsis else list(args)
        if len(kinds) != len(data):
            raise CodecError(f"{where}: must have {len(kinds)} parts")
        return tuple(_read(kind, one, where) for kind, one in zip(kinds, data, strict=True))
    if dataclasses.is_dataclass(hint):
        return _read_dataclass(typing.cast(type, hint), data, where)
    return _read_scalar(hint, data, where)


def _read_dataclass(kind: type, data: Any, where: str) -> Any:
    if not isinstance(data, dict):
        raise CodecError(f"{where}: must be an object")
    wanted = hints(kind)
    if set(data) != set(wanted):
        raise CodecError(f"{where}: `{min(set(data) ^ set(wanted))}` is unknown or missing")
    return kind(**{name: _read(found, data[name], f"{where}.{name}") for name, found in wanted.items()})


def _read_scalar(hint: Any, data: Any, where: str) -> Any:
    try:
        if hint is dt.datetime:
            return dt.datetime.fromisoformat(data)
        if hint is dt.date:
            return dt.date.fromisoformat(data)
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            return hint(data)
    except (TypeError, ValueError):
        raise CodecError(f"{where}: does not fit") from None
    if type(data) is not hint:
        raise CodecError(f"{where}: does not fit")
    return data
