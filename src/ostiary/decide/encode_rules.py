"""A bundle's verdict as SMT-LIB 2 text: which rule is alive, and what the answer is.

``alive`` is a named pair of bits per rule. They are tied by equations, not by nested
definitions: for each copy that can exist the defeats have no circle (checked when the
bundle is loaded), so the equations have exactly one solution.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ostiary.decide.encode import World
from ostiary.decide.formula import NO, Pair, both, either, no
from ostiary.law.bundle import Bundle
from ostiary.law.rule import Kind, Rule


@dataclass(frozen=True, slots=True)
class Stands:
    """With all help, or without the doubtful: anything forbids, mandates, gives authority."""

    forbidden: Pair
    mandated: str
    authority: str

    @property
    def releases(self) -> str:
        """Certainly an authority, certainly no bar."""
        return both((self.authority, self.forbidden.f))


class Verdicts:
    """A bundle's rules said about one world.

    :param tag: sets the names of a second set of rules apart.
    :param without: leaves rules out as if they were not law.
    :param like: another law about the same world; what cannot differ from it is not said again.
    """

    def __init__(
        self,
        bundle: Bundle,
        world: World,
        tag: str = "",
        without: frozenset[str] = frozenset(),
        like: Verdicts | None = None,
    ) -> None:
        self.bundle, self.world, self.tag, self.like = bundle, world, tag, like
        self._alike = _alike(bundle, like.bundle) if like is not None else frozenset()
        self.law = [rule for rule in bundle.rules if rule.id not in without]
        self.rules = [rule for rule in self.law if rule.kind is not Kind.NOTE]
        self.lines: list[str] = []  # what is so of the rules; what is so of the facts stands in the world
        self._names = _version_names(self.rules)
        self._own = {self._names[rule]: self._own_of(rule) for rule in self.rules}
        self._doubtful = self._touched_by_doubt()
        self.full = {rule.id: self._joined(rule.id, bare=False) for rule in self.rules}
        self.bare = {rule.id: self._joined(rule.id, bare=True) for rule in self.rules}
        own = [rule for rule in self.rules if rule.id not in self._alike]
        for rule in own:
            self._declare(rule)
        for rule in own:
            self._tie(rule, bare=False)
            if rule.id in self._doubtful:
                self._tie(rule, bare=True)
        self.sure, self.all_help = self._stands(self.bare), self._stands(self.full)
        self.clash = self._duties_clash()

    # one rule

    def own(self, rule_id: str) -> str:
        """A rule's own condition, elements and day hold, whatever may defeat it."""
        return either(self._own[self._names[rule]][False].t for rule in self.rules if rule.id == rule_id)

    def reach(self, rule: Rule) -> str:
        """It is law on the day, binds the agency, and reaches the copy."""
        if not rule.binds & self.bundle.agency.kinds:
            return "false"
        day = self.world.slot("as_of", 0).value
        begun = "true" if rule.since <= self.world.space.since else f"(<= {rule.since.toordinal()} {day})"
        ended = "false" if rule.until is None else f"(<= {rule.until.toordinal()} {day})"
        return both((begun, no(ended), self.world.say(rule.elements).t))

    def _own_of(self, rule: Rule) -> tuple[Pair, Pair]:
        reach, said = self.reach(rule), self.world.say(rule.when)
        full = Pair(both((reach, said.t)), either((no(reach), said.f)))
        reading = rule.interpretation
        if not (reading.contested and rule.kind.helps):
            return full, full
        settled = NO if reading.unless is None else self.world.say(reading.unless)
        return full, Pair(both((full.t, settled.t)), either((full.f, settled.f)))

    def _touched_by_doubt(self) -> frozenset[str]:
        """The rules whose life can differ without the doubtful help; for all others once is enough."""
        found = {rule.id for rule in self.rules if rule.interpretation.contested and rule.kind.helps}
        while True:
            more = {r.id for r in self.rules for edge in self.bundle.defeat.of(r) if edge.by in found} - found
            if not more:
                return frozenset(found)
            found |= more

    def _label(self, name: str, sign: str, *, bare: bool) -> str:
        return f"|{self.tag}{name}{sign}{self.world.tag}{'~' if bare else ''}|"

    def _pair(self, rule: Rule, *, bare: bool) -> Pair:
        if self.like is not None and rule.id in self._alike:
            return self.like._pair(rule, bare=bare)
        bare = bare and rule.id in self._doubtful
        name = self._names[rule]
        return Pair(self._label(name, "+", bare=bare), self._label(name, "-", bare=bare))

    def _joined(self, rule_id: str, *, bare: bool) -> Pair:
        """A rule of any version: one lives on a day at most."""
        pairs = [self._pair(rule, bare=bare) for rule in self.rules if rule.id == rule_id]
        return Pair(either(pair.t for pair in pairs), both(pair.f for pair in pairs))

    def _declare(self, rule: Rule) -> None:
        for bare in (False, True)[: 1 + (rule.id in self._doubtful)]:
            pair = self._pair(rule, bare=bare)
            self.lines += [f"(declare-const {pair.t} Bool)", f"(declare-const {pair.f} Bool)"]

    def _tie(self, rule: Rule, *, bare: bool) -> None:
        """alive = its own condition, and all that defeats it is dead."""
        living = self.bare if bare else self.full
        own = self._own[self._names[rule]][bare]
        defeaters = [living[edge.by] for edge in self.bundle.defeat.of(rule) if edge.by in living]
        pair = self._pair(rule, bare=bare)
        alive, dead = both((own.t, *(d.f for d in defeaters))), either((own.f, *(d.t for d in defeaters)))
        self.lines += [f"(assert (= {pair.t} {alive}))", f"(assert (= {pair.f} {dead}))"]

    # the answer

    def _stands(self, living: Mapping[str, Pair]) -> Stands:
        def some(kind: Kind) -> list[Pair]:
            return [living[name] for name in dict.fromkeys(rule.id for rule in self.rules if rule.kind is kind)]

        bars = some(Kind.FORBID)
        mandated = either(pair.t for pair in some(Kind.MANDATE))
        forbidden = Pair(either(pair.t for pair in bars), both(pair.f for pair in bars))
        return Stands(forbidden, mandated, either((mandated, *(pair.t for pair in some(Kind.PERMIT)))))

    def _duties_clash(self) -> str:
        """Two duties that cannot both be kept would go with a release: counsel must say which."""
        owed: dict[str, list[str]] = {}
        for rule in self.law:
            applies = self._duty_applies(rule) if rule.obligations else "false"
            for duty in rule.obligations:
                owed.setdefault(duty.do, []).append(applies)
        clashes = [
            both((either(owed[code]), either(owed[other])))
            for code in sorted(owed)
            for other in sorted(self.bundle.words.actions[code].excludes & owed.keys())
        ]
        return either(clashes)

    def _duty_applies(self, rule: Rule) -> str:
        if rule.kind is Kind.NOTE:
            return both((self.reach(rule), no(self.world.say(rule.when).f)))
        return no(self._pair(rule, bare=False).f) if rule in self._names else "false"

    @property
    def leaves(self) -> str:
        """It is released or mandated."""
        return both((self.sure.releases, no(self.clash)))

    @property
    def mandated(self) -> str:
        """It leaves, and must."""
        return both((self.leaves, self.sure.mandated))

    @property
    def discretionary(self) -> str:
        """It leaves, and need not."""
        return both((self.leaves, no(self.sure.mandated)))

    @property
    def contested(self) -> str:
        """Only a doubtful reading would let it leave."""
        return both((no(self.sure.releases), self.all_help.releases))

    @property
    def conflict(self) -> str:
        """One law commands it and another forbids it."""
        both_live = both((self.all_help.mandated, self.all_help.forbidden.t))
        return both((no(self.sure.releases), no(self.all_help.releases), both_live))

    @property
    def referred(self) -> str:
        """Counsel is asked."""
        open_bar = both((no(self.all_help.forbidden.t), no(self.all_help.forbidden.f)))
        doubt = both((no(self.sure.releases), no(self.all_help.releases), self.all_help.mandated, open_bar))
        return either((both((self.sure.releases, self.clash)), self.contested, doubt))

    @property
    def outcomes(self) -> Mapping[str, str]:
        """Each answer but withholding, which is all the rest: the formula under which it is given."""
        return {
            "mandated": self.mandated,
            "release": self.discretionary,
            "refer_to_counsel": self.referred,
            "conflict": self.conflict,
        }


def _alike(bundle: Bundle, other: Bundle) -> frozenset[str]:
    """The rules that live and die alike under two laws: the same text, defeated alike by rules that are alike."""
    if bundle.agency.kinds != other.agency.kinds:
        return frozenset()
    ids = {rule.id for rule in bundle.rules}
    unlike = {name for name in ids if _text(bundle, name) != _text(other, name)}
    while True:
        more = {r.id for r in bundle.rules for edge in bundle.defeat.of(r) if edge.by in unlike} - unlike
        if not more:
            return frozenset(ids - unlike)
        unlike |= more


def _text(bundle: Bundle, name: str) -> tuple[list[Rule], set[str]]:
    rules = [rule for rule in bundle.rules if rule.id == name]
    present = {rule.id for rule in bundle.rules}
    return rules, {edge.by for rule in rules for edge in bundle.defeat.of(rule) if edge.by in present}


def _version_names(rules: list[Rule]) -> Mapping[Rule, str]:
    several = {rule.id for rule in rules if sum(other.id == rule.id for other in rules) > 1}
    return {rule: f"{rule.id}@{rule.since}" if rule.id in several else rule.id for rule in rules}


def theory(verdicts: Iterable[Verdicts]) -> str:
    """Everything that is so of these worlds and rules, to which a question is then added."""
    found = list(verdicts)
    worlds = list(dict.fromkeys(verdict.world for verdict in found))
    lines = [line for world in worlds for line in world.lines]
    lines += [line for verdict in found for line in verdict.lines]
    lines += [f"(assert {world.copy_exists})" for world in worlds]
    return "\n".join(dict.fromkeys(lines)) + "\n"
