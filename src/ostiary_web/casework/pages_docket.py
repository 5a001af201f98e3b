"""The page of one docket: what came, what is known and from where, what the rules say, what may be done and why not.

Whoever opens it reads personal data: that is written down first, and refused to whoever has a part in the docket.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from ostiary.decide import explain
from ostiary.decide.explain import Rung
from ostiary.decide.verdict import WIDEST_FIRST, Item, State
from ostiary_web.casework import facts, pages, queries
from ostiary_web.casework.actions import reading
from ostiary_web.casework.docket import machine, transitions
from ostiary_web.casework.docket.machine import Allowed
from ostiary_web.casework.docket.snapshot import Docket, ItemKey
from ostiary_web.casework.docket.states import ENDED, OWNER
from ostiary_web.casework.docket.states import State as DocketState
from ostiary_web.casework.docket.world import World
from ostiary_web.casework.judging import Judged
from ostiary_web.casework.pages import Me, plain
from ostiary_web.casework.queries import FactRow, PaperRow
from ostiary_web.wiring import bundle

_MINE = ("role", "not_held", "state", "person", "duty_s12")  # refusals that say only: not you, not here
_SAYS = {row.act: row.says for row in transitions.TABLE}
_SHOWN = (State.ALIVE, State.UNDECIDED, State.DEFEATED, State.NOTED)
_ASIDE = frozenset({*ENDED, DocketState.RETURNED, DocketState.CLARIFICATION, DocketState.PRESERVED})
_STEPS = frozenset({"verify", "review", "check"})  # they stay in the state, and are its work
APPEAL_PART = "appeal_part"  # another docket is opened with it


@dataclass(frozen=True, slots=True)
class FactLine:
    """A fact with its source. ``counts``: whoever establishes it has."""

    label: str
    value: str
    source: str
    counts: bool


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of the verdict, in words. ``key``: for the address; ``looked_at``: its ladder stands below."""

    key: str
    name: str
    outcome: str
    answer: str
    because: str
    looked_at: bool


@dataclass(frozen=True, slots=True)
class ClockLine:
    """A running limit. ``tolled``: since when it stands still."""

    name: str
    due: dt.date
    late: bool
    tolled: dt.date | None
    stood: int


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the timeline."""

    number: int
    at: dt.datetime
    says: str
    role: str
    who: str


@dataclass(frozen=True, slots=True)
class Offer:
    """An act and whether whoever looks may do it. ``why`` and ``cure`` are empty where they may.

    ``onward``: it takes the docket on; the others turn aside or only add to it. ``second``: who must agree to it then.
    """

    act: str
    says: str
    role: str
    why: str = ""
    cure: str = ""
    onward: bool = False
    second: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What the docket's pages are made from: read once for a page. ``stands``: every fact that stands, with its source.

    ``file``: the facts as they count today.
    """

    docket: Docket
    row: queries.DocketRow
    world: World
    judged: Judged | None
    papers: tuple[PaperRow, ...]
    stands: tuple[FactRow, ...]
    file: str

    @property
    def number(self) -> str:
        """The docket's number."""
        return self.row.number

    @property
    def where(self) -> str:
        """The state, in words."""
        return plain(self.docket.state)

    @property
    def owner(self) -> str:
        """Who must act next."""
        return OWNER[self.docket.state].value

    @property
    def track(self) -> str:
        """What the docket's track is for, in the words of the law in use; empty as long as there is none."""
        track = self.world.law.procedure.track(self.docket.track)
        return "" if track is None else track.says


def opened(number: str, me: Me, at: dt.datetime) -> Case:
    """A docket for one who may read it; that it was read stands in the table of reads.

    :raises CaseworkError: if there is none. :raises Refused: to whoever sees no content of it.
    """
    found = reading.open_docket(docket=number, by=me.reference, at=at, why="page", roster=me.roster)
    read, papers = found.read, tuple(queries.paper_rows(found.docket.id))
    return Case(found.docket, found.row, read.world, read.judged, papers, read.facts, read.file)


def asked(case: Case) -> list[tuple[str, str]]:
    """What the request says, leaf by leaf, whether or not anybody has established it."""
    words = bundle().words
    return [(pages.leaf_label(one.name, words), pages.leaf_value(one.name, one.value, words)) for one in case.stands]


def subjects(case: Case) -> list[tuple[str, str]]:
    """Whom the request is about, as it says."""
    said = queries.said_of_subjects(case.docket.id)
    return [(who or "The persons asked about", _text(value)) for who, value in said.items() if value]


def _text(value: Any) -> str:
    return "; ".join(f"{name}: {one}" for name, one in value.items()) if isinstance(value, dict) else str(value)


def known(case: Case, me: Me) -> list[FactLine]:
    """Every fact that stands, its source, and whether it counts."""
    words, named = bundle().words, {paper.digest: paper.name for paper in case.papers}
    return [
        FactLine(
            pages.leaf_label(row.name, words),
            pages.leaf_value(row.name, row.value, words),
            _source(row, named, me),
            facts.may_establish(row.name, row.role, words),
        )
        for row in case.stands
    ]


def _source(row: queries.FactRow, named: dict[str, str], me: Me) -> str:
    paper = named.get(row.paper, "")
    found = f"paper {paper}" if paper else f"register {plain(row.register)}" if row.register else "own inquiry"
    return f"{found}; {me.name(row.by)} as {plain(row.role)}"


def verdict(case: Case, look: str = "") -> list[ItemLine]:
    """The verdict that the docket has, item by item: the stricter of the request's day and today."""
    return [
        ItemLine(
            address(key_of(item)),
            item_name(key_of(item)),
            item.outcome.value,
            explain.OUTCOME_WORDS[item.outcome],
            explain.because(bundle(), item),
            address(key_of(item)) == look,
        )
        for item in stricter(case)
    ]


def stricter(case: Case) -> list[Item]:
    """Each item as it was judged on the day that is stricter; empty before the docket has a verdict."""
    if case.docket.verdict is None or case.judged is None:
        return []
    later = {key_of(item): item for item in case.judged.now.items}
    both = [(item, later.get(key_of(item), item)) for item in case.judged.then.items]
    return [max(pair, key=lambda item: WIDEST_FIRST.index(item.outcome)) for pair in both]


def key_of(item: Item) -> ItemKey:
    """An item as the docket calls it."""
    return ItemKey(item.group, item.copy.program, item.copy.element, item.copy.source)


def address(key: ItemKey) -> str:
    """An item in an address or a form."""
    return "/".join((key.who, key.program, key.element, key.source))


def item_name(key: ItemKey) -> str:
    """An item in words."""
    words = bundle().words
    who = f"{key.who}: " if key.who else ""
    return f"{who}{words.code_label('elements', key.element)}, {words.code_label('programs', key.program)}"


def ladder(case: Case, look: str) -> tuple[list[Rung], list[Rung]]:
    """For one item: the rules in play, and those considered and set aside."""
    item = next((one for one in stricter(case) if address(key_of(one)) == look), None)
    if item is None or case.judged is None:
        return [], []
    rungs = explain.ladder(bundle(), case.judged.request, item)
    return [one for one in rungs if one.state in _SHOWN], [one for one in rungs if one.state not in _SHOWN]


def questions(case: Case) -> list[tuple[str, str, str]]:
    """Each fact that would change the answer: the question, who answers it, its name."""
    if case.judged is None:
        return []
    both = [*explain.questions(bundle(), case.judged.then), *explain.questions(bundle(), case.judged.now)]
    return list({name: (question, by, name) for question, by, name in both}.values())


def clocks(case: Case) -> list[ClockLine]:
    """The limits that run, the nearest first."""
    today = case.world.today
    return [
        ClockLine(plain(one.name), one.due, one.tolled is None and one.due < today, one.tolled, one.toll_days)
        for one in sorted(case.docket.clocks, key=lambda one: one.due)
    ]


def timeline(case: Case, me: Me) -> list[Happened]:
    """What happened, the newest first. Who did it is told; what a reviewer thought is not."""
    return [
        Happened(one.number, pages.in_agency_time(one.at), _says(one), *_actor(one.data, me))
        for one in reversed(queries.history(case.docket.id))
    ]


def since(case: Case, me: Me, events: int) -> list[Happened]:
    """What happened after so many events, the oldest first."""
    return [one for one in reversed(timeline(case, me)) if one.number > events]


def entries_of(case: Case) -> list[tuple[int, str]]:
    """Each entry of the docket in the log: its step, and what it says."""
    return [(one.number, _says(one)) for one in queries.history(case.docket.id)]


def _says(one: queries.Happened) -> str:
    """What an event was, in the words of its row; the opening has none."""
    source = one.data.get("source")
    row = transitions.find(one.act, DocketState(source)) if source else None
    if source and row is None:  # brought back after a restore: see ``actions.restoring``
        return f"`{one.data['entry']}` stands in the log; what the desk knew of it was lost"
    return row.says if row is not None else "the request came in"


def _actor(data: Any, me: Me) -> tuple[str, str]:
    """In which role, and who; the opening has its opener in the docket itself."""
    if "role" in data:
        return plain(data["role"]), me.name(data["by"])
    first = data["acted"][0]
    return plain(first["role"]), me.name(first["person"])


def offers(case: Case, me: Me) -> tuple[list[Offer], list[Offer], list[Offer]]:
    """What whoever looks may do now; what stands in the way of the rest; and what is not theirs, or not done here."""
    may: list[Offer] = []
    barred: list[Offer] = []
    other: list[Offer] = []
    for one in machine.allowed(case.docket, case.world, me.reference):
        if isinstance(one, Allowed):
            if not _agreed(case, one):
                may.append(_offered(one, case.docket.state))
        else:
            offer = Offer(one.act, _SAYS[one.act], plain(one.role), f"{one.why.says} ({one.why.cites})", one.why.cure)
            (other if one.why.reason in _MINE else barred).append(offer)
    return sorted(may, key=lambda one: not one.onward), barred, other


def _agreed(case: Case, one: Allowed) -> bool:
    """Whether this role has agreed to the sealing already: the other one is waited for, and no button says else."""
    package = case.docket.package
    return one.act == "agree_to_seal" and package is not None and one.role in {role for _, role in package.agreed}


def _offered(one: Allowed, here: DocketState) -> Offer:
    onward = one.act in _STEPS or (one.to is not here and one.to not in _ASIDE)
    second = ", ".join(map(plain, sorted(one.second)))
    return Offer(one.act, one.says, one.role, onward=onward, second=second)


def to_confirm(case: Case, me: Me) -> int:
    """How many facts the request states that whoever looks establishes, and nobody has yet."""
    return len({name for role in me.roles for name in queries.waiting_in(case.stands, role)})
