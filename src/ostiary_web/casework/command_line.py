"""What the docket's commands share: a fault is one line, and nothing was done."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from ostiary.errors import BadInput, OstiaryError
from ostiary_web.casework import queries
from ostiary_web.casework.docket import codec, transitions
from ostiary_web.casework.docket.roles import Role
from ostiary_web.commands import the_person
from ostiary_web.wiring import config


@contextmanager
def saying() -> Iterator[None]:
    """Turn a fault into one line and an exit status."""
    try:
        yield
    except OstiaryError as fault:
        raise CommandError(str(fault), returncode=fault.exit_code) from None
    except (OSError, UnicodeDecodeError) as fault:
        raise CommandError(f"the file cannot be read: {type(fault).__name__}", returncode=2) from None


def when() -> dt.datetime:
    """Now, in the agency's time."""
    return timezone.now().astimezone(config().zone())


def reference(mail: str) -> str:
    """The reference of the official with this address; empty for none."""
    return the_person(mail).reference if mail else ""


def a_role(text: str) -> Role:
    """A role by its code.

    :raises BadInput: if there is none.
    """
    try:
        return Role(text)
    except ValueError:
        raise BadInput(f"there is no such role; one of {', '.join(Role)}") from None


def given(docket: str, act: str, text: str) -> Mapping[str, Any]:
    """What an act is given, from JSON: days as text, items as objects, codes as text.

    :raises BadInput: if it is no JSON object, or a value does not fit.
    """
    row = transitions.find(act, queries.docket(docket).state)
    data = parsed(text)
    if row is None:
        return {}  # the engine says where the act is done
    return {name: codec.read_field(row.given, name, value) for name, value in data.items()}


def parsed(text: str) -> dict[str, Any]:
    """A JSON object.

    :raises BadInput: if it is none.
    """
    try:
        data = json.loads(text or "{}")
    except json.JSONDecodeError as fault:
        raise BadInput(f"not JSON at character {fault.pos}") from None
    if not isinstance(data, dict):
        raise BadInput('give a JSON object, as `{"cause": "litigation"}`')
    return data
