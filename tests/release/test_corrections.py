"""A released value that has turned out wrong: the right recipient is told, of the right row, without anybody's values."""

import datetime as dt
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from typer.testing import CliRunner

from ostiary import strict_yaml
from ostiary.cli.main import app
from ostiary.decide.compile import compile_request
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.errors import BadInput
from ostiary.release.corrections import Known, letter, notice, open_past, read_known, trace, write_notices
from ostiary.release.minimise import minimise
from ostiary.release.refused import PackageRefused
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import quoted
from ostiary.roll.reading import read_roll
from tests.conftest import ROOT
from tests.release.makers import TODAY, World

ADDRESS, NUMBER, DAY = "snap__address_residential__address_line1", "snap__ssn__social_security_no", "address_as_of"
LATER = dt.date(2026, 5, 1)


@pytest.fixture(scope="module")
def world(tmp_path_factory, bundle, roll, engine):
    """A release to a sheriff: address and number of everybody on SNAP."""
    world = World(tmp_path_factory.mktemp("corrections") / "w")
    request = read_request(strict_yaml.read(ROOT / "examples" / "6-fleeing-felon-notice.yaml"), bundle.words)
    found = screen(compile_request(bundle, request.groups[0], request.as_of, roll), engine)
    shutil.rmtree(world.folder)
    minimise(found, engine, world.folder)
    world.seal("package.tar").rename(world.folder / "package.tar")
    return world


@pytest.fixture
def past(world):
    return open_past(world.folder, world.signers)


@pytest.fixture
def today(roll, tmp_path, bundle):
    """The roll today: a copy whose people a test may change."""
    shutil.copytree(roll.path.parent, tmp_path / "today")
    return read_roll(tmp_path / "today" / "roll.yaml", bundle.words)


def change(roll, person, **values):
    (path,) = (roll.path.parent / "people").glob("*.parquet")
    table = parquet.read_table(path)
    place = [str(one) for one in table.column(roll.id).to_pylist()].index(person)
    for name, value in values.items():
        column = table.column(name).to_pylist()
        column[place] = value
        kind = table.schema.field(name).type
        table = table.set_column(table.schema.get_field_index(name), name, pa.array(column, kind))
    parquet.write_table(table, path)


def released(past, *, with_number=True):
    """The first released row with both values (counted from 1), and what it holds."""
    rows = parquet.read_table(past.folder / "released.parquet").to_pylist()
    return next((n, row) for n, row in enumerate(rows, 1) if row[ADDRESS] and bool(row[NUMBER]) is with_number)


def whose(row, roll):
    where = f"address_line1 = '{row[ADDRESS]}' AND social_security_no = '{row[NUMBER]}'"
    (found,) = DuckEngine(roll).query(f"SELECT {quoted(roll.id)} AS id FROM people WHERE {where}").to_pylist()
    return str(found["id"])


def traced(past, roll, known=()):
    return trace(past, roll, DuckEngine(roll), known, LATER)


def test_where_nothing_changed_nobody_is_told(past, today):
    found = traced(past, today)

    assert found.wrong == ()
    assert found.changed_later == 0


def test_a_value_that_now_reads_otherwise_for_the_same_day_was_wrong(past, today):
    number, row = released(past)
    person = whose(row, today)
    change(today, person, address_line1="9 Right Road")
    (wrong,) = traced(past, today).wrong

    assert (wrong.row, wrong.person, wrong.block.columns[0], wrong.found_on) == (number, person, ADDRESS, LATER)


def test_a_value_of_a_later_day_is_news_and_no_correction(past, today):
    _, row = released(past)
    change(today, whose(row, today), address_line1="9 New Road", **{DAY: dt.date(2026, 4, 1)})
    found = traced(past, today)

    assert found.wrong == ()
    assert found.changed_later == 1


def test_a_correction_that_somebody_found_is_told_though_the_roll_is_not_mended_yet(past, today):
    number, row = released(past)
    known = Known(whose(row, today), "snap", "ssn", LATER, "the card was read wrong")
    (wrong,) = traced(past, today, [known]).wrong

    assert (wrong.row, wrong.block.element, wrong.note) == (number, "ssn", "the card was read wrong")


def test_what_was_found_before_the_sealing_left_right(past, today):
    _, row = released(past)
    known = Known(whose(row, today), "snap", "ssn", TODAY - dt.timedelta(days=1))

    assert traced(past, today, [known]).wrong == ()


def test_who_was_not_in_the_release_is_in_no_notice(past, today):
    assert traced(past, today, [Known("no such person", "snap", "ssn", LATER)]).wrong == ()


def test_a_row_that_two_people_could_be_is_left_to_a_person(past, today):
    """Another person gets the same number: nobody can tell any more whose row it is."""
    _, row = released(past)
    person = whose(row, today)
    before = traced(past, today).untraced
    other = next(
        str(one["id"])
        for one in DuckEngine(today).query(f"SELECT {quoted(today.id)} AS id FROM people WHERE NOT in_snap").to_pylist()
    )
    change(today, person, address_line1="9 Right Road")
    change(today, other, social_security_no=row[NUMBER])
    found = traced(past, today)

    assert found.wrong == ()
    assert found.untraced >= before


def test_members_of_one_household_are_told_apart_by_what_has_not_changed(past, today):
    """Several live at one address, all of them in the release; the number of one of them is put right."""
    rows = parquet.read_table(past.folder / "released.parquet").to_pylist()
    homes = {}
    for row in rows:
        homes.setdefault(row[ADDRESS], []).append(row)
    living = DuckEngine(today).query("SELECT address_line1 AS home, COUNT(*) AS n FROM people GROUP BY ALL").to_pylist()
    whole = [home for home in living if home["home"] in homes and home["n"] == len(homes[home["home"]]) > 1]
    row = next(homes[home["home"]][0] for home in whole if all(one[NUMBER] for one in homes[home["home"]]))
    person = whose(row, today)
    change(today, person, social_security_no="900019999")
    wrong = traced(past, today).wrong

    assert [(one.person, one.block.element) for one in wrong] == [(person, "ssn")]


def test_a_row_with_one_value_only_cannot_be_traced_when_that_changes(past, today):
    number, row = released(past, with_number=False)
    where = f"address_line1 = '{row[ADDRESS]}'"
    people = DuckEngine(today).query(f"SELECT {quoted(today.id)} AS id FROM people WHERE {where}").to_pylist()
    for one in people:
        change(today, str(one["id"]), address_line1="9 Right Road")

    assert number not in {one.row for one in traced(past, today).wrong}


def test_a_notice_names_the_row_and_holds_no_value_of_anybody(past, today):
    number, row = released(past)
    change(today, whose(row, today), address_line1="9 Right Road")
    found = traced(past, today)
    data = notice(past, found.wrong[0])
    texts = [json.dumps(data), letter(data)]

    assert data["row"] == number
    assert data["recipient"] == "County Sheriff"
    assert data["ledger_entry"] is None
    rows = parquet.read_table(past.folder / "released.parquet").to_pylist()
    values = {str(one[name]) for one in rows for name in (ADDRESS, NUMBER) if one[name]} | {"9 Right Road"}
    assert not [value for value in values for text in texts if value in text]
    assert past.csv_sha256 in texts[1]


def test_each_wrong_value_gets_its_own_notice_and_letter(past, today, tmp_path):
    _, row = released(past)
    change(today, whose(row, today), address_line1="9 Right Road")
    files = write_notices(traced(past, today), tmp_path / "out")

    assert [file.name for file in files] == ["notice-0001.json", "notice-0001.txt"]
    with pytest.raises(BadInput, match="is there already"):
        write_notices(traced(past, today), tmp_path / "out")


def test_a_package_of_another_folder_is_refused(world, tmp_path):
    other = World(tmp_path / "other")
    other.seal("package.tar").rename(other.folder / "package.tar")
    shutil.copytree(world.folder, tmp_path / "mixed")
    shutil.copyfile(other.folder / "package.tar", tmp_path / "mixed" / "package.tar")

    with pytest.raises(BadInput, match="sealed from another folder"):
        open_past(tmp_path / "mixed", other.signers)


def test_a_package_signed_by_nobody_known_is_refused(world, tmp_path):
    with pytest.raises(PackageRefused, match="nobody on your list"):
        open_past(world.folder, World(tmp_path / "other").signers)


WRONG = [
    ("- {person: '1', program: snap, elemnt: ssn, found_on: 2026-05-01}", "unknown key `elemnt`; did you mean"),
    ("- {person: '1', program: snap, element: ssnn, found_on: 2026-05-01}", "holds no `ssnn` under `snap`; did you"),
    ("- {person: '1', program: snap, element: ssn}", "lacks `found_on`"),
    ("- {person: '1', program: snap, element: ssn, found_on: May}", "must be a day"),
    ("person: 1", "must be a list"),
    ("- one", "must be a mapping"),
]


@pytest.mark.parametrize(("text", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_file_of_corrections_is_refused(text, said, roll, tmp_path):
    path = tmp_path / "corrections.yaml"
    path.write_text(text + "\n")
    with pytest.raises(BadInput) as caught:
        read_known(path, roll)
    assert said in str(caught.value)


def test_the_command_writes_notices_of_what_is_wrong(world, past, today, tmp_path):
    _, row = released(past)
    known = tmp_path / "corrections.yaml"
    known.write_text(f"- {{person: '{whose(row, today)}', program: snap, element: ssn, found_on: 2026-05-01}}\n")
    words = ["correct", str(world.folder), "--roll", str(today.path), "--signers", str(world.files["signers"])]
    done = CliRunner().invoke(
        app, [*words, "--corrections", str(known), "--out", str(tmp_path / "out"), "--json"], catch_exceptions=False
    )

    assert done.exit_code == 0
    (told,) = json.loads(done.output)["releases"]
    assert (told["docket"], told["wrong_values"], len(told["files"])) == ("D-2026-0042", 1, 2)
    assert (tmp_path / "out" / "001" / "notice-0001.txt").is_file()
