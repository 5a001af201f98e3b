"""The plain-words text of every rule, quick enough to stand on a page with sixty of them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from functools import cached_property

from ostiary.law.bundle import Bundle, Copy
from ostiary.law.plain import Section, rule_page
from ostiary.law.rule import Rule


@dataclass(frozen=True)
class _Condensed(Bundle):
    """The same bundle with one copy for each set of rules that can meet.

    A rule's page asks which rules it meets anywhere. Hundreds of copies are met by the same
    few dozen sets of rules, so that asking one copy of each gives the same page.
    """

    @cached_property
    def _meeting(self) -> dict[Copy, list[Rule]]:
        distinct: dict[tuple[tuple[str, str], ...], tuple[Copy, list[Rule]]] = {}
        for copy in super().all_copies():
            rules = super().reaching(copy)
            distinct.setdefault(tuple((rule.id, str(rule.since)) for rule in rules), (copy, rules))
        return dict(distinct.values())

    def all_copies(self) -> list[Copy]:
        """One copy for each set of rules."""
        return list(self._meeting)

    def reaching(self, copy: Copy) -> list[Rule]:
        """The rules that meet at one of them."""
        return self._meeting[copy]


@dataclass
class Pages:
    """The pages of a bundle's rules, each made once, when it is first shown."""

    bundle: Bundle
    _made: dict[str, tuple[Section, ...]] = field(default_factory=dict)

    @cached_property
    def _condensed(self) -> Bundle:
        given = {item.name: getattr(self.bundle, item.name) for item in fields(self.bundle) if item.name != "_at"}
        return _Condensed(**given)

    def of(self, name: str) -> tuple[Section, ...]:
        """The sections of one rule's page: heading and lines."""
        if name not in self._made:
            self._made[name] = tuple(rule_page(self._condensed, self.bundle.by_id[name]))
        return self._made[name]
