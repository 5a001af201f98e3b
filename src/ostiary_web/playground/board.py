"""What the page says of a request: every copy's answer, and for one of them each rule and what became of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ostiary.decide import explain
from ostiary.decide.decide import decide
from ostiary.decide.request import Request
from ostiary.decide.verdict import Item, Outcome, State, Verdict
from ostiary.law.bundle import Bundle
from ostiary.law.plain import Section
from ostiary_web.playground.pages import Pages
from ostiary_web.playground.sheet import field_id

SYMBOLS: Mapping[Outcome, str] = {
    Outcome.MANDATED: "➤",
    Outcome.RELEASE: "✔",
    Outcome.CONFLICT: "!",
    Outcome.REFER: "?",
    Outcome.WITHHOLD: "✖",
}


@dataclass(frozen=True, slots=True)
class Band:
    """How the rules in one state are headed. ``shown``: without a click."""

    state: State
    symbol: str
    heading: str
    means: str
    shown: bool


BANDS = (
    Band(State.ALIVE, "●", "Live", "Every condition holds, and nothing defeats it.", True),
    Band(State.UNDECIDED, "◐", "Undecided", "It waits for a fact that is not known.", True),
    Band(State.DEFEATED, "⊘", "Defeated", "Its conditions hold, but a live rule overcomes it.", True),
    Band(State.NOTED, "✎", "Noted", "It opens and closes nothing; it adds a duty or a remark.", False),
    Band(State.NOT_MET, "○", "Not met", "One of its conditions does not hold.", False),
    Band(State.NOT_BOUND, "–", "Binds others", "It does not bind this agency.", False),
    Band(State.NOT_IN_FORCE, "◌", "Not in force", "It is not the law on that day.", False),
)
_IDLE = frozenset({State.NOT_BOUND, State.NOT_IN_FORCE})


@dataclass(frozen=True, slots=True)
class CopyLine:
    """One copy that is asked for and its answer."""

    key: str
    id: str
    element: str
    program: str
    outcome: str
    symbol: str
    answer: str
    because: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Card:
    """One rule that was considered: what it says, how sure that is, what became of it, its page in plain words."""

    rule: str
    id: str
    title: str
    citations: str
    sure: str
    contested: bool
    detail: tuple[str, ...]
    page: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Pile:
    """The rules in one state."""

    band: Band
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact that is still needed: what to ask, whom, and the control where the answer goes."""

    fact: str
    field: str
    question: str
    by: str


@dataclass(frozen=True, slots=True)
class Board:
    """All that the page shows of the law's answer."""

    said: str
    leaving: str
    copies: tuple[CopyLine, ...]
    looked_at: CopyLine
    piles: tuple[Pile, ...]
    questions: tuple[Question, ...]
    duties: tuple[tuple[str, str, str], ...]
    cited: tuple[tuple[str, str], ...]
    reads: frozenset[str]
    needed: frozenset[str]
    as_of: str
    agency: str


def make_board(bundle: Bundle, pages: Pages, request: Request, look_at: str = "") -> Board:
    """Judge a request and lay out the answer, with the rules for the copy ``look_at`` (else the first).

    :param request: with exactly one group of persons.
    """
    verdict = decide(bundle, request)
    item = next((item for item in verdict.items if key_of(item) == look_at), verdict.items[0])
    lines = tuple(_line(bundle, other, other is item) for other in verdict.items)
    chosen = next(line for line in lines if line.chosen)
    leaving, owed = _leaving(verdict), explain.duties(bundle, verdict)
    return Board(
        f"{chosen.element}, {chosen.program}: {chosen.answer}. {leaving}",
        leaving,
        lines,
        chosen,
        tuple(_piles(bundle, pages, request, item)),
        tuple(_questions(bundle, item)),
        tuple((what, when.replace("_", " "), f"{basis}: {cite}") for what, when, basis, cite in owed),
        tuple((answer.asserted, answer.text) for answer in verdict.answers),
        _read(bundle, item),
        frozenset(found.fact for found in item.missing),
        request.as_of.isoformat(),
        bundle.agency.name,
    )


def key_of(item: Item) -> str:
    """A copy's name on the page."""
    return f"{item.copy.program}/{item.copy.element}"


def _leaving(verdict: Verdict) -> str:
    leaves = sum(item.outcome.discloses for item in verdict.items)
    counsel = sum(item.outcome in (Outcome.CONFLICT, Outcome.REFER) for item in verdict.items)
    stays = len(verdict.items) - leaves - counsel
    return f"Of {len(verdict.items)} asked for, {leaves} may leave, {counsel} go to counsel, {stays} stay."


def _line(bundle: Bundle, item: Item, chosen: bool) -> CopyLine:
    return CopyLine(
        key_of(item),
        "c-" + key_of(item).replace("/", "-").replace("_", "-"),
        bundle.words.code_label("elements", item.copy.element),
        bundle.words.code_label("programs", item.copy.program),
        item.outcome.value,
        SYMBOLS[item.outcome],
        explain.OUTCOME_WORDS[item.outcome],
        explain.because(bundle, item),
        chosen,
    )


def _piles(bundle: Bundle, pages: Pages, request: Request, item: Item) -> Iterable[Pile]:
    rungs = explain.ladder(bundle, request, item)
    seen: Counter[str] = Counter()  # a rule can be met in several texts, one for each time
    for band in BANDS:
        cards = []
        for rung in (rung for rung in rungs if rung.state is band.state):
            seen[rung.rule] += 1
            cards.append(_card(bundle, pages, rung, seen[rung.rule]))
        if cards:
            yield Pile(band, tuple(cards))


def _card(bundle: Bundle, pages: Pages, rung: explain.Rung, nth: int) -> Card:
    return Card(
        rung.rule,
        "r-" + rung.rule.replace(".", "-").replace("_", "-") + (f"-{nth}" if nth > 1 else ""),
        rung.title,
        rung.citations,
        rung.sure,
        bundle.by_id[rung.rule].interpretation.contested,
        rung.detail,
        pages.of(rung.rule),
    )


def _questions(bundle: Bundle, item: Item) -> Iterable[Question]:
    for found in item.missing:
        fact = bundle.words.facts[found.fact]
        yield Question(fact.name, field_id(fact.name), fact.question, fact.by)


def _read(bundle: Bundle, item: Item) -> frozenset[str]:
    """The facts that the rules in play read; what binds others or is not in force reads nothing here."""
    names = (bundle.reads[found.rule] for found in item.considered if found.state not in _IDLE)
    return frozenset().union(*names)
