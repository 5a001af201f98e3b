"""Training: courses, who finished one, and attestations to a policy."""

from argparse import Namespace
from typing import ClassVar

from ostiary_web.commands import Noun, Verb, Word, act, day, the_person
from ostiary_web.staff import actions


def _course(words: Namespace) -> None:
    actions.add_course(code=words.code, name=words.name, needed=not words.optional, **act(words))


def _record(words: Namespace) -> None:
    actions.record_training(
        number=the_person(words.mail).pk,
        course=words.course,
        done_on=words.done_on,
        expires_on=words.expires_on,
        **act(words),
    )


class Command(Noun):
    """What people were taught."""

    help = "add courses, record who finished one"
    verbs: ClassVar = {
        "course": Verb(
            "add a course; without one that is needed nobody counts as trained",
            _course,
            (
                Word("code", "a short code"),
                Word("--name", "what it is called"),
                Word("--optional", "not needed to use a role", bool),
            ),
        ),
        "record": Verb(
            "record that a person finished a course",
            _record,
            (
                Word("mail", "who"),
                Word("course", "the course's code"),
                Word("done_on", "when", day),
                Word("expires_on", "the last day that it counts", day),
            ),
        ),
        "attest": Verb(
            "say, as the one named with --by, to have read a policy",
            lambda words: actions.attest(policy=words.policy, **act(words)) and None,
            (Word("policy", "the digest of its text"),),
        ),
    }
