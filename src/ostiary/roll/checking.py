"""A roll held against its mapping: columns, types, ids, codes, dates. Faults name file, column and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from ostiary.errors import RollError, did_you_mean
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Column, Newest, Roll, quoted

_KINDS = {
    "bool": ("BOOLEAN", "BOOL"),
    "day": ("DATE", "TIMESTAMP"),
}


def check_roll(roll: Roll, engine: Engine, on_step: Callable[[str], None] = lambda what: None) -> None:
    """Refuse a roll that does not bear out its mapping.

    :raises RollError: every missing or wrongly typed column; then every id that is empty or stands twice,
        every code without a meaning, every program column that is empty, every date out of range.
    """
    on_step("checking the columns")
    faults = list(_columns(roll, engine))
    if not faults:
        on_step("checking the values")
        faults = list(_values(roll, engine))
    if faults:
        raise RollError("\n".join(f"{roll.path}: {fault}" for fault in faults))


def _columns(roll: Roll, engine: Engine) -> Iterator[str]:
    for table, wanted in roll.columns().items():
        there = engine.columns(table) if wanted else {}
        for name, kind in wanted.items():
            if name not in there:
                yield f"table `{table}` has no column `{name}`{did_you_mean(name, there)}"
            elif kind != "any" and not there[name].upper().startswith(_KINDS[kind]):
                wanted_kind = "true or false" if kind == "bool" else "a date"
                yield f"table `{table}`, column `{name}`: must hold {wanted_kind}, not {there[name]}"


def _values(roll: Roll, engine: Engine) -> Iterator[str]:
    """One query a table; only where something is wrong are its rows looked for."""
    yield from _ids(roll, engine)
    yield from _programs(roll, engine)
    for table, name, codes in _coded(roll):
        yield from _codes(table, name, codes, engine)
    for table, name in _registers(roll):
        yield from _people_of(roll, table, name, engine)
    for table, name, needed in _dates(roll):
        yield from _range(table, name, needed, engine)


def _ids(roll: Roll, engine: Engine) -> Iterator[str]:
    key, table = quoted(roll.id), quoted(roll.people)
    row = dict(_row(engine, f"SELECT COUNT(*) AS n, COUNT({key}) AS k FROM {table}"))
    row["d"] = _distinct(engine, roll, row["k"])
    if row["k"] < row["n"]:
        place = _where(engine, roll.people, f"{key} IS NULL")
        yield f"table `{roll.people}`, column `{roll.id}`: {row['n'] - row['k']} people have no id{place}"
    if row["d"] < row["k"]:
        twice = f"{key} IN (SELECT {key} FROM {table} GROUP BY {key} HAVING COUNT(*) > 1)"
        yield (
            f"table `{roll.people}`, column `{roll.id}`: {row['k'] - row['d']} ids stand twice"
            f"{_where(engine, roll.people, twice)}; a person must have one row"
        )


def _distinct(engine: Engine, roll: Roll, people: int) -> int:
    """How many different ids; in parts where the engine can split them, so that memory stays flat."""
    key, table, split = quoted(roll.id), quoted(roll.people), getattr(engine, "split", None)
    parts = max(1, people // 1_000_000) if split is not None else 1
    total = 0
    for part in range(parts):
        where = f" WHERE {split(key, part, parts)}" if split is not None and parts > 1 else ""
        total += _row(engine, f"SELECT COUNT(DISTINCT {key}) AS d FROM {table}{where}")["d"]
    return total


def _programs(roll: Roll, engine: Engine) -> Iterator[str]:
    names = list(roll.programs.values())
    counts = ", ".join(f"COUNT({quoted(name)}) AS c{place}" for place, name in enumerate(names))
    row = _row(engine, f"SELECT COUNT(*) AS n, {counts} FROM {quoted(roll.people)}")
    for place, name in enumerate(names):
        if row[f"c{place}"] < row["n"]:
            empty = row["n"] - row[f"c{place}"]
            yield (
                f"table `{roll.people}`, column `{name}`: {empty} people have neither true nor false"
                f"{_where(engine, roll.people, f'{quoted(name)} IS NULL')}; say who has a file under the program"
            )


def _coded(roll: Roll) -> Iterable[tuple[str, str, frozenset[str]]]:
    for source in roll.facts.values():
        if isinstance(source, Column) and source.values is not None:
            yield roll.people, source.name, frozenset(source.values)
    yield from {(roll.people, held.origin_column, held.origin_codes) for held in roll.copies if held.origin_column}
    for relation in roll.relations.values():
        for column in relation.facts.values():
            if column.values is not None:
                yield from ((table, column.name, frozenset(column.values)) for table in relation.tables)


def _codes(table: str, name: str, codes: frozenset[str], engine: Engine) -> Iterator[str]:
    found = engine.query(f"SELECT DISTINCT {quoted(name)} AS v FROM {quoted(table)} WHERE {quoted(name)} IS NOT NULL")
    strange = sorted(str(value) for value in found.column("v").to_pylist() if str(value) not in codes)
    if strange:
        listed = ", ".join("'" + code.replace("'", "''") + "'" for code in sorted(codes))
        place = _where(engine, table, f"{quoted(name)} NOT IN ({listed})")
        yield (
            f"table `{table}`, column `{name}`: {len(strange)} codes have no meaning in the value table{place}; "
            "add them to `values` in roll.yaml"
        )


def _registers(roll: Roll) -> Iterable[tuple[str, str]]:
    """Each table with rows about people, and its column with the person's id."""
    found = {
        (table, source.person)
        for source in roll.facts.values()
        if isinstance(source, Newest)
        for table in source.tables
    }
    found |= {(table, relation.person) for relation in roll.relations.values() for table in relation.tables}
    return sorted(found)


def _people_of(roll: Roll, table: str, name: str, engine: Engine) -> Iterator[str]:
    """Rows must be about somebody. Were the ids written in another form, nobody would seem to have a row."""
    key, rows = quoted(name), quoted(table)
    own, theirs = engine.columns(roll.people)[roll.id], engine.columns(table)[name]
    if own != theirs:
        yield f"table `{table}`, column `{name}`: is {theirs}, but the ids of people are {own}; write both alike"
        return
    row = _row(engine, f"SELECT COUNT(*) AS n, COUNT({key}) AS k FROM {rows}")
    if row["k"] < row["n"]:
        place = _where(engine, table, f"{key} IS NULL")
        yield f"table `{table}`, column `{name}`: {row['n'] - row['k']} rows are about nobody{place}"
    met = f"SELECT COUNT(*) AS m FROM {rows} AS r JOIN {quoted(roll.people)} AS p ON r.{key} = p.{quoted(roll.id)}"
    if row["k"] and not _row(engine, met)["m"]:
        yield f"table `{table}`, column `{name}`: no row is about anybody on the roll; the ids do not fit"


def _dates(roll: Roll) -> Iterable[tuple[str, str, bool]]:
    """Each column with days, and whether a row without one is a fault: which row is the newest must be known."""
    for source in roll.facts.values():
        if isinstance(source, Newest):
            yield from ((table, source.newest_by, True) for table in source.tables)
    for relation in roll.relations.values():
        days = [column.name for column in relation.facts.values() if column.kind == "day"]
        yield from ((table, name, False) for table in relation.tables for name in days)


def _range(table: str, name: str, needed: bool, engine: Engine) -> Iterator[str]:
    bad = f"({quoted(name)} < DATE '1900-01-01' OR {quoted(name)} > DATE '2199-12-31')"
    row = _row(engine, f"SELECT COUNT(*) AS n FROM {quoted(table)} WHERE {bad}")
    if row["n"]:
        yield f"table `{table}`, column `{name}`: {row['n']} dates lie outside 1900 to 2199{_where(engine, table, bad)}"
    none = f"{quoted(name)} IS NULL"
    if needed and (count := _row(engine, f"SELECT COUNT(*) AS n FROM {quoted(table)} WHERE {none}")["n"]):
        yield f"table `{table}`, column `{name}`: {count} rows have no date{_where(engine, table, none)}"


def _where(engine: Engine, table: str, condition: str) -> str:
    """The file and rows of what is wrong, where the engine reads files; never a value."""
    locate = getattr(engine, "locate", None)
    return str(locate(table, condition)) if locate is not None else ""


def _row(engine: Engine, sql: str) -> Mapping[str, int]:
    return engine.query(sql).to_pylist()[0]  # type: ignore[no-any-return]
