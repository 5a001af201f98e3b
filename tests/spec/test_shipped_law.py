"""What must hold of the law that ships, for each of the 75 requests and each fact in them."""

from dataclasses import replace

import pytest
from tests.spec.test_acceptance import EVERY, SCENARIOS, named

from ostiary.decide.cases import COMPLETE
from ostiary.decide.interpret import Reading, judge
from ostiary.decide.request import read_request
from ostiary.law.meaning import Missing


def readings(bundle, index):
    request = read_request(SCENARIOS, bundle.words, at=(index, "facts"), complete=COMPLETE)
    for group in request.groups:
        yield group, Reading(bundle, group.facts, request.as_of, bundle.agency.kinds)


@pytest.mark.parametrize("index", EVERY, ids=named)
def test_forgetting_any_fact_of_a_real_request_never_releases(bundle, index):
    for group, reading in readings(bundle, index):
        copies = bundle.copies(group.programs, group.elements)
        refused = [copy for copy in copies if not judge(reading, copy).outcome.discloses]
        known = [name for name, value in reading.facts.items() if not isinstance(value, Missing) and name != "as_of"]
        for name in known if refused else ():
            forgetful = replace(reading, facts={**reading.facts, name: Missing.UNKNOWN})
            leaks = [copy for copy in refused if judge(forgetful, copy).outcome.discloses]
            assert leaks == [], f"forgetting {name}"


@pytest.mark.parametrize("index", EVERY, ids=named)
def test_an_unverified_requester_gets_nothing_that_names_a_person(bundle, index):
    for group, reading in readings(bundle, index):
        stranger = replace(reading, facts={**reading.facts, "requester.identity_verified": False})
        leaving = [
            copy.element
            for copy in bundle.copies(group.programs, group.elements)
            if judge(stranger, copy).outcome.discloses
        ]
        assert set(leaving) <= bundle.words.classes["public"].members


@pytest.mark.parametrize("index", EVERY, ids=named)
def test_tax_data_never_leaves_through_the_state(bundle, index):
    for group, reading in readings(bundle, index):
        items = [judge(reading, copy) for copy in bundle.copies(group.programs, ["fti", "ndnh_data"])]
        assert not any(item.outcome.discloses for item in items)


@pytest.mark.parametrize("index", EVERY, ids=named)
def test_all_facts_unknown_releases_nothing_but_statistics(bundle, index):
    for group, reading in readings(bundle, index):
        blank = {name: value if name == "as_of" else Missing.UNKNOWN for name, value in reading.facts.items()}
        nothing = replace(reading, facts=blank)
        for copy in bundle.copies(group.programs, group.elements):
            assert not judge(nothing, copy).outcome.discloses
