"""Minimise: of all that was asked, exactly the cells that were decided, with the authority of every column.

The released file holds no row of a person from whom nothing leaves, no column from which nothing leaves, and
no key of the agency's own unless that key itself was decided.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlglot import exp

from ostiary.decide import sql
from ostiary.decide.leaving import Leaving, decided, packed_codes
from ostiary.decide.population import Screen
from ostiary.errors import BadInput, OstiaryError
from ostiary.release.differing import differing
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Held


@dataclass(frozen=True)
class Minimised:
    """What was written, and of how many people."""

    folder: Path
    people: int
    leaving: tuple[Leaving, ...]


def released(found: Screen, copies: Sequence[Leaving], key: str = "") -> exp.Select:
    """The query whose rows are what leaves: NULL wherever a value was not decided or is not there.

    Whether a group of columns leaves under a program is asked once, in a stage of its own.

    :param key: name of a column with the roll's id of each person; empty is no such column. It never leaves.
    """
    plan = found.plan
    bits = {program: 1 << place for place, program in enumerate(sql.asked_programs(plan))}
    used = dict.fromkeys(name for one in copies for name in (*_columns(one.held), one.held.origin_column) if name)
    groups: dict[tuple[int, str], list[Leaving]] = {}
    for one in copies:
        groups.setdefault((id(one.held), one.copy.program), []).append(one)
    asked = {f"d{place}": group for place, group in enumerate(groups.values())}
    decided_columns = [
        exp.alias_(exp.or_(*(decided(one, bits[one.copy.program]) for one in group), copy=False), name, copy=False)
        for name, group in asked.items()
    ]
    if key:
        used[plan.roll.id] = None
    names = [exp.column(name, quoted=True) for name in used]
    query = sql.staged(plan, packed_codes(plan, copies), used, exp.select(*names, *decided_columns, copy=False))
    leaves = exp.or_(*(exp.column(name) for name in asked), copy=False)
    shown: list[exp.Expr] = [_named(exp.column(plan.roll.id, quoted=True), key)] if key else []
    shown += [column for name, group in asked.items() for column in _shown(name, group)]
    rows = query.subquery("decided", copy=False)
    return exp.select(*shown, copy=False).from_(rows, copy=False).where(leaves, copy=False)


def _shown(name: str, group: Sequence[Leaving]) -> Iterator[exp.Expr]:
    """The columns of one group, each only where the group leaves; and where each value came from."""
    first, leaves = group[0], exp.column(name)
    for column in _columns(first.held):
        value = exp.Case().when(leaves.copy(), exp.column(column, quoted=True), copy=False)
        yield _named(value, first.column(column))
    if first.held.origin_column:
        source = exp.Case()
        for one in group:
            source = source.when(
                exp.and_(leaves.copy(), sql.came_from(one.held, one.copy.source), copy=False),
                exp.Literal.string(one.copy.source),
                copy=False,
            )
        yield _named(source, first.column("source"))


def _named(value: exp.Expr, name: str) -> exp.Expr:
    return exp.alias_(value, name, quoted=True, copy=False)


def _columns(held: Held) -> list[str]:
    return list(dict.fromkeys((*held.columns, *((held.as_of,) if held.as_of else ()))))


def minimise(
    found: Screen,
    engine: Engine,
    out: Path,
    on_step: Callable[[str], None] = lambda what: None,
    check: Callable[[Path], object] = lambda file: None,
) -> Minimised:
    """Write what leaves into a new folder: Parquet, CSV, a data dictionary. All of it or nothing.

    :param check: a second, independent check of the file, before it can be picked up.
    :raises BadInput: when the folder is there already, nothing leaves, or a file cannot be written.
    :raises OstiaryError: when what was written is not what was decided; nothing is left behind.
    """
    copies = found.leaving_copies
    if not copies:
        raise BadInput("nothing may leave on this request, so there is nothing to write; see `ostiary screen`")
    if out.exists():
        raise BadInput(f"{out}: is there already; name a new folder")
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.partial-", dir=out.parent))
    try:
        on_step("writing the released columns")
        engine.write_parquet(released(found, copies).sql(engine.dialect), folder / "released.parquet")
        on_step("reading them again")
        people = _check_counts(folder / "released.parquet", copies)
        check(folder / "released.parquet")
        _write_csv(folder)
        about = {**dictionary(found, copies), "differing": differing(folder / "released.parquet", copies)}
        (folder / "dictionary.json").write_text(json.dumps(about, indent=2) + "\n")
        folder.rename(out)
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}; nothing is left behind") from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Minimised(out, people, copies)


def _write_csv(folder: Path) -> None:
    import pyarrow.csv as csv
    import pyarrow.parquet as parquet

    source = parquet.ParquetFile(folder / "released.parquet")
    with csv.CSVWriter(folder / "released.csv", source.schema_arrow) as writer:
        for batch in source.iter_batches():
            writer.write_batch(batch)


def _check_counts(path: Path, copies: Sequence[Leaving]) -> int:
    """The rows written. Every decided value must be there, and not one more."""
    import pyarrow.compute as compute
    import pyarrow.parquet as parquet

    wanted: dict[str, int] = {}
    for one in copies:
        wanted[one.column(one.held.key)] = wanted.get(one.column(one.held.key), 0) + one.values
    there = dict.fromkeys(wanted, 0)
    source = parquet.ParquetFile(path)
    key_of = {
        name: one.column(one.held.key) for one in copies for name in map(one.column, (*_columns(one.held), "source"))
    }
    if not set(source.schema_arrow.names) <= set(key_of):
        raise OstiaryError("the released file has a column that nobody decided; nothing is left behind")
    for batch in source.iter_batches():
        for name in wanted:
            there[name] += len(batch) - batch.column(name).null_count
        for name in batch.schema.names:  # the other parts of a value stand only where the value does
            both = compute.and_(compute.is_valid(batch.column(name)), compute.is_null(batch.column(key_of[name])))
            if compute.any(both).as_py():
                raise OstiaryError(f"column `{name}` holds a value that nobody decided; nothing is left behind")
    wrong = [name for name in wanted if there[name] != wanted[name]]
    if wrong:
        raise OstiaryError(
            f"column `{wrong[0]}` holds {there[wrong[0]]} values but {wanted[wrong[0]]} were decided; "
            "the roll may have changed meanwhile; nothing is left behind; screen again"
        )
    return int(source.metadata.num_rows)


def dictionary(found: Screen, copies: Sequence[Leaving]) -> dict[str, Any]:
    """What each released column is: element, program, source, as-of column, and the law that lets it leave."""
    words, bundle = found.plan.reading.bundle.words, found.plan.reading.bundle
    columns: dict[str, dict[str, Any]] = {}
    for one in copies:
        for name in (*_columns(one.held), *(("source",) if one.held.origin_column else ())):
            entry = columns.setdefault(
                one.column(name),
                {
                    "element": one.copy.element,
                    "label": words.code_label("elements", one.copy.element),
                    "program": one.copy.program,
                    "part": "as_of" if name == one.held.as_of else "source" if name == "source" else "value",
                    "sources": [],
                    "rules": [],
                    "authorities": [],
                    "duties": [],
                },
            )
            entry["sources"].append(one.copy.source)
            entry["rules"] += [rule for rule in one.rules if rule not in entry["rules"]]
            entry["authorities"] += [
                {"id": name_, "citation": bundle.authorities[name_].citation}
                for name_ in one.authorities
                if name_ not in {known["id"] for known in entry["authorities"]}
            ]
            entry["duties"] += [duty for duty in one.duties if duty not in entry["duties"]]
    return {
        "schema": "ostiary.dictionary/1",
        "bundle": bundle.digest,
        "as_of": found.plan.reading.as_of.isoformat(),
        "columns": columns,
    }
