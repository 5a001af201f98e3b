"""Notes between colleagues on a docket: privileged, kept at the desk, never in the log and never part of what leaves.

``@name`` in a note calls a colleague, who finds it in a list of their own. Only whoever may see the docket is called.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping

from django.db import transaction

from ostiary_web.casework import models, queries
from ostiary_web.casework.actions import access
from ostiary_web.casework.docket.moment import Refusal
from ostiary_web.casework.docket.roles import NEVER_ACT, OFFICIALS
from ostiary_web.casework.docket.world import World
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.world import world_for
from ostiary_web.staff import queries as staff

LONGEST = 4000
# A name as it is called: the part of an address before its @. A mail address in the text is no call.
_CALL = re.compile(r"(?<![\w.@+-])@([\w.+-]*[\w+-])")


@transaction.atomic
def write(*, docket: str, text: str, by: str, at: dt.datetime, key: str) -> int:
    """Write a note; its number. Whoever it calls finds it in their list.

    :param key: what the form bore; a form sent twice writes one note.
    :raises Refused: if the writer may not see the docket, changes nothing anywhere, or somebody called may not see it.
    :raises CaseworkError: if it is empty or too long, or calls a name that nobody or more than one has.
    """
    words = text.replace("\r\n", "\n").strip()
    if not 0 < len(words) <= LONGEST or "\0" in words + key:
        raise CaseworkError(f"a note has 1 letter at least, and {LONGEST:,} at most, and none that is no text")
    pseudonym = queries.find(docket)
    row = models.Docket.objects.select_for_update().get(pk=pseudonym)
    sent = models.Note.objects.filter(docket=row, key=key).values_list("pk", flat=True).first()
    if sent is not None:
        return sent
    world = world_for(queries.loaded(row), at, last_index=row.last_index).world
    _check_writer(world, by)
    called = _called(words, world)
    note = models.Note.objects.create(docket=row, text=words, by=by, at=at, key=key)
    models.Mention.objects.bulk_create(models.Mention(note=note, person=one) for one in sorted(called - {by}))
    mark_read(docket=pseudonym, by=by, at=at)  # whoever answers has seen what called them
    return note.pk


@transaction.atomic
def mark_read(*, docket: str, by: str, at: dt.datetime) -> int:
    """Say that somebody has seen the notes of a docket that call them; how many were new."""
    mine = models.Mention.objects.filter(note__docket_id=docket, person=by, read_at=None)
    return mine.update(read_at=at)


def callable_names(world: World) -> Mapping[str, str]:
    """By which name each person who may see this docket is called, by reference."""
    return {
        reference: name
        for name, references in _names().items()
        if len(references) == 1
        for reference in references
        if access.sees(world.people.get(reference))
    }


def _names() -> Mapping[str, tuple[str, ...]]:
    """Who has a name: one person, as a rule."""
    found: dict[str, tuple[str, ...]] = {}
    for reference, mail in staff.addresses().items():
        name = mail.partition("@")[0].lower()
        found[name] = (*found.get(name, ()), reference)
    return found


def _called(words: str, world: World) -> set[str]:
    names, found = _names(), set[str]()
    for name in dict.fromkeys(one.lower() for one in _CALL.findall(words)):
        who = names.get(name, ())
        if len(who) != 1:
            raise CaseworkError(f"nobody is called @{name} here, or more than one is; look at the list of names")
        if not access.sees(world.people.get(who[0])):
            says = f"@{name} may not see this docket, so no note calls them to it"
            raise Refused(Refusal("mention", says, "S1, S6", "call somebody who works on it"))
        found.add(who[0])
    return found


def _check_writer(world: World, by: str) -> None:
    person = world.people.get(by)
    if person is None or not access.sees(person) or not person.roles & (OFFICIALS - NEVER_ACT):
        says = "whoever writes here works on dockets, and has no part in this one"
        raise Refused(Refusal("note", says, "S1, S6", "ask a colleague who works on it"))
