"""One rule: one reading of one or more authorities, as data."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ostiary.errors import did_you_mean
from ostiary.law.checks import check_condition
from ostiary.law.condition import Condition, SomeRow, Truth, facts_of
from ostiary.law.parsing import ConditionError, parse_condition
from ostiary.strict_yaml import Entry
from ostiary.vocabulary import Base, FactType, Level, Vocabulary


class Kind(StrEnum):
    """What a rule does while it is alive. A note is shown and carries duties, but is never alive."""

    FORBID = "forbid"
    PERMIT = "permit"
    MANDATE = "mandate"
    EXEMPT = "exempt"
    NOTE = "note"

    @property
    def helps(self) -> bool:
        """Whether it can help a release: supplies authority or lifts a bar."""
        return self in (Kind.PERMIT, Kind.MANDATE, Kind.EXEMPT)


class Layer(StrEnum):
    """Whose law it is. The agency's own layer may only forbid, and every mandate lifts it."""

    FEDERAL = "federal"
    STATE = "state"
    ORDER = "order"
    AGENCY = "agency"


@dataclass(frozen=True, slots=True)
class Target:
    """What an edge points at: one rule by id, or all rules that carry a tag."""

    rule: str
    tag: str
    because: str

    def __str__(self) -> str:
        return self.rule or f"tag {self.tag}"


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a forbid defeats: named helpers, or all of them but its own doors."""

    named: tuple[Target, ...] = ()
    all: bool = False
    doors: tuple[Target, ...] = ()
    because: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty attached to a rule. ``until`` names a date fact; ``within`` is an ISO 8601 duration."""

    do: str
    to: str = ""
    within: str = ""
    until: str = ""
    elements: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """How sure the reading is. ``unless``: where it is true, a contested rule counts as settled."""

    contested: bool
    why: str = ""
    unless: Condition | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule. In force from ``since`` up to, not including, ``until``. ``where`` is file and line.

    ``discretionary``: a bar only on what the agency may but need not give; every mandate lifts it.
    """

    id: str
    kind: Kind
    discretionary: bool
    layer: Layer
    pack: str
    regime: str
    tags: frozenset[str]
    title: str
    authorities: tuple[str, ...]
    binds: frozenset[str]
    since: dt.date
    until: dt.date | None
    review_by: dt.date | None
    parties: str
    interpretation: Interpretation
    elements: Condition
    when: Condition
    lifts: tuple[Target, ...]
    overrides: Overrides
    obligations: tuple[Obligation, ...]
    note: str
    where: str

    def in_force(self, day: dt.date) -> bool:
        """Whether the rule is law on that day."""
        return self.since <= day and (self.until is None or day < self.until)


_ID = re.compile(r"[a-z0-9]+(?:[.-][a-zA-Z0-9]+)*\Z")
_DURATION = re.compile(r"P[1-9][0-9]*[DMY]\Z")
_ELEMENT_LEVELS = (Level.ELEMENT, Level.COPY)


@dataclass(frozen=True, slots=True)
class Context:
    """What a rule is read against: the words, the definitions, the tags, and its pack."""

    words: Vocabulary
    definitions: Mapping[str, Condition]
    tags: frozenset[str]
    pack: str
    layer: Layer
    binds: frozenset[str]


RULE_KEYS = {
    "id": True, "kind": True, "discretionary": False, "layer": False, "regime": True, "tags": False,
    "title": True, "authority": True, "binds": False, "in_force": True, "parties": False,
    "interpretation": True, "elements": False, "when": False, "lifts": False,
    "overrides": False, "obligations": False, "note": False,
}  # fmt: skip


def read_rule(entry: Entry, context: Context) -> Rule:
    """One rule of a rules file.

    :raises PackError: naming the file, the line, the rule, what is wrong and what to write.
    """
    kind = Kind(entry.choice("kind", [kind.value for kind in Kind]))
    layer = Layer(entry.choice("layer", [context.layer, Layer.ORDER], context.layer))
    since, until, review_by = _dates(entry, layer)
    rule = Rule(
        id=entry.text("id"),
        kind=kind,
        discretionary=entry.flag("discretionary") or (layer is Layer.AGENCY and kind is Kind.FORBID),
        layer=layer,
        pack=context.pack,
        regime=entry.text("regime"),
        tags=_tags(entry, context),
        title=entry.text("title"),
        authorities=entry.texts("authority"),
        binds=_binds(entry, context),
        since=since,
        until=until,
        review_by=review_by,
        parties=entry.text("parties"),
        interpretation=_interpretation(entry, context),
        elements=_condition(entry, "elements", context, forbid=False),
        when=_condition(entry, "when", context, forbid=kind is Kind.FORBID),
        lifts=_targets(entry, "lifts", context),
        overrides=_overrides(entry, context),
        obligations=tuple(_obligation(item, context) for item in entry.each("obligations", "obligation", _DUTY)),
        note=entry.text("note"),
        where=entry.doc.at(*entry.path),
    )
    _check_shape(entry, rule, context)
    return rule


def _check_shape(entry: Entry, rule: Rule, context: Context) -> None:
    if not _ID.match(rule.id):
        raise entry.fault("an id is words joined by dots and dashes, like `us.snap.safeguard`", "id")
    if not rule.authorities:
        raise entry.fault("a rule must cite at least one authority", "authority")
    if rule.lifts and not rule.kind.helps:
        raise entry.fault(f"a {rule.kind} cannot lift; only a permit, mandate or exempt can", "lifts")
    if (rule.overrides.named or rule.overrides.all) and rule.kind is not Kind.FORBID:
        raise entry.fault(f"a {rule.kind} cannot override; only a forbid can", "overrides")
    if rule.discretionary and rule.kind is not Kind.FORBID:
        raise entry.fault("only a forbid can be `discretionary`", "discretionary")
    if rule.kind is Kind.EXEMPT and not rule.lifts:
        raise entry.fault("an exempt must lift something; it supplies no authority of its own", "lifts")
    if rule.layer is Layer.AGENCY and rule.kind.helps:
        raise entry.fault("the agency layer may only forbid (or note); policy cannot open what the law closes", "kind")
    reads = {context.words.facts[name].level for name in facts_of(rule.elements)}
    if not reads <= set(_ELEMENT_LEVELS):
        raise entry.fault("`elements` may only read element and copy facts; put the rest into `when`", "elements")
    if rule.interpretation.unless is not None and not rule.kind.helps:
        raise entry.fault("a contested forbid binds in full; `unless` belongs to what helps", "interpretation")


def _dates(entry: Entry, layer: Layer) -> tuple[dt.date, dt.date | None, dt.date | None]:
    inner = entry.within("in_force", "in_force", {"from": True, "to": False, "review_by": False})
    since, until, review_by = inner.day("from"), inner.day("to"), inner.day("review_by")
    if since is None:
        raise inner.fault("`from` must be a date (YYYY-MM-DD)")
    if until is not None and until <= since:
        raise inner.fault("`to` must be later than `from`", "to")
    if layer is Layer.ORDER and until is None and review_by is None:
        raise inner.fault("an order without a date of end; give `to`, or `review_by` while its end is open")
    return since, until, review_by


def _tags(entry: Entry, context: Context) -> frozenset[str]:
    names = entry.texts("tags")
    for name in (entry.text("regime"), *names):
        if name not in context.tags:
            near = did_you_mean(name, context.tags)
            raise entry.fault(f"unknown regime or tag `{name}`{near or '; declare it in pack.yaml'}", "tags")
    return frozenset(names)


def _binds(entry: Entry, context: Context) -> frozenset[str]:
    names = frozenset(entry.texts("binds")) or context.binds
    known = context.words.codes["agency_kinds"]
    for name in names:
        if name not in known:
            raise entry.fault(f"unknown kind of agency `{name}`{did_you_mean(name, known)}", "binds")
    return names


def _interpretation(entry: Entry, context: Context) -> Interpretation:
    keys = {"status": True, "why": False, "unless": False}
    inner = entry.within("interpretation", "interpretation", keys)
    contested = inner.choice("status", ("settled", "contested")) == "contested"
    if contested and "why" not in inner.data:
        raise inner.fault("a contested reading must say `why`")
    if not contested and "unless" in inner.data:
        raise inner.fault("`unless` belongs to a contested reading", "unless")
    unless = _condition(inner, "unless", context, forbid=False) if "unless" in inner.data else None
    return Interpretation(contested, inner.text("why"), unless)


def _condition(entry: Entry, key: str, context: Context, *, forbid: bool) -> Condition:
    if key not in entry.data:
        return Truth(True)
    try:
        found = parse_condition(entry.text(key), context.words, context.definitions)
        check_condition(found, context.words, forbid=forbid)
    except ConditionError as fault:
        raise entry.fault(f"`{key}` {fault}", key) from None
    return found


def _targets(entry: Entry, key: str, context: Context) -> tuple[Target, ...]:
    return tuple(_target(item, context) for item in entry.each(key, key, _TARGET))


_TARGET = {"rule": False, "tag": False, "because": True}
_DOOR = {"rule": False, "tag": False, "because": False}
_DUTY = {"do": True, "to": False, "within": False, "until": False, "elements": False, "note": False}


def _target(item: Entry, context: Context) -> Target:
    rule, tag = item.text("rule"), item.text("tag")
    if bool(rule) == bool(tag):
        raise item.fault("name either a `rule` or a `tag`")
    if tag and tag not in context.tags:
        raise item.fault(f"unknown tag `{tag}`{did_you_mean(tag, context.tags)}", "tag")
    return Target(rule, tag, item.text("because"))


def _overrides(entry: Entry, context: Context) -> Overrides:
    if isinstance(entry.data.get("overrides", []), list):
        return Overrides(named=_targets(entry, "overrides", context))
    inner = entry.within("overrides", "overrides", {"all": True, "except": False, "because": True})
    if not inner.flag("all"):
        raise inner.fault("`all` must be true; or list what is overridden", "all")
    doors = tuple(_target(item, context) for item in inner.each("except", "except", _DOOR))
    return Overrides(all=True, doors=doors, because=inner.text("because"))


def _obligation(item: Entry, context: Context) -> Obligation:
    until, within = item.text("until"), item.text("within")
    if until and (until not in context.words.facts or context.words.facts[until].type != FactType(Base.DATE)):
        raise item.fault(f"`until` must name a date fact, not `{until}`", "until")
    if within and not _DURATION.match(within):
        raise item.fault("`within` must be a duration like P30D", "within")
    elements = item.texts("elements")
    for name in elements:
        if name not in context.words.elements:
            raise item.fault(f"unknown element `{name}`{did_you_mean(name, context.words.elements)}", "elements")
    do = item.choice("do", context.words.actions)
    return Obligation(do, item.text("to"), within, until, elements, item.text("note"))


def read_definition(entry: Entry, context: Context) -> Condition:
    """A named definition; it may use those above it.

    :raises PackError: as a rule's condition.
    """
    over = entry.text("over")
    if over and over not in context.words.relations:
        raise entry.fault(f"unknown relation `{over}`{did_you_mean(over, context.words.relations)}", "over")
    try:
        body = parse_condition(entry.text("when"), context.words, context.definitions)
    except ConditionError as fault:
        raise entry.fault(f"`when` {fault}", "when") from None
    facts = context.words.facts
    mixed = [n for n in sorted(facts_of(body)) if facts[n].level is Level.PERSON and n.split(".")[0] != over]
    if over and mixed:
        raise entry.fault(
            f"asks about rows of `{over}`; `{mixed[0]}` is no fact of one; ask for it beside this", "when"
        )
    return SomeRow(over, body) if over else body
