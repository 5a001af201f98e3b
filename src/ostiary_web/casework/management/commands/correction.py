"""Values that left and were wrong: ``ostiary-web correction look|show|tell|read DOCKET --by MAIL``."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import ClassVar

from ostiary.errors import BadInput
from ostiary_web.casework import found_wrong, letters_correction, papers, queries, queries_corrections, queries_work
from ostiary_web.casework.actions import correcting, long_work
from ostiary_web.casework.command_line import a_role, when
from ostiary_web.casework.docket.roles import Role
from ostiary_web.commands import Noun, Verb, Word, official

_DOCKET = Word("docket", "its number or pseudonym")
_NUMBER = Word("correction", "the notice's number, as `show` tells it", int)


def _look(words: Namespace) -> str:
    found = found_wrong.read(_bytes(words.found), str(words.found)) if words.found else ()
    number = correcting.ask(docket=words.docket, found=found, by=official(words).reference, at=when())
    return f"asked; work {number} waits for the worker"


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise BadInput(f"{path}: cannot be read: {fault.strerror}") from None


def _show(words: Namespace) -> str:
    docket = queries.find(words.docket)
    work = queries_work.latest(docket, long_work.WRONG)
    lines = [] if work is None else [f"work {work.number}: {work.state} {work.done}/{work.total} {work.fault}".rstrip()]
    done = queries_work.latest_done(docket, long_work.WRONG)
    if done is not None:
        found = queries_corrections.looked(done)
        lines.append(
            f"compared {found.values}, wrong {len(found.lines)}, told before {found.before}, later {found.later}, "
            f"untraced rows {found.untraced}"
        )
        lines += [f"{letters_correction.value_name(one)}: {one.cause}" for one in found.lines]
    lines += [
        f"notice {one.number}: {len(one.lines)} values, entry {one.index}, {'read' if one.read_at else 'not read yet'}"
        for one in queries_corrections.told(docket)
    ]
    return "\n".join(lines)


def _tell(words: Namespace) -> str:
    docket = queries.find(words.docket)
    done = queries_work.latest_done(docket, long_work.WRONG)
    number = 0 if done is None else done.number
    role = words.role or Role.RECORDS_OFFICER
    told = correcting.send(docket=docket, work=number, by=official(words).reference, role=role, at=when())
    if words.out is not None:
        words.out.write_bytes(papers.content(told.notice))
    return f"notice {told.number}: {len(told.lines)} values, entry {told.index}"


def _read(words: Namespace) -> str:
    given = {"docket": words.docket, "correction": words.correction, "name": words.name}
    correcting.read_on_paper(**given, by=official(words).reference, at=when())
    return "noted"


class Command(Noun):
    """Corrections of what left."""

    help = "look for values that left and were wrong, tell the recipient, note who has read it"
    verbs: ClassVar = {
        "look": Verb(
            "have the worker look", _look, (_DOCKET, Word("--found", "a file of values that somebody found", Path))
        ),
        "show": Verb("what was found and told", _show, (_DOCKET,), acts=False),
        "tell": Verb(
            "approve what the newest look has found, and tell the recipient",
            _tell,
            (_DOCKET, Word("--role", "records_officer or lead_counsel", a_role),
             Word("--out", "a file for the signed notice", Path)),
        ),
        "read": Verb("note who has read it", _read, (_DOCKET, _NUMBER, Word("name", "who, and of which office"))),
    }  # fmt: skip
