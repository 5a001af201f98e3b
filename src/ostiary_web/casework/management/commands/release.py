"""From the roll to the recipient: ``ostiary-web release screen|person|match|...|recall DOCKET --by MAIL``."""

from __future__ import annotations

import json
import os
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from ostiary.match.confirmed import Verdict
from ostiary.roll.identifiers import Field
from ostiary_web.casework import queries, queries_work
from ostiary_web.casework.actions import afterwards, handing_over, long_work, matching, offering, packing, stripping
from ostiary_web.casework.actions.afterwards import Destroyed
from ostiary_web.casework.command_line import a_role, parsed, when
from ostiary_web.casework.docket.roles import Role
from ostiary_web.commands import Noun, Verb, Word, day, official

_DOCKET = Word("docket", "its number or pseudonym")
_ROLE = Word("role", "in which role", a_role)


def _by(words: Namespace) -> dict[str, Any]:
    return {"docket": words.docket, "by": official(words).reference, "at": when()}


def _ask(kind: str) -> Callable[[Namespace], str]:
    def ask(words: Namespace) -> str:
        return f"asked; work {long_work.ask(kind=kind, **_by(words))} waits for the worker"

    return ask


def _person(words: Namespace) -> str:
    texts = {Field(name): str(text) for name, text in parsed(words.fields).items()}
    return f"person {matching.name_person(texts=texts, who=words.who or '', **_by(words))}"


def _standing(words: Namespace) -> str:
    docket = queries.find(words.docket)
    works = [queries_work.latest(docket, kind) for kind in long_work.STEPS]
    lines = [f"{one.kind}: {one.state} {one.done}/{one.total} {one.fault}".rstrip() for one in works if one is not None]
    people = [
        f"person {one.number}: {f'known by {len(one.strong)} strong identifiers' if one.record else 'not known'}"
        for one in queries_work.asked_about(docket)
    ]
    return "\n".join([*lines, *people])


def _say(words: Namespace) -> str:
    matching.say(
        subject=words.person, candidate=words.record, verdict=Verdict(words.verdict), role=words.role, **_by(words)
    )
    return "recorded; it cannot be taken back"


def _texts(words: Namespace) -> str:
    """Into a file that its owner alone may read; and back from it."""
    docket, file = _by(words), Path(words.file)
    if words.read:
        return f"texts kept: {stripping.strip(left=stripping.read_file(file), **docket)}; the checker reads them too"
    found = stripping.read_texts(**docket)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        json.dump({one.key: {"seen": one.seen, "original": one.original, "left": one.proposed} for one in found}, out,
                  indent=2, ensure_ascii=False)  # fmt: skip
    return f"texts that may speak of other people: {len(found)}; mend `left` of each in {file}; then --read"


def _pack(words: Namespace) -> str:
    return f"asked; work {packing.ask(retain_until=words.retain_until, **_by(words))} waits for the worker"


def _check(words: Namespace) -> str:
    _, result = packing.check(**_by(words))
    return "\n".join(result.faults) or f"passed: {result.cells} values of {result.people} rows"


def _agree(words: Namespace) -> str:
    return packing.agree(role=words.role, **_by(words)).says


def _seal(words: Namespace) -> str:
    return handing_over.seal(**_by(words)).says


def _leave(words: Namespace) -> str:
    return handing_over.release(manner=words.manner, **_by(words)).says


def _code(words: Namespace) -> str:
    return offering.offer(**_by(words))


def _file(words: Namespace) -> str:
    name, path = offering.for_media(**_by(words))
    target: Path = words.out / name
    with path.open("rb") as source, target.open("xb") as out:
        while data := source.read(1 << 20):
            out.write(data)
    return str(target)


def _certify(words: Namespace) -> str:
    lines = [Destroyed(name, words.place, words.method) for name in afterwards.FILES]
    return afterwards.certify(lines=lines, signer=words.signer, certified_on=words.on, **_by(words)).says


def _recall(words: Namespace) -> str:
    return handing_over.recall(cause=words.cause, role=Role.LEAD_COUNSEL, **_by(words)).says


class Command(Noun):
    """Search, packages, hand-over."""

    help = "search the roll for a docket, pack what was approved, seal it, hand it over, and what comes after"
    verbs: ClassVar = {
        "screen": Verb("have the roll screened", _ask("screen"), (_DOCKET,)),
        "person": Verb(
            "copy a person from the request",
            _person,
            (_DOCKET, Word("fields", 'as `{"first": "Ann", "last": "Lee", "dob": "1980-01-31"}`'),
             Word("--who", "the group, where there are several")),
        ),
        "match": Verb("have the persons matched with the roll", _ask("match"), (_DOCKET,)),
        "show": Verb("how far it is, and who is known", _standing, (_DOCKET,), acts=False),
        "say": Verb(
            "say whether a candidate is the person",
            _say,
            (_DOCKET, Word("person", "the person's number"), Word("record", "the candidate"),
             Word("verdict", "same, other or unsure"), _ROLE),
        ),
        "take_over": Verb(
            "take over who the persons are", lambda words: f"taken over: {matching.take_over(**_by(words))}", (_DOCKET,)
        ),
        "texts": Verb(
            "write the texts that may speak of other people into a file; --read takes back what may leave of each",
            _texts,
            (_DOCKET, Word("file", "the file; it holds personal data"), Word("--read", "take it back", bool)),
        ),
        "pack": Verb("have it packed", _pack, (_DOCKET, Word("retain_until", "destroy by", day))),
        "check": Verb("compare package and decision, and record it", _check, (_DOCKET,)),
        "agree": Verb("agree to the sealing", _agree, (_DOCKET, _ROLE)),
        "seal": Verb("seal it", _seal, (_DOCKET,)),
        "leave": Verb("let it go", _leave, (_DOCKET, Word("manner", "ready, media, paper or delivered"))),
        "code": Verb("make a pick-up code; it is printed once", _code, (_DOCKET,)),
        "file": Verb("save the file for a medium", _file, (_DOCKET, Word("out", "a folder", Path))),
        "certify": Verb(
            "accept a certificate of destruction of every file",
            _certify,
            (_DOCKET, Word("place", "where they were"), Word("method", "how"), Word("signer", "who signed"),
             Word("on", "on which day", day)),
        ),
        "recall": Verb("call it back", _recall, (_DOCKET, Word("cause", "why"))),
    }  # fmt: skip
