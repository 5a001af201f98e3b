"""Facts written as a request file are read back as the same facts, whatever they are."""

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.decide.request_file import as_document, stateable, to_yaml
from ostiary.errors import RequestError
from ostiary.law.bundle import load_bundle
from ostiary.law.meaning import Missing
from ostiary.strict_yaml import Document
from ostiary.vocabulary import OPEN_LISTS, Base

WORDS = load_bundle([ROOT / "packs" / "us-federal"]).words
FACTS = {fact.name: fact for fact in stateable(WORDS)}
DAY = dt.date(2026, 3, 10)
ASKED = {"programs": ("snap",), "elements": ("phone", "email")}
texts = st.text(min_size=1, max_size=12) | st.sampled_from(["no", "012", "1e3", "2026-01-01", "null", "=", "~", "1:30"])
days = st.dates(dt.date(1900, 1, 1), dt.date(2100, 1, 1))


def single(kind):
    if kind.base is Base.CODE and kind.codes not in OPEN_LISTS:
        return st.sampled_from(sorted(WORDS.known_codes(kind.codes)))
    return {Base.BOOL: st.booleans(), Base.INT: st.integers(0, 10**9), Base.DATE: days}.get(kind.base, texts)


def value(fact):
    one = single(fact.type)
    known = st.lists(one, max_size=3).map(tuple) if fact.type.many else one
    return known | st.sampled_from([Missing.UNKNOWN, Missing.ABSENT] if fact.optional else [Missing.UNKNOWN])


@st.composite
def many_facts(draw):
    facts = {name: Missing.ABSENT if fact.optional else Missing.UNKNOWN for name, fact in FACTS.items()}
    for name in draw(st.lists(st.sampled_from(sorted(FACTS)), unique=True, max_size=25)):
        facts[name] = draw(value(FACTS[name]))
    received = draw(days)
    asked = {"programs": ASKED["programs"], "elements_requested": ASKED["elements"]}
    return facts | asked | {"request_date": received, "as_of": received}


def read_back(document):
    (group,) = read_request(Document("a request", document, {}), WORDS).groups
    return group


@given(facts=many_facts())
def test_facts_written_are_the_facts_read(facts):
    group = read_back(as_document(facts, WORDS, **ASKED))

    assert group.facts == {**facts, **dict.fromkeys(set(group.facts) - set(facts), Missing.UNKNOWN)}
    assert (group.programs, group.elements) == (ASKED["programs"], ASKED["elements"])


@given(facts=many_facts())
def test_the_yaml_text_says_the_same(facts):
    document = as_document(facts, WORDS, **ASKED)

    assert strict_yaml.parse(to_yaml(document), "a request").data == document


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_every_example_survives(path: Path):
    (group,) = read_request(strict_yaml.read(path), WORDS).groups
    document = as_document(group.facts, WORDS, programs=group.programs, elements=group.elements)

    assert read_back(document) == group
    assert "complete" not in document


def blank(**changes):
    facts = {name: Missing.ABSENT if fact.optional else Missing.UNKNOWN for name, fact in FACTS.items()}
    return {**facts, "request_date": DAY, "as_of": DAY, **{k.replace("__", "."): v for k, v in changes.items()}}


def test_what_is_taken_for_granted_is_left_out():
    assert as_document(blank(), WORDS, **ASKED) == {
        "request_date": DAY,
        "programs": ["snap"],
        "elements_requested": ["phone", "email"],
    }


def test_only_an_optional_fact_needs_to_be_called_unknown():
    facts = blank(holder=Missing.UNKNOWN, purpose=Missing.UNKNOWN)

    assert as_document(facts, WORDS, **ASKED)["unknown"] == ["holder"]


def test_a_true_flag_is_listed_and_a_false_one_said():
    document = as_document(blank(flags__minor=True, flags__opt_out=False), WORDS, **ASKED)

    assert (document["flags"], document["flags.opt_out"]) == (["minor"], False)


def test_without_a_day_of_receipt_the_day_of_the_law_stands_for_it():
    facts = blank(request_date=Missing.UNKNOWN, as_of=dt.date(2025, 1, 2))

    assert as_document(facts, WORDS, **ASKED)["request_date"] == dt.date(2025, 1, 2)


def test_what_no_file_can_say_is_an_error():
    with pytest.raises(ValueError, match="`purpose` is not optional"):
        as_document(blank(purpose=Missing.ABSENT), WORDS, **ASKED)


def test_a_set_is_written_in_order():
    facts = blank(instrument__ordered_elements=frozenset({"phone", "email"}))

    assert as_document(facts, WORDS, **ASKED)["instrument"] == {"ordered_elements": ["email", "phone"]}


TWO = [
    {"signed_on": dt.date(2026, 1, 2), "recipient": "provider", "elements": ["phone"]},
    {"whole_file": True, "unknown": ["revoked_on", "recipient"]},
]
BASE = {"request_date": dt.date(2026, 3, 10), "programs": ["snap"], "elements_requested": ["phone"]}


def read_rows(bundle, consents):
    doc = Document("rows.yaml", {**BASE, "consent": consents}, {})
    return read_request(doc, bundle.words).groups[0].facts


def test_several_consents_are_rows_and_read_back_as_they_were(bundle):
    facts = read_rows(bundle, TWO)
    first, second = facts["consent"].rows
    assert first["consent.elements"] == ("phone",)
    assert first["consent.revoked_on"] is Missing.ABSENT
    assert second["consent.revoked_on"] is Missing.UNKNOWN
    document = as_document(facts, bundle.words, programs=["snap"], elements=["phone"])
    assert document["consent"] == TWO
    assert read_request(Document("again.yaml", document, {}), bundle.words).groups[0].facts == facts


def test_a_consent_among_several_covers_only_by_itself(bundle):
    """One names the element, another the requester and the day: together they are no consent."""
    asked = {**BASE, "requester": {"kind": "provider", "identity_verified": True}, "purpose": "consent_directed"}
    paper = {"kind": "consent_form", "signed": True, "judicial": False, "status": "in_force"}
    asked |= {"complete": ["flags", "statements"], "instrument": paper, "subjects": {"identified_by": "name"}}
    whole = {"signed_on": dt.date(2026, 1, 2), "recipient": "provider", "elements": ["phone"]}
    halves = [{**whole, "elements": ["email"]}, {**whole, "recipient": "landlord"}]

    def leaves(consent):
        doc = Document("rows.yaml", {**asked, "consent": consent}, {})
        return decide(bundle, read_request(doc, bundle.words)).items[0].outcome.discloses

    assert [leaves(whole), leaves([whole]), leaves([*halves, whole]), leaves(halves), leaves([])] == [
        True, True, True, False, False,
    ]  # fmt: skip


BAD_ROWS = [
    (["yes"], "each row of `consent` must be a mapping"),
    ([{"signedon": dt.date(2026, 1, 2)}], "did you mean"),
    ([{"unknown": ["signed"]}], "did you mean `signed_on`?"),
    ([{"recipient": "landlord", "unknown": ["recipient"]}], "two answers to one fact"),
    ([{"recipient": "lanlord"}], "did you mean `landlord`?"),
]


@pytest.mark.parametrize(("rows", "message"), BAD_ROWS, ids=[message for _, message in BAD_ROWS])
def test_a_wrong_row_is_an_error_that_says_where(rows, message, bundle):
    with pytest.raises(RequestError) as fault:
        read_rows(bundle, rows)
    assert message in str(fault.value)
    assert "rows.yaml" in str(fault.value)
