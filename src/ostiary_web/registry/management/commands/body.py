"""Requester bodies: add, verify, freeze, keys."""

from argparse import Namespace
from pathlib import Path
from typing import ClassVar

from ostiary.errors import BadInput
from ostiary_web.commands import Noun, Verb, Word, act, day
from ostiary_web.registry import queries
from ostiary_web.registry.actions import bodies


def _add(words: Namespace) -> None:
    bodies.add(code=words.code, kind=words.kind, name=words.name, contact=words.contact, **act(words))


def _key(words: Namespace) -> str:
    try:
        public = Path(words.file).read_text()
    except (OSError, ValueError):
        raise BadInput("the file of the key cannot be read") from None
    return bodies.register_key(code=words.code, public=public, until=words.until, **act(words)).key


def _list(words: Namespace) -> str:
    return "\n".join(
        f"{code}\t{kind}\t{'verified' if verified else 'not verified'}\t{'FROZEN' if frozen else '-'}"
        for code, kind, verified, frozen in queries.bodies()
    )


_CODE = Word("code", "the body's code, which stands in the public log")


class Command(Noun):
    """The bodies that ask."""

    help = "register, verify and freeze requester bodies and their keys"
    verbs: ClassVar = {
        "add": Verb(
            "register a body",
            _add,
            (
                _CODE,
                Word("--kind", "the requester kind of the rules"),
                Word("--name", "what it is called"),
                Word("--contact", "how it is reached"),
            ),
        ),
        "verify": Verb(
            "say that its contact was checked, as another official than who wrote it down",
            lambda words: bodies.verify(code=words.code, **act(words)),
            (_CODE,),
        ),
        "freeze": Verb(
            "give it nothing from now on",
            lambda words: bodies.freeze(code=words.code, cause=words.cause, **act(words)),
            (_CODE, Word("cause", "a code of the list `hold_causes`")),
        ),
        "lift": Verb(
            "let it be served again, as another official than who froze it",
            lambda words: bodies.lift_freeze(code=words.code, **act(words)),
            (_CODE,),
        ),
        "key": Verb(
            "register its public key",
            _key,
            (_CODE, Word("file", "the key's file"), Word("until", "its last day", day)),
        ),
        "revoke": Verb(
            "use a key no more",
            lambda words: bodies.revoke_key(key=words.key, cause=words.cause, **act(words)),
            (Word("key", "its digest"), Word("cause", "a code of the list `key_ends`")),
        ),
        "list": Verb("list every body", _list, acts=False),
    }
