"""Units of the agency."""

from argparse import Namespace
from typing import ClassVar

from django.utils import timezone

from ostiary_web.commands import Noun, Verb, Word, official
from ostiary_web.staff import actions, queries


def _add(words: Namespace) -> None:
    by = official(words) if words.by or queries.has_administrator() else None
    actions.add_unit(code=words.code, name=words.name, by=by, at=timezone.now())


class Command(Noun):
    """The parts of the agency."""

    help = "add and list the agency's units"
    verbs: ClassVar = {
        "add": Verb(
            "add a unit; its code stands in the public log",
            _add,
            (Word("code", "a short code"), Word("--name", "what it is called")),
        ),
        "list": Verb(
            "list the units",
            lambda words: "\n".join(f"{code}\t{name}" for code, name in queries.units()),
            acts=False,
        ),
    }
