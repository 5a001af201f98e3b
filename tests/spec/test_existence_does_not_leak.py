"""Whether somebody is on the roll does not show: not in what is refused to all, not in what is said of one person."""

import inspect
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide import answer as answer_module
from ostiary.decide.answer import RequesterAnswer, refused_whoever, released_of, requester_answer
from ostiary.decide.cases import COMPLETE
from ostiary.decide.request import read_request
from ostiary.errors import RequestError

EXAMPLES = sorted((ROOT / "examples").glob("[1-8]*.yaml"))
SCENARIOS = strict_yaml.read(ROOT / "packs" / "demo-agency" / "tests" / "scenarios.yaml")


class Untouchable:
    """A roll's engine that fails when anything is asked of it."""

    def __getattr__(self, name):
        raise AssertionError(f"the roll was touched: {name}")


def example(name, bundle):
    (path,) = (path for path in EXAMPLES if path.stem == name)
    return read_request(strict_yaml.read(path), bundle.words)


@pytest.fixture(scope="module")
def requests(bundle):
    """Every example and every scenario."""
    found = [read_request(strict_yaml.read(path), bundle.words) for path in EXAMPLES]
    found += [
        read_request(SCENARIOS, bundle.words, at=(place, "facts"), complete=COMPLETE)
        for place in range(len(SCENARIOS.data))
    ]
    return found


def test_what_is_refused_whoever_the_person_is_releases_nobody(requests, bundle, roll, engine, people):
    """Each of the people of the roll judged: the short way and the long way agree."""
    everybody = {str(person.row[roll.id]): str(person.row[roll.id]) for person in people[::25]}
    refused = [one for one in requests if refused_whoever(bundle, one, roll)]

    assert len(refused) >= 15
    for request in refused:
        for group in request.groups:
            assert released_of(bundle, replace(request, groups=(group,)), roll, engine, everybody) == {}


def test_what_may_leave_for_somebody_is_not_refused_to_all(requests, bundle, roll, engine, people):
    everybody = {str(person.row[roll.id]): str(person.row[roll.id]) for person in people[::40]}
    open_ = 0
    for request in requests[::2]:
        if len(request.groups) == 1 and released_of(bundle, request, roll, engine, everybody):
            open_ += 1
            assert not refused_whoever(bundle, request, roll)
            assert not refused_whoever(bundle, request)
    assert open_ >= 3


def test_to_know_what_a_roll_can_hold_only_refuses_more(requests, bundle, roll):
    for request in requests:
        assert refused_whoever(bundle, request, roll) or not refused_whoever(bundle, request)


def test_a_request_that_encloses_what_opens_it_is_not_refused_to_all(requests, bundle, roll):
    from ostiary.decide.decide import decide

    opened = [one for one in requests if any(item.outcome.discloses for item in decide(bundle, one).items)]

    assert len(opened) >= 20
    assert not any(refused_whoever(bundle, one, roll) for one in opened)


def test_a_detainer_is_answered_without_the_roll(bundle, roll):
    """The answer is whole though nothing of the roll can be read; the command asks in this order."""
    request = example("5-detainer", bundle)

    assert refused_whoever(bundle, request, replace(roll, tables={}))
    text = requester_answer(bundle, request, ["S1"], None).to_text()
    assert "whoever the person is" in text


def test_the_command_answers_a_detainer_though_roll_and_model_cannot_be_opened(bundle, roll, tmp_path, capfdbinary):
    from ostiary.cli import answering

    mapping = tmp_path / "roll.yaml"
    mapping.write_bytes(roll.path.read_bytes())  # and none of its tables
    subjects = tmp_path / "subjects.csv"
    subjects.write_text("subject,first,last,dob\nS1,Ana,Lopez,1990-02-01\n")
    places = answering.Places(mapping, tmp_path / "no-model.json", tmp_path / "work")
    status = answering.run(ROOT / "examples" / "5-detainer.yaml", subjects, places, "", None, as_json=True)

    assert status == 0
    assert b"Refused." in capfdbinary.readouterr().out
    assert not (tmp_path / "work").exists()


# What may become of one subject, as the matching and the law have it. Only the last leaves anything.
FATES = ("not on the roll", "ambiguous", "withheld", "leaves")


@pytest.fixture(scope="module")
def outcomes(bundle, roll, engine, people):
    """By request: whom something leaves of, and of whom nothing does."""
    everybody = {str(person.row[roll.id]): str(person.row[roll.id]) for person in people[:120]}
    found = {}
    for name in ("6-fleeing-felon-notice", "8-own-request", "7-district-court-order"):
        request = example(name, bundle)
        leaving = released_of(bundle, request, roll, engine, everybody)
        found[name] = request, sorted(leaving), sorted(set(everybody) - set(leaving))
    return found


def answered(bundle, request, roll, engine, fates, leaving, withheld, asked):
    """The answer where each subject has met its fate; ``people`` is what the matching hands on."""
    people = {}
    for subject, fate in zip(asked, fates, strict=True):
        if fate == "leaves":
            people[subject] = leaving[0]
        elif fate == "withheld":
            people[subject] = withheld[len(people) % len(withheld)]
    return requester_answer(bundle, request, asked, released_of(bundle, request, roll, engine, people))


@settings(max_examples=60)
@given(data=st.data())
def test_three_fates_read_alike_byte_for_byte(data, outcomes, bundle, roll, engine):
    request, leaving, withheld = outcomes[data.draw(st.sampled_from(sorted(outcomes)))]
    assume(withheld)
    asked = [f"S{number}" for number in range(data.draw(st.integers(1, 4)))]
    kinds = FATES if leaving else FATES[:3]
    one = data.draw(st.lists(st.sampled_from(kinds), min_size=len(asked), max_size=len(asked)))
    other = [fate if fate == "leaves" else data.draw(st.sampled_from(FATES[:3])) for fate in one]
    given_ = (leaving, withheld, asked)
    first = answered(bundle, request, roll, engine, one, *given_)
    second = answered(bundle, request, roll, engine, other, *given_)

    assert first.to_bytes() == second.to_bytes()
    assert first.to_text() == second.to_text()


def test_what_leaves_does_show(outcomes, bundle, roll, engine):
    """The property above would hold of an answer that never said anything."""
    request, leaving, withheld = outcomes["6-fleeing-felon-notice"]
    assert leaving
    said = answered(bundle, request, roll, engine, ["leaves"], leaving, withheld, ["S1"])
    unsaid = answered(bundle, request, roll, engine, ["withheld"], leaving, withheld, ["S1"])

    assert said.to_bytes() != unsaid.to_bytes()
    assert "held under" in said.to_text()


@pytest.mark.parametrize(("one", "other"), list(product(FATES[:3], FATES[:3])))
def test_a_stranger_between_others_changes_nothing_of_what_is_said_of_them(one, other, outcomes, bundle, roll, engine):
    request, leaving, withheld = outcomes["6-fleeing-felon-notice"]
    asked = ["S1", "S2", "S3"]
    first = answered(bundle, request, roll, engine, [one, "leaves", other], leaving, withheld, asked)
    second = answered(bundle, request, roll, engine, [other, "leaves", one], leaving, withheld, asked)

    assert first.to_bytes() == second.to_bytes()


def test_the_answer_cannot_see_who_was_found():
    """By construction: it is given the request and what leaves. The module knows nothing of matching."""
    assert list(inspect.signature(requester_answer).parameters) == ["bundle", "request", "subjects", "released"]
    assert "ostiary.match" not in inspect.getsource(answer_module)
    assert list(RequesterAnswer.__dataclass_fields__) == ["data"]


def test_several_groups_are_asked_for_one_by_one(bundle, roll):
    request = example("6-fleeing-felon-notice", bundle)
    several = replace(request, groups=(request.groups[0], request.groups[0]))
    with pytest.raises(RequestError, match="several groups"):
        released_of(bundle, several, roll, Untouchable(), {})
