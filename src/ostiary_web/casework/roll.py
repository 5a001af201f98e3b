"""The agency's roll as the desk asks it: opened by the engine of the configuration, screened, and looked up in.

Nothing here reads or writes the desk's own tables.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary.canonical import digest
from ostiary.decide.compile import compile_request
from ostiary.decide.request import Request
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.wiring import bundle, config

if TYPE_CHECKING:
    from ostiary.decide.population import Screen
    from ostiary.match.cache import NormalRoll
    from ostiary.match.model import Model

Step = Callable[[str], None]
MODEL, SEED = "model.json", 42


@dataclass(frozen=True, slots=True)
class Opened:
    """The roll, with what it cannot read taken as unknown, and what answers for it."""

    roll: Roll
    engine: Engine


def opened() -> Opened:
    """The roll of the configuration.

    :raises RollError: if its mapping or a table cannot be read. :raises CaseworkError: if a setting is missing.
    """
    from ostiary.roll.reading import read_roll

    roll = read_roll(config().roll, bundle().words)
    engine = _engine(roll)
    return Opened(roll.without(engine.unreadable), engine)


def _engine(roll: Roll) -> Engine:
    if config().engine == "spark":
        from ostiary.roll.spark import SparkEngine

        return SparkEngine(roll, remote=config().spark_remote)
    if config().engine == "adbc":
        from ostiary.roll.adbc import AdbcEngine

        if not config().roll_url:
            raise CaseworkError("OSTIARY_ROLL_URL is not set, and the engine `adbc` needs it; tell the operator")
        return AdbcEngine(roll, config().roll_url)
    from ostiary.roll.duckdb import DuckEngine

    return DuckEngine(roll)


def stamp() -> str:
    """The digest of the mapping, and of name, size and time of each file of the roll: whether it is another one now.

    An engine over no files has the mapping alone: whether the records of the people changed is asked of themselves.
    """
    path = config().roll
    files = [path.read_bytes()]
    found = [
        (one.relative_to(path.parent).as_posix(), one.stat().st_size, one.stat().st_mtime_ns)
        for one in sorted(path.parent.rglob("*.parquet"))
    ]
    return digest({"mapping": sha256(files[0]).hexdigest(), "files": [list(map(str, one)) for one in found]})


def screens(request: Request, found: Opened, on_step: Step) -> tuple[Screen, ...]:
    """What the request would let out of the whole roll, group by group. Counts only."""
    from ostiary.decide.population import screen
    from ostiary.roll.checking import check_roll

    check_roll(found.roll, found.engine, on_step)
    made = []
    for group in request.groups:
        plan = compile_request(bundle(), group, request.as_of, found.roll)
        made.append(screen(plan, found.engine, on_step))
    return tuple(made)


def written(screen: Screen, title: str) -> dict[str, Any]:
    """A screen as it is kept: its numbers, the lines of its table in words, and its picture."""
    from ostiary.decide import explain
    from ostiary.decide.chart import svg

    words = bundle().words
    rows = [
        {
            "element": words.code_label("elements", copy.element),
            "program": words.code_label("programs", copy.program),
            "answer": explain.OUTCOME_WORDS[outcome],
            "values": values,
            "because": because,
        }
        for copy, outcome, values, because in explain.screen_table(bundle(), screen)
    ]
    unknown = [(words.facts[name].question, count) for name, count in screen.only_unknown().items()]
    about = screen.to_json()
    return {
        **{name: about[name] for name in ("group", "roll", "people", "people_touched", "values", "as_of", "bundle")},
        "rows": rows,
        "only_unknown": unknown,
        "not_mapped": sorted({words.code_label("elements", copy.element) for copy in screen.plan.unmapped}),
        "registers_unreadable": about["registers_unreadable"],
        "picture": svg(screen, bundle(), title),
    }


def to_match_against(today: dt.date, on_step: Step) -> tuple[Roll, NormalRoll, Model]:
    """The roll made ready for matching, and the model that was measured on it: made once, then kept.

    :raises CaseworkError: if the roll is no folder of files.
    """
    from ostiary.match.cache import normal_roll
    from ostiary.match.candidates import linking_connection
    from ostiary.match.model import read_model, train, write_model
    from ostiary.roll.reading import read_roll

    if config().engine != "duckdb":
        raise CaseworkError(
            "matching reads the roll's files, and this roll is a database; export the identifying columns"
        )
    mapped, place = read_roll(config().roll, bundle().words), folder("roll")
    normal, model = normal_roll(mapped, place / "normal.duckdb", today, on_step), place / MODEL
    if not model.exists():
        on_step("measuring how often people agree by chance")
        with linking_connection(normal.path) as connection:
            made = train(connection, mapped.name, normal.people, normal.key, SEED)
        draft = place / f".{MODEL}.{os.getpid()}"
        write_model(made, draft)
        draft.rename(model)
    return mapped, normal, read_model(model)


def model_digest() -> str:
    """The digest of the model that matching uses; empty where there is none yet."""
    from ostiary.match.model import read_model

    path = folder("roll") / MODEL
    return read_model(path).digest if path.exists() else ""


def records_digest(people: Iterable[str], found: Opened) -> str:
    """The digest of everything the roll says of some people: another one when any of it has changed."""
    from ostiary.decide.person import find_people

    rows = find_people(found.roll, found.engine, sorted(set(people)))
    return digest([_plain({"row": one.row, "related": one.related, "sharing": one.sharing}) for one in rows])


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in sorted(value.items())}
    if isinstance(value, list | tuple):
        return sorted((_plain(one) for one in value), key=lambda one: json.dumps(one, sort_keys=True))
    return repr(value)


def folder(*names: str) -> Path:
    """A private folder of the desk's own, beside the papers; made when it is not there, for its owner alone."""
    place = config().papers.joinpath(*names)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place
