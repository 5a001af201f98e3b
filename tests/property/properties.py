"""What must hold whatever the law says. Each property is a function, so that a sabotage can be set against it."""

from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from ostiary.decide import interpret
from ostiary.decide.verdict import Item, Outcome, Reason, State
from ostiary.law.meaning import Missing, holds, weigh
from ostiary.law.rule import Kind, Rule
from tests.make import COPY, FACTS, a_reading, a_rule
from tests.property.rulebooks import barring, facts, helping, plain, rulebooks


def judged(rules: list[Rule], known: dict[str, bool]) -> Item:
    return interpret.judge(a_reading(rules, known), COPY)


@given(rules=rulebooks(), known=facts, forgotten=st.sampled_from(FACTS))
def forgetting_a_fact_never_releases(rules: list[Rule], known: dict[str, bool], forgotten: str) -> None:
    before = judged(rules, known)
    after = judged(rules, {name: value for name, value in known.items() if name != forgotten})

    assert before.outcome.discloses or not after.outcome.discloses


@given(
    rules=rulebooks(),
    known=facts,
    when=barring,
    against=st.lists(st.sampled_from([f"r{i}" for i in range(8)]), unique=True),
)
def adding_a_forbid_never_releases_more(
    rules: list[Rule], known: dict[str, bool], when: object, against: list[str]
) -> None:
    helpers = {rule.id for rule in rules if rule.kind.helps}
    bar = a_rule("bar", Kind.FORBID, when, overrides=[name for name in against if name in helpers])  # type: ignore[arg-type]
    before, after = judged(rules, known), judged([*rules, bar], known)

    assert before.outcome.discloses or not after.outcome.discloses


@given(rules=rulebooks(), known=facts, order=st.randoms(use_true_random=False), again=st.integers(0, 7))
def order_and_duplicates_never_matter(rules: list[Rule], known: dict[str, bool], order: object, again: int) -> None:
    shuffled = [*rules, replace(rules[again % len(rules)], id="again")]
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    before, after = judged(rules, known), judged(shuffled, known)

    assert (before.outcome, before.reason) == (after.outcome, after.reason)


@given(rules=rulebooks(), known=facts)
def no_release_without_a_live_authority(rules: list[Rule], known: dict[str, bool]) -> None:
    item = judged(rules[1:], known)  # without the open door
    kinds = {rule.id: rule.kind for rule in rules}
    living = [found for found in item.considered if found.state is State.ALIVE]

    if item.outcome.discloses:
        assert any(kinds[found.rule] in (Kind.PERMIT, Kind.MANDATE) and not found.doubtful for found in living)
        assert all(kinds[found.rule] is not Kind.FORBID for found in living)
        assert item.authorities


@given(rules=rulebooks(), known=facts, gone=st.sampled_from(FACTS))
def an_exception_inside_the_engine_withholds(rules: list[Rule], known: dict[str, bool], gone: str) -> None:
    reading = a_reading(rules, known)
    broken = replace(reading, facts={name: value for name, value in reading.facts.items() if name != gone})
    item = interpret.judge(broken, COPY)

    if item.reason is Reason.ENGINE_ERROR:
        assert item.outcome is Outcome.WITHHOLD
    else:  # no rule had to read it
        assert item.outcome is judged(rules, known).outcome


@given(rules=rulebooks(), known=facts, told=facts)
def only_a_missing_fact_can_change_the_answer(rules: list[Rule], known: dict[str, bool], told: dict[str, bool]) -> None:
    before = judged(rules, known)
    after = judged(rules, told | known)
    learnt = set(told) - set(known)

    if before.outcome is not after.outcome:
        assert learnt & {missing.fact for missing in before.missing}


@given(condition=st.one_of(helping, barring), known=facts, told=facts)
def a_final_value_stays(condition: object, known: dict[str, bool], told: dict[str, bool]) -> None:
    def world(values: dict[str, bool]) -> dict[str, object]:
        return {name: values.get(name, Missing.UNKNOWN) for name in FACTS}

    value, waits = weigh(condition, world(known))  # type: ignore[arg-type]
    assert value == holds(condition, world(known))  # type: ignore[arg-type]
    if not waits & set(told):
        assert holds(condition, world(told | known)) == value  # type: ignore[arg-type]


@given(condition=plain, known=facts, told=facts)
def learning_never_reverses_a_plain_condition(condition: object, known: dict[str, bool], told: dict[str, bool]) -> None:
    def value(values: dict[str, bool]) -> bool | None:
        return holds(condition, {name: values.get(name, Missing.UNKNOWN) for name in FACTS})  # type: ignore[arg-type]

    assert value(known) is None or value(told | known) is value(known)


PROPERTIES: list[Callable[[], None]] = [
    forgetting_a_fact_never_releases,
    adding_a_forbid_never_releases_more,
    order_and_duplicates_never_matter,
    no_release_without_a_live_authority,
    an_exception_inside_the_engine_withholds,
    only_a_missing_fact_can_change_the_answer,
    a_final_value_stays,
    learning_never_reverses_a_plain_condition,
]
