"""Requests with the legally right answer, run as tests: scenarios, and one table per authority.

A *scenario* is a request file with ``expect``. A *table* belongs to one
authority: a base request that meets every condition, and rows that change one
thing and say what becomes of it. Tables are written from the authority's text,
so that they hold whatever the scenarios happen to ask.
"""

from __future__ import annotations

import copy as copying
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.decide.verdict import Item, Outcome, Reason, State, Verdict, widest
from ostiary.errors import BadInput, RequestError
from ostiary.law.bundle import Bundle
from ostiary.strict_yaml import Document, Entry, Path_

COMPLETE = ("flags", "statements")


@dataclass(frozen=True, slots=True)
class Difference:
    """One answer that is not the expected one. ``got`` and ``wanted`` are outcomes, or what is missing."""

    elements: tuple[str, ...]
    group: str
    what: str
    wanted: str
    got: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of one scenario or table row. ``advice``: good practice it names that no duty covers."""

    name: str
    title: str
    where: str
    differences: tuple[Difference, ...]
    advice: tuple[str, ...] = ()
    deciding: frozenset[str] = frozenset()

    @property
    def right(self) -> bool:
        """Whether every expected answer came out."""
        return not self.differences


_SCENARIO = {
    "id": True, "title": True, "counsel_may_differ": False, "facts": True,
    "expect": True, "actions": False, "why": False,
}  # fmt: skip
_EXPECT = {
    "elements": True, "outcome": True, "citations": False, "reason": False,
    "applies_to": False, "conditions": False, "accept": False,
}  # fmt: skip


def run_scenarios(bundle: Bundle, doc: Document) -> Iterator[CaseResult]:
    """Judge every scenario of a file.

    :raises RequestError: a file that is not a list of scenarios, or a scenario that is not well formed.
    """
    if not isinstance(doc.data, list):
        raise RequestError(f"{doc.at()}: must be a list of scenarios, each with `id`, `facts` and `expect`")
    for index in range(len(doc.data)):
        entry = Entry(doc, (index,), "scenario", _SCENARIO, RequestError)
        yield _scenario(bundle, doc, entry, (index,))


def _scenario(bundle: Bundle, doc: Document, entry: Entry, at: Path_) -> CaseResult:
    request = read_request(doc, bundle.words, at=(*at, "facts"), complete=COMPLETE)
    verdict = decide(bundle, request)
    differences: list[Difference] = []
    for expected in entry.each("expect", "expect", _EXPECT):
        differences += _compare(bundle, verdict, expected)
    actions = entry.texts("actions")
    for code in actions:
        if code not in bundle.words.actions:
            raise entry.fault(f"unknown action `{code}`", "actions")
    missing = [code for code in actions if code not in verdict.duties()]
    owed = tuple(code for code in missing if bundle.words.actions[code].basis == "law")
    if owed:
        differences.append(Difference((), "", "duties", ", ".join(owed), "not among the duties"))
    advice = tuple(code for code in missing if code not in owed)
    name, title = entry.text("id"), entry.text("title")
    return CaseResult(name, title, doc.at(*at), tuple(differences), advice, _deciding(verdict))


def _deciding(verdict: Verdict) -> frozenset[str]:
    return frozenset(rule for item in verdict.items for rule in item.deciding)


def _compare(bundle: Bundle, verdict: Verdict, expected: Entry) -> Iterator[Difference]:
    wanted = expected.choice("outcome", [outcome.value for outcome in Outcome])
    accepted = {wanted, *expected.texts("accept")}
    group, citations = expected.text("applies_to"), expected.texts("citations")
    for citation in citations:
        if citation not in bundle.authorities:
            raise expected.fault(f"unknown authority `{citation}`", "citations")
    for element in expected.texts("elements"):
        items = [item for item in verdict.items if item.copy.element == element and item.group == group]
        if not items:
            raise expected.fault(f"element `{element}` is not asked for in this group", "elements")
        got = widest(item.outcome for item in items)
        if got.value not in accepted:
            yield Difference((element,), group, "outcome", " or ".join(sorted(accepted)), got.value)
        elif citations and not _cited(bundle, items, got) & set(citations):
            yield Difference((element,), group, "citations", ", ".join(citations), "none of them")


def _cited(bundle: Bundle, items: Sequence[Item], outcome: Outcome) -> set[str]:
    """The authorities of rules that were alive or defeated for the copies with this outcome."""
    return {
        name
        for item in items
        if item.outcome is outcome
        for found in item.considered
        if found.state in (State.ALIVE, State.DEFEATED)
        for name in bundle.by_id[found.rule].authorities
    }


# Tables: one per authority.

_TABLE = {"authority": True, "note": False, "agency": False, "facts": True, "rows": True}
_ROW = {
    "case": True, "change": False, "programs": False, "elements": False, "agency": False, "as_of": False,
    "outcome": True, "reason": False, "decides": False, "owes": False, "source": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: the whole request that it stands for, and the answer it wants."""

    authority: str
    case: str
    where: str
    facts: Document
    agency: frozenset[str] | None
    outcomes: tuple[str, ...]
    reason: str
    decides: tuple[str, ...]
    owes: tuple[str, ...]


def read_tables(doc: Document, bundle: Bundle) -> list[Row]:
    """The rows of every table in a tests file.

    :raises RequestError: an unknown authority, key, outcome or rule.
    """
    if not isinstance(doc.data, list):
        raise RequestError(f"{doc.at()}: must be a list of tables, each with `authority`, `facts` and `rows`")
    rows: list[Row] = []
    for index in range(len(doc.data)):
        table = Entry(doc, (index,), "table", _TABLE, RequestError)
        authority = table.choice("authority", bundle.authorities)
        for entry in table.each("rows", f"table `{authority}`", _ROW):
            rows.append(_row(table, entry, authority, bundle))
    return rows


def _row(table: Entry, entry: Entry, authority: str, bundle: Bundle) -> Row:
    facts = copying.deepcopy(table.data["facts"])
    for key, value in _changes(entry):
        _lay(facts, key, value)
    for key in ("programs", "elements"):
        if key in entry.data:
            facts["programs" if key == "programs" else "elements_requested"] = entry.data[key]
    wanted = entry.data["outcome"]
    outcomes = tuple(wanted) if isinstance(wanted, list) else (wanted,)
    for outcome in outcomes:
        if outcome not in list(Outcome):
            raise entry.fault(f"`outcome` cannot be `{outcome}`", "outcome")
    for name in entry.texts("decides"):
        if name not in bundle.by_id:
            raise entry.fault(f"`decides` names `{name}`, which is no rule", "decides")
    kinds = frozenset(entry.texts("agency") or table.texts("agency")) or None
    where = entry.doc.at(*entry.path)
    reason = entry.choice("reason", ["", *Reason]) if "reason" in entry.data else ""
    request = Document(where, facts, {})
    case, decides, owes = entry.text("case"), entry.texts("decides"), entry.texts("owes")
    return Row(authority, case, where, request, kinds, outcomes, reason, decides, owes)


def _changes(entry: Entry) -> Iterable[tuple[str, Any]]:
    """``change`` maps dotted facts to values; the text ``gone`` takes a fact out."""
    changes: Mapping[str, Any] = entry.data.get("change", {})
    if not isinstance(changes, dict):
        raise entry.fault("`change` must map facts to their new values", "change")
    return changes.items()


def _lay(facts: dict[str, Any], key: str, value: Any) -> None:
    section, _, inner = key.partition(".")
    target = facts.setdefault(section, {}) if inner else facts
    if not isinstance(target, dict):
        raise RequestError(f"`{key}` cannot be changed: `{section}` is not a mapping")
    if value == "gone":
        target.pop(inner or section, None)
    else:
        target[inner or section] = value


def run_row(bundle: Bundle, row: Row) -> CaseResult:
    """Judge one row of a table."""
    try:
        verdict = decide(bundle, read_request(row.facts, bundle.words), agency=row.agency)
    except BadInput as fault:
        raise RequestError(f"{row.where}: table `{row.authority}`: {fault}") from None
    differences: list[Difference] = []
    for item in verdict.items:
        element, program = item.copy.element, item.copy.program
        if item.outcome.value not in row.outcomes:
            differences.append(
                Difference((element,), program, "outcome", " or ".join(row.outcomes), item.outcome.value)
            )
        elif row.reason and item.reason.value != row.reason:
            differences.append(Difference((element,), program, "reason", row.reason, item.reason.value))
        absent = [name for name in row.decides if name not in item.deciding]
        if absent:
            got = ", ".join(item.deciding) or "nothing"
            differences.append(Difference((element,), program, "decides", ", ".join(absent), got))
    owed = [code for code in row.owes if code not in verdict.duties()]
    if owed:
        differences.append(Difference((), "", "duties", ", ".join(owed), "not among the duties"))
    return CaseResult(row.authority, row.case, row.where, tuple(differences), (), _deciding(verdict))
