"""Roles: give, end, list, count for the public log."""

from argparse import Namespace
from typing import ClassVar

from django.utils import timezone

from ostiary_web.commands import Noun, Verb, Word, act, day, moment, the_person
from ostiary_web.staff import actions, queries


def _give(words: Namespace) -> str:
    duty = actions.give_role(
        number=the_person(words.mail).pk,
        role=words.role,
        since=words.since or timezone.localdate(),
        until=words.until,
        **act(words),
    )
    return f"duty {duty.pk}"


def _list(words: Namespace) -> str:
    return "\n".join(
        f"{one.number}\t{one.role}\t{one.person}\t{one.since}\t{one.until or '-'}\t"
        f"{'in force' if one.in_force else 'not in force'}"
        for one in queries.duties(timezone.localdate())
    )


def _count(words: Namespace) -> str:
    officials, trained = actions.count_roles(period=words.period, **act(words))
    return f"{officials} officials with a role, {trained} of them trained"


def _on_call(words: Namespace) -> None:
    person = the_person(words.mail)
    actions.put_on_call(number=person.pk, role=words.role, since=words.since, until=words.until, **act(words))


_MAIL = Word("mail", "who holds it")
_ROLE = Word("role", "the role's code")


class Command(Noun):
    """Who holds which role."""

    help = "give, end, list and count roles"
    verbs: ClassVar = {
        "give": Verb(
            "let a person hold a role",
            _give,
            (_MAIL, _ROLE, Word("--since", "first day; today if left out", day), Word("--until", "last day", day)),
        ),
        "end": Verb(
            "end a duty now, with every delegation of it",
            lambda words: actions.end_role(duty=words.duty, **act(words)),
            (Word("duty", "its number, as listed", int),),
        ),
        "on-call": Verb(
            "say when somebody can be reached for emergencies",
            _on_call,
            (_MAIL, _ROLE, Word("since", "from when", moment), Word("until", "until when", moment)),
        ),
        "list": Verb("list every duty", _list, acts=False),
        "count": Verb("count officials and training into the public log", _count, (Word("period", "such as 2026-Q1"),)),
    }
