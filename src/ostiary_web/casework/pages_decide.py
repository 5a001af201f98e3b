"""The items of an act, in groups that the law treats alike: one choice for each group, or item by item.

Items are alike if the answer is the same and the same rules decided. What the rules do not let go has no choice, and
says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ostiary.decide import explain
from ostiary.decide.verdict import Outcome
from ostiary_web.casework.docket.items import refused_items
from ostiary_web.casework.docket.snapshot import ItemKey, JudgedItem
from ostiary_web.casework.pages_docket import Case, address, item_name, key_of, stricter
from ostiary_web.wiring import bundle


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """Items that the law treats alike. ``answer``, ``because``: what the rules say of each of them.

    ``open``: there is a choice. ``compelled``: the law commands them; a refusal needs its ground.
    """

    number: int
    outcome: str
    answer: str
    because: str
    keys: tuple[ItemKey, ...]
    open: bool
    compelled: bool

    @property
    def first(self) -> str:
        """The address of the first one: its rules are those of all."""
        return address(self.keys[0])

    @property
    def names(self) -> list[str]:
        """Each item in words."""
        return [item_name(key) for key in self.keys]


def _all(case: Case) -> Iterable[ItemKey]:
    verdict = case.docket.verdict
    return () if verdict is None else (item.key for item in verdict.items)


def _granted(case: Case) -> Iterable[ItemKey]:
    return () if case.docket.decision is None else case.docket.decision.granted


def _refused(case: Case) -> Iterable[ItemKey]:
    return () if case.docket.decision is None else refused_items(case.docket.decision)


def _stayed(case: Case) -> Iterable[ItemKey]:
    return {key for one in case.docket.challenges if not one.outcome for key in one.items}


def _packed(case: Case) -> Iterable[ItemKey]:
    return case.docket.allowed_items


# Of which items an act asks, by the act's own field; and those of them where the rules leave a choice.
_ASKED: Mapping[str, Callable[[Case], Iterable[ItemKey]]] = {
    "needed": _all,
    "grants": _all,
    "refusals": _all,
    "freed": _stayed,
}
_OF_ACT: Mapping[str, Callable[[Case], Iterable[ItemKey]]] = {
    "challenge": _granted,
    "appeal_part": _refused,
    "package": _packed,
}


def asked_of(case: Case, act: str, field: str) -> frozenset[ItemKey]:
    """The items that a field of an act may name, as far as the docket tells."""
    return frozenset(_OF_ACT.get(act, _ASKED.get(field, _all))(case))


def item_groups(case: Case, wanted: frozenset[ItemKey], *, bound: bool = True) -> tuple[ItemGroup, ...]:
    """These items of the verdict in groups: what is compelled first, then what is permitted, then the rest.

    :param bound: only what the rules let go is open; else every one is, as where refused items are appealed.
    """
    verdict = case.docket.verdict
    if verdict is None:
        return ()
    reasons = {key_of(item): explain.because(bundle(), item) for item in stricter(case)}
    found: dict[tuple[object, ...], list[JudgedItem]] = {}
    for item in verdict.items:
        if item.key in wanted:
            because = reasons.get(item.key, "")
            found.setdefault((_rank(item), item.outcome, item.named, item.deciding, because), []).append(item)
    ordered = sorted(found.items(), key=lambda one: one[0][0])  # type: ignore[arg-type, return-value]
    return tuple(_group(number, items, str(key[-1]), bound) for number, (key, items) in enumerate(ordered))


def _rank(item: JudgedItem) -> int:
    if not item.may_leave:
        return 2
    return 0 if item.outcome is Outcome.MANDATED else 1


def _group(number: int, items: list[JudgedItem], because: str, bound: bool) -> ItemGroup:
    one = items[0]
    if one.outcome.discloses and not one.may_leave:
        # Unless the paper names the person, nothing of theirs goes, whatever the rules say (I9).
        because = f"the paper does not name this person or describe this group; else: {because}"
    return ItemGroup(
        number,
        one.outcome.value,
        explain.OUTCOME_WORDS[one.outcome],
        because,
        tuple(item.key for item in items),
        one.may_leave or not bound,
        one.may_leave and one.outcome is Outcome.MANDATED,
    )
