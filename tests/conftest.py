"""What every test shares: the shipped bundle, loaded once, and deterministic property tests."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from ostiary.decide.person import Person
from ostiary.law.bundle import Bundle, load_bundle
from ostiary.roll.duckdb import DuckEngine
from ostiary.roll.mapping import Household
from ostiary.roll.reading import read_roll
from ostiary.roll.synthetic.writing import generate

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile(
    "ostiary",
    deadline=None,
    derandomize=True,
    max_examples=200,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
# `make test-long`: the parsers are fuzzed ten times deeper.
settings.register_profile("deep", settings.get_profile("ostiary"), max_examples=2_000)
settings.load_profile("ostiary")


@pytest.fixture(scope="session")
def packs() -> Path:
    return ROOT / "packs"


@pytest.fixture(scope="session")
def bundle(packs: Path) -> Bundle:
    return load_bundle([packs / "demo-agency"], packs)


@pytest.fixture(scope="session")
def roll(tmp_path_factory, bundle):
    return read_roll(generate(400, 7, tmp_path_factory.mktemp("roll") / "r"), bundle.words)


@pytest.fixture(scope="session")
def engine(roll):
    return DuckEngine(roll)


@pytest.fixture(scope="session")
def people(roll, engine):
    """Every person with the rows about them, read without the compiler."""
    return read_people(roll, engine)


def read_people(roll, engine):
    """Every person of a roll, by plain reading."""
    tables = {name: engine.query(f'SELECT * FROM "{name}"').to_pylist() for name in roll.tables}
    by_person = {name: {} for name in tables}
    for name, rows in tables.items():
        for row in rows:
            by_person[name].setdefault(row[roll.id], []).append(row)
    groups = {source.group for source in roll.facts.values() if isinstance(source, Household)}
    sharing = {name: {} for name in groups}
    for name in groups:
        for row in tables[roll.people]:
            sharing[name].setdefault(row[name], []).append(row)
    return [
        Person(
            row,
            {name: found.get(row[roll.id], []) for name, found in by_person.items()},
            {name: found[row[name]] for name, found in sharing.items()},
        )
        for row in tables[roll.people]
    ]


def pytest_terminal_summary(terminalreporter) -> None:
    """What the exhaustive searches saw: a green dot does not say how much was looked at."""
    found = [
        said
        for report in terminalreporter.getreports("passed")
        for name, said in report.user_properties
        if name == "searched"
    ]
    if found:
        terminalreporter.section("searched")
        for line in found:
            terminalreporter.line(line)
