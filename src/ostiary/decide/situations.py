"""Every case of the packs' tests, read once: each copy that it judges, and what the case wants of the answer.

A changed law is held against the cases again and again (``killing``), and each condition of the law is asked
for in all of them (``provisions``). Both want the facts read and the conditions answered beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ostiary import strict_yaml
from ostiary.decide.cases import COMPLETE, Row, read_tables
from ostiary.decide.decide import decide
from ostiary.decide.interpret import Own, Reading
from ostiary.decide.request import Group, read_request
from ostiary.decide.verdict import Item, State, Verdict, widest
from ostiary.errors import RequestError
from ostiary.law.bundle import Bundle, Copy, copy_facts
from ostiary.law.meaning import Facts
from ostiary.law.rule import Rule
from ostiary.strict_yaml import Document, Entry


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case wants of some of its items together: their widest outcome, and what must stand behind it."""

    items: tuple[int, ...]
    outcomes: frozenset[str]
    reason: str = ""
    decides: tuple[str, ...] = ()
    citations: frozenset[str] = frozenset()

    def met(self, bundle: Bundle, items: Sequence[Item]) -> bool:
        """Whether these answers are the wanted ones."""
        found = [items[place] for place in self.items]
        got = widest(item.outcome for item in found)
        if got.value not in self.outcomes:
            return False
        if self.citations and not self.citations & _cited(bundle, [item for item in found if item.outcome is got]):
            return False
        return all(
            (not self.reason or item.reason.value == self.reason) and set(self.decides) <= set(item.deciding)
            for item in found
        )


def _cited(bundle: Bundle, items: Iterable[Item]) -> set[str]:
    """The authorities of rules that were alive or defeated for these copies."""
    return {
        name
        for item in items
        for found in item.considered
        if found.state in (State.ALIVE, State.DEFEATED)
        for name in bundle.by_id[found.rule].authorities
    }


@dataclass(frozen=True)
class Situation:
    """One copy judged in one group of a case. ``rules``: those that reach it, notes too, in defeat order.

    ``owns``: each of these rules that is in force, with the value of its own condition. ``held``: whether
    such a copy can exist at all; where not, the law is shown and nothing can leave.
    """

    place: int
    reading: Reading
    facts: Facts
    copy: Copy
    group: str
    held: bool
    rules: tuple[Rule, ...]
    owns: Mapping[str, Own]
    item: Item


@dataclass(frozen=True)
class Case:
    """A table row or a scenario. ``authority`` is empty for a scenario. ``owes``: duties of the whole answer."""

    name: str
    where: str
    authority: str
    situations: tuple[Situation, ...]
    wants: tuple[Wanted, ...]
    owes: frozenset[str] = field(default_factory=frozenset)

    def right(self, bundle: Bundle, items: Sequence[Item] | None = None) -> bool:
        """Whether these answers, or the bundle's own, are all that the case wants."""
        found = [situation.item for situation in self.situations] if items is None else items
        if not all(wanted.met(bundle, found) for wanted in self.wants):
            return False
        return not self.owes or self.owes <= {duty.do for item in found for duty in item.duties}

    @property
    def label(self) -> str:
        """How a report names the case."""
        return f"{self.where} {self.name}"


def packs_tests(bundle: Bundle) -> Iterator[Document]:
    """Every tests file of the packs, read; named from its pack on."""
    for pack in bundle.packs:
        for path in sorted((pack.folder / "tests").glob("**/*.yaml")):
            yield strict_yaml.read(path, RequestError, f"{pack.name}/{path.relative_to(pack.folder).as_posix()}")


def holds_scenarios(doc: Document) -> bool:
    """Whether a tests file holds scenarios; else it holds tables."""
    return doc.name.rpartition("/")[2].startswith("scenarios")


def cases_of(bundle: Bundle, doc: Document) -> Iterator[Case]:
    """The cases of one tests file.

    :raises RequestError: as ``cases.read_tables`` and ``cases.run_scenarios``.
    """
    if holds_scenarios(doc):
        yield from scenario_cases(bundle, doc)
    else:
        yield from (row_case(bundle, row) for row in read_tables(doc, bundle))


def row_case(bundle: Bundle, row: Row) -> Case:
    """One row of a table: the same is wanted of each of its items."""
    request = read_request(row.facts, bundle.words)
    found = _situations(bundle, decide(bundle, request, agency=row.agency), request.groups, row.agency)
    outcomes = frozenset(row.outcomes)
    wants = tuple(Wanted((place,), outcomes, row.reason, row.decides) for place in range(len(found)))
    return Case(row.case, row.where, row.authority, found, wants, frozenset(row.owes))


def scenario_cases(bundle: Bundle, doc: Document) -> Iterator[Case]:
    """Each scenario of a file: of each element asked for, the widest of its copies' answers is wanted."""
    keys = dict.fromkeys(("id", "title", "counsel_may_differ", "facts", "expect", "actions", "why"), False)
    asks = dict.fromkeys(("elements", "outcome", "citations", "reason", "applies_to", "conditions", "accept"), False)
    if not isinstance(doc.data, list):
        raise RequestError(f"{doc.at()}: must be a list of scenarios, each with `id`, `facts` and `expect`")
    for index in range(len(doc.data)):
        entry = Entry(doc, (index,), "scenario", keys, RequestError)
        request = read_request(doc, bundle.words, at=(index, "facts"), complete=COMPLETE)
        found = _situations(bundle, decide(bundle, request), request.groups, None)
        wants = tuple(
            wanted for expected in entry.each("expect", "expect", asks) for wanted in _wanted(expected, found)
        )
        known = bundle.words.actions
        owes = (code for code in entry.texts("actions") if code not in known or known[code].basis == "law")
        yield Case(entry.text("id"), doc.at(index), "", found, wants, frozenset(owes))


def _wanted(expected: Entry, found: Sequence[Situation]) -> Iterator[Wanted]:
    group = expected.text("applies_to")
    outcomes = frozenset({expected.text("outcome"), *expected.texts("accept")})
    for element in expected.texts("elements"):
        places = tuple(s.place for s in found if s.copy.element == element and s.group == group)
        if not places:
            raise expected.fault(f"element `{element}` is not asked for in this group", "elements")
        yield Wanted(places, outcomes, citations=frozenset(expected.texts("citations")))


def _situations(
    bundle: Bundle, verdict: Verdict, groups: Sequence[Group], agency: frozenset[str] | None
) -> tuple[Situation, ...]:
    kinds = agency or bundle.agency.kinds
    readings = {group.name: Reading(bundle, group.facts, verdict.as_of, kinds) for group in groups}
    return tuple(_situation(place, readings[item.group], item) for place, item in enumerate(verdict.items))


def _situation(place: int, reading: Reading, item: Item) -> Situation:
    words = reading.bundle.words
    facts = {**reading.facts, **copy_facts(item.copy, words)}
    rules = reading.bundle.rules_at(item.copy)
    owns = {rule.id: reading.own(rule, facts) for rule in rules if rule.in_force(reading.as_of)}
    held = item.copy.program in words.elements[item.copy.element].held_under
    return Situation(place, reading, facts, item.copy, item.group, held, rules, owns, item)
