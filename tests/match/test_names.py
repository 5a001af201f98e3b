"""Names are read alike however they are written; what tells people apart is kept apart."""

import pytest

from ostiary.match import names


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("Garcia Lopez", ("garcia", "lopez")),
        ("García-López", ("garcia", "lopez")),
        ("de la Cruz", ("cruz",)),
        ("van der Berg", ("berg",)),
        ("al-Hassan", ("hassan",)),
        ("O'Brien", ("obrien",)),
        ("O Brien", ("obrien",)),
        ("Mc Donald", ("mcdonald",)),
        ("St. John", ("stjohn",)),
        ("Van", ("van",)),  # a particle that stands alone is the name
        ("Smith Jr.", ("smith",)),
        ("Smith, III", ("smith",)),
        ("Nguyễn", ("nguyen",)),
        ("Иванова", ("ivanova",)),
        ("Παπαδόπουλος", ("papadopoylos",)),
        ("李", ("li",)),
        ("D’Angelo", ("dangelo",)),
    ],
)
def test_surnames(written, parts):
    assert names.surname(written).parts == parts


@pytest.mark.parametrize("written", ["", "  ", "--", "12345", "'"])
def test_no_letter_is_no_name(written):
    assert names.surname(written) is None
    assert names.given(written) is None


@pytest.mark.parametrize(
    ("written", "first", "rest", "whole"),
    [
        ("María Guadalupe", "maria", "guadalupe", "mariaguadalupe"),
        ("J.R.", "j", "r", "jr"),
        ("Dr. John", "john", "", "john"),
        ("Xiao-Ming", "xiao", "ming", "xiaoming"),
        ("Ó", "o", "", "o"),
    ],
)
def test_given_names(written, first, rest, whole):
    found = names.given(written)

    assert (found.first, found.rest, found.whole) == (first, rest, whole)


@pytest.mark.parametrize(
    ("written", "suffix"),
    [("Jr", "jr"), ("JUNIOR.", "jr"), ("Sr.", "sr"), ("II", "2"), ("3rd", "3"), ("MD", None), ("", None), ("V", None)],
)
def test_suffixes(written, suffix):
    assert names.suffix(written) == suffix


def test_a_suffix_within_a_name_is_a_suffix():
    assert names.surname("Smith Jr").suffix == "jr"
    assert names.given("John Sr").suffix == "sr"
    assert names.given("Jr").suffix is None  # alone it is all there is


@pytest.mark.parametrize(
    ("one", "other"), [("bill", "william"), ("pepe", "jose"), ("paco", "francisco"), ("beth", "elizabeth")]
)
def test_nicknames_go_both_ways(one, other):
    assert other in names.nicknames(one)
    assert one in names.nicknames(other)


@pytest.mark.parametrize(("one", "other"), [("jon", "joan"), ("maria", "marie"), ("jose", "josue"), ("qzx", "abc")])
def test_another_name_is_no_nickname(one, other):
    assert other not in names.nicknames(one)


def test_common_names_are_known_and_slips_are_not():
    assert names.is_known("joan")
    assert not names.is_known("joann3")
    assert not names.is_known("micheal7")
