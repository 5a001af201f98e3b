"""What the rules can never do: properties of a pack, in the language of its rules.

A property says what must never happen, when, and unless what. It is not law and is no
part of the digest; ``ostiary prove`` shows it for every request at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ostiary import strict_yaml
from ostiary.errors import BadInput, ManyErrors, PackError, did_you_mean
from ostiary.law.bundle import Bundle
from ostiary.law.checks import check_condition
from ostiary.law.condition import Condition, Truth
from ostiary.law.parsing import ConditionError, parse_condition
from ostiary.law.rule import Layer, Rule
from ostiary.strict_yaml import Entry


class Never(StrEnum):
    """What a property says can never happen."""

    LEAVES = "leaves"
    DISCRETION = "leaves_at_discretion"
    MANDATED = "leaves_by_mandate"
    STAYS = "stays"
    LEARNING = "leaves_for_want_of_a_fact"
    BLOCKED = "blocks_a_mandate"
    HANGS = "mandate_hangs_on_it"

    @property
    def of_one_request(self) -> bool:
        """Whether one request shows it; the others set two answers side by side."""
        return self in (Never.LEAVES, Never.DISCRETION, Never.MANDATED, Never.STAYS)


@dataclass(frozen=True, slots=True)
class Property:
    """One thing that never happens: broken where ``when`` is surely true, ``unless`` is not, and it happens.

    ``rules``: those that must not block, for ``BLOCKED`` alone. ``instead``: for ``HANGS`` alone, a fact
    and the code that it could as well have; the mandate must not hang on the difference.
    """

    id: str
    pack: str
    says: str
    authorities: tuple[str, ...]
    never: Never
    when: Condition
    unless: Condition
    rules: frozenset[str]
    instead: tuple[str, str] | None
    note: str
    where: str


_KEYS = {
    "id": True, "says": True, "authority": True, "never": True, "when": False, "unless": False,
    "rules": False, "instead": False, "note": False,
}  # fmt: skip
_CHOSEN = {"rule": False, "tag": False, "layer": False}
_INSTEAD = {"fact": True, "code": True}


def read_properties(bundle: Bundle, pack: str = "") -> tuple[Property, ...]:
    """The properties of every pack of a bundle, or of one pack.

    :raises PackError: naming file, line and property for everything that is wrong.
    """
    found: dict[str, Property] = {}
    faults: list[str] = []
    for part in bundle.packs:
        for path in sorted((part.folder / "properties").glob("**/*.yaml")) if pack in ("", part.name) else ():
            doc = strict_yaml.read(path, PackError, f"{part.name}/{path.relative_to(part.folder).as_posix()}")
            if not isinstance(doc.data, list):
                raise PackError(f"{doc.at()}: must be a list of properties")
            for index in range(len(doc.data)):
                try:
                    one = _property(Entry(doc, (index,), "property", _KEYS, PackError), bundle, part.name)
                    if one.id in found:
                        raise PackError(f"{one.where}: property `{one.id}` already stands at {found[one.id].where}")
                    found[one.id] = one
                except BadInput as fault:
                    faults.append(str(fault))
    if faults:
        raise ManyErrors(faults)
    return tuple(found.values())


def _property(entry: Entry, bundle: Bundle, pack: str) -> Property:
    never = Never(entry.choice("never", [never.value for never in Never]))
    authorities = entry.texts("authority")
    for name in authorities:
        if name not in bundle.authorities:
            near = did_you_mean(name, bundle.authorities)
            raise entry.fault(f"cites `{name}`, which is not in the register{near}", "authority")
    if not authorities:
        raise entry.fault("a property must cite at least one authority", "authority")
    if never in (Never.LEARNING, Never.BLOCKED) and ("when" in entry.data or "unless" in entry.data):
        raise entry.fault(f"`{never}` speaks of every request; it takes no `when` and no `unless`", "never")
    if (never is Never.BLOCKED) is not ("rules" in entry.data):
        raise entry.fault(f"`rules` belongs to `{Never.BLOCKED}`, which needs it", "never")
    if (never is Never.HANGS) is not ("instead" in entry.data):
        raise entry.fault(f"`instead` belongs to `{Never.HANGS}`, which needs it", "never")
    return Property(
        entry.text("id"),
        pack,
        entry.text("says"),
        authorities,
        never,
        _condition(entry, "when", bundle, Truth(True)),
        _condition(entry, "unless", bundle, Truth(False)),
        frozenset(rule.id for item in entry.each("rules", "rules", _CHOSEN) for rule in _chosen(item, bundle)),
        _instead(entry, bundle) if "instead" in entry.data else None,
        entry.text("note"),
        entry.doc.at(*entry.path),
    )


def _condition(entry: Entry, key: str, bundle: Bundle, left_out: Condition) -> Condition:
    """``possibly`` may stand in ``when`` (what may be so), ``knows`` in ``unless``: both make the claim stronger."""
    if key not in entry.data:
        return left_out
    try:
        found = parse_condition(entry.text(key), bundle.words, bundle.definitions)
        check_condition(found, bundle.words, forbid=key == "when")
    except ConditionError as fault:
        raise entry.fault(f"`{key}` {fault}", key) from None
    return found


def _instead(entry: Entry, bundle: Bundle) -> tuple[str, str]:
    inner = entry.within("instead", "instead", _INSTEAD)
    facts = {name: fact for name, fact in bundle.words.facts.items() if fact.type.codes and not fact.type.many}
    fact = inner.choice("fact", facts)
    return fact, inner.choice("code", bundle.words.known_codes(facts[fact].type.codes))


def _chosen(item: Entry, bundle: Bundle) -> list[Rule]:
    rule, tag = item.text("rule"), item.text("tag")
    layer = item.choice("layer", list(Layer)) if "layer" in item.data else ""
    if sum(map(bool, (rule, tag, layer))) != 1:
        raise item.fault("name one of `rule`, `tag`, `layer`")
    found = [r for r in bundle.rules if r.id == rule or tag in r.tags or r.layer == layer]
    if not found:
        raise item.fault(f"no rule is `{rule or tag or layer}`; there is nothing that could block")
    return found
