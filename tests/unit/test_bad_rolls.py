"""A roll that is wrong: the error names file, column and rows, and says what to do. Nothing half-written is left."""

import shutil

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from ostiary.errors import BadInput, RollError
from ostiary.roll.checking import check_roll
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.reading import read_roll
from ostiary.roll.synthetic.writing import generate


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return generate(300, 3, tmp_path_factory.mktemp("good") / "r").parent


@pytest.fixture
def roll(good, tmp_path):
    shutil.copytree(good, tmp_path / "r")
    return tmp_path / "r"


def fault(folder, words):
    with pytest.raises(RollError) as caught:
        opened(folder, words)
    return str(caught.value).replace(str(folder), "ROLL")


def opened(folder, words):
    found = read_roll(folder / "roll.yaml", words)
    check_roll(found, DuckEngine(found))


def people(folder, change):
    """Rewrite the people with one column changed."""
    path = folder / "people" / "part-00000.parquet"
    table = change(parquet.read_table(path))
    parquet.write_table(table, path)


def replaced(name, change):
    def apply(table):
        values = table.column(name).to_pylist()
        change(values)
        kind = table.schema.field(name).type
        return table.set_column(table.schema.get_field_index(name), name, pa.array(values, kind))

    return apply


def edit(folder, old, new):
    path = folder / "roll.yaml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def test_a_good_roll_is_accepted(roll, bundle):
    opened(roll, bundle.words)


MAPPING = [
    ("roll: 1", "roll: 2", "ROLL/roll.yaml:2: roll: `roll` must be 1, the version of this format"),
    ("programs:", "programmes:", "unknown key `programmes`; did you mean `programs`?"),
    ("snap: in_snap", "snapp: in_snap", "unknown program `snapp`; did you mean `snap`?"),
    ("flags.minor:", "flags.miner:", "`flags.miner` is no fact about a person; did you mean `flags.minor`?"),
    ("element: name_legal", "element: name_leagal", "unknown element `name_leagal`; did you mean `name_legal`?"),
    ("C: client", "C: clients", "value table: `C` does not stand for a source"),
    ("fills: consent", "fills: consents", "unknown relation `consents`; did you mean `consent`?"),
    ("relation: opt_outs", "relation: opt_out", "unknown relation `opt_out`; did you mean `opt_outs`?"),
    ("people: people/*.parquet", "people: person/*.parquet", "table `people`: no file matches `person/*.parquet`"),
    ("snap: in_snap", "snap: in_snp", "table `people` has no column `in_snp`; did you mean `in_snap`?"),
    ("table: consents\n", "table: consentz\n", "unknown table `consentz`; did you mean `consents`?"),
    (
        "{column: signed_on}",
        "{column: scope_code}",
        "table `consents`, column `scope_code`: must hold a date, not VARCHAR",
    ),
    ("{column: scope_code, values: consent_elements}", "{column: scope_code}", "needs a value table"),
    ("snap: in_snap", "snap: held", "column `held` bears a name of the query; rename it in a view"),
    ("snap: in_snap", "snap: dob", "table `people`, column `dob`: must hold true or false, not DATE"),
]


@pytest.mark.parametrize(("old", "new", "text"), MAPPING, ids=[new for _, new, _ in MAPPING])
def test_a_wrong_mapping(old, new, text, roll, bundle):
    edit(roll, old, new)

    assert text in fault(roll, bundle.words)


def test_one_copy_mapped_twice(roll, bundle):
    path = roll / "roll.yaml"
    again = "  - {element: ssn, programs: [snap], columns: [itin_no], source: client}\n"
    path.write_text(path.read_text().rstrip() + "\n" + again)

    assert "`ssn` under `snap` from `client` is mapped twice" in fault(roll, bundle.words)


def test_the_same_person_twice(roll, bundle):
    people(roll, replaced("person_id", lambda ids: ids.__setitem__(7, ids[6])))

    assert fault(roll, bundle.words) == (
        "ROLL/roll.yaml: table `people`, column `person_id`: 1 ids stand twice "
        "(people/part-00000.parquet, rows 7 to 8); a person must have one row"
    )


def test_a_person_without_an_id(roll, bundle):
    people(roll, replaced("person_id", lambda ids: ids.__setitem__(9, None)))

    assert "1 people have no id (people/part-00000.parquet, row 10)" in fault(roll, bundle.words)


def test_a_program_column_that_is_empty(roll, bundle):
    people(roll, replaced("in_snap", lambda values: values.__setitem__(4, None)))

    assert "column `in_snap`: 1 people have neither true nor false (people/part-00000.parquet, row 5)" in fault(
        roll, bundle.words
    )


def test_a_code_outside_the_value_table(roll, bundle):
    path = roll / "consents.parquet"
    table = parquet.read_table(path)
    codes = table.column("scope_code").to_pylist()
    codes[2] = "SECRET NAME"
    parquet.write_table(
        table.set_column(table.schema.get_field_index("scope_code"), "scope_code", pa.array(codes)), path
    )
    said = fault(roll, bundle.words)

    assert "column `scope_code`: 1 codes have no meaning in the value table (consents.parquet, row 3)" in said
    assert "SECRET" not in said


def test_a_source_code_outside_the_value_table(roll, bundle):
    people(roll, replaced("address_source", lambda codes: codes.__setitem__(11, "Z")))

    assert (
        "column `address_source`: 1 codes have no meaning in the value table (people/part-00000.parquet, row 12)"
        in (fault(roll, bundle.words))
    )


def test_a_date_out_of_range(roll, bundle):
    import datetime as dt

    path = roll / "consents.parquet"
    table = parquet.read_table(path)
    days = table.column("signed_on").to_pylist()
    days[0] = dt.date(1066, 10, 14)
    kind = table.schema.field("signed_on").type
    parquet.write_table(
        table.set_column(table.schema.get_field_index("signed_on"), "signed_on", pa.array(days, kind)), path
    )

    assert "column `signed_on`: 1 dates lie outside 1900 to 2199 (consents.parquet, row 1)" in fault(roll, bundle.words)


def test_a_file_cut_short(roll, bundle):
    path = roll / "people" / "part-00000.parquet"
    path.write_bytes(path.read_bytes()[:-100])

    said = fault(roll, bundle.words)
    assert "table `people`" in said
    assert "part-00000.parquet" in said


def test_a_file_with_spoilt_pages_is_no_release(roll, bundle, tmp_path):
    """The footer is whole, so that the fault shows only while reading."""
    path = roll / "people" / "part-00000.parquet"
    data = bytearray(path.read_bytes())
    for place in range(200, len(data) - 40_000, 50):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))

    fault(roll, bundle.words)


def register(folder, name, change):
    path = folder / name
    parquet.write_table(change(parquet.read_table(path)), path)


def test_a_register_whose_ids_are_written_in_another_form(roll, bundle):
    """Nobody would seem to have opted out, and more would leave."""

    def texts(table):
        ids = pa.array([f"{one:09}" for one in table.column("person_id").to_pylist()])
        return table.set_column(table.schema.get_field_index("person_id"), "person_id", ids)

    register(roll, "opt_outs.parquet", texts)
    assert "table `opt_outs`, column `person_id`: is VARCHAR, but the ids of people are BIGINT" in fault(
        roll, bundle.words
    )


def test_a_register_about_nobody_on_the_roll(roll, bundle):
    register(
        roll,
        "opt_outs.parquet",
        replaced("person_id", lambda ids: ids.__setitem__(slice(None), [9_999_999] * len(ids))),
    )
    assert "table `opt_outs`, column `person_id`: no row is about anybody on the roll" in fault(roll, bundle.words)


def test_a_row_of_a_register_without_a_person_or_a_date(roll, bundle):
    register(roll, "opt_outs.parquet", replaced("person_id", lambda ids: ids.__setitem__(0, None)))
    register(roll, "opt_outs.parquet", replaced("recorded_on", lambda days: days.__setitem__(0, None)))
    said = fault(roll, bundle.words)

    assert "column `person_id`: 1 rows are about nobody (opt_outs.parquet, row 1)" in said
    assert "column `recorded_on`: 1 rows have no date (opt_outs.parquet, row 1)" in said


@pytest.mark.parametrize("people", [0, -1, 49_000_001])
def test_a_synthetic_roll_of_an_impossible_size(people, tmp_path):
    with pytest.raises(BadInput):
        generate(people, 1, tmp_path / "r")
    assert list(tmp_path.iterdir()) == []
