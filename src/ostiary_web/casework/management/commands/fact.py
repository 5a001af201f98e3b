"""Facts of a docket with their sources: ``ostiary-web fact list|establish|confirm|recognise|paper|key DOCKET``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import ClassVar

from ostiary_web.casework import facts as reading
from ostiary_web.casework import queries
from ostiary_web.casework.actions import facts, intake
from ostiary_web.casework.command_line import a_role, parsed, when
from ostiary_web.commands import Noun, Verb, Word, day, official
from ostiary_web.wiring import bundle

_DOCKET = Word("docket", "its number or pseudonym")
_ROLE = Word("role", "in which role", a_role)


def _list(words: Namespace) -> str:
    found = queries.standing_facts(queries.find(words.docket))
    known = bundle().words
    lines = [
        f"{one.name}: {'established' if reading.may_establish(one.name, one.role, known) else 'stated only'}"
        f" by {one.by} as {one.role} ({one.paper or one.register or 'own inquiry'})"
        for one in found
    ]
    return "\n".join(lines)


def _establish(words: Namespace) -> str:
    value = parsed(f'{{"value": {words.value}}}')["value"]
    done = facts.establish(
        docket=words.docket, name=words.name, value=value, by=official(words).reference, role=words.role, at=when()
    )
    return f"established; the docket is {done.state}"


def _confirm(words: Namespace) -> str:
    done = facts.confirm(docket=words.docket, by=official(words).reference, role=words.role, at=when())
    return f"confirmed; the docket is {done.state}"


def _recognise(words: Namespace) -> str:
    by = official(words).reference
    done = facts.recognise(
        docket=words.docket, who=words.who, record=words.record, by=by, role=a_role("custodian"), at=when()
    )
    return f"recognised; the docket is {done.state}"


def _paper(words: Namespace) -> str:
    file: Path = words.file
    return intake.add_paper(
        docket=words.docket, kind=words.kind, name=file.name, data=file.read_bytes(),
        by=official(words).reference, at=when(),
    )  # fmt: skip


def _key(words: Namespace) -> str:
    file: Path = words.file
    by = official(words).reference
    return intake.register_own_key(
        docket=words.docket, public=file.read_text(encoding="utf-8"), until=words.until, by=by, at=when()
    )


class Command(Noun):
    """Facts."""

    help = "what is so in a docket, who says so, and from what"
    verbs: ClassVar = {
        "list": Verb("every fact and its source; no values", _list, (_DOCKET,), acts=False),
        "establish": Verb(
            "say what is so",
            _establish,
            (_DOCKET, Word("name", "its place in a request file"), Word("value", "as JSON"), _ROLE),
        ),
        "confirm": Verb("confirm all that this role establishes, as the request states it", _confirm, (_DOCKET, _ROLE)),
        "recognise": Verb(
            "say who a subject is on the roll",
            _recognise,
            (_DOCKET, Word("who", "the docket's name for the subject"), Word("record", "the agency's reference")),
        ),
        "paper": Verb(
            "keep a paper; prints its digest",
            _paper,
            (_DOCKET, Word("kind", "what it is"), Word("file", "the file", Path)),
        ),
        "key": Verb(
            "register the public key of a private requester, as the verifier who proved who it is; prints its digest",
            _key,
            (_DOCKET, Word("file", "the key's file", Path), Word("until", "its last day, YYYY-MM-DD", day)),
        ),
    }
