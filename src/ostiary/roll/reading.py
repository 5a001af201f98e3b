"""``roll.yaml`` read strictly into a roll: every key, fact, element, program, table and code checked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ostiary import strict_yaml
from ostiary.errors import RollError, did_you_mean
from ostiary.roll.identifiers import Field
from ostiary.roll.mapping import ABSENT, Column, Held, Household, Newest, Relation, Roll, Source
from ostiary.strict_yaml import Entry
from ostiary.vocabulary import Base, Fact, Level, Vocabulary

_OURS = re.compile(r"(?i)held|key|n|v|place|[scdkqhnr][0-9]+")
_TOP = {
    "roll": True, "name": True, "as_of": False, "tables": True, "registers": False, "people": True, "values": False,
    "programs": True, "facts": False, "relations": False, "copies": True, "identifiers": False,
}  # fmt: skip
_RELATION = {
    "table": False, "person": False, "group": False, "newest_by": False, "no_row": False,
    "fills": False, "nulls": False, "facts": False, "absent": False,
}  # fmt: skip


def read_roll(path: Path, words: Vocabulary) -> Roll:
    """The mapping of a roll, every key, fact, element, program and code checked.

    :raises RollError: naming file, line, key, and what to write.
    """
    return _Reader(strict_yaml.read(path, RollError), path, words).roll()


class _Reader:
    """Reads one ``roll.yaml``; holds the document and the words."""

    def __init__(self, doc: strict_yaml.Document, path: Path, words: Vocabulary) -> None:
        self.words, self.path, self.doc = words, path, doc
        self.top = Entry(doc, (), "roll", _TOP, RollError)
        self.tables: dict[str, str] = self.section("tables")

    def roll(self) -> Roll:
        if self.top.data["roll"] != 1:
            raise self.top.fault("`roll` must be 1, the version of this format", "roll")
        for name, files in self.tables.items():
            if not isinstance(files, str) or not files:
                raise self.top.fault("each table needs its files, or its name in the database", "tables", name)
        if not self.tables:
            raise self.top.fault("`tables` must name the tables and their files", "tables")
        people = self.top.within("people", "people", {"table": True, "id": True})
        found = Roll(
            self.path,
            self.top.text("name"),
            self.tables,
            people.choice("table", self.tables),
            people.text("id"),
            self.programs(),
            self.facts(),
            self.relations(),
            tuple(self.copies()),
            self.registers(people.text("table")),
            identifiers=self.identifiers(),
        )
        self.check_names(found)
        self.check_once(found)
        return found

    def check_names(self, roll: Roll) -> None:
        """No column may bear a name that the query gives to something of its own."""
        for table, columns in roll.columns().items():
            for name in columns:
                if _OURS.fullmatch(name):
                    raise self.top.fault(
                        f"table `{table}`: column `{name}` bears a name of the query; rename it in a view"
                    )

    def check_once(self, roll: Roll) -> None:
        """A copy stands in one place: from one source, an element of a program has one group of columns."""
        seen: set[tuple[str, str, str]] = set()
        for place, held in enumerate(roll.copies):
            for one in ((held.element, program, source) for program in held.programs for source in held.origins):
                if one in seen:
                    raise self.top.fault(
                        f"`{one[0]}` under `{one[1]}` from `{one[2]}` is mapped twice", "copies", place
                    )
                seen.add(one)

    def registers(self, people: str) -> frozenset[str]:
        """Tables kept elsewhere. One that cannot be read makes what it says unknown."""
        names = self.top.texts("registers")
        for name in names:
            self.known(name, self.tables, "table", "registers")
            if name == people:
                raise self.top.fault("the people cannot be a register: without them there is no roll", "registers")
        return frozenset(names)

    def identifiers(self) -> dict[Field, tuple[str, ...]]:
        """What matching knows a person by: a column, or several that are read as one text."""
        if "identifiers" not in self.top.data:
            return {}
        entry = self.top.within("identifiers", "identifiers", dict.fromkeys(Field, False))
        found = {}
        for name in entry.data:
            one = isinstance(entry.data[name], str)
            found[Field(name)] = (entry.text(name),) if one else entry.texts(name)
            if not found[Field(name)]:
                raise entry.fault("name the column, or a list of columns", name)
        return found

    def same_layout(self, entry: Entry) -> tuple[str, ...]:
        """The table, or the tables of one layout, that a relation reads."""
        named = entry.data.get("table")
        names = entry.texts("table") if isinstance(named, list) else (entry.text("table"),)
        for name in names:
            self.known(name, self.tables, "table", *entry.path, "table")
        return names

    def section(self, key: str) -> dict[str, Any]:
        found = self.top.data.get(key, {})
        if not isinstance(found, dict):
            raise self.top.fault(f"`{key}` must be a mapping", key)
        return found

    def known(self, word: str, known: Iterable[str], what: str, *path: str | int) -> str:
        known = tuple(known)
        if word not in known:
            raise self.top.fault(f"unknown {what} `{word}`{did_you_mean(str(word), known)}", *path)
        return word

    def programs(self) -> dict[str, str]:
        found = self.section("programs")
        for name, column in found.items():
            self.known(name, self.words.codes["programs"], "program", "programs", name)
            if not isinstance(column, str):
                raise self.top.fault("a program names the column that says who has a file", "programs", name)
        return found

    def facts(self) -> dict[str, Source]:
        return {name: self.fact(name) for name in self.section("facts")}

    def fact(self, name: str) -> Source:
        fact = self.person_fact(name, "facts", name)
        keys = {"column": False, "values": False, "relation": False, "any": False, "all": False}
        entry = Entry(self.doc, ("facts", name), f"fact `{name}`", keys, RollError)
        if fact.type.base is not Base.BOOL:
            raise entry.fault("only yes-or-no facts can stand here; a consent's facts belong under `relations`")
        if "relation" not in entry.data:
            return self.column(entry, fact, null_absent=False)
        relation = self.known(entry.text("relation"), self.section("relations"), "relation", "facts", name, "relation")
        over = Entry(self.doc, ("relations", relation), f"relation `{relation}`", _RELATION, RollError)
        if "group" in over.data:
            column = entry.text("any") or entry.text("all")
            if not column or ("any" in entry.data) == ("all" in entry.data):
                raise entry.fault("say `any: COLUMN` or `all: COLUMN` over the rows that share the group")
            return Household(over.text("group"), column, "all" in entry.data)
        no_row = over.data.get("no_row")
        if no_row is not None and not isinstance(no_row, bool):
            raise over.fault("`no_row` must be true or false; left out, it is unknown", "no_row")
        for key in ("table", "person", "newest_by"):
            if key not in over.data:
                raise over.fault(f"key `{key}` is missing")
        return Newest(self.same_layout(over), over.text("person"), entry.text("column"), over.text("newest_by"), no_row)

    def person_fact(self, name: str, *path: str) -> Fact:
        fact = self.words.facts.get(name)
        if fact is None or fact.level is not Level.PERSON:
            near = did_you_mean(name, (n for n, f in self.words.facts.items() if f.level is Level.PERSON))
            raise self.top.fault(f"`{name}` is no fact about a person{near}", *path)
        return fact

    def column(self, entry: Entry, fact: Fact, *, null_absent: bool) -> Column:
        name = entry.text("column")
        if not name:
            raise entry.fault("key `column` is missing")
        if "values" not in entry.data:
            return self.plain_column(entry, name, fact, null_absent)
        table = self.value_table(entry.text("values"), *entry.path, "values")
        for code, meaning in table.items():
            if meaning == ABSENT and fact.optional:
                continue
            if not self.fits(fact, meaning):
                raise entry.fault(f"value table: `{code}` does not stand for a {fact.type}", "values")
        return Column(name, table, null_absent)

    def plain_column(self, entry: Entry, name: str, fact: Fact, null_absent: bool) -> Column:
        """A column that speaks the vocabulary itself: codes are its own value table, so that others are noticed."""
        if fact.type.many:
            raise entry.fault(f"a {fact.type} needs a value table; a column holds one code", "column")
        if fact.type.codes:
            return Column(name, {code: code for code in self.words.known_codes(fact.type.codes)}, null_absent)
        kinds = {Base.BOOL: "bool", Base.DATE: "day"}
        return Column(name, None, null_absent, kinds.get(fact.type.base, "any"))

    def fits(self, fact: Fact, meaning: Any) -> bool:
        if fact.type.base is Base.BOOL:
            return isinstance(meaning, bool)
        listed = meaning if fact.type.many else [meaning]
        known = tuple(self.words.known_codes(fact.type.codes)) if fact.type.codes else ()
        return isinstance(listed, list) and all(isinstance(one, str) and one in known for one in listed)

    def value_table(self, name: str, *path: str | int) -> dict[str, Any]:
        tables = self.section("values")
        found = tables[self.known(name, tables, "value table", *path)]
        if not isinstance(found, dict) or not found:
            raise self.top.fault("a value table maps each code of the data to a word of the vocabulary", "values", name)
        return {str(code): meaning for code, meaning in found.items()}

    def relations(self) -> dict[str, Relation]:
        found: dict[str, Relation] = {}
        for name in self.section("relations"):
            entry = Entry(self.doc, ("relations", name), f"relation `{name}`", _RELATION, RollError)
            if "fills" in entry.data:
                section = self.known(entry.text("fills"), self.words.relations, "relation", "relations", name, "fills")
                found[section] = self.relation(entry, name, section)
        return found

    def relation(self, entry: Entry, name: str, section: str) -> Relation:
        for key in ("table", "person", "facts"):
            if key not in entry.data:
                raise entry.fault(f"key `{key}` is missing")
        nulls = entry.choice("nulls", ("unknown", ABSENT), "unknown")
        facts: dict[str, Column] = {}
        for fact_name in entry.within("facts", "facts", dict.fromkeys(entry.data["facts"], True)).data:
            fact = self.person_fact(fact_name, "relations", name, "facts", fact_name)
            inner = Entry(
                self.doc, (*entry.path, "facts", fact_name), fact_name, {"column": True, "values": False}, RollError
            )
            facts[fact_name] = self.column(inner, fact, null_absent=nulls == ABSENT and fact.optional)
        absent = entry.texts("absent")
        for fact_name in (*facts, *absent):
            if fact_name.split(".")[0] != section or not self.person_fact(fact_name, "relations", name).optional:
                raise entry.fault(f"`{fact_name}` is no optional fact of `{section}`")
        return Relation(section, self.same_layout(entry), entry.text("person"), facts, frozenset(absent))

    def copies(self) -> Iterable[Held]:
        keys = {"element": True, "programs": True, "columns": True, "source": True, "as_of": False,
                "free_text": False}  # fmt: skip
        for entry in self.top.each("copies", "copy", keys):
            element = self.words.elements.get(entry.text("element"))
            if element is None:
                near = did_you_mean(entry.text("element"), self.words.elements)
                raise entry.fault(f"unknown element `{entry.text('element')}`{near}", "element")
            programs = entry.texts("programs")
            mapped = self.section("programs")
            for program in programs:
                if program not in mapped or program not in element.held_under:
                    raise entry.fault(
                        f"`{program}` is no program of this roll that can hold `{element.id}`", "programs"
                    )
            columns = entry.texts("columns")
            if not programs or not columns:
                raise entry.fault("needs at least one program and one column")
            origin, origins, codes = self.origins(entry, element.sources)
            free = frozenset(entry.texts("free_text"))
            if free - set(columns):
                raise entry.fault("names a column that is not among `columns`", "free_text")
            yield Held(element.id, programs, columns, origin, origins, entry.text("as_of"), codes, free)

    def origins(
        self, entry: Entry, possible: tuple[str, ...]
    ) -> tuple[str, dict[str, tuple[str, ...]], frozenset[str]]:
        if isinstance(entry.data["source"], str):
            return "", {entry.choice("source", possible): ()}, frozenset()
        inner = entry.within("source", "source", {"column": True, "values": True})
        table = self.value_table(inner.text("values"), *inner.path, "values")
        for code, meaning in table.items():
            if meaning not in self.words.codes["sources"]:
                raise inner.fault(f"value table: `{code}` does not stand for a source", "values")
        found = {name: tuple(sorted(code for code, word in table.items() if word == name)) for name in possible}
        return inner.text("column"), {name: codes for name, codes in found.items() if codes}, frozenset(table)
