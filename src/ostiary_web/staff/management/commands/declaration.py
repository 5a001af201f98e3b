"""Declarations: where somebody must not act."""

from argparse import Namespace
from typing import ClassVar

from ostiary_web.commands import Noun, Verb, Word, act
from ostiary_web.staff import actions


def _add(words: Namespace) -> str:
    found = actions.declare(sort=words.sort, about=words.about, household=words.household, **act(words))
    return f"declaration {found.pk}"


class Command(Noun):
    """Conflicts of interest."""

    help = "declare, as the one named with --by, where one must not act"
    verbs: ClassVar = {
        "add": Verb(
            "declare that one must not act",
            _add,
            (
                Word("sort", "docket, body or record"),
                Word("about", "its number or code"),
                Word("--household", "it concerns somebody of the household", bool),
            ),
        ),
        "end": Verb(
            "end a declaration of somebody else",
            lambda words: actions.end_declaration(declaration=words.declaration, **act(words)),
            (Word("declaration", "its number", int),),
        ),
    }
