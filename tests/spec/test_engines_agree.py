"""One query, three engines, one answer: DuckDB, PostgreSQL, and Spark (Sail speaks its protocol, without Java)."""

import datetime as dt
import random
from collections import Counter
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from adbc_driver_postgresql import dbapi
from pysail.spark import SparkConnectServer
from sqlglot import exp
from tests.conftest import ROOT
from tests.postgres import load_roll, postgres
from tests.spec import test_conditions_agree as corpus

from ostiary import strict_yaml
from ostiary.decide import sql
from ostiary.decide.compile import compile_request
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.errors import RollError
from ostiary.law.condition import Expired, FactRef, Literal, Reached, Shifted
from ostiary.law.meaning import holds
from ostiary.release.minimise import released
from ostiary.roll.adbc import AdbcEngine
from ostiary.roll.checking import check_roll
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import Household, Newest
from ostiary.roll.reading import read_roll
from ostiary.roll.spark import SparkEngine
from ostiary.roll.synthetic.writing import generate

PEOPLE = 3_000
REQUESTS = sorted((ROOT / "examples").glob("[1-8]*.yaml"))
OTHERS = ("postgres", "sail")


@pytest.fixture(scope="session")
def big_roll(tmp_path_factory, bundle):
    return read_roll(generate(PEOPLE, 11, tmp_path_factory.mktemp("engines") / "roll"), bundle.words)


@pytest.fixture(scope="session")
def duck(big_roll):
    return DuckEngine(big_roll, threads=2)


@pytest.fixture(scope="session")
def database(big_roll):
    with postgres() as url:
        load_roll(big_roll, url)
        yield url


@pytest.fixture(scope="session")
def in_database(big_roll):
    """The same roll, mapped to tables of a database: one under the same name, the others through their schema."""
    tables = {name: name if name == "people" else f"public.{name}" for name in big_roll.tables}
    return replace(big_roll, tables=tables)


@pytest.fixture(scope="session")
def remote():
    server = SparkConnectServer()
    server.start(background=True)
    yield "sc://{}:{}".format(*server.listening_address)
    server.stop()


@pytest.fixture(scope="session")
def engines(big_roll, in_database, database, remote):
    found = {"postgres": AdbcEngine(in_database, database), "sail": SparkEngine(big_roll, remote=remote)}
    yield found
    for engine in found.values():
        engine.close()


@pytest.fixture(params=OTHERS)
def other(request, engines):
    return engines[request.param]


def asked(path, bundle, roll, *, widened, elements=None):
    request = read_request(strict_yaml.read(path), bundle.words)
    group = request.groups[0]
    if widened:
        group = replace(group, programs=tuple(roll.programs), elements=tuple(elements or bundle.words.elements))
    return compile_request(bundle, group, request.as_of, roll)


def rows(table):
    """The rows, however they are ordered."""
    return Counter(zip(*(column.to_pylist() for column in table.columns), strict=True))


@pytest.mark.parametrize("widened", [False, True], ids=["as asked", "everything"])
@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_counting_query_says_the_same(path, widened, bundle, big_roll, duck, other):
    query = sql.counting(asked(path, bundle, big_roll, widened=widened))
    there = other.query(query.sql(other.dialect))
    here = duck.query(query.sql(duck.dialect))
    assert here.num_rows > 0
    assert there.column_names == here.column_names
    assert rows(there) == rows(here)


@pytest.fixture(scope="session")
def generated(tmp_path_factory, database, remote):
    """Every engine over the corpus of generated people, each with a home and rows in two registers."""
    place, chance = tmp_path_factory.mktemp("generated"), random.Random(5)
    for name, table in corpus.tables().items():
        yes = [chance.choice([True, False, None]) for _ in range(table.num_rows)]
        homes = [chance.choice([*range(150), None]) for _ in range(table.num_rows)]
        pq.write_table(table.append_column("home", pa.array(homes)).append_column("yes", pa.array(yes)), place / name)
    files = replace(corpus.ROLL, path=place / "roll.yaml", tables={"people": "people.parquet", "rows": "rows.parquet"})
    for name in files.tables:
        (place / name).rename(place / f"{name}.parquet")
    load_roll(files, database, "generated")
    named = replace(files, tables={"people": "generated.people", "rows": "generated.rows"})
    found = {
        "duckdb": DuckEngine(files),
        "postgres": AdbcEngine(named, database),
        "sail": SparkEngine(files, remote=remote),
    }
    yield found
    for name in OTHERS:
        found[name].close()


def test_every_generated_condition_has_the_same_value(generated):
    """The corpus over which DuckDB was held against the interpreter: unknowns, rows of rows, moved dates."""
    here = rows(generated["duckdb"].query(corpus.query().sql("duckdb")))
    for name in OTHERS:
        assert rows(generated[name].query(corpus.query().sql(generated[name].dialect))) == here, name


def test_what_a_household_and_a_register_say_is_the_same(generated):
    tables = ("rows",), ("rows", "rows")
    sources = [Household("home", column, every) for column in ("yes", "flag") for every in (False, True)]
    sources += [Newest(place, "id", "yes", "day", none) for place in tables for none in (None, True, False)]
    facts = {f"f{place}": source for place, source in enumerate(sources)}
    values = sql._Values(replace(corpus.ROLL, facts=facts))
    shown = [sql.exp.alias_(values.person(name)[0], name) for name in facts]
    query = sql.exp.select(sql.exp.column("id", table="p"), *shown).from_("people AS p")
    for alias, person in values.joins.items():
        query = query.join(
            alias, on=sql.exp.EQ(this=person, expression=sql.exp.column("key", table=alias)), join_type="left"
        )
    for alias, stage in values.stages.items():
        query = query.with_(alias, as_=stage())
    here = generated["duckdb"].query(query.sql("duckdb"))
    for name in facts:
        assert {True, False} <= set(here.column(name).to_pylist())
    for name in OTHERS:
        assert rows(generated[name].query(query.sql(generated[name].dialect))) == rows(here), name


def test_what_leaves_is_the_same_file(bundle, big_roll, duck, other, tmp_path):
    """Also the names, which are longer than PostgreSQL's 63 bytes."""
    path = next(path for path in REQUESTS if path.stem.startswith("8"))
    elements = ("name_legal", "unlawful_presence_determination", "income_reported", "program_enrollment")
    found = screen(asked(path, bundle, big_roll, widened=True, elements=elements), duck)
    query = released(found, found.leaving_copies)
    for engine, name in ((duck, "here"), (other, "there")):
        engine.write_parquet(query.sql(engine.dialect), tmp_path / name)
    here, there = (pq.read_table(tmp_path / name) for name in ("here", "there"))
    assert max(map(len, here.column_names)) > 63
    assert there.column_names == here.column_names
    assert rows(there) == rows(here)
    assert screen(found.plan, other).lines == found.lines


def test_of_people_named_the_same_leave(bundle, big_roll, duck, other):
    path = next(path for path in REQUESTS if path.stem.startswith("8"))
    ids = duck.query(f"SELECT {big_roll.id} AS id FROM {big_roll.people} ORDER BY id LIMIT 40").column("id")
    plan = replace(asked(path, bundle, big_roll, widened=False), only=frozenset(map(str, ids.to_pylist())))
    found = screen(plan, duck)

    assert screen(plan, other).lines == found.lines
    assert 0 < found.touched < 40


def test_a_sound_roll_passes_its_check(big_roll, other):
    check_roll(big_roll, other)


@pytest.mark.parametrize(
    "node",
    [
        kind(Shifted(FactRef("d"), amount, unit), Literal(dt.date(2024, 2, 29)))
        for kind in (Expired, Reached)
        for amount, unit in ((1, "MONTH"), (-1, "MONTH"), (30, "DAY"), (-366, "DAY"), (1, "YEAR"), (-18, "MONTH"))
    ],
    ids=str,
)
def test_a_moved_date_is_the_same_day(node, duck, engines):
    days = [dt.date(2024, 1, 28) + dt.timedelta(days=step) for step in range(4)]
    days += [
        dt.date(2024, 2, 28),
        dt.date(2024, 2, 29),
        dt.date(2023, 2, 28),
        dt.date(2025, 8, 31),
        dt.date(2024, 3, 31),
    ]
    meant = [(day, holds(node, {"d": day})) for day in days]
    tested = sql.condition(node, lambda name: (sql.exp.column(name), None))
    for engine in (duck, *engines.values()):
        each = " UNION ALL ".join(f"SELECT CAST('{day}' AS DATE) AS d" for day in days)
        found = engine.query(f"SELECT d, {tested.sql(engine.dialect)} AS v FROM ({each}) AS days")
        assert rows(found) == Counter(meant), engine.dialect


def test_the_database_is_only_read(engines):
    with pytest.raises(RollError, match="read-only transaction"):
        engines["postgres"].query("DELETE FROM people RETURNING person_id")
    assert engines["postgres"].query("SELECT COUNT(*) AS n FROM people").to_pylist() == [{"n": PEOPLE}]


@pytest.fixture
def reader(database):
    """The URL of a role that may read the people and their consents, and nothing else."""
    with dbapi.connect(database) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE ROLE reader LOGIN")
        cursor.execute("GRANT SELECT ON people, consents, enrolment TO reader")
        connection.commit()
        yield database.replace("tester@", "reader@")
        cursor.execute("DROP OWNED BY reader")
        cursor.execute("DROP ROLE reader")
        connection.commit()


def test_a_role_that_may_read_the_mapped_tables_is_enough(in_database, reader):
    with pytest.raises(RollError, match="table `opt_outs`: permission denied"):
        AdbcEngine(in_database, reader)
    few = {name: place for name, place in in_database.tables.items() if name != "opt_outs"}
    engine = AdbcEngine(replace(in_database, tables=few), reader)
    assert engine.query("SELECT COUNT(*) AS n FROM people").to_pylist() == [{"n": PEOPLE}]
    engine.close()


def test_a_register_that_cannot_be_read_is_told_and_the_rest_goes_on(big_roll, in_database, reader, remote):
    kept = frozenset({"opt_outs"})
    elsewhere = replace(big_roll, tables={**big_roll.tables, "opt_outs": "gone/*.parquet"}, registers=kept)
    for engine in (
        AdbcEngine(replace(in_database, registers=kept), reader),
        SparkEngine(elsewhere, remote=remote),
    ):
        assert engine.unreadable == ["opt_outs"]
        assert engine.query("SELECT COUNT(*) AS n FROM people").to_pylist() == [{"n": PEOPLE}]
        check_roll(elsewhere.without(engine.unreadable), engine)
        engine.close()


def test_what_arrow_has_no_type_for_comes_as_text(engines, tmp_path):
    query = "SELECT CAST(1.50 AS numeric(9, 2)) AS a, CAST('0f401df7-515f-45a6-a0e6-70f6e1d0815f' AS uuid) AS b"
    wanted = [{"a": "1.50", "b": "0f401df7-515f-45a6-a0e6-70f6e1d0815f"}]
    assert engines["postgres"].query(query).to_pylist() == wanted
    engines["postgres"].write_parquet(query, tmp_path / "typed")
    found = pq.read_table(tmp_path / "typed")
    assert found.to_pylist() == wanted
    assert set(found.schema.types) == {pa.string()}


@pytest.mark.parametrize("name", OTHERS)
def test_a_fault_of_the_data_repeats_no_value(name, engines, tmp_path):
    engine, query = engines[name], "SELECT CAST(first_name AS INTEGER) AS n FROM people"
    some = engine.query("SELECT first_name FROM people WHERE first_name IS NOT NULL LIMIT 1").to_pylist()[0][
        "first_name"
    ]
    for ask in (engine.query, lambda query: engine.write_parquet(query, tmp_path / "broken")):
        with pytest.raises(RollError) as told:
            ask(query)
        assert some not in str(told.value)
    assert not (tmp_path / "broken").exists()
    assert engine.query("SELECT COUNT(*) AS n FROM people").to_pylist() == [{"n": PEOPLE}]


@pytest.mark.parametrize("place", ["nowhere", "SELECT 1", "public.people; DROP TABLE people"])
def test_a_table_that_is_not_there_is_named(place, in_database, database):
    with pytest.raises(RollError, match="table `people`: "):
        AdbcEngine(replace(in_database, tables={"people": place}), database)


def test_an_address_that_cannot_be_is_refused(big_roll):
    with pytest.raises(RollError, match="must begin with `postgresql://`"):
        AdbcEngine(big_roll, "mysql://somewhere")
    with pytest.raises(RollError, match="must begin with `sc://`"):
        SparkEngine(big_roll, remote="http://somewhere")
    with pytest.raises(RollError, match="cannot be opened"):
        AdbcEngine(big_roll, "postgresql://tester@127.0.0.1:1/none")
    with pytest.raises(RollError, match="no Spark Connect server answers"):
        SparkEngine(big_roll, remote="sc://127.0.0.1:1")


@pytest.mark.long
def test_spark_itself_says_the_same(bundle, big_roll, duck, tmp_path):
    """PySpark's own session of this machine, on Java; Sail stands in for it in the quick tests."""
    engine = SparkEngine(big_roll)
    check_roll(big_roll, engine)
    for path in REQUESTS[3:4]:
        query = sql.counting(asked(path, bundle, big_roll, widened=True))
        assert rows(engine.query(query.sql(engine.dialect))) == rows(duck.query(query.sql(duck.dialect)))
    engine.write_parquet('SELECT person_id, dob, in_snap FROM "people"', tmp_path / "few")
    few = duck.query("SELECT person_id, dob, in_snap FROM people")
    assert rows(pq.read_table(tmp_path / "few")) == rows(few)
    assert [path.name for path in tmp_path.iterdir()] == ["few"]
    with pytest.raises(RollError, match=r"CAST_INVALID_INPUT$"):
        engine.query("SELECT CAST(first_name AS INTEGER) AS n FROM people")


@pytest.mark.long
def test_every_row_of_a_full_roll_for_ten_requests(bundle, tmp_path, database, remote):
    """200,000 people: each one's signature and programs, on all three engines, person by person."""
    whole = read_roll(generate(200_000, 11, tmp_path / "roll"), bundle.words)
    load_roll(whole, database, "whole")
    named = replace(whole, tables={name: f"whole.{name}" for name in whole.tables})
    engines = [DuckEngine(whole), AdbcEngine(named, database), SparkEngine(whole, remote=remote)]
    requests = [(path, False) for path in REQUESTS] + [(path, True) for path in REQUESTS[:2]]
    for path, widened in requests:
        plan = asked(path, bundle, whole, widened=widened)
        packed = {f"s{word}": plan.atoms[word * sql.WORD : (word + 1) * sql.WORD] for word in range(sql.words(plan))}
        person = exp.column(whole.id, quoted=True)
        shown = exp.select(person, *(exp.column(name) for name in packed), exp.column("held")).order_by(person.copy())
        query = sql.staged(plan, packed, [whole.id], shown)
        here, *others = (engine.query(query.sql(engine.dialect)) for engine in engines)
        assert here.num_rows > 50_000
        for there in others:
            assert [column.to_pylist() for column in there.columns] == [column.to_pylist() for column in here.columns]
    for engine in engines[1:]:
        engine.close()
