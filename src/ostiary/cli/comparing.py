"""``ostiary compare``: what a new version of the law lets out that the old one did not, and who approved it."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary import strict_yaml
from ostiary.cli.deciding import as_day
from ostiary.cli.engines import open_engine
from ostiary.cli.gating import Change, Comparison, Difference, Wanted, show, wanted
from ostiary.cli.settings import library
from ostiary.cli.shared import pack_folders, progress, steps, write_json
from ostiary.decide.flips import (
    Both,
    Flip,
    RollFlips,
    Said,
    Uncompared,
    Way,
    opens_on_roll,
    read_both,
    request_flips,
    roll_flips,
    same_words,
)
from ostiary.errors import BadInput, OstiaryError, RequestError
from ostiary.law.approval import given_since, read_approvals
from ostiary.law.bundle import Bundle, load_bundle
from ostiary.law.pack import read_pack
from ostiary.roll.checking import check_roll
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll
from ostiary.roll.reading import read_roll
from ostiary.strict_yaml import Document


def _difference(old: Bundle, new: Bundle, since: dt.date) -> Difference:
    """The two laws compared by the solver, over every request that there can be since a day."""
    from ostiary.decide.compare import difference

    return difference(old, new, since)


@dataclass(frozen=True)
class Options:
    """What the command was asked for besides the two laws. ``as_of`` is empty where no day was named."""

    roll: Path | None = None
    requests: Path | None = None
    as_of: str = ""
    engine: str = "duckdb"
    gate: bool = False
    as_json: bool = False


def run(old: Path, new: Path, options: Options) -> int:
    """Compare two laws and print how they differ; with ``gate``, 1 when a widening is not approved, else 0."""
    if options.roll is not None and options.requests is None:
        raise BadInput("--roll: needs --requests, a folder of request files to judge over the roll")
    found = _compared(old, new, options)
    missing = wanted(found)
    if options.as_json:
        write_json(to_json(found, missing, gate=options.gate))
    else:
        show(found, missing, gate=options.gate)
    if found.faults:
        sys.stderr.write(f"ostiary: a fault in the engine: {', '.join(found.faults)}; call the operator\n")
        return OstiaryError.exit_code
    return 1 if options.gate and missing else 0


def _compared(old_folder: Path, new_folder: Path, options: Options) -> Comparison:
    day = as_day(options.as_of)
    with steps() as on_step:
        on_step("loading both laws")
        old, new = _load(old_folder), _load(new_folder)
        notes = (*_shipped(old, "OLD"), *_shipped(new, "NEW"), *same_words(old, new))
        approvals = given_since(read_approvals(old), read_approvals(new))
        documents = _documents(options.requests)
        on_step("comparing the two laws")
        difference = _difference(old, new, day or dt.date.today())
    replay = request_flips(old, new, progress("requests", documents, len(documents)), day)
    rolls, opened = _over_roll(old, new, documents, day, options)
    opened = {
        one.request: tuple(dict.fromkeys((*one.opens, *opened.get(one.request, ())))) for one in replay.uncompared
    }
    return Comparison(old, new, notes, difference, replay, rolls, approvals, opened)


def _load(folder: Path) -> Bundle:
    """The law of a folder of packs. What a pack requires is taken from beside it, before it is from what ships."""
    named = pack_folders([folder])
    found = {path.name: path for path in named}
    waiting = list(named)
    while waiting:
        pack = waiting.pop()
        for name in read_pack(pack).requires:
            beside = pack.resolve().parent / name
            if name not in found and (beside / "pack.yaml").is_file():
                found[name] = beside
                waiting.append(beside)
    return load_bundle(list(found.values()), library())


def _shipped(bundle: Bundle, which: str) -> Iterator[str]:
    """A note for each pack that is not the version's own."""
    beside = {pack.folder.resolve().parent for pack in bundle.packs}
    ours = library().resolve()
    if beside != {ours} and ours in beside:
        names = [pack.name for pack in bundle.packs if pack.folder.resolve().parent == ours]
        yield f"{which} has no {', '.join(f'`{name}`' for name in names)}; taken from the packs that ship with Ostiary"


def _documents(requests: Path | None) -> list[Document]:
    if requests is None:
        return []
    paths = [requests] if requests.is_file() else sorted({*requests.glob("*.y*ml"), *requests.glob("*.json")})
    if not paths:
        raise BadInput(f"{requests}: holds no request file (YAML or JSON); name a folder of requests")
    return [strict_yaml.read(path, RequestError) for path in paths]


def _over_roll(
    old: Bundle, new: Bundle, documents: Sequence[Document], day: dt.date | None, options: Options
) -> tuple[tuple[RollFlips, ...], dict[str, tuple[str, ...]]]:
    """Each request over the roll, under both laws; and what NEW alone would open where OLD cannot read the request."""
    if options.roll is None:
        return (), {}
    roll, engine = _opened(options.roll, new, options.engine)
    found: list[RollFlips] = []
    opened: dict[str, tuple[str, ...]] = {}
    for doc in progress("the roll, request by request", documents, len(documents)):
        both: Both | Uncompared = read_both(old, new, doc, day)
        if isinstance(both, Uncompared):
            opened[doc.name] = opens_on_roll(new, both.after, roll, engine)
        else:
            found += roll_flips(old, new, both, roll, engine)
    return tuple(found), opened


def _opened(path: Path, new: Bundle, name: str) -> tuple[Roll, Engine]:
    with steps() as on_step:
        on_step("opening the roll")
        roll = read_roll(path, new.words)
        engine = open_engine(name, roll)
        roll = roll.without(engine.unreadable)
        check_roll(roll, engine, on_step)
    return roll, engine


def to_json(found: Comparison, missing: Sequence[Wanted], *, gate: bool) -> dict[str, Any]:
    """Plain data: the difference, the flips, the counts over the roll, and what is not approved."""
    return {
        "schema": "ostiary.compare/1",
        "old": found.old.digest,
        "new": found.new.digest,
        "notes": list(found.notes),
        "widens": [_change(change) for change in found.difference.widens],
        "narrows": [_change(change) for change in found.difference.narrows],
        "undecided": list(found.difference.unknown),
        "requests": {
            "compared": found.replay.requests - len(found.replay.uncompared),
            "items": found.replay.items,
            "flips": [_flip(flip) for flip in found.replay.flips],
            "not_comparable": [
                {"request": one.request, "why": one.why, "opens": list(found.opened.get(one.request, one.opens))}
                for one in found.replay.uncompared
            ],
        },
        "roll": [
            {
                "request": one.request,
                "group": one.group,
                "people": one.people,
                "cells": one.cells,
                **{way.value: one.total(way) for way in Way},
                "flips": [{**_flip(flip), "cells": flip.cells} for flip in one.flips],
            }
            for one in found.rolls
        ],
        "faults": list(found.faults),
        "gate": {
            "asked": gate,
            "passed": not missing and not found.faults,
            "wanted": [{"rule": one.rule, "why": one.why, "file": one.file} for one in missing],
        },
    }


def _change(change: Change) -> dict[str, Any]:
    return {name: getattr(change, name) for name in ("rule", "words", "request", "before", "after")}


def _flip(flip: Flip) -> dict[str, Any]:
    return {
        "request": flip.request,
        "group": flip.group,
        "program": flip.copy.program,
        "element": flip.copy.element,
        "source": flip.copy.source,
        "way": flip.way.value,
        "before": _said(flip.before),
        "after": _said(flip.after),
    }


def _said(said: Said) -> dict[str, Any]:
    return {"outcome": said.outcome.value, "reason": said.reason.value, "deciding": list(said.deciding)}
