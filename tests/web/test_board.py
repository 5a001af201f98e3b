"""What the playground shows, without Django: facts in, a page out."""

import datetime as dt

import pytest

from ostiary import strict_yaml
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.law.meaning import Missing
from ostiary.law.plain import rule_page
from ostiary_web.playground.catalogue import find_starts
from ostiary_web.playground.pages import Pages
from ostiary_web.playground.sheet import fields, read_sheet
from ostiary_web.playground.turn import Desk, take_turn
from tests.conftest import ROOT
from tests.web.sheets import fields_of, posted_of

ORDER = "example:7-district-court-order"
WARRANT = "example:4-form-i-205"


@pytest.fixture(scope="module")
def desk(bundle):
    return Desk(bundle, Pages(bundle), find_starts(bundle, ROOT / "examples"))


@pytest.fixture
def pick(desk):
    return lambda key: take_turn(desk, {"do": ["pick"], "start": [key]})


def test_it_starts_from_every_example_and_every_scenario(desk):
    assert sum(start.key.startswith("example:") for start in desk.starts) == 8
    assert sum(start.key.startswith("scenario:") for start in desk.starts) == 75


def test_an_untouched_form_states_the_facts_that_it_was_made_from(desk):
    for start in desk.starts:
        for group in start.request(desk.bundle.words).groups:
            facts = {**group.facts, "as_of": Missing.UNKNOWN}
            sheet = fields(desk.bundle.words, facts, facts)
            form = {}
            for name, field in sheet.items():
                chosen = [option.value for option in field.options if option.chosen]
                form[f"f.{name}"] = chosen if field.options else [field.text]
                form[f"e.{name}"] = [option.value for option in field.blank if option.chosen][:1]
            again, faults = read_sheet(desk.bundle.words, form, facts)

            assert faults == ()
            assert {name: facts[name] for name in again} == again, start.key
            assert not any(field.changed for field in sheet.values())


def test_the_answer_is_that_of_the_command(desk, pick):
    start = desk.start(WARRANT)
    verdict = decide(desk.bundle, start.request(desk.bundle.words))
    page = pick(WARRANT)

    assert [copy.outcome for copy in page.board.copies] == [item.outcome.value for item in verdict.items]
    assert len(page.board.copies) == 6


def test_the_file_it_gives_is_judged_alike(desk, pick):
    for start in desk.starts[:12]:
        page = pick(start.key)
        request = read_request(strict_yaml.parse(page.file, "a file"), desk.bundle.words)
        outcomes = [item.outcome.value for item in decide(desk.bundle, request).items]

        assert outcomes == [copy.outcome for copy in page.board.copies], start.key


def test_a_change_is_marked_and_can_be_undone(desk, pick):
    changed = take_turn(desk, posted_of(pick(ORDER), f__instrument_signed=[]) | {"f.instrument.signed": ["false"]})
    assert [name for name, field in fields_of(changed).items() if field.changed] == ["instrument.signed"]
    assert changed.changed == 1
    assert changed.board.copies != pick(ORDER).board.copies

    undone = take_turn(desk, posted_of(changed, do=["undo:instrument.signed"]))
    assert undone.changed == 0
    assert undone.board == pick(ORDER).board

    reset = take_turn(desk, posted_of(changed, do=["reset"]))
    assert reset.changed == 0


def test_what_defeats_a_rule_is_named(pick):
    page = pick(ORDER)
    defeated = [pile for pile in page.board.piles if pile.band.heading == "Defeated"]

    assert any(line.startswith("by ") for card in defeated[0].cards for line in card.detail)


def test_a_missing_fact_is_asked_for_and_marked_and_stands_first(desk, pick):
    page = take_turn(desk, posted_of(pick(ORDER)) | {"f.instrument.signed": ["unknown"]})
    asked = {question.fact for question in page.board.questions}

    assert "instrument.signed" in asked
    assert {field.fact for part in page.matter for field in part.fields if field.needed} == asked
    assert not any(field.needed for part in page.rest for field in part.fields)


def test_another_copy_can_be_looked_at_and_stays_chosen(desk, pick):
    other = pick(ORDER).board.copies[-1]
    page = take_turn(desk, posted_of(pick(ORDER), do=[f"look:{other.key}"]))
    again = take_turn(desk, posted_of(page))

    assert page.board.looked_at.key == other.key
    assert again.board == page.board


def test_every_rule_shown_has_its_page_and_its_citation(desk, pick):
    cards = [card for pile in pick(ORDER).board.piles for card in pile.cards]

    assert all(card.page and card.citations and card.sure.startswith(("settled", "contested")) for card in cards)
    assert len({card.id for card in cards}) == len(cards)
    for card in cards[:3]:
        assert list(card.page) == list(rule_page(desk.bundle, desk.bundle.by_id[card.rule]))


def test_the_day_of_the_law_can_be_another(desk, pick):
    page = take_turn(desk, posted_of(pick(WARRANT)) | {"f.as_of": ["1990-01-01"]})

    assert page.board.as_of == "1990-01-01"
    assert any(pile.band.heading == "Not in force" for pile in page.board.piles)


def test_groups_are_taken_one_at_a_time(desk):
    start = next(s for s in desk.starts if len(s.request(desk.bundle.words).groups) > 1)
    page = take_turn(desk, {"do": ["pick"], "start": [start.key]})
    second = page.origin.groups[1]
    other = take_turn(desk, posted_of(page, do=["group"], group=[second]))

    assert (page.origin.group, other.origin.group) == (page.origin.groups[0], second)
    assert other.changed == 0


def test_a_pasted_text_is_taken_and_can_be_changed(desk, pick):
    text = pick(WARRANT).file
    page = take_turn(desk, posted_of(pick(ORDER), do=["read"], typed=[text]))
    later = take_turn(desk, posted_of(page) | {"f.request_date": ["2026-01-05"]})

    assert page.problems == ()
    assert [c.outcome for c in page.board.copies] == [c.outcome for c in pick(WARRANT).board.copies]
    assert later.origin.text == text
    assert later.changed == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "there is none"),
        ("request_date: 2026-01-05\npurpos: audit\n", "your text:2: unknown key `purpos`; did you mean `purpose`?"),
        ("a: [1\n", "your text:2: not valid YAML"),
        (
            "request_date: 2026-01-05\nprograms: [snap]\nelements_requested: [phone]\nsubjects: {count: 99999999999999999999}",
            "no more than a million millions",
        ),
        (
            "request_date: 2026-01-05\nprograms: [snap]\nelements_requested: [phone]\nconsent: [{whole_file: true}]",
            "lists rows of `consent`",
        ),
    ],
)
def test_a_wrong_text_is_explained_and_nothing_typed_is_lost(desk, pick, text, said):
    form = posted_of(pick(ORDER), do=["read"], typed=[text]) | {"f.instrument.signed": ["false"]}
    page = take_turn(desk, form)

    assert said in page.text_fault
    assert page.typed == text
    assert page.changed == 1
    assert page.board is not None


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("subjects.count", "many", "whole number"),
        ("subjects.count", "9" * 30, "whole number"),
        ("instrument.effective_on", "2026-02-30", "YYYY-MM-DD"),
        ("request_date", "", "give the day"),
        ("purpose", "=nonsense", "choose one"),
        ("programs", "nonsense", "tick only"),
    ],
)
def test_a_wrong_value_is_explained_and_stays_as_typed(desk, pick, name, typed, said):
    page = take_turn(desk, posted_of(pick(ORDER)) | {f"f.{name}": [typed]})
    field = fields_of(page)[name]

    assert page.board is None
    assert page.file == ""
    assert said in field.fault
    assert field.text == typed
    assert any(said in problem.text and problem.target == field.id for problem in page.problems)


def test_nothing_asked_for_is_a_problem_and_no_answer(desk, pick):
    page = take_turn(desk, posted_of(pick(ORDER)) | {"f.elements_requested": []})

    assert page.board is None
    assert "tick at least one" in page.problems[0].text


def test_a_form_that_says_nothing_knows_nothing(desk):
    origin = take_turn(desk, {}).origin
    facts, faults = read_sheet(desk.bundle.words, {}, origin.facts)

    assert set(facts.values()) == {Missing.UNKNOWN}
    assert [fault.fact for fault in faults] == ["request_date"]


def test_absent_and_empty_and_unknown_are_told_apart(desk):
    origin = take_turn(desk, {}).origin
    name = "instrument.findings"
    said = {
        word: read_sheet(desk.bundle.words, {f"e.{name}": [word]}, origin.facts)[0][name]
        for word in ("none", "absent", "unknown", "anything")
    }

    assert said == {"none": (), "absent": Missing.ABSENT, "unknown": Missing.UNKNOWN, "anything": Missing.UNKNOWN}


def test_a_fact_that_is_not_optional_cannot_be_absent(desk):
    origin = take_turn(desk, {}).origin
    facts, _ = read_sheet(desk.bundle.words, {"f.instrument.signed": ["absent"]}, origin.facts)

    assert facts["instrument.signed"] is Missing.UNKNOWN


def test_the_day_of_receipt_is_a_day(desk):
    facts, faults = read_sheet(desk.bundle.words, {"f.request_date": ["2026-03-10"]}, take_turn(desk, {}).origin.facts)

    assert (facts["request_date"], faults) == (dt.date(2026, 3, 10), ())
