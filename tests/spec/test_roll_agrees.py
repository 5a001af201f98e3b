"""One meaning, several ways: the interpreter person by person, and the compiled query, say the same of a whole roll."""

import datetime as dt
from collections import Counter
from dataclasses import replace

import pytest
from tests.conftest import ROOT, read_people

from ostiary import strict_yaml
from ostiary.decide.compile import compile_request, fixed_facts, waits_of
from ostiary.decide.interpret import Reading
from ostiary.decide.person import find_person, judge_person, judge_value, person_facts, values_of
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.reading import read_roll
from ostiary.roll.synthetic.writing import generate

REQUESTS = sorted((ROOT / "examples").glob("[1-8]*.yaml"))


def one_by_one(bundle, group, as_of, roll, people):
    """What the reference meaning says of each value of each person."""
    fixed, found = fixed_facts(bundle, group, roll), Counter()
    for person in people:
        reading = Reading(bundle, person_facts(fixed, roll, person), as_of, bundle.agency.kinds)
        for item in judge_person(reading, roll, group, person):
            found[item.copy, item.outcome, item.reason, item.deciding, item.missing, item.duties] += 1
    return found


def compiled(bundle, group, as_of, roll, engine):
    found = Counter()
    result = screen(compile_request(bundle, group, as_of, roll), engine)
    for line in result.lines:
        item = result.signatures[line.signature].item
        told = (item.deciding, item.missing, item.duties) if item else ((), (), ())
        found[line.copy, line.outcome, line.reason, *told] += line.values
    return found


@pytest.mark.parametrize("widened", [False, True], ids=["as asked", "everything"])
@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_query_counts_what_the_interpreter_says_of_each_person(path, widened, bundle, roll, engine, people):
    request = read_request(strict_yaml.read(path), bundle.words)
    group = request.groups[0]
    if widened:
        group = replace(group, programs=tuple(roll.programs), elements=tuple(bundle.words.elements))
    some = people[:25] if widened else people
    if widened:
        ids = ", ".join(str(person.row[roll.id]) for person in some)
        engine.connection.execute("DROP VIEW IF EXISTS everybody")
        engine.connection.execute(f'ALTER VIEW "{roll.people}" RENAME TO everybody')
        engine.connection.execute(f'CREATE VIEW "{roll.people}" AS SELECT * FROM everybody WHERE {roll.id} IN ({ids})')
    try:
        assert compiled(bundle, group, request.as_of, roll, engine) == one_by_one(
            bundle, group, request.as_of, roll, some
        )
    finally:
        if widened:
            engine.connection.execute(f'DROP VIEW "{roll.people}"')
            engine.connection.execute(f'ALTER VIEW everybody RENAME TO "{roll.people}"')


@pytest.fixture(scope="module")
def everybody(bundle, tmp_path_factory):
    whole = read_roll(generate(200_000, 11, tmp_path_factory.mktemp("whole") / "r"), bundle.words)
    engine = DuckEngine(whole)
    return whole, engine, read_people(whole, engine)


TEN = [*((path, None) for path in REQUESTS), *((path, dt.date(2026, 6, 1)) for path in REQUESTS[:2])]


@pytest.mark.long
@pytest.mark.parametrize(("path", "day"), TEN, ids=[f"{path.stem} {day or ''}" for path, day in TEN])
def test_a_full_roll_of_200_000_people(path, day, bundle, everybody):
    """Every person by the reference meaning (alike facts judged once), against the compiled counts."""
    whole, engine, found = everybody
    request = read_request(strict_yaml.read(path), bundle.words, as_of=day)
    group = request.groups[0]
    plan = compile_request(bundle, group, request.as_of, whole)
    live = sorted(frozenset().union(*(waits_of(atom) for atom in plan.atoms)))
    fixed, expected, known = fixed_facts(bundle, group, whole), Counter(), {}
    for person in found:
        facts = person_facts(fixed, whole, person)
        alike = (tuple(facts[n] for n in live if n in whole.facts), str(facts["consent"].rows))
        reading = known.setdefault(alike, (Reading(bundle, facts, request.as_of, bundle.agency.kinds), {}))
        for _, copy in values_of(whole, group, person.row):
            if copy not in reading[1]:
                item = judge_value(reading[0], copy)
                reading[1][copy] = (copy, item.outcome, item.reason)
            expected[reading[1][copy]] += 1
    counted = Counter()
    for line in screen(plan, engine).lines:
        counted[line.copy, line.outcome, line.reason] += line.values
    assert counted == expected


def test_the_newest_row_of_two_registers_wins_and_an_unreadable_one_is_unknown(bundle, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    path = generate(300, 5, tmp_path / "r")
    text = path.read_text().replace("  opt_outs: opt_outs.parquet", "  opt_outs: opt_outs.parquet\n  web: web.parquet")
    text = text.replace("opt_outs: {table: opt_outs,", "opt_outs: {table: [opt_outs, web],")
    path.write_text(text + "registers: [web]\n")
    kind = parquet.read_schema(path.parent / "opt_outs.parquet")
    row = {"person_id": 17, "recorded_on": dt.date(2026, 1, 1), "opted_out": True}
    parquet.write_table(pa.Table.from_pylist([row], kind), path.parent / "web.parquet")
    request = read_request(strict_yaml.read(REQUESTS[7]), bundle.words)
    group = replace(request.groups[0], programs=("snap", "medicaid"))

    def both():
        mapped = read_roll(path, bundle.words)
        engine = DuckEngine(mapped)
        known = mapped.without(engine.unreadable)
        told = one_by_one(bundle, group, request.as_of, known, read_people(known, engine))
        assert compiled(bundle, group, request.as_of, known, engine) == told
        return known, find_person(known, engine, "17")

    known, person = both()
    assert person_facts({}, known, person)["flags.opt_out"] is True
    (path.parent / "web.parquet").unlink()
    known, person = both()
    assert known.unreadable == {"web"}
    assert "flags.opt_out" not in known.open_facts
