"""The rules in use: proposed by one person, activated by another, suspended by anybody who may stop things."""

from argparse import Namespace
from typing import ClassVar

from ostiary_web.commands import Noun, Verb, Word, act
from ostiary_web.registry import queries
from ostiary_web.registry.actions import rules


def _propose(words: Namespace) -> str:
    found = rules.propose_bundle(**act(words))
    return f"bundle {found.pk}: {found.digest}"


def _activate(words: Namespace) -> str:
    return f"in force: {rules.activate_bundle(number=words.bundle, **act(words)).digest}"


def _show(words: Namespace) -> str:
    found = queries.rules_in_use()
    if found is None:
        return "none: nothing may leave"
    return found.digest + (" SUSPENDED: nothing may leave" if found.suspended else "")


class Command(Noun):
    """Which rules are in force."""

    help = "propose, activate and suspend the rules"
    verbs: ClassVar = {
        "propose": Verb("propose the packs that this desk is configured with", _propose),
        "activate": Verb(
            "put proposed rules in force, as another official; their cases are run first",
            _activate,
            (Word("bundle", "its number, as proposed", int),),
        ),
        "suspend": Verb(
            "shut every way out",
            lambda words: rules.suspend_bundle(cause=words.cause, **act(words)),
            (Word("cause", "a code of the list `hold_causes`"),),
        ),
        "show": Verb("the rules in force", _show, acts=False),
    }
