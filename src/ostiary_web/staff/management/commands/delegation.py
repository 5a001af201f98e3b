"""Delegations: a duty lent for some days."""

from argparse import Namespace
from typing import ClassVar

from django.utils import timezone

from ostiary_web.commands import Noun, Verb, Word, act, day, the_person
from ostiary_web.staff import actions, queries


def _give(words: Namespace) -> str:
    lent = actions.delegate(
        duty=words.duty,
        to=the_person(words.mail).pk,
        since=words.since,
        until=words.until,
        scope=words.docket or "",
        **act(words),
    )
    return f"delegation {lent.pk}"


def _list(words: Namespace) -> str:
    return "\n".join(
        f"{one.number}\t{one.role}\t{one.holder}\t{one.to}\t{one.since}\t{one.until}\t"
        f"{'in force' if one.in_force else 'not in force'}"
        for one in queries.delegations(timezone.localdate())
    )


class Command(Noun):
    """Duties lent to others."""

    help = "lend a duty, take it back, list"
    verbs: ClassVar = {
        "give": Verb(
            "lend a duty for some days",
            _give,
            (
                Word("duty", "its number, as `role list` gives it", int),
                Word("mail", "to whom"),
                Word("since", "first day", day),
                Word("until", "last day", day),
                Word("--docket", "only in this docket"),
            ),
        ),
        "end": Verb(
            "take a lent duty back",
            lambda words: actions.end_delegation(delegation=words.delegation, **act(words)),
            (Word("delegation", "its number, as listed", int),),
        ),
        "list": Verb("list every delegation", _list, acts=False),
    }
