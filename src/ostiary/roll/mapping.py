"""A roll as mapped: which column holds what, in the words of the vocabulary. ``reading`` reads it from ``roll.yaml``.

The roll's own codes are put into the vocabulary's words by declared value tables. What is not
mapped does not leave; a person fact that is not mapped is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ostiary.roll.identifiers import Field

ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and how its raw codes read: a code, a list of codes, yes or no, or ``absent``.

    ``values`` is None where the column already speaks the vocabulary. ``null_absent``: NULL means
    known to be absent; otherwise it means unknown. ``kind``: what it must hold, ``bool``, ``day`` or ``any``.
    """

    name: str
    values: Mapping[str, Any] | None = None
    null_absent: bool = False
    kind: str = "any"


@dataclass(frozen=True, slots=True)
class Newest:
    """A yes-or-no fact that the newest row of some registers says. ``no_row``: what having no row means."""

    tables: tuple[str, ...]
    person: str
    column: str
    newest_by: str
    no_row: bool | None


@dataclass(frozen=True, slots=True)
class Household:
    """A fact that holds when ``column`` holds for some (or for every) person who shares ``group``."""

    group: str
    column: str
    every: bool


Source = Column | Newest | Household


@dataclass(frozen=True, slots=True)
class Relation:
    """Tables of one layout with several rows about one person, each row a set of facts (each row one consent)."""

    name: str
    tables: tuple[str, ...]
    person: str
    facts: Mapping[str, Column]
    absent: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """The columns that hold one element under some programs; the first says whether a value is there.

    ``origins`` maps a source of the vocabulary to the raw codes of ``origin_column`` that mean it; with
    a fixed source there is no such column and one source. ``origin_codes``: every code with a meaning.
    ``free_text``: those of the columns that people wrote, in which other people may be spoken of.
    """

    element: str
    programs: tuple[str, ...]
    columns: tuple[str, ...]
    origin_column: str
    origins: Mapping[str, tuple[str, ...]]
    as_of: str
    origin_codes: frozenset[str] = frozenset()
    free_text: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """The column that says whether a value is there."""
        return self.columns[0]


@dataclass(frozen=True)
class Roll:
    """A roll as mapped. ``tables``: a name to the files (or, in a database, the table) that hold it.

    ``identifiers``: what matching knows a person by, each with the columns that say it, in order.
    """

    path: Path
    name: str
    tables: Mapping[str, str]
    people: str
    id: str
    programs: Mapping[str, str]
    facts: Mapping[str, Source]
    relations: Mapping[str, Relation]
    copies: tuple[Held, ...]
    registers: frozenset[str] = frozenset()
    unreadable: frozenset[str] = frozenset()
    identifiers: Mapping[Field, tuple[str, ...]] = field(default_factory=dict)

    def without(self, unreadable: Iterable[str]) -> Roll:
        """The roll when some registers cannot be read: what they say is unknown, for everybody."""
        gone = frozenset(unreadable)

        def reads(source: Source | Relation) -> bool:
            return isinstance(source, Newest | Relation) and not gone.isdisjoint(source.tables)

        return replace(
            self,
            tables={name: files for name, files in self.tables.items() if name not in gone},
            facts={name: source for name, source in self.facts.items() if not reads(source)},
            relations={name: found for name, found in self.relations.items() if not reads(found)},
            unreadable=gone,
        )

    @property
    def open_facts(self) -> frozenset[str]:
        """The person facts that the roll knows."""
        inside = (name for relation in self.relations.values() for name in relation.facts)
        return frozenset((*self.facts, *inside))

    @cached_property
    def free_text(self) -> frozenset[str]:
        """The columns that people wrote, in which other people may be spoken of."""
        return frozenset(name for held in self.copies for name in held.free_text)

    def holding(self, program: str, element: str) -> list[Held]:
        """The columns that hold an element under a program."""
        return [held for held in self.copies if held.element == element and program in held.programs]

    def columns(self) -> dict[str, dict[str, str]]:
        """Every mapped column per table, with the kind of value that it must hold."""
        wanted: dict[str, dict[str, str]] = {name: {} for name in self.tables}
        for table, name, kind in self._uses():
            if wanted[table].get(name, "any") == "any":  # one use may ask for more than another
                wanted[table][name] = kind
        return wanted

    def _uses(self) -> Iterator[tuple[str, str, str]]:
        people = self.people
        yield people, self.id, "any"
        yield from ((people, name, "bool") for name in self.programs.values())
        for source in self.facts.values():
            if isinstance(source, Column):
                yield people, source.name, source.kind
            elif isinstance(source, Household):
                yield from ((people, source.group, "any"), (people, source.column, "bool"))
            else:
                for table in source.tables:
                    yield from ((table, source.person, "any"), (table, source.column, "bool"))
                    yield table, source.newest_by, "day"
        for held in self.copies:
            yield from ((people, name, "any") for name in (*held.columns, held.origin_column, held.as_of) if name)
        yield from ((people, name, "any") for names in self.identifiers.values() for name in names)
        for relation in self.relations.values():
            for table in relation.tables:
                yield table, relation.person, "any"
                yield from ((table, column.name, column.kind) for column in relation.facts.values())


def quoted(name: str) -> str:
    """A name as every engine takes it in a query."""
    return '"' + name.replace('"', '""') + '"'
