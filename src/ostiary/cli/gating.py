"""What ``ostiary compare`` shows, and its gate: each rule that lets more out needs an approval in ``changes.yaml``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from ostiary.cli.deciding import OUTCOME_STYLES
from ostiary.cli.shared import console, draw
from ostiary.decide.explain import OUTCOME_WORDS, REASON_WORDS
from ostiary.decide.flips import Flip, Replay, RollFlips, Said, Way
from ostiary.decide.verdict import Outcome
from ostiary.law.approval import CHANGES, Approval, covered
from ostiary.law.bundle import Bundle


class Change(Protocol):
    """One way in which the laws differ, with a request that shows it; see ``decide.compare``."""

    @property
    def rule(self) -> str:
        """The rule that decides it: of NEW where it lets more out, else of OLD."""

    @property
    def words(self) -> str:
        """The change in plain words."""

    @property
    def request(self) -> dict[str, Any]:
        """A request that shows it."""

    @property
    def before(self) -> str:
        """What OLD answers."""

    @property
    def after(self) -> str:
        """What NEW answers."""


class Difference(Protocol):
    """What the solver found: what NEW lets out more, what less, and what it could not decide."""

    @property
    def widens(self) -> Sequence[Change]:
        """What may leave under NEW only."""

    @property
    def narrows(self) -> Sequence[Change]:
        """What may leave under OLD only."""

    @property
    def unknown(self) -> Sequence[str]:
        """What could not be decided; it counts as a widening."""


@dataclass(frozen=True)
class Comparison:
    """All that was compared. ``approvals``: those that NEW has and OLD had not.

    ``opened``: per request that only NEW can read, the rules by which it would let something leave.
    """

    old: Bundle
    new: Bundle
    notes: tuple[str, ...]
    difference: Difference
    replay: Replay
    rolls: tuple[RollFlips, ...]
    approvals: tuple[Approval, ...]
    opened: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def faults(self) -> tuple[str, ...]:
        """Requests in which the engine failed: their answers are no basis for anything."""
        return tuple(dict.fromkeys((*self.replay.faults, *(one.request for one in self.rolls if one.fault))))

    def flips(self) -> Iterator[Flip]:
        """Every answer that flips, of a request judged alone and over a roll."""
        yield from self.replay.flips
        yield from (flip for one in self.rolls for flip in one.flips)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule that lets more out and that nobody has approved: why, and the file that an approval goes into.

    ``rule`` is empty where no rule can be named; then no approval helps, and the law must be changed.
    """

    rule: str
    why: str
    file: str


def wanted(found: Comparison) -> tuple[Wanted, ...]:
    """What the gate holds against NEW, each rule once. What the solver could not decide counts as letting out."""
    by_rule: dict[str, str] = {}
    for rule, why in _widenings(found):
        if not rule or covered(found.approvals, rule) is None:
            by_rule.setdefault(rule or why, why)
    return tuple(
        Wanted(key, why, _file(found.new, key)) if key in found.new.by_id else Wanted("", why, "")
        for key, why in by_rule.items()
    )


def _widenings(found: Comparison) -> Iterator[tuple[str, str]]:
    for change in found.difference.widens:
        yield change.rule, change.words
    for text in found.difference.unknown:
        named = [name for name in re.findall(r"`([^`]+)`", text) if name in found.new.by_id]
        yield from ((name, f"could not be decided: {text}") for name in named or [""])
    for flip in found.flips():
        if flip.way is Way.OPENS:
            stood = ", ".join(flip.before.deciding)  # a bar that was taken away is no rule that decides now
            why = f"newly lets out in {flip.request}; before: {REASON_WORDS[flip.before.reason]} {stood}".rstrip()
            yield from ((rule, why) for rule in flip.after.deciding or ("",))
    for request, rules in found.opened.items():
        yield from ((rule, f"lets out in {request}, which OLD cannot read") for rule in rules)


def _file(new: Bundle, rule: str) -> str:
    folder = next(pack.folder for pack in new.packs if pack.name == new.by_id[rule].pack)
    return str(folder / CHANGES)


def snippets(new: Bundle, found: Iterable[Wanted], day: dt.date) -> dict[str, str]:
    """Per file, an approval to fill in. As it stands it is refused: who approves, and why, is empty."""
    by_file: dict[str, list[str]] = {}
    for one in found:
        if one.rule:
            by_file.setdefault(one.file, []).append(one.rule)
    return {file: _snippet(new, rules, day) for file, rules in by_file.items()}


def _snippet(new: Bundle, rules: Sequence[str], day: dt.date) -> str:
    cited = dict.fromkeys(name for rule in rules for name in new.by_id[rule].authorities)
    return (
        f"- widens: [{', '.join(rules)}]\n"
        '  approved_by: ""  # name and office\n'
        f"  approved_on: {day.isoformat()}\n"
        f"  cites: [{', '.join(cited)}]\n"
        '  because: ""  # why more may leave\n'
    )


def show(found: Comparison, missing: Sequence[Wanted], *, gate: bool) -> None:
    """What NEW lets out first, then what it no longer does; the requests; the roll; the gate last."""
    from rich.text import Text

    out = console()
    out.print(Text(f"OLD {found.old.digest[:19]}… against NEW {found.new.digest[:19]}…; not legal advice", style="dim"))
    for note in found.notes:
        out.print(Text(f"note: {note}"))
    _changes("Widens", found.difference.widens)
    _changes("Narrows", found.difference.narrows)
    for text in found.difference.unknown:
        out.print(Text(f"not decided: {text}", style="yellow"))
    _requests(found)
    _rolls(found)
    if gate:
        _gate(found, missing)


def _changes(title: str, changes: Sequence[Change]) -> None:
    if not changes:
        console().print(f"{title}: nothing.")
        return
    rows = [(change.rule, change.words, f"{change.before} → {change.after}") for change in changes]
    draw(title, ["rule", "what changes", "before → after"], rows, lines=True, shares=[3, 7, 3])


def _requests(found: Comparison) -> None:
    replay, out = found.replay, console()
    by_request: dict[str, list[Flip]] = {}
    for flip in replay.flips:  # what newly leaves comes first, so the requests in which it does do too
        by_request.setdefault(flip.request, []).append(flip)
    for request, flips in by_request.items():
        heads = ["what is asked for", "held under", "before", "after", "decided before by", "decided after by"]
        draw(request, heads, [_flip_row(found.new, flip) for flip in flips], shares=[4, 2, 4, 4, 4, 4])
    for one in replay.uncompared:
        opens = ", ".join(found.opened.get(one.request, ())) or "nothing"
        out.print(f"not comparable: {one.request}: {one.why}. NEW would let out by: {opens}.", markup=False)
    if replay.requests:
        ways = {way: sum(flip.way is way for flip in replay.flips) for way in Way}
        out.print(
            f"{replay.requests - len(replay.uncompared)} requests compared, {replay.items:,} items: "
            f"{ways[Way.OPENS]} newly leave, {ways[Way.CLOSES]} no longer do, {ways[Way.ELSE]} change otherwise."
        )


def _flip_row(new: Bundle, flip: Flip) -> list[object]:
    label = new.words.code_label("elements", flip.copy.element)
    group = f" ({flip.group.replace('_', ' ')})" if flip.group else ""
    program = new.words.code_label("programs", flip.copy.program)
    rules = [", ".join(said.deciding) or "–" for said in (flip.before, flip.after)]
    return [label + group, program, _answer(flip.before), _answer(flip.after), *rules]


def _answer(said: Said) -> object:
    from rich.text import Text

    return Text(f"{OUTCOME_WORDS[said.outcome]}: {REASON_WORDS[said.reason]}", style=OUTCOME_STYLES[said.outcome])


def _rolls(found: Comparison) -> None:
    for one in found.rolls:
        if one.flips:
            heads = ["what is held", "held under", "source", "before → after", "cells"]
            name = f"{one.request} {one.group}".rstrip()
            title = f"{name}: {one.people:,} people, {one.cells:,} cells"
            draw(title, heads, _matrix(found.new, one), shares=[4, 3, 3, 5, 2])
    if found.rolls:
        opens, closes = (sum(one.total(way) for one in found.rolls) for way in (Way.OPENS, Way.CLOSES))
        requests = len({one.request for one in found.rolls})
        console().print(f"+{opens:,} and −{closes:,} cells that leave, on {requests} requests over the roll.")


def _matrix(new: Bundle, one: RollFlips) -> Iterator[tuple[str, ...]]:
    """Cells per copy and pair of outcomes, what newly leaves first; only the reason changes where both are the same."""
    words = new.words
    for (copy, before, after), cells in one.matrix().items():
        yield (
            words.code_label("elements", copy.element),
            words.code_label("programs", copy.program),
            words.code_label("sources", copy.source),
            _arrow(before, after),
            f"{cells:,}",
        )


def _arrow(before: Outcome, after: Outcome) -> str:
    if before is after:
        return f"{OUTCOME_WORDS[after]}, for another reason"
    return f"{OUTCOME_WORDS[before]} → {OUTCOME_WORDS[after]}"


def _gate(found: Comparison, missing: Sequence[Wanted]) -> None:
    out = console()
    if found.faults:
        out.print("gate: closed. The engine failed on some answers.")
    elif not missing:
        out.print("gate: open. Nothing more may leave that is not approved.")
    else:
        rows = [(one.rule or "no rule can be named", one.why, one.file or "mend the law itself") for one in missing]
        draw("Not approved", ["rule", "why", "file for the approval"], rows, lines=True, shares=[3, 6, 4])
        for file, text in snippets(found.new, missing, dt.date.today()).items():
            out.print(f"Add to {file}, and fill in:\n\n{text}", markup=False, soft_wrap=True)
        out.print(f"gate: closed. Not approved: {len(missing)}.")
