"""Events, and the docket as the fold of its events (I4). What an act does is in its event; replay needs no world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from ostiary_web.casework.docket.codec import CodecError, from_plain, read_field, to_plain
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Acted, Docket
from ostiary_web.casework.docket.states import State

_OF_THE_EVENT = frozenset({"id", "kind", "state", "received", "last_at", "events", "acted", "parent"})


@dataclass(frozen=True, slots=True)
class Event:
    """One act, as it happened. ``changes``: the fields of the docket that it changed, with their new values.

    ``entry``: the kind of the one entry of the ledger that stands for it.
    """

    act: str
    source: State
    target: State
    by: str
    role: Role
    at: dt.datetime
    entry: str
    changes: tuple[tuple[str, Any], ...]
    second: str = ""
    second_role: Role | None = None


def apply(docket: Docket, event: Event) -> Docket:
    """The docket after an event.

    :raises CodecError: if the event does not follow: another state, an earlier time, or a field that no act changes.
    """
    if event.source is not docket.state or event.at < docket.last_at:
        raise CodecError(f"event {docket.events + 1}: does not follow what stands before it")
    if any(name in _OF_THE_EVENT for name, _ in event.changes):
        raise CodecError(f"event {docket.events + 1}: changes what no act changes")
    acted = (*docket.acted, Acted(event.by, event.role, event.act))
    if event.second and event.second_role is not None:
        acted = (*acted, Acted(event.second, event.second_role, event.act))
    return replace(
        docket,
        state=event.target,
        last_at=event.at,
        events=docket.events + 1,
        acted=tuple(dict.fromkeys(acted)),
        **dict(event.changes),
    )


def replay(opened: Docket, events: Iterable[Event]) -> Docket:
    """The docket that these events make of the one that was opened.

    :raises CodecError: at the first event that does not follow.
    """
    docket = opened
    for event in events:
        docket = apply(docket, event)
    return docket


def event_to_plain(event: Event) -> dict[str, Any]:
    """Plain JSON data of an event, for the private event table."""
    data = {name: to_plain(getattr(event, name)) for name in Event.__slots__}
    data["changes"] = {name: to_plain(value) for name, value in event.changes}
    return data


def event_from_plain(data: dict[str, Any]) -> Event:
    """The event that this data is.

    :raises CodecError: unless it is exactly one.
    """
    if set(data) != set(Event.__slots__) or not isinstance(data["changes"], dict):
        raise CodecError("an event: a key is unknown or missing")
    changes = tuple(sorted((name, read_field(Docket, name, value)) for name, value in data["changes"].items()))
    read = {name: read_field(Event, name, data[name]) for name in Event.__slots__ if name != "changes"}
    return Event(changes=changes, **read)


def docket_to_plain(docket: Docket) -> dict[str, Any]:
    """Plain JSON data of a docket, for the stored snapshot."""
    found: dict[str, Any] = to_plain(docket)
    return found


def docket_from_plain(data: Any) -> Docket:
    """The docket that this data is.

    :raises CodecError: unless it is exactly one.
    """
    return from_plain(Docket, data)
