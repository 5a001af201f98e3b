"""The properties hold, and each of them bites: a sabotaged engine makes it fail."""

import pytest

from ostiary.decide import interpret
from ostiary.law import meaning
from ostiary.law.defeat import Defeat
from ostiary.law.meaning import kleene_all, kleene_any
from ostiary.law.rule import Kind
from tests.property import properties


@pytest.mark.parametrize("holds_always", properties.PROPERTIES, ids=lambda check: check.__name__)
def test_it_holds_for_any_rules_and_facts(holds_always):
    holds_always()


def _ignore_unknown_bars(stand):
    return stand.forbidden is not True and stand.authority is True


def _ignore_authority(stand):
    return stand.forbidden is False


def _all_bars_needed(cls, rules, living):
    """A sabotage: forbids block only when every one of them is alive."""
    values = {k: [living[r.id] for r in rules if r.kind is k] for k in Kind}
    bars = values[Kind.FORBID]
    mandated = kleene_any(values[Kind.MANDATE])
    return cls(kleene_all(bars) if bars else False, mandated, kleene_any((mandated, *values[Kind.PERMIT])))


def _as_they_come(defeat, rules):
    return tuple(rules)


def _let_it_fly(reading, copy, group=""):
    return interpret._judge(reading, copy, group)


def _nothing_missing(rules, full, waits, outcome):
    return ()


def _forgets_what_it_waits_for(parts, facts, *, decisive):
    values = [meaning.holds(part, facts) for part in parts]
    return (kleene_any if decisive else kleene_all)(values), frozenset()


def _unknown_is_yes(value):
    return value is not True


SABOTAGE = [
    ("forgetting_a_fact_never_releases", interpret.Stand, "releases", property(_ignore_unknown_bars)),
    ("adding_a_forbid_never_releases_more", interpret.Stand, "of", classmethod(_all_bars_needed)),
    ("order_and_duplicates_never_matter", Defeat, "in_order", _as_they_come),
    ("no_release_without_a_live_authority", interpret.Stand, "releases", property(_ignore_authority)),
    ("an_exception_inside_the_engine_withholds", interpret, "judge", _let_it_fly),
    ("only_a_missing_fact_can_change_the_answer", interpret, "_missing", _nothing_missing),
    ("a_final_value_stays", meaning, "_weigh_parts", _forgets_what_it_waits_for),
    ("learning_never_reverses_a_plain_condition", meaning, "kleene_not", _unknown_is_yes),
]


@pytest.mark.parametrize(("name", "place", "part", "sabotage"), SABOTAGE, ids=[row[0] for row in SABOTAGE])
def test_it_bites(monkeypatch, name, place, part, sabotage):
    monkeypatch.setattr(place, part, sabotage)

    with pytest.raises((AssertionError, KeyError, ExceptionGroup)):
        getattr(properties, name)()


def test_every_property_has_its_sabotage():
    assert [check.__name__ for check in properties.PROPERTIES] == [row[0] for row in SABOTAGE]
