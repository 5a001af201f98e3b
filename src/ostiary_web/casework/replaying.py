"""Whether what the database holds is what happened: states rebuilt from events, events held against the log (I4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ostiary.errors import BadInput
from ostiary_web.casework import queries
from ostiary_web.casework.docket.opening import ENTRY
from ostiary_web.casework.queries import Happened


def replay_all() -> tuple[int, int, list[str]]:
    """How many dockets and events there are, and every difference, a line each."""
    names = [row.pseudonym for row in queries.queue()]
    events, faults = 0, []
    for name in names:
        happened = queries.history(name)
        events += len(happened)
        faults += [f"{name}: {fault}" for fault in differences(name, happened)]
    return len(names), events, faults


def differences(pseudonym: str, happened: list[Happened]) -> Iterator[str]:
    """Every way in which a docket is not what its events and the log make it."""
    try:
        rebuilt, _ = queries.rebuilt(happened)
    except (BadInput, ValueError) as fault:
        yield f"its events do not follow each other: {fault}"
        return
    if rebuilt != queries.docket(pseudonym):
        yield "its snapshot is not what its events make"
    if queries.row(pseudonym).state is not rebuilt.state or queries.row(pseudonym).events != rebuilt.events:
        yield "its row is not what its snapshot says"
    entries = queries.thread_entries(pseudonym)
    if [one.index for one in happened] != [index for index, _, _ in entries]:
        yield "it has other entries in the log than events"
    for one, (index, step, kind) in zip(happened, entries, strict=False):
        if (pseudonym, step, kind) != queries.entry_of(index):
            yield f"entry {index} of the log is not what the desk wrote down of it"
        if step != one.number or kind != _entry(one.data):
            yield f"event {one.number} is not what entry {index} says"


def _entry(data: Mapping[str, Any]) -> str:
    """The kind of entry that an event says stands for it; the opening's is always the same."""
    return str(data.get("entry", ENTRY))
