"""A truth set is what it says: the same for one seed, nobody on the roll who is said not to be, every hard kind there."""

import json
from collections import Counter

import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.errors import BadInput
from ostiary.match.decision import FIELDS
from ostiary.match.slips import NUMBER
from ostiary.match.subjects import read_subjects
from ostiary.match.truth import Kind, Truth, read_truth_set, write_truth_set
from ostiary.match.truth_making import make_truth
from ostiary.roll.synthetic.people import AS_OF_YEAR
from ostiary.roll.synthetic.writing import generate

PEOPLE, SUBJECTS = 30_000, 2_000
MEMBERS = {Kind.MEMBER, Kind.MEMBER_TWIN, Kind.MEMBER_NAMESAKE, Kind.MEMBER_FATHER_SON}


@pytest.fixture(scope="module")
def roll(tmp_path_factory):
    return generate(PEOPLE, 5, tmp_path_factory.mktemp("roll") / "r")


@pytest.fixture(scope="module")
def rows(roll):
    table = parquet.read_table(roll.parent / "people")
    return {str(row["person_id"]): row for row in table.to_pylist()}


@pytest.fixture(scope="module")
def asked(roll):
    return make_truth(roll, SUBJECTS, 1)


def test_the_same_seed_makes_the_same_subjects(roll, asked):
    assert make_truth(roll, SUBJECTS, 1) == asked
    assert make_truth(roll, SUBJECTS, 2) != asked


def test_every_kind_is_there_and_members_alone_are_on_the_roll(asked, rows):
    kinds = Counter(one.truth.kind for one in asked)

    assert len(asked) == SUBJECTS == len({one.truth.subject for one in asked})
    assert set(kinds) == set(Kind)
    for one in asked:
        assert (one.truth.person is not None) == (one.truth.kind in MEMBERS)
        assert one.truth.person is None or one.truth.person in rows


def test_each_subject_knows_origin_and_sex(asked):
    assert {one.truth.sex for one in asked} == {"F", "M"}
    assert len({one.truth.origin for one in asked}) == 5


def test_a_twin_differs_from_the_member_by_first_name_only(asked, rows):
    at = {(row["last_name"], str(row["dob"])): row for row in rows.values()}
    twins = [one for one in asked if one.truth.kind is Kind.TWIN and not set(one.truth.slips) & SPOILT]

    assert twins
    for one in twins:
        model = at[one.fields["last"], one.fields["dob"]]
        assert one.fields["first"] != model["first_name"]


SPOILT = {"capitals", "last_typo", "last_scanned", "last_one_surname", "names_swapped", "first_nickname", "first_typo",
          "first_scanned", "dob_day_month", "dob_wrong_digit", "dob_left_out", "dob_american"}  # fmt: skip


def test_a_stranger_of_name_and_birth_has_both_from_one_member(asked, rows):
    known = {(row["first_name"], row["last_name"], str(row["dob"])) for row in rows.values()}
    found = [one for one in asked if one.truth.kind is Kind.SAME_NAME_AND_BIRTH and not set(one.truth.slips) & SPOILT]

    assert found
    assert all((one.fields["first"], one.fields["last"], one.fields["dob"]) in known for one in found)


def test_father_and_son_share_a_name_and_not_a_birth_date(asked, rows):
    dates = {}
    for row in rows.values():
        dates.setdefault((row["first_name"], row["last_name"]), set()).add(str(row["dob"]))
    found = [one for one in asked if one.truth.kind is Kind.FATHER_OR_SON and not set(one.truth.slips) & SPOILT]

    assert found
    assert any(one.fields.get("suffix") in ("Jr", "Sr") for one in found)
    for one in found:
        assert dates[one.fields["first"], one.fields["last"]]
        assert one.fields["dob"] not in dates[one.fields["first"], one.fields["last"]]


def test_nobody_else_has_a_members_number(asked, rows):
    """But a twin's may be one digit off; that digit may by chance be another member's, who has another name."""
    numbers = {row["social_security_no"] for row in rows.values()}
    given = [one for one in asked if one.truth.person is None and len(one.fields.get(NUMBER, "")) >= 9]
    strangers = [
        one for one in given if one.truth.kind is not Kind.TWIN and "number_wrong_digit" not in one.truth.slips
    ]

    assert strangers
    assert not {one.fields[NUMBER].replace("-", "") for one in strangers} & numbers


def test_members_are_written_with_slips(asked):
    slips = Counter(slip for one in asked if one.truth.person for slip in one.truth.slips)

    assert {"number_left_out", "address_left_out", "address_moved", "first_nickname", "last_typo", "dob_day_month",
            "last_one_surname", "dob_american", "capitals", "number_last_four"} <= set(slips)  # fmt: skip
    assert 0.55 < slips["number_left_out"] / sum(1 for one in asked if one.truth.person) < 0.65


def test_the_files_are_read_back_and_by_the_matching(asked, tmp_path):
    import datetime as dt

    write_truth_set(asked, {"about": "made up"}, tmp_path / "truth")
    found = read_truth_set(tmp_path / "truth")

    assert found.about == "made up"
    assert list(found.rows.values()) == [one.truth for one in asked]
    read = read_subjects(tmp_path / "truth" / "subjects.csv", dt.date(AS_OF_YEAR, 1, 1))
    assert [(one.id, dict(one.texts)) for one in read] == [(one.truth.subject, dict(one.fields)) for one in asked]
    assert set(asked[0].fields) <= set(FIELDS)


def test_a_folder_that_is_there_is_left_alone(asked, tmp_path):
    with pytest.raises(BadInput, match="is there already"):
        write_truth_set(asked, {"about": ""}, tmp_path)


def test_a_truth_set_that_knows_a_subject_twice_is_refused(tmp_path):
    from ostiary.match.truth import Asked

    twice = [Asked({}, Truth("S1", person, "member", "", "")) for person in ("1", "2")]
    write_truth_set(twice, {"about": ""}, tmp_path / "truth")
    with pytest.raises(BadInput, match="1 subjects stand twice"):
        read_truth_set(tmp_path / "truth")


def test_what_is_no_truth_set_is_refused(tmp_path):
    (tmp_path / "truth.parquet").write_text("no")
    with pytest.raises(BadInput, match="ostiary match truth"):
        read_truth_set(tmp_path)


@pytest.mark.parametrize(("subjects", "text"), [(19, "too few"), (PEOPLE + 1, "ask for fewer")])
def test_a_number_that_cannot_be_is_refused(subjects, text, roll):
    with pytest.raises(BadInput, match=text):
        make_truth(roll, subjects, 1)


def test_of_a_real_roll_nobody_knows_who_is_not_on_it(tmp_path):
    (tmp_path / "roll.yaml").write_text("roll: 1\n")
    with pytest.raises(BadInput, match="nobody knows who is not on a real one"):
        make_truth(tmp_path / "roll.yaml", 100, 1)


def test_the_command_writes_the_set(roll, tmp_path):
    words = ["match", "truth", "--roll", str(roll), "--subjects", "60", "--seed", "3", "--out", str(tmp_path / "t")]
    done = CliRunner().invoke(app, [*words, "--json"])

    assert done.exit_code == 0
    assert sum(json.loads(done.output)["kinds"].values()) == 60
    assert len(read_truth_set(tmp_path / "t").rows) == 60
    assert "is there already" in str(CliRunner().invoke(app, words).exception)
