"""A released value turns out wrong: who has it, and what they are told.

A released file holds no key of the agency's own. So a row is traced to a person by the values that left: all of them
must be the person's, but those of the element in question, and they must be of one person and one row only. What
cannot be traced is counted and left to a person; nothing is guessed.

Two ways to learn that a value was wrong: the roll today says otherwise *for the same day or an earlier one* than the
value was released as of (a later day is news, not a correction), or a file of corrections says so.

A notice says which value of which row may no longer be relied on. It does not hold the right value: that would be a
disclosure of its own, which needs a decision of its own.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ostiary import strict_yaml
from ostiary.errors import BadInput, did_you_mean
from ostiary.release import manifest as form
from ostiary.release.dsse import LARGEST, verify
from ostiary.release.manifest import Core
from ostiary.release.signers import TrustedSigner
from ostiary.release.tarball import LARGEST as LARGEST_FILE
from ostiary.release.tarball import BadTar, members
from ostiary.roll.engine import Engine
from ostiary.roll.mapping import Roll, quoted

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

SCHEMA = "ostiary.correction/1"
PACKAGE = "package.tar"
LIMITS = (LARGEST_FILE, 65_535, 2_000_000, 4096, LARGEST)
KEYS = {"person": True, "program": True, "element": True, "found_on": True, "note": False}


@dataclass(frozen=True, slots=True)
class Block:
    """One element as released under one program: its value columns, and the column with its as-of day, or none."""

    program: str
    element: str
    label: str
    columns: tuple[str, ...]
    as_of: str

    @property
    def prefix(self) -> str:
        """What every released column of the block begins with."""
        return f"{self.program}__{self.element}__"

    def raw(self, column: str) -> str:
        """The roll's own name of a released column."""
        return column[len(self.prefix) :]


@dataclass(frozen=True)
class Past:
    """One past release: what left, by what manifest, to whom."""

    folder: Path
    core: Core
    blocks: tuple[Block, ...]
    csv_sha256: str


@dataclass(frozen=True, slots=True)
class Known:
    """A correction that somebody found: this element of this person, as held under this program, was wrong."""

    person: str
    program: str
    element: str
    found_on: dt.date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One released value that may no longer be relied on. ``row`` counts from 1 in released.csv, without its head."""

    row: int
    person: str
    block: Block
    found_on: dt.date
    note: str


@dataclass(frozen=True)
class Traced:
    """What was found in one release: wrong values, and how many rows could not be traced to one person."""

    past: Past
    wrong: tuple[Wrong, ...]
    changed_later: int
    untraced: int


def open_past(folder: Path, signers: Sequence[TrustedSigner]) -> Past:
    """A folder that ``ostiary minimise`` wrote, with the package sealed from it as ``package.tar``.

    :raises BadInput: if a file is missing or broken, or the package was not sealed from this folder.
    """
    try:
        dictionary = json.loads((folder / "dictionary.json").read_bytes())
        csv_sha256 = hashlib.sha256((folder / "released.csv").read_bytes()).hexdigest()
        core = _core(folder / PACKAGE, signers)
        counts = _counts(folder / "released.parquet")
    except (OSError, ValueError, BadTar):
        raise BadInput(
            f"{folder}: is no past release; it must hold what `ostiary minimise` wrote, and the package sealed from it "
            f"as `{PACKAGE}`"
        ) from None
    if core.columns != dictionary.get("columns") or dict(core.values) != counts:
        raise BadInput(f"{folder}: {PACKAGE} was sealed from another folder; put each package with its own")
    return Past(folder, core, blocks_of(core.columns), csv_sha256)


def _core(package: Path, signers: Sequence[TrustedSigner]) -> Core:
    with package.open("rb") as file:
        part = members(file, form.MEMBERS, LIMITS)[form.MANIFEST]
        file.seek(part.start)
        payload, _ = verify(file.read(part.size), form.PAYLOAD_TYPE, signers, "the package's manifest")
    return form.parse_statement(payload).core


def _counts(path: Path) -> dict[str, int]:
    import pyarrow.parquet as parquet

    table = parquet.read_table(path)
    return {name: len(table) - table.column(name).null_count for name in table.schema.names}


def blocks_of(columns: Mapping[str, Mapping[str, Any]]) -> tuple[Block, ...]:
    """The elements of a release, from the columns of its manifest or of its dictionary."""
    found: dict[tuple[str, str], Block] = {}
    for name, entry in columns.items():
        key = (entry["program"], entry["element"])
        block = found.get(key, Block(*key, entry["label"], (), ""))
        if entry["part"] == "value":
            block = replace(block, columns=(*block.columns, name))
        elif entry["part"] == "as_of":
            block = replace(block, as_of=name)
        found[key] = block
    return tuple(found.values())


def read_known(path: Path, roll: Roll) -> tuple[Known, ...]:
    """A file of corrections: a list of ``person``, ``program``, ``element``, ``found_on`` and perhaps ``note``.

    :raises BadInput: naming the line of what is missing, misspelt, or not held on the roll.
    """
    doc = strict_yaml.read(path, BadInput)
    if not isinstance(doc.data, list) or not doc.data:
        raise BadInput(f"{path}: must be a list of corrections, each with {', '.join(f'`{key}`' for key in KEYS)}")
    return tuple(_known(doc, place, roll) for place in range(len(doc.data)))


def _known(doc: strict_yaml.Document, place: int, roll: Roll) -> Known:
    row, where = doc.data[place], doc.at(place)
    if not isinstance(row, dict):
        raise BadInput(f"{where}: a correction must be a mapping")
    for key in row:
        if key not in KEYS:
            raise BadInput(f"{where}: unknown key `{key}`{did_you_mean(str(key), KEYS)}")
    for key in (name for name, needed in KEYS.items() if needed and not row.get(name)):
        raise BadInput(f"{where}: lacks `{key}`")
    program, element = str(row["program"]), str(row["element"])
    if not roll.holding(program, element):
        known = {held.element for held in roll.copies if program in held.programs}
        near = did_you_mean(element, known)
        raise BadInput(f"{where}: the roll holds no `{element}` under `{program}`{near}")
    try:
        found_on = dt.date.fromisoformat(str(row["found_on"]))
    except ValueError:
        raise BadInput(f"{where}: `found_on` must be a day written as YYYY-MM-DD") from None
    return Known(str(row["person"]), program, element, found_on, str(row.get("note", "")))


def trace(past: Past, roll: Roll, engine: Engine, known: Iterable[Known], today: dt.date) -> Traced:
    """Which values of a release have turned out wrong, each with its row.

    A correction found before the package was sealed says nothing of it: what left then was right already.
    """
    import pyarrow.parquet as parquet

    table = parquet.read_table(past.folder / "released.parquet")
    people = _people(past, roll, engine)
    links = _links(table, people, past.blocks, roll)
    changed = [(row, block, one) for block, rows in links.items() for row, one in rows.items() if one.differs]
    wrong = {
        (row, block.prefix): Wrong(row, one.person, block, today, "") for row, block, one in changed if not one.news
    }
    for found in known:
        if found.found_on < past.core.sealed_on:
            continue
        for block in past.blocks:
            if (block.program, block.element) == (found.program, found.element):
                rows = [row for row, one in links[block].items() if one.person == found.person]
                told = {row: Wrong(row, found.person, block, found.found_on, found.note) for row in rows}
                wrong |= {(row, block.prefix): one for row, one in told.items()}
    traced = {row for rows in links.values() for row in rows}
    later = sum(one.news for _, _, one in changed)
    return Traced(past, tuple(wrong[key] for key in sorted(wrong)), later, len(table) - len(traced))


@dataclass(frozen=True, slots=True)
class Link:
    """Whom a released row is about, judged by all its values but those of one block.

    ``differs``: the block's values are not those of the roll today. ``news``: the roll has others
    of a later day.
    """

    person: str
    differs: bool
    news: bool


def _people(past: Past, roll: Roll, engine: Engine) -> pa.Table:
    """The roll today: ids, and every column that the release has something of."""
    names = {block.raw(name) for block in past.blocks for name in (*block.columns, block.as_of) if name}
    listed = ", ".join(quoted(name) for name in sorted(names | {roll.id}))
    return engine.query(f"SELECT {listed} FROM {quoted(roll.people)}")


def _links(table: pa.Table, people: pa.Table, blocks: Sequence[Block], roll: Roll) -> dict[Block, dict[int, Link]]:
    """By block, each row that has a value in it and can be traced.

    First the rows of which every value is one person's still; then, of the rows and people that are left, those
    that agree in all but the block. So members of one household are told apart by whatever has not changed.
    """
    import duckdb

    columns = [(name, one.raw(name)) for one in blocks for name in one.columns]
    with duckdb.connect() as connection:
        connection.register("all_rows", table.append_column("row", _row_numbers(len(table))))
        connection.register("all_people", people)
        connection.execute(f"CREATE TABLE same AS {_linking(table, columns, None, roll, 'all_rows', 'all_people')}")
        person = f"CAST({quoted(roll.id)} AS VARCHAR)"
        connection.execute("CREATE VIEW rows AS FROM all_rows WHERE row NOT IN (SELECT row FROM same)")
        connection.execute(f"CREATE VIEW people AS FROM all_people WHERE {person} NOT IN (SELECT person FROM same)")
        return {block: _links_of(connection, table, columns, block, roll) for block in blocks}


def _links_of(
    connection: duckdb.DuckDBPyConnection,
    table: pa.Table,
    columns: Sequence[tuple[str, str]],
    block: Block,
    roll: Roll,
) -> dict[int, Link]:
    there = f"SELECT row FROM all_rows WHERE {quoted(block.columns[0])} IS NOT NULL"
    query = f"SELECT row, person, differs, news FROM same WHERE row IN ({there})"
    own = {block.raw(name) for name in block.columns}  # behind it under another program too: it may be wrong there
    others = [(name, raw) for name, raw in columns if raw not in own]
    if others:
        query += f" UNION ALL SELECT * FROM ({_linking(table, others, block, roll, 'rows', 'people')}) AS changed"
        query += f" WHERE row IN ({there})"
    found = connection.execute(query).fetchall()
    return {int(row): Link(person, differs, news) for row, person, differs, news in found}


def _linking(
    table: pa.Table, columns: Sequence[tuple[str, str]], block: Block | None, roll: Roll, rows: str, people: str
) -> str:
    """The query for rows that have all values of ``columns`` in common with one person, who has one such row."""
    same = " AND ".join(f"(r.{quoted(ours)} IS NULL OR r.{quoted(ours)} = p.{quoted(raw)})" for ours, raw in columns)
    # The column that is filled in most rows carries the join; the rest are compared within it.
    anchor, raw = max(columns, key=lambda pair: len(table) - table.column(pair[0]).null_count)
    differs = news = "false"
    if block is not None:
        pairs = [(quoted(name), quoted(block.raw(name))) for name in block.columns]
        differs = " OR ".join(f"r.{ours} IS DISTINCT FROM p.{theirs}" for ours, theirs in pairs)
        if block.as_of:
            news = f"({differs}) AND coalesce(p.{quoted(block.raw(block.as_of))} > r.{quoted(block.as_of)}, false)"
    return f"""SELECT row, person, differs, news FROM (
            SELECT r.row, CAST(p.{quoted(roll.id)} AS VARCHAR) AS person, ({differs}) AS differs, ({news}) AS news
            FROM {rows} AS r JOIN {people} AS p ON r.{quoted(anchor)} = p.{quoted(raw)} WHERE {same}
            QUALIFY count(*) OVER (PARTITION BY r.row) = 1) AS of_one_person
        QUALIFY count(*) OVER (PARTITION BY person) = 1"""


def _row_numbers(count: int) -> pa.Array:
    import pyarrow as pa

    return pa.array(range(1, count + 1), pa.int64())


def notice(past: Past, wrong: Wrong) -> dict[str, Any]:
    """The notice on one value of one person, for the recipient of the release: no value of anybody is in it."""
    core = past.core
    return {
        "schema": SCHEMA,
        "docket": core.docket,
        "decision": core.decision,
        "recipient": core.recipient,
        "sealed_on": core.sealed_on.isoformat(),
        "file": "released.csv",
        "file_sha256": past.csv_sha256,
        "row": wrong.row,
        "element": wrong.block.element,
        "label": wrong.block.label,
        "program": wrong.block.program,
        "columns": list(wrong.block.columns),
        "found_on": wrong.found_on.isoformat(),
        "note": wrong.note,
        # A desk's entry `release.corrected` commits to the notice, so the notice is the older one.
        "ledger_entry": None,
    }


def letter(data: Mapping[str, Any]) -> str:
    """The notice as a letter."""
    return f"""To: {data["recipient"]}
About: package of docket {data["docket"]}, decision {data["decision"]}, sealed on {data["sealed_on"]}

A value in this package has turned out to be wrong.

    file     {data["file"]} (SHA-256 {data["file_sha256"]})
    row      {data["row"]}, not counting the head
    value    {data["label"]}: {", ".join(data["columns"])}
    found    {data["found_on"]}{f" ({data['note']})" if data["note"] else ""}

Do not rely on this value any more. Take it out of whatever you made from it, and tell everybody to whom you passed
it on. If you acted on it, tell us and the person concerned what you did.

This letter does not hold the right value. If you may have it, we send it as a release of its own: ask under the
same docket.
"""


def write_notices(traced: Traced, out: Path) -> list[Path]:
    """Write each notice as JSON and as a letter into ``out``; the files written, in order.

    :raises BadInput: if the folder is there already or cannot be written.
    """
    files = []
    try:
        out.mkdir(parents=True)
        for number, wrong in enumerate(traced.wrong, 1):
            data = notice(traced.past, wrong)
            for ending, text in (("json", json.dumps(data, indent=2) + "\n"), ("txt", letter(data))):
                files.append(out / f"notice-{number:04}.{ending}")
                files[-1].write_text(text, encoding="utf-8")
    except FileExistsError:
        raise BadInput(f"{out}: is there already; name a new folder") from None
    except OSError as fault:
        raise BadInput(f"{out}: cannot be written: {fault.strerror}") from None
    return files
