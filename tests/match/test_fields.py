"""Dates, numbers and addresses: one form for all ways of writing; what cannot be meant is refused with a reason."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ostiary.match import addresses, dates, numbers
from ostiary.match.forms import FORMS, refusal
from ostiary.roll.identifiers import Field

TODAY = dt.date(2026, 3, 1)


@pytest.mark.parametrize(
    "written",
    [
        "1985-03-12", "19850312", "3/12/1985", "03-12-1985", "12.3.1985", "12 Mar 1985", "12-MAR-1985",
        "March 12, 1985", "12th march 1985", "12 de marzo de 1985", "1985/3/12", "1985-03-12 00:00:00",
    ],
)  # fmt: skip
def test_dates_in_many_forms(written):
    assert dates.birth_date(written, TODAY) == "1985-03-12"


def test_a_month_that_cannot_be_one_is_the_day():
    assert dates.birth_date("25/12/1985", TODAY) == "1985-12-25"


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("2026-03-02", "lies in the future; a birth date cannot"),
        ("1985-02-30", "there is no such day; write it as YYYY-MM-DD"),
        ("03/12/85", "cannot be read as a date; write it as YYYY-MM-DD, the year with four digits"),
        ("1879-12-31", "lies before 1880; check the year"),
        ("12 Foo 1985", "names no month; write it as YYYY-MM-DD"),
        ("unknown", "cannot be read as a date; write it as YYYY-MM-DD, the year with four digits"),
    ],
)
def test_dates_refused(written, reason):
    assert refusal(Field.DOB, written, TODAY) == reason


@pytest.mark.parametrize(("iso", "weak"), [("1985-01-01", True), ("1900-07-04", True), ("1985-01-02", False)])
def test_default_dates_are_weak(iso, weak):
    assert dates.is_weak(iso) is weak


@given(st.dates(dt.date(1880, 1, 1), TODAY))
def test_every_day_is_read_as_itself(day):
    assert dates.birth_date(f"{day:%m/%d/%Y}", TODAY) == day.isoformat() == dates.birth_date(f"{day:%Y%m%d}", TODAY)


@pytest.mark.parametrize(
    ("written", "nine", "four"),
    [
        ("900-12-3456", "900123456", "3456"),
        ("900 12 3456", "900123456", "3456"),
        ("900123456", "900123456", "3456"),
        ("3456", None, "3456"),
        ("xxx-xx-3456", None, "3456"),
        ("***-**-3456", None, "3456"),
        ("000000000", None, None),
        ("999-99-9999", None, None),
        ("123456789", None, None),
        ("078-05-1120", None, None),
        ("666-12-3456", None, None),
        ("900-00-3456", None, None),
        ("0000", None, None),
        ("", None, None),
    ],
)
def test_social_security_numbers(written, nine, four):
    assert numbers.social_security(written) == (nine, four)


@pytest.mark.parametrize("written", ["12345678", "1234567890", "90012345a", "٩٠٠١٢٣٤٥٦", "unknown"])
def test_a_number_of_another_length_is_refused(written):
    assert refusal(Field.SSN, written, TODAY) == "must have nine digits, or the last four"


@pytest.mark.parametrize(
    ("written", "digits"),
    [("(312) 555-0142", "3125550142"), ("+1 312 555 0142", "3125550142"), ("000-000-0000", None), ("", None)],
)
def test_telephones(written, digits):
    assert numbers.telephone(written) == digits


@pytest.mark.parametrize(("written", "sex"), [("M", "m"), ("female", "f"), ("X", None), ("?", None), ("Mujer", "f")])
def test_sex(written, sex):
    assert numbers.sex(written) == sex


@pytest.mark.parametrize(
    ("written", "street", "house", "unit"),
    [
        ("1424 North Cicero Avenue, Apt. 5", "1424 n cicero ave", "1424", "5"),
        ("1424 N. CICERO AVE #5", "1424 n cicero ave", "1424", "5"),
        ("1424 N Cicero Av Unit 05", "1424 n cicero ave", "1424", "5"),
        ("12 Oak Street", "12 oak st", "12", None),
        ("P.O. Box 12", "po box 12", "12", None),
        ("PO BOX 12", "po box 12", "12", None),
        ("Post Office Box 12", "po box 12", "12", None),
    ],
)
def test_streets(written, street, house, unit):
    assert addresses.street(written) == addresses.Street(street, house, unit)


@pytest.mark.parametrize("written", ["", "homeless", "Unknown", "N/A", "General Delivery"])
def test_no_place_is_no_address(written):
    assert addresses.street(written) is None


@pytest.mark.parametrize(
    ("written", "five"), [("60601", "60601"), ("60601-1234", "60601"), ("00000", None), ("", None)]
)
def test_zip_codes(written, five):
    assert addresses.zip_code(written) == five


@given(st.sampled_from(sorted(Field)), st.text(max_size=60))
def test_no_text_breaks_a_form_or_stands_in_a_reason(field, text):
    reason = refusal(field, text, TODAY)

    if not reason:
        assert len(FORMS[field].read(text, TODAY)) == len(FORMS[field].columns)
    elif len(text.strip()) > 10:
        assert text.strip() not in reason


@given(st.sampled_from(sorted(Field)), st.text("aAéßΩ Я.'-0123456789/", max_size=30))
def test_capitals_and_blanks_mean_nothing(field, text):
    if not refusal(field, text, TODAY) and text == text.lower().upper().lower():
        assert FORMS[field].read(text, TODAY) == FORMS[field].read(f"  {text.upper()} ", TODAY)
