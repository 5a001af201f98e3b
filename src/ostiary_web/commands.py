"""The shape of the desk's commands: a noun with verbs, each of which reads words and calls one action."""

from __future__ import annotations

import datetime as dt
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError
from django.utils import timezone

from ostiary.errors import BadInput, OstiaryError
from ostiary_web.staff import queries
from ostiary_web.staff.queries import Official


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a verb: positional, or an option when its name begins with ``--``. ``kind``: bool is a flag."""

    name: str
    says: str
    kind: Callable[[str], Any] = str
    many: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """What a command can do. ``run`` gets the words; what it returns is printed. ``acts``: it needs ``--by``."""

    says: str
    run: Callable[[Namespace], object]
    words: Sequence[Word] = ()
    acts: bool = True


class Noun(BaseCommand):
    """A command with verbs."""

    verbs: ClassVar[Mapping[str, Verb]]

    def add_arguments(self, parser: CommandParser) -> None:
        """One parser for each verb."""
        under = parser.add_subparsers(dest="verb", required=True)
        for name, verb in self.verbs.items():
            one = under.add_parser(name, help=verb.says, description=verb.says)
            for word in verb.words:
                if word.kind is bool:
                    one.add_argument(word.name, help=word.says, action="store_true")
                else:
                    one.add_argument(word.name, help=word.says, type=word.kind, nargs="*" if word.many else None)
            if verb.acts:
                one.add_argument("--by", help="the e-mail address of the official who does this")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; a fault is one line, and nothing was done."""
        try:
            said = self.verbs[options["verb"]].run(Namespace(**options))
        except OstiaryError as fault:
            raise CommandError(str(fault), returncode=fault.exit_code) from None
        except OSError as fault:
            raise CommandError(f"{fault.filename or 'a file'}: {fault.strerror}", returncode=2) from None
        except OperationalError:  # its text may name the server's own paths
            says = "the database does not answer, or its certificate is not trusted; see OSTIARY_DATABASE_URL"
            raise CommandError(says, returncode=2) from None
        if said is not None:
            self.stdout.write(str(said))


def act(words: Namespace) -> dict[str, Any]:
    """Who acts, and when: for an action.

    :raises BadInput: if there is no such person.
    """
    return {"by": official(words), "at": timezone.now()}


def official(words: Namespace) -> Official:
    """The person named with ``--by``.

    :raises BadInput: if none is named, or there is no such person.
    """
    if not words.by:
        raise BadInput("say who does this: `--by` and an e-mail address")
    return the_person(words.by)


def the_person(mail: str) -> Official:
    """The person with this address.

    :raises BadInput: if there is none.
    """
    found = queries.find_person(mail)
    if found is None:
        raise BadInput("nobody logs in with this e-mail address")
    return found


def day(text: str) -> dt.date:
    """A day from a word of a command."""
    return dt.date.fromisoformat(text)


def moment(text: str) -> dt.datetime:
    """A moment from a word of a command, in the agency's time where it names no other."""
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else timezone.make_aware(found)
