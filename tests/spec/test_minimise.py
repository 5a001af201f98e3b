"""What leaves is what was decided: the same rows, the same columns, to the last cell; or nothing at all."""

from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from tests.conftest import ROOT

from ostiary import strict_yaml
from ostiary.decide.compile import compile_request
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.errors import BadInput, OstiaryError
from ostiary.release.checking import check_sample, expected_row
from ostiary.release.minimise import minimise

LEAVE_SOMETHING = ["6-fleeing-felon-notice", "8-own-request"]


def screened(name, bundle, roll, engine, *, everything=False):
    request = read_request(strict_yaml.read(ROOT / "examples" / f"{name}.yaml"), bundle.words)
    group = request.groups[0]
    if everything:
        group = replace(group, programs=tuple(roll.programs), elements=tuple(bundle.words.elements))
    return screen(compile_request(bundle, group, request.as_of, roll), engine)


@pytest.fixture(params=LEAVE_SOMETHING)
def found(request, bundle, roll, engine):
    return screened(request.param, bundle, roll, engine)


def test_every_row_and_cell_is_what_the_interpreter_lets_out(found, engine, people, tmp_path):
    written = minimise(found, engine, tmp_path / "out")
    table = parquet.read_table(written.folder / "released.parquet")
    expected = Counter()
    for person in people:
        row = expected_row(found, person)
        if row:
            expected[tuple(row.get(name) for name in table.schema.names)] += 1

    assert Counter(zip(*(table.column(name).to_pylist() for name in table.schema.names), strict=True)) == expected
    assert written.people == sum(expected.values()) == found.touched
    assert sorted(path.name for path in written.folder.iterdir()) == [
        "dictionary.json",
        "released.csv",
        "released.parquet",
    ]


def test_every_column_names_its_law(found, engine, tmp_path):
    import json

    written = minimise(found, engine, tmp_path / "out")
    entries = json.loads((written.folder / "dictionary.json").read_text())["columns"]
    names = parquet.ParquetFile(written.folder / "released.parquet").schema_arrow.names

    assert list(entries) == names
    assert all(entry["authorities"] and entry["rules"] and entry["duties"] for entry in entries.values())
    assert "person_id" not in " ".join(names)


class Tampering:
    """An engine that writes something else than it was asked to."""

    def __init__(self, engine, change):
        self.engine, self.change, self.dialect = engine, change, engine.dialect

    def query(self, sql):
        return self.engine.query(sql)

    def write_parquet(self, sql, path):
        self.engine.write_parquet(sql, path)
        parquet.write_table(self.change(parquet.read_table(path)), path)


def one_more_value(table):
    for place, name in enumerate(table.schema.names):
        if table.column(name).null_count:
            values = table.column(name).to_pylist()
            some = next(value for value in values if value is not None)
            values[values.index(None)] = some
            return table.set_column(place, name, pa.array(values, table.schema.field(place).type))
    return pa.concat_tables([table, table.slice(0, 1)])


def a_part_of_a_value(table):
    """A column that is not the first of its group, where the group was not decided for the person."""
    for place, name in enumerate(table.schema.names):
        if name.endswith("_as_of") and table.column(name).null_count:
            values = table.column(name).to_pylist()
            values[values.index(None)] = next(value for value in values if value is not None)
            return table.set_column(place, name, pa.array(values, table.schema.field(place).type))
    raise AssertionError("no such column")


SABOTAGE = {
    "a part of a value": a_part_of_a_value,
    "one value more": one_more_value,
    "one row less": lambda table: table.slice(1),
    "another column": lambda table: table.append_column("extra", pa.array(["x"] * len(table))),
}


@pytest.mark.parametrize("change", SABOTAGE.values(), ids=SABOTAGE)
def test_what_was_not_decided_does_not_leave(change, found, engine, tmp_path):
    with pytest.raises(OstiaryError):
        minimise(found, Tampering(engine, change), tmp_path / "out")

    assert list(tmp_path.iterdir()) == []


def test_a_cell_of_someone_else_is_noticed(found, engine, tmp_path):
    """Counts are right, but each value stands in the next person's row: only the sample can tell."""

    def shifted(table):
        name = table.schema.names[0]
        values = table.column(name).to_pylist()
        return table.set_column(0, name, pa.array([values[-1], *values[:-1]], table.schema.field(0).type))

    with pytest.raises(OstiaryError):
        minimise(
            found, Tampering(engine, shifted), tmp_path / "out", check=lambda file: check_sample(found, engine, file)
        )

    assert list(tmp_path.iterdir()) == []


def test_where_nothing_may_leave_nothing_is_written(bundle, roll, engine, tmp_path):
    nothing = screened("5-detainer", bundle, roll, engine)

    with pytest.raises(BadInput, match="nothing may leave"):
        minimise(nothing, engine, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_is_left_alone(found, engine, tmp_path):
    (tmp_path / "out").mkdir()
    with pytest.raises(BadInput, match="is there already"):
        minimise(found, engine, tmp_path / "out")


def test_a_disk_that_fills_leaves_nothing_behind(found, engine, tmp_path):
    """A real full disk: the file system refuses the write half-way through."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    import signal

    old = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1500, before[1]))
    try:
        with pytest.raises(BadInput, match="cannot be written"):
            minimise(found, engine, tmp_path / "out")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, old)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(params=[1, 7, 60], ids=lambda count: f"{count} named")
def named(request, found, engine, people):
    """The same request about a few people, of whom something leaves from about half."""
    leaving = [one for one in people if expected_row(found, one)]
    staying = [one for one in people if not expected_row(found, one)]
    picked = leaving[: request.param] + staying[: request.param]
    only = frozenset(str(one.row[found.plan.roll.id]) for one in picked)
    return screen(replace(found.plan, only=only), engine), picked


def test_of_people_named_nobody_else_leaves(named, engine, tmp_path):
    found, picked = named

    written = minimise(found, engine, tmp_path / "out", check=lambda file: check_sample(found, engine, file))

    table = parquet.read_table(written.folder / "released.parquet")
    rows = Counter(zip(*(table.column(name).to_pylist() for name in table.schema.names), strict=True))
    wanted = [row for row in (expected_row(found, one) for one in picked) if row]
    assert rows == Counter(tuple(row.get(name) for name in table.schema.names) for row in wanted)
    assert written.people == found.touched == len(wanted)


def test_a_stranger_among_the_people_named_is_noticed(found, engine, people, tmp_path):
    """The file of everybody, where five were named: every count of the screen would hold, so only the check can tell."""
    leaving = [one for one in people if expected_row(found, one)][:5]
    only = frozenset(str(one.row[found.plan.roll.id]) for one in leaving)
    everybody = minimise(found, engine, tmp_path / "all").folder / "released.parquet"

    with pytest.raises(OstiaryError, match="somebody who was not matched"):
        check_sample(replace(found, plan=replace(found.plan, only=only)), engine, everybody)


def test_nobody_named_is_nobody(found, engine, tmp_path):
    nobody = screen(replace(found.plan, only=frozenset()), engine)

    assert nobody.touched == 0
    with pytest.raises(BadInput, match="nothing may leave"):
        minimise(nobody, engine, tmp_path / "out")


def test_an_id_is_data_and_not_a_condition(found, engine):
    assert screen(replace(found.plan, only=frozenset({"' OR 1=1 --", "1) OR (1=1"})), engine).touched == 0
