"""A rule or an authority as a page of plain text, made from the bundle alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ostiary.law.authority import Authority
from ostiary.law.bundle import Bundle
from ostiary.law.condition import Truth, conjuncts
from ostiary.law.rule import Kind, Layer, Rule
from ostiary.law.words import in_words

_VERBS: Mapping[Kind, str] = {
    Kind.FORBID: "The agency must not disclose",
    Kind.PERMIT: "The agency may disclose",
    Kind.MANDATE: "The agency must disclose",
    Kind.EXEMPT: "A bar is lifted for",
    Kind.NOTE: "To be noted for",
}

Section = tuple[str, list[str]]


def rule_page(bundle: Bundle, rule: Rule) -> Iterator[Section]:
    """The sections of a rule's page: heading and lines."""
    yield "rule", [f"{rule.id} ({rule.kind.value}, {rule.layer.value} law, pack {rule.pack}, {rule.where})"]
    yield "in short", [rule.title]
    yield _VERBS[rule.kind], [_said(bundle, rule.elements, "every element")]
    whens = [in_words(part, bundle.words, bundle.meanings) for part in conjuncts(rule.when)]
    yield "when all of these hold", whens or ["always"]
    yield "because of", [_cited(bundle.authorities[name]) for name in rule.authorities]
    yield "reading", _reading(bundle, rule)
    yield "binds", [bundle.words.code_label("agency_kinds", kind) for kind in sorted(rule.binds)]
    if rule.parties:
        yield "parties", [rule.parties]
    yield "in force", [_dates(rule)]
    if rule.review_by:
        yield "to be confirmed by", [str(rule.review_by)]
    yield from _edges(bundle, rule)
    owed = [bundle.words.actions[duty.do].means + (f" ({duty.note})" if duty.note else "") for duty in rule.obligations]
    if owed:
        yield "owed with it", owed
    if rule.note:
        yield "note", [rule.note]


def rule_in_short(bundle: Bundle, rule: Rule) -> str:
    """A rule in one sentence, with what it rests on: title, kind of element, conditions, citations."""
    whens = [in_words(part, bundle.words, bundle.meanings) for part in conjuncts(rule.when)]
    when = f" when {'; and '.join(whens)}" if whens else ""
    cited = "; ".join(bundle.authorities[name].citation for name in rule.authorities)
    return f"{rule.title}. {_VERBS[rule.kind]} {_said(bundle, rule.elements, 'every element')}{when} [{cited}]"


def _dates(rule: Rule) -> str:
    """Statutes' first days were set from memory; orders' days were read with the order."""
    doubt = " (first day from memory; confirm it)" if rule.layer in (Layer.FEDERAL, Layer.STATE) else ""
    return f"from {rule.since}" + (f" up to {rule.until}" if rule.until else "") + doubt


def _said(bundle: Bundle, condition: object, everything: str) -> str:
    if isinstance(condition, Truth):
        return everything
    return "what is so: " + in_words(condition, bundle.words, bundle.meanings)  # type: ignore[arg-type]


def _cited(authority: Authority) -> str:
    evidence = authority.evidence
    sure = evidence.mark.value.replace("_", " ") + (f", {evidence.confidence}" if evidence.confidence else "")
    return f"{authority.citation} [{sure}]"


def _reading(bundle: Bundle, rule: Rule) -> list[str]:
    reading = rule.interpretation
    if not reading.contested:
        return ["settled"]
    lines = [f"contested: {reading.why}"]
    if reading.unless is not None:
        lines.append("counts as settled where " + in_words(reading.unless, bundle.words, bundle.meanings))
    return lines


def _edges(bundle: Bundle, rule: Rule) -> Iterator[Section]:
    """Only defeats that can happen: both rules reach one copy that can exist."""
    here = (bundle.reaching(copy) for copy in bundle.all_copies())
    met = {other.id for rules in here if rule in rules for other in rules}
    lifts = [
        f"{target}: {edge.because}"
        for target, edges in sorted(bundle.defeat.defeaters.items())
        for edge in edges
        if edge.by == rule.id and target in met
    ]
    if lifts:
        yield "overcomes", lifts
    yields = [f"{edge.by}: {edge.because}" for edge in bundle.defeat.of(rule) if edge.by in met]
    if yields:
        yield "yields to", yields


def authority_page(bundle: Bundle, authority: Authority) -> Iterator[Section]:
    """The sections of an authority's page."""
    yield "authority", [f"{authority.id} ({authority.jurisdiction}, {authority.effect.value})"]
    yield "citation", [authority.citation]
    yield "what it says", [authority.what]
    yield "on conditions", [authority.conditions]
    yield "elements", [authority.elements]
    yield "requesters", [authority.requesters]
    yield "programs", [authority.programs]
    yield "status", [authority.status]
    evidence = authority.evidence
    sure = f", confidence {evidence.confidence}" if evidence.confidence else ""
    yield "evidence", [f"{evidence.mark.value.replace('_', ' ')}{sure}: {evidence.note}"]
    if authority.doubts:
        yield "doubts", list(authority.doubts)
    if authority.confirm:
        yield "counsel must confirm", list(authority.confirm)
    citing = [rule for rule in bundle.rules if authority.id in rule.authorities]
    rules = [f"{rule.id} ({rule.kind.value}): {rule.title}" for rule in citing]
    yield "rules that cite it", rules or ["none; it has no effect of its own here"]
    yield "said to one who cites it", [authority.answer]
