"""Copies that contradict each other leave with a word that they do, and in which rows."""

import json

import pyarrow.parquet as parquet
import pytest

from ostiary import strict_yaml
from ostiary.decide.compile import compile_request
from ostiary.decide.population import screen
from ostiary.decide.request import read_request
from ostiary.release.minimise import minimise
from tests.conftest import ROOT
from tests.release.makers import World

# A person's own request: name and address, as held under SNAP and, in columns of their own, under Medicaid.
REQUEST = ROOT / "examples" / "8-own-request.yaml"


@pytest.fixture(scope="module")
def folder(tmp_path_factory, bundle, roll, engine):
    from dataclasses import replace

    request = read_request(strict_yaml.read(REQUEST), bundle.words)
    elements = ("name_legal", "address_residential", "date_of_birth")
    group = replace(request.groups[0], programs=("snap", "medicaid"), elements=elements)
    found = screen(compile_request(bundle, group, request.as_of, roll), engine)
    return minimise(found, engine, tmp_path_factory.mktemp("differing") / "out").folder


@pytest.fixture(scope="module")
def told(folder):
    return json.loads((folder / "dictionary.json").read_text())["differing"]


def test_every_row_that_differs_is_named_and_no_other(folder, told):
    rows = parquet.read_table(folder / "released.parquet").to_pylist()

    assert {one["element"] for one in told} == {"name_legal", "address_residential"}
    for one in told:
        assert one["programs"] == ["snap", "medicaid"]
        (first, second), *_ = one["columns"]
        both = [n for n, row in enumerate(rows, 1) if row[first] is not None and row[second] is not None]
        differ = [n for n in both if any(rows[n - 1][left] != rows[n - 1][right] for left, right in one["columns"])]
        assert one["rows"] == differ
        assert 0 < len(differ) < len(both)


def test_what_is_held_once_is_not_compared_with_itself(told):
    assert "date_of_birth" not in {one["element"] for one in told}


def test_each_copy_has_its_day_beside_it(folder, told):
    names = parquet.ParquetFile(folder / "released.parquet").schema_arrow.names
    for one in told:
        for program in one["programs"]:
            assert [name for name in names if name.startswith(f"{program}__{one['element']}__") and "as_of" in name]


def test_it_is_sealed_and_opened_with_the_package(folder, tmp_path):
    world = World(tmp_path / "w")
    world.folder = folder
    opened = world.open(world.seal())

    assert json.loads((opened.folder / "dictionary.json").read_text())["differing"]
