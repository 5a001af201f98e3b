"""The public log of this desk: start, publish, close the day's reads."""

from argparse import Namespace
from typing import ClassVar

from django.utils import timezone

from ostiary_web.commands import Noun, Verb, Word, day
from ostiary_web.ledger_link import actions, publishing
from ostiary_web.wiring import signer


def _start(words: Namespace) -> str:
    actions.start_log(by="console", at=timezone.now())
    return f"started; publish this key, and give it to your witnesses:\n{signer().vkey}"


def _publish(words: Namespace) -> str:
    head, files = publishing.publish()
    publishing.cosign()
    return f"{head.size} entries; {files} new files; cosigned as the policy asks"


def _check(words: Namespace) -> str:
    compared, silent = publishing.check_published()
    return f"{compared} agree; did not answer: {', '.join(silent) or 'none'}"


def _close(words: Namespace) -> str:
    return f"entry {actions.close_reads(day=words.day, at=timezone.now()).index}"


def _cosign(words: Namespace) -> str:
    found = publishing.await_cosigned(words.index)
    return found.proof.decode(errors="surrogateescape")


class Command(Noun):
    """The log."""

    help = "start and publish the log; close a day's reads"
    verbs: ClassVar = {
        "start": Verb("sign the empty log and its first entry", _start, acts=False),
        "publish": Verb("bring the exported files up to the head, and have it cosigned", _publish, acts=False),
        "check": Verb("hold the database against the export and the witnesses", _check, acts=False),
        "cosign": Verb(
            "have an entry's head cosigned as the policy asks, and show the proof",
            _cosign,
            (Word("index", "the entry's number", int),),
            acts=False,
        ),
        "close-reads": Verb(
            "put the digest of a day's reads into the log",
            _close,
            (Word("day", "a day that is over", day),),
            acts=False,
        ),
    }
