"""The 75 requests with the legally right answer, and the published form of every answer."""

import json

import jsonschema
import pytest
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide import cases
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request

SCENARIOS = strict_yaml.read(ROOT / "packs" / "demo-agency" / "tests" / "scenarios.yaml")
SCHEMA = json.loads((ROOT / "src" / "ostiary" / "decide" / "verdict.schema.json").read_text())
EVERY = range(len(SCENARIOS.data))


def named(index):
    return SCENARIOS.data[index]["id"]


def judged(bundle, index):
    request = read_request(SCENARIOS, bundle.words, at=(index, "facts"), complete=cases.COMPLETE)
    return decide(bundle, request)


def test_there_are_seventy_five():
    assert len(EVERY) == 75


def test_every_answer_is_right(bundle):
    wrong = {result.name: result.differences for result in cases.run_scenarios(bundle, SCENARIOS) if not result.right}

    assert wrong == {}


@pytest.mark.parametrize("index", EVERY, ids=named)
def test_a_verdict_keeps_to_its_schema_and_is_the_same_bytes_again(bundle, index):
    verdict = judged(bundle, index)
    jsonschema.validate(verdict.to_json(), SCHEMA)

    assert json.dumps(verdict.to_json()) == json.dumps(judged(bundle, index).to_json())


def test_the_checker_can_fail(bundle):
    text = (ROOT / "packs" / "demo-agency" / "tests" / "scenarios.yaml").read_text()
    spoilt = strict_yaml.parse(text.replace("outcome: mandated", "outcome: withhold"), "spoilt")
    results = list(cases.run_scenarios(bundle, spoilt))

    assert 0 < sum(not result.right for result in results) < len(results)


def test_no_rule_names_a_scenarios_own_facts():
    """Court names, criteria and domains of single scenarios stand in no rule."""
    own = {"N.D. Ill.", "ice-dhs.gov.example", "patients of provider X", "all noncitizens", "Cook County", "DuPage"}
    rules = "".join(path.read_text() for path in (ROOT / "packs").glob("*/*.yaml"))
    rules += "".join(path.read_text() for path in (ROOT / "packs").glob("*/rules/*.yaml"))

    assert {word for word in own if f"'{word}" in rules} == set()
