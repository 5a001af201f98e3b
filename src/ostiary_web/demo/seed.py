"""A desk seeded: a new database and log, people who can log in, and all that happened there, on a clock of its own.

The clock begins some months ago and goes forward to now: nothing is back-dated, and every docket, entry and paper is
made by the desk's own actions. With the same number the same things happen; keys and secrets are always new.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ostiary.errors import BadInput
from ostiary_web.demo.place import LogIn, Place, new_log_in
from ostiary_web.environment import read

DAYS = 121
SEED = 8
_PEOPLE = 3_000
_SAID = (
    "SELECT first_name, last_name, dob, social_security_no, address_line1, city FROM read_parquet(?) "
    "WHERE social_security_no IS NOT NULL AND address_line1 IS NOT NULL ORDER BY hash(person_id + ?), person_id"
)


def in_use(place: Place) -> None:
    """Take the desk of this folder as the one that this process works on; once in a process."""
    import django
    from django.conf import settings

    from ostiary_web.configured import django_settings

    made = django_settings(read(place.environment()))
    made["LOGGING"]["loggers"]["ostiary_web"]["level"] = "WARNING"  # a line for each of some hundred entries
    settings.configure(**made)
    django.setup()


def seed(folder: Path, *, number: int = SEED, say: Callable[[str], None] = print) -> Place:
    """Seed a desk in a folder, whole or not at all; one that is there already is replaced.

    Works on the desk that it makes: the process must not have worked on another one.
    """
    draft = Place(folder.with_name(f"{folder.name}.part"))
    shutil.rmtree(draft.folder, ignore_errors=True)
    draft.lay_out()
    made_up_roll(draft, number)
    in_use(draft)
    fill(draft, number=number, say=say)
    from django.db import connections

    connections.close_all()
    shutil.rmtree(folder, ignore_errors=True)
    draft.folder.rename(folder)
    return Place(folder)


def fill(place: Place, *, number: int = SEED, say: Callable[[str], None] = print) -> None:
    """Fill the desk that is in use: people, registers, rules, dockets, log-ins."""
    from django.core.management import call_command
    from django.db import transaction
    from django.utils import timezone

    from ostiary_web.casework.docket.roles import OFFICIALS, Role
    from ostiary_web.demo import roster, stories
    from ostiary_web.ledger_link import publishing

    call_command("migrate", verbosity=0)
    told, zone = stories.read(), read(place.environment()).zone()
    until = timezone.now().astimezone(zone) - dt.timedelta(hours=1)
    desk = roster.Desk(place.folder, now=until - dt.timedelta(days=DAYS), names=told.names)
    desk.pace = dt.timedelta(seconds=20)
    say("people, bodies and rules")
    with transaction.atomic():  # a hundred and more entries, and one sync of the disk
        roster.opened(desk, tuple(role for role in Role if role in OFFICIALS))
        _registers(desk, told)
    people = _people(place.folder / "roll", number)
    walks = stories.tell(desk, told, people, until, lambda done, all_: say(f"day by day: {done} of {all_} steps"))
    if desk.now > timezone.now():
        raise BadInput("the demonstration's clock overtook the one on the wall; a fault of the program")
    for story, walk in walks:
        if walk.state != story.ends:
            raise BadInput(f"the demonstration's docket `{story.name}` came to {walk.state}, not to {story.ends}")
    publishing.publish()
    place.keep(_let_in(desk))


def made_up_roll(place: Place, number: int = SEED) -> None:
    """The records of people who do not exist, in the folder."""
    from ostiary.roll.synthetic.writing import generate

    generate(_PEOPLE, number, place.folder / "roll")


def _people(roll: Path, number: int) -> Iterator[str]:
    """What papers say of somebody of the roll, one person after another; numbers of a kind that was never issued."""
    import duckdb

    rows = duckdb.execute(_SAID, [str(roll / "people" / "*.parquet"), number]).fetchall()
    for first, last, born, social, street, city in rows:
        yield f"{first} {last}, born {born}, number {social[:3]}-{social[3:5]}-{social[5:]}, of {street}, {city}"


def _registers(desk: Any, told: Any) -> None:
    """Bodies with their agreements, and the one letter that the machine sends by itself."""
    from ostiary_web.casework import papers
    from ostiary_web.casework.actions.machine import LATE_NOTICE
    from ostiary_web.demo.roster import FAR, a_body
    from ostiary_web.registry.actions import agreements, rules

    keeper = desk.who["records_officer"]
    for one in told.bodies:
        a_body(desk, one["kind"], one["code"], name=one["name"], contact=one["contact"])
        if one.get("agreement"):
            text = papers.keep(f"The agreement with {one['name']}, made up for the demonstration.\n".encode())
            at = desk.minute()
            agreements.sign(code=one["code"], text=text, since=at.date(), until=FAR, by=keeper, at=at)
    at = desk.minute()
    words = "Records about you were given out under an order that delayed this letter. The order has ended."
    late = rules.add_letter(code=LATE_NOTICE, language="en", text=words, by=desk.who["notice_officer"], at=at)
    rules.review_letter(letter=late.pk, by=desk.who["reviewer_privacy"], at=at)


def _let_in(desk: Any) -> list[LogIn]:
    """A password and a second factor for everybody, by the log-in's own library."""
    from allauth.mfa.totp.internal.auth import TOTP

    found = []
    for who, person in {"administrator": desk.boss, **desk.who}.items():
        one = new_log_in(who, person.name, person.mail)
        person.set_password(one.password)
        person.save(update_fields=["password"])
        TOTP.activate(person, one.secret)
        found.append(one)
    return found
