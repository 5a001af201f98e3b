"""Whose hands the agency's own keys are in."""

from argparse import Namespace
from typing import ClassVar

from ostiary_web.commands import Noun, Verb, Word, act, the_person
from ostiary_web.staff.actions import custody


def _hold(words: Namespace) -> str:
    found = custody.hold_key(number=the_person(words.mail).pk, use=words.use, **act(words))
    return f"the key `{found.use}` is in this person's hands"


class Command(Noun):
    """The keys of the log and of releases."""

    help = "register who holds the key of the log, and who that of releases; never one person both"
    verbs: ClassVar = {
        "hold": Verb("a person has a key now", _hold, (Word("mail", "whose"), Word("use", "log or manifest"))),
        "give-up": Verb(
            "a person no longer has a key",
            lambda words: custody.give_up_key(number=the_person(words.mail).pk, use=words.use, **act(words)),
            (Word("mail", "whose"), Word("use", "log or manifest")),
        ),
    }
