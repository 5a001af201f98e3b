"""Two laws side by side: what the new one lets out that the old one keeps, and the other way round.

Asked of every request at once, not of those that someone kept. Each finding is a smallest
request, judged again by the interpreter under both laws.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any

from ostiary.decide.encode import Space, World
from ostiary.decide.encode_rules import Verdicts, theory
from ostiary.decide.formula import both, either, no
from ostiary.decide.request_file import as_document
from ostiary.decide.solver import Said, Solver
from ostiary.decide.verdict import Item
from ostiary.decide.witness import Test, Witness, find
from ostiary.law.bundle import Bundle
from ostiary.law.rule import Kind, Rule, Target
from ostiary.vocabulary import Vocabulary

MOST = 50  # findings of one kind; past that the two laws are not one law changed


@dataclass(frozen=True, slots=True)
class Change:
    """One way in which the laws differ. ``rule``: of the new law where it lets more out, else of the old one."""

    rule: str
    words: str
    request: dict[str, Any]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What the new law widens and narrows. ``unknown``: what the solver could not decide, rules in back-ticks."""

    widens: tuple[Change, ...]
    narrows: tuple[Change, ...]
    unknown: tuple[str, ...]


class Beside:
    """One law told to a solver, and others laid beside it, one after the other.

    :param words_of: the law whose vocabulary both are read in, where it is not that of ``law``.
    """

    def __init__(self, law: Bundle, since: dt.date, *, words_of: Bundle | None = None, seconds: float = 60.0) -> None:
        self.law = law
        self.world = World(Space((law, words_of) if words_of is not None else (law,), (), since))
        self.verdicts = Verdicts(law, self.world, "old ")
        told = theory([self.verdicts])
        self._told = set(told.splitlines())
        self.solver = Solver(told, seconds=seconds)

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.solver.close()

    def lay(self, other: Bundle) -> Verdicts:
        """Another law in the same world. What is so of it goes with each question, and is forgotten after it."""
        return Verdicts(other, self.world, "new ", like=self.verdicts)

    def given(self, other: Verdicts) -> str:
        """What must be told of another law before a question about it."""
        return "\n".join(line for line in theory([other]).splitlines() if line not in self._told)

    def only_in(
        self, more: Verdicts, less: Verdicts, given: str, also: str = "true", test: Test | None = None
    ) -> tuple[Said, Witness | None]:
        """A smallest request that one of the two laws lets out and the other does not.

        :param also: what must hold besides, as a formula and as ``test``.
        """

        def bears_out(found: Witness) -> bool:
            return _opens(less.bundle, more.bundle, found) and (test is None or test(found))

        return find(self.solver, self.world, both((more.leaves, no(less.leaves), also)), bears_out, given)

    def answers(self, other: Verdicts, given: str) -> tuple[Said, Witness | None]:
        """A smallest request to which the two laws give different answers of any kind."""
        mine, theirs = self.verdicts.outcomes, other.outcomes
        question = either(f"(xor {mine[name]} {theirs[name]})" for name in mine)
        return find(self.solver, self.world, question, lambda w: _outcomes_differ(self.law, other.bundle, w), given)


def _opens(less: Bundle, more: Bundle, found: Witness) -> bool:
    return found.outcome(more).discloses and not found.outcome(less).discloses


def _outcomes_differ(one: Bundle, other: Bundle, found: Witness) -> bool:
    return found.outcome(one) is not found.outcome(other)


def difference(old: Bundle, new: Bundle, since: dt.date, *, seconds: float = 60.0) -> Difference:
    """What the new law lets out more and less, for every day from ``since`` on, by the rule that makes it so."""
    changed = changed_rules(old, new)
    unknown: list[str] = []
    if not changed:
        return Difference((), (), ())
    with Beside(old, since, words_of=new, seconds=seconds) as beside:
        other = beside.lay(new)
        given = beside.given(other)
        wider = tuple(_ways(beside, other, given, changed, unknown, opens=True))
        narrower = tuple(_ways(beside, other, given, changed, unknown, opens=False))
    return Difference(wider, narrower, tuple(unknown))


def changed_rules(old: Bundle, new: Bundle) -> frozenset[str]:
    """The ids of rules that say something else in the one law than in the other."""
    before, after = _texts(old), _texts(new)
    return frozenset(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def _texts(bundle: Bundle) -> Mapping[str, list[Rule]]:
    """What each rule says, without what only tells about it. Being lifted is the other rule's doing."""
    found: dict[str, list[Rule]] = {}
    for rule in bundle.rules:
        silent = replace(rule, title="", note="", where="", parties="", pack="", regime="", review_by=None)
        silent = replace(silent, interpretation=replace(rule.interpretation, why=""), authorities=())
        silent = replace(silent, binds=rule.binds & bundle.agency.kinds, lifts=_ends(rule.lifts))
        said = replace(rule.overrides, because="", named=_ends(rule.overrides.named), doors=_ends(rule.overrides.doors))
        found.setdefault(rule.id, []).append(replace(silent, overrides=said))
    return found


def _ends(targets: Sequence[Target]) -> tuple[Target, ...]:
    return tuple(replace(target, because="") for target in targets)


def _ways(
    beside: Beside, other: Verdicts, given: str, changed: frozenset[str], unknown: list[str], *, opens: bool
) -> Iterator[Change]:
    """One finding for each changed rule that makes a difference: what it explains is then set aside."""
    more, less = (other, beside.verdicts) if opens else (beside.verdicts, other)
    aside = "true"
    seen: set[str] = set()

    def cause(found: Witness) -> str:
        return _cause(more.bundle, less.bundle, found, changed)

    for _ in range(MOST):
        said, found = beside.only_in(more, less, given, aside, lambda one: cause(one) not in seen)
        if said is Said.UNKNOWN:
            rules = ", ".join(f"`{name}`" for name in sorted(changed))
            unknown.append(f"whether what changed lets {'more' if opens else 'less'} out: {rules}")
        if found is None:
            return
        name = cause(found)
        seen.add(name)
        yield _change(beside.law, other.bundle, found, name)
        aside = both((aside, _without(name, more, less)))
    # Not all was asked: what was not seen must not pass for nothing.
    rules = ", ".join(f"`{name}`" for name in sorted(changed))
    unknown.append(f"what else lets {'more' if opens else 'less'} out, after {MOST} findings: {rules}")


def _cause(more: Bundle, less: Bundle, found: Witness, changed: frozenset[str]) -> str:
    """The changed rule that lets it out: help that one law has, or a bar that it lacks; else what decides."""
    item, kept = found.judged(more), found.judged(less)
    helping = [name for name in item.deciding if name in changed]
    barring = [name for name in kept.deciding if name in changed and _kind(less, name) is Kind.FORBID]
    return next(iter((*helping, *barring, *item.deciding)), "")


def _kind(bundle: Bundle, name: str) -> Kind | None:
    return bundle.by_id[name].kind if name in bundle.by_id else None


def _without(cause: str, more: Verdicts, less: Verdicts) -> str:
    """Leaves aside what this cause explains: its help does not live, or its bar is dead."""
    if _kind(more.bundle, cause) not in (None, Kind.FORBID):
        return no(more.bare[cause].t)
    if cause in less.full:
        return less.full[cause].f
    return "false"


def _change(old: Bundle, new: Bundle, found: Witness, cause: str) -> Change:
    before, after = found.judged(old), found.judged(new)
    copy = found.copy
    request = as_document(found.facts, new.words, programs=[copy.program], elements=[copy.element])
    return Change(cause, in_short(new.words, found, before, after), request, before.outcome.value, after.outcome.value)


def in_short(words: Vocabulary, found: Witness, before: Item, after: Item) -> str:
    """A difference in one plain sentence."""
    return f"{asked_in_short(words, found)}: {before.outcome.value}, now {after.outcome.value}"


def asked_in_short(words: Vocabulary, found: Witness) -> str:
    """What a witness asks for, in one plain sentence part: which element, by whom, for what, on what paper."""
    copy = found.copy
    parts = [words.elements[copy.element].label, f"held under {words.code_label('programs', copy.program)}"]
    for lead, name in (("asked by", "requester.kind"), ("for", "purpose"), ("on", "instrument.kind")):
        value = found.facts.get(name)
        if isinstance(value, str):
            parts.append(f"{lead} {words.code_label(words.facts[name].type.codes, value)}")
    return ", ".join(parts)
