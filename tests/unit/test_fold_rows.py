"""A relation whose rows a request gives: nothing of it is left to ask a roll, and it means what the reference says."""

import itertools

import pytest

from ostiary.decide.fold import fold
from ostiary.law.condition import FactRef, Not, OneOf, Present, SomeRow, Truth
from ostiary.law.meaning import Missing, Rows, holds

ROWS = [
    {"consent.recipient": "court", "consent.signed_on": Missing.ABSENT},
    {"consent.recipient": "landlord", "consent.signed_on": Missing.ABSENT},
    {"consent.recipient": Missing.UNKNOWN, "consent.signed_on": Missing.ABSENT},
]
RECIPIENT = FactRef("consent.recipient")
IS_COURT = OneOf(RECIPIENT, frozenset({"court"}))
CONDITIONS = [
    SomeRow("consent", IS_COURT),
    SomeRow("consent", Not(IS_COURT)),
    Not(SomeRow("consent", IS_COURT)),
    SomeRow("consent", Present(RECIPIENT)),
]


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("rows", [found for n in range(4) for found in itertools.combinations(ROWS, n)])
def test_what_is_left_is_what_the_reference_says(condition, rows):
    facts = {"consent.recipient": Missing.UNKNOWN, "consent.signed_on": Missing.UNKNOWN, "consent": Rows(rows)}

    left = fold(condition, facts, frozenset())

    said = holds(condition, facts)
    assert (left.value if isinstance(left, Truth) else None) == said
