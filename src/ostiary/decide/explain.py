"""A verdict for a person: what leaves, what does not, why, what is missing, what is owed.

Plain values that a page, a letter or a terminal can lay out. The words come from
the rules and the vocabulary; nothing is written by hand for one request.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ostiary.decide.request import Request
from ostiary.decide.verdict import Considered, Item, Outcome, Reason, State, Verdict
from ostiary.law.authority import Mark, weakest
from ostiary.law.bundle import Bundle, Copy, copy_facts
from ostiary.law.condition import conjuncts
from ostiary.law.meaning import Facts, holds
from ostiary.law.rule import Rule
from ostiary.law.words import in_words

if TYPE_CHECKING:
    from ostiary.decide.population import Screen

OUTCOME_WORDS: Mapping[Outcome, str] = {
    Outcome.MANDATED: "must be given",
    Outcome.RELEASE: "may be given",
    Outcome.CONFLICT: "conflict: counsel",
    Outcome.REFER: "to counsel",
    Outcome.WITHHOLD: "stays",
}
REASON_WORDS: Mapping[Reason, str] = {
    Reason.AUTHORISED: "authorised",
    Reason.CONTESTED: "rests on a contested reading",
    Reason.CONFLICT: "two laws collide",
    Reason.POSSIBLE_CONFLICT: "a bar may stand against a duty",
    Reason.DUTIES_CONFLICT: "two duties cannot both be kept",
    Reason.MISSING_FACTS: "a fact is missing",
    Reason.NO_AUTHORITY: "no law opens it",
    Reason.FORBIDDEN: "forbidden",
    Reason.NOT_HELD: "no such copy is held",
    Reason.ENGINE_ERROR: "engine fault: call the operator",
}
EVIDENCE_WORDS: Mapping[Mark, str] = {
    Mark.VERIFIED: "verified",
    Mark.IN_PART: "verified in part",
    Mark.FROM_MEMORY: "from memory, not verified",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: elements of one group and program that share one answer."""

    group: str
    program: str
    elements: tuple[str, ...]
    outcome: Outcome
    answer: str
    because: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One rule on the ladder of reasons, in words. ``detail``: what failed, what defeats it, what it waits for."""

    state: State
    rule: str
    title: str
    citations: str
    sure: str
    detail: tuple[str, ...]


def table(bundle: Bundle, verdict: Verdict) -> list[Line]:
    """The rows of the screen: what leaves first, alike answers together."""
    rows: dict[tuple[str, str, Outcome, Reason, tuple[str, ...]], list[Item]] = {}
    for item in verdict.items:
        key = (item.group, item.copy.program, item.outcome, item.reason, item.deciding)
        rows.setdefault(key, []).append(item)
    order = list(Outcome)
    lines = [_line(bundle, items) for items in rows.values()]
    groups = list(dict.fromkeys(line.group for line in lines))
    return sorted(lines, key=lambda line: (groups.index(line.group), order.index(line.outcome)))


def screen_table(bundle: Bundle, found: Screen) -> list[tuple[Copy, Outcome, int, str]]:
    """The rows of a roll's screen: each copy and answer, how many values, and the law that decides."""
    rows: dict[tuple[Copy, Outcome, str], int] = {}
    for line in found.lines:
        item = found.signatures[line.signature].item
        why = because(bundle, item) if item is not None else "where the value came from is not known"
        copy = Copy(line.copy.program, line.copy.element, "")
        rows[copy, line.outcome, why] = rows.get((copy, line.outcome, why), 0) + line.values
    order = list(Outcome)
    listed = sorted(rows.items(), key=lambda row: (order.index(row[0][1]), row[0][0], -row[1]))
    return [(copy, outcome, values, why) for (copy, outcome, why), values in listed]


def _line(bundle: Bundle, items: list[Item]) -> Line:
    first = items[0]
    labels = tuple(bundle.words.code_label("elements", item.copy.element) for item in items)
    program = bundle.words.code_label("programs", first.copy.program)
    answer = OUTCOME_WORDS[first.outcome]
    return Line(first.group, program, labels, first.outcome, answer, because(bundle, first))


def because(bundle: Bundle, item: Item) -> str:
    """One sentence: the reason, the leading rules and their citations."""
    reason = REASON_WORDS[item.reason]
    if item.reason is Reason.CONFLICT:
        kinds = {name: bundle.by_id[name].kind for name in item.deciding}
        sides = [[n for n in item.deciding if kinds[n] == side] for side in ("mandate", "forbid")]
        return f"{reason}: {_named(bundle, sides[0][:1])} against {_named(bundle, sides[1][:1])}"
    if not item.deciding:
        return reason
    return f"{reason}: {_named(bundle, item.deciding[:1])}"


def _named(bundle: Bundle, names: Iterable[str]) -> str:
    rules = [bundle.by_id[name] for name in names]
    return "; ".join(f"{rule.title} ({citation(bundle, rule.authorities[0])})" for rule in rules)


def citation(bundle: Bundle, authority: str) -> str:
    """An authority's citation, marked when its evidence is from memory only."""
    found = bundle.authorities[authority]
    mark = " [from memory]" if found.evidence.mark is Mark.FROM_MEMORY else ""
    return f"{found.citation}{mark}"


def questions(bundle: Bundle, verdict: Verdict) -> list[tuple[str, str, str]]:
    """Each missing fact once: the question, who answers it, the fact's name."""
    names = dict.fromkeys(found.fact for item in verdict.items for found in item.missing)
    facts = [bundle.words.facts[name] for name in names]
    return [(fact.question, fact.by, fact.name) for fact in facts]


def duties(bundle: Bundle, verdict: Verdict) -> list[tuple[str, str, str, str]]:
    """Each duty once: what, when, by law or practice, whose rule."""
    found: dict[str, tuple[str, str, str, str]] = {}
    for item in verdict.items:
        for duty in item.duties:
            action = bundle.words.actions[duty.do]
            until = f" (until {duty.until.isoformat()})" if duty.until else ""
            rule = bundle.by_id[duty.rule]
            row = (action.means + until, action.when, action.basis, citation(bundle, rule.authorities[0]))
            found.setdefault(duty.do, row)
    when = ["at_once", "before_release", "with_release", "after_release"]
    return sorted(found.values(), key=lambda row: when.index(row[1]))


_LADDER = (
    State.ALIVE,
    State.UNDECIDED,
    State.DEFEATED,
    State.NOTED,
    State.NOT_MET,
    State.NOT_BOUND,
    State.NOT_IN_FORCE,
)


def ladder(bundle: Bundle, request: Request, item: Item) -> list[Rung]:
    """Every rule that was considered for one copy, from what lives to what is not in force."""
    facts = next(group.facts for group in request.groups if group.name == item.group)
    full = {**facts, **copy_facts(item.copy, bundle.words)}
    rungs = [_rung(bundle, found, full) for found in item.considered]
    return sorted(rungs, key=lambda rung: _LADDER.index(rung.state))


def _rung(bundle: Bundle, found: Considered, facts: Facts) -> Rung:
    rule = bundle.by_id[found.rule]
    return Rung(
        found.state,
        rule.id,
        f"{rule.kind.value}: {rule.title}",
        "; ".join(citation(bundle, name) for name in rule.authorities),
        sureness(bundle, rule),
        tuple(_detail(bundle, rule, found, facts)),
    )


def sureness(bundle: Bundle, rule: Rule) -> str:
    """How sure the reading is: settled or contested, and the weakest evidence behind it."""
    mark = weakest([bundle.authorities[name] for name in rule.authorities])
    return f"{'contested' if rule.interpretation.contested else 'settled'}, {EVIDENCE_WORDS[mark]}"


def _detail(bundle: Bundle, rule: Rule, found: Considered, facts: Facts) -> Iterable[str]:
    if found.doubtful:
        yield f"doubtful: {rule.interpretation.why.rstrip('.')}"
    if found.state is State.NOT_BOUND:
        kinds = [bundle.words.code_label("agency_kinds", kind) for kind in sorted(rule.binds)]
        yield f"binds {', '.join(kinds)}, not this agency"
    if found.state is State.NOT_IN_FORCE:
        yield f"in force from {rule.since}" + (f" to {rule.until}" if rule.until else "")
    if found.state is State.NOT_MET:
        for part in conjuncts(rule.when):
            if holds(part, facts) is not True:
                yield f"not met: {in_words(part, bundle.words, bundle.meanings)}"
    if rule.review_by is not None and found.state in (State.ALIVE, State.NOTED):
        yield f"its status was to be confirmed by {rule.review_by}"
    for name in found.defeated_by:
        because_of = next(edge.because for edge in bundle.defeat.of(rule) if edge.by == name)
        yield f"by {name}: {because_of}"
    for name in found.waits_for:
        yield f"still needed: {bundle.words.facts[name].question}"
