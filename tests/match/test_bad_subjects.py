"""A file of subjects that is wrong: every row that cannot be searched for is named with a reason, and no value is."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ostiary.errors import BadInput
from ostiary.match.subjects import read_subjects
from ostiary.roll.identifiers import Field

TODAY = dt.date(2026, 3, 1)


def read(path, text, name="s.csv"):
    file = path / name
    file.write_text(text, encoding="utf-8")
    return read_subjects(file, TODAY)


def fault(path, text, name="s.csv"):
    with pytest.raises(BadInput) as caught:
        read(path, text, name)
    return str(caught.value).replace(f"{path}/", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "s.csv: column `subject` is missing; give each person asked about an id of your own"),
        ("subject,last,dob\n", "s.csv: names nobody; write a row for each person asked about"),
        ("subject,lst\nA,Roe\n", "s.csv: unknown column `lst`; did you mean `last`?; one of "),
        ("subject,last,last\nA,Roe,Doe\n", "s.csv: column `last` stands twice; keep one of them"),
        (
            "last,dob\nRoe,1980-02-03\n",
            "s.csv: column `subject` is missing; give each person asked about an id of your own",
        ),
        ("subject,last,dob\n,Roe,1980-02-03\n", "s.csv: row 1: `subject` is empty; give each row an id of its own"),
        (
            "subject,last,dob\nA,Roe,1980-02-03\nB,Poe,1980-02-03\nA,Doe,1980-02-03\n",
            "s.csv: rows 1, 3: `subject` is the same; give each row an id of its own",
        ),
        ("subject,last,dob\nA,Roe,2030-02-03\n", "s.csv: row 1: `dob` lies in the future; a birth date cannot"),
        ("subject,last,ssn\nA,Roe,90012345\n", "s.csv: row 1: `ssn` must have nine digits, or the last four"),
        ("subject,last,dob,zip\nA,Roe,1980-02-03,606\n", "s.csv: row 1: `zip` must have five digits, or nine"),
        (
            "subject,ssn\nA,900-12-3456\n",
            "s.csv: row 1: has no name, so there is nobody to look for; give `first` and `last`",
        ),
        (
            "subject,last,dob\nA,---,1980-02-03\n",
            "s.csv: row 1: has no name, so there is nobody to look for; give `first` and `last`",
        ),
        (
            "subject,first,last,sex,city\nA,Jo,Roe,F,Pana\n",
            "s.csv: row 1: has nothing beside a name that tells people apart; give one of `dob`, `ssn`, `street`, "
            "`phone`, `email`, `other_number`",
        ),
        (
            "subject,first,last,ssn\nA,Jo,Roe,000-00-0000\n",
            "s.csv: row 1: has nothing beside a name that tells people apart; give one of `dob`, `ssn`, `street`, "
            "`phone`, `email`, `other_number`",
        ),
        ("subject,last,dob\nA,Roe\n", "s.csv: row 1: has 2 cells, the heading 3; quote commas"),
        ('subject,last,dob\nA,"Roe,1980-02-03\n', "s.csv: cannot be read as CSV in UTF-8"),
    ],
)
def test_faults_name_the_row_and_the_cure(tmp_path, text, said):
    found = fault(tmp_path, text)

    assert found.startswith(said)
    assert not [value for value in ("90012345", "3456", "1980-02-03", "2030") if value in found]


def test_all_faults_are_told_at_once(tmp_path):
    found = fault(tmp_path, "subject,last,dob\n" + "".join(f"S{n},Roe,2030-01-02\n" for n in range(30)))

    assert len(found.splitlines()) == 21
    assert found.endswith("... and 10 more")


@pytest.mark.parametrize("name", ["s.txt", "none.csv"])
def test_no_such_file(tmp_path, name):
    with pytest.raises(BadInput, match=name):
        read_subjects(tmp_path / name, TODAY)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "s.csv").write_bytes(b"subject,last,dob\nA,R\xff,1980-02-03\n")
    with pytest.raises(BadInput, match="cannot be read as CSV in UTF-8"):
        read_subjects(tmp_path / "s.csv", TODAY)


def test_the_three_forms_say_the_same(tmp_path):
    csv = read(tmp_path, "\ufeffsubject,first,last,dob\nA,Jo,Roe,1980-02-03\nB,,Doe,1981-02-03\n")
    yaml = read(
        tmp_path,
        "subjects:\n  - {subject: A, first: Jo, last: Roe, dob: 1980-02-03}\n"
        "  - {subject: B, last: Doe, dob: '1981-02-03'}\n",
        "s.yaml",
    )
    days = pa.array([dt.date(1980, 2, 3), dt.date(1981, 2, 3)])
    table = pa.table({"subject": ["A", "B"], "first": ["Jo", None], "last": ["Roe", "Doe"], "dob": days})
    pq.write_table(table, tmp_path / "s.parquet")

    assert csv == yaml == read_subjects(tmp_path / "s.parquet", TODAY)
    assert csv[0].texts == {Field.FIRST: "Jo", Field.LAST: "Roe", Field.DOB: "1980-02-03"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("people: []", "s.yaml: must be `subjects:` and a list"),
        ("subjects: [A]", "s.yaml:1: must be a mapping"),
        ("subjects:\n- {subject: A, last: Roe, zip: 60601}", "s.yaml:2: `zip` must be text; quote it"),
    ],
)
def test_yaml_of_another_shape(tmp_path, text, said):
    assert fault(tmp_path, text, "s.yaml").startswith(said)
