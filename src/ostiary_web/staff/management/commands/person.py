"""People: add, list, close an account, make a link to set a password."""

from argparse import Namespace
from typing import ClassVar

from django.utils import timezone

from ostiary_web.commands import Noun, Verb, Word, act, official, the_person
from ostiary_web.staff import actions, queries
from ostiary_web.staff.links import password_link


def _add(words: Namespace) -> str:
    by = official(words) if words.by or queries.has_administrator() else None
    person = actions.add_person(
        mail=words.mail, name=words.name, unit=words.unit, administrator=words.administrator, by=by, at=timezone.now()
    )
    return f"added; the password is set at {password_link(person)}"


def _link(words: Namespace) -> str:
    official(words)
    return password_link(the_person(words.mail))


def _end(words: Namespace) -> None:
    actions.end_person(number=the_person(words.mail).pk, **act(words))


def _list(words: Namespace) -> str:
    rows = queries.people(timezone.localdate())
    return "\n".join(
        f"{one.mail}\t{one.unit}\t{'administrator' if one.administrator else ','.join(one.roles) or '-'}"
        f"\t{'trained' if one.trained else 'not trained'}\t{'open' if one.active else 'closed'}"
        for one in rows
    )


_MAIL = Word("mail", "the e-mail address that the person logs in with")


class Command(Noun):
    """The accounts of the desk."""

    help = "add, list and close accounts"
    verbs: ClassVar = {
        "add": Verb(
            "add a person; the first of a desk is an administrator",
            _add,
            (
                _MAIL,
                Word("--name", "what the person is called"),
                Word("--unit", "the code of the unit"),
                Word("--administrator", "keeps accounts and registers, and sees no case", bool),
            ),
        ),
        "link": Verb("make a link to set a password; it works once, for a day", _link, (_MAIL,)),
        "end": Verb("close an account, with every session, role and delegation", _end, (_MAIL,)),
        "list": Verb("list everybody", _list, acts=False),
    }
