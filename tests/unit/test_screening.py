"""The commands over a roll, as their users run them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from tests.conftest import ROOT

OSTIARY = str(Path(sys.executable).parent / "ostiary")


def run(*words):
    return subprocess.run([OSTIARY, *words], capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.fixture(scope="module")
def mapping(roll):
    return str(roll.path)


FLEEING = "examples/6-fleeing-felon-notice.yaml"


def test_a_screen_shows_counts_and_no_value_of_anybody(mapping, roll, engine, tmp_path):
    done = run("screen", FLEEING, "--roll", mapping, "--out", str(tmp_path / "out"))
    shown = done.stdout + (tmp_path / "out" / "screen.json").read_text() + (tmp_path / "out" / "screen.svg").read_text()
    numbers = engine.query(f'SELECT social_security_no AS v FROM "{roll.people}"').column("v").to_pylist()

    assert done.returncode == 12
    assert "may leave once people decide so" in done.stdout
    assert "no value of any person is shown" in done.stdout
    assert not [number for number in numbers if number and number in shown]


def test_the_same_as_data(mapping):
    done = run("screen", FLEEING, "--roll", mapping, "--json")
    found = json.loads(done.stdout)

    assert found["values"]["asked"] == sum(line["values"] for line in found["copies"])
    assert {line["outcome"] for line in found["copies"]} >= {"mandated", "withhold"}
    assert all(found["signatures"][line["signature"]] for line in found["copies"])


def test_the_picture_is_an_svg_that_says_what_it_shows(mapping, tmp_path):
    import xml.etree.ElementTree as tree

    run("screen", FLEEING, "--roll", mapping, "--out", str(tmp_path))
    root = tree.parse(tmp_path / "screen.svg").getroot()

    assert root.get("role") == "img"
    assert "values asked for" in root.get("aria-label")
    assert len(root.findall(".//{*}title")) > 3


def test_one_person_is_explained_with_the_ladder(mapping):
    done = run("screen", FLEEING, "--roll", mapping, "--person", "17")

    assert "what became of it" in done.stdout
    assert "about one person" in done.stderr


def test_nobody_with_that_id(mapping):
    done = run("screen", FLEEING, "--roll", mapping, "--person", "999999999")

    assert done.returncode == 2
    assert "nobody has the id that was given" in done.stderr
    assert "999999999" not in done.stderr


def test_several_groups_need_a_choice(mapping, tmp_path):
    groups = "\ngroups:\n  adults: {programs: [snap]}\n  children: {programs: [medicaid]}\n"
    path = tmp_path / "two.yaml"
    path.write_text((ROOT / "examples" / "5-detainer.yaml").read_text() + groups)
    none = run("screen", str(path), "--roll", mapping)
    wrong = run("screen", FLEEING, "--roll", mapping, "--group", "children")

    assert none.returncode == wrong.returncode == 2
    assert "choose one with --group: `adults`, `children`" in none.stderr
    assert "leave out --group" in wrong.stderr
    assert run("screen", str(path), "--roll", mapping, "--group", "adults").returncode == 11


def test_an_unknown_engine(mapping):
    done = run("screen", FLEEING, "--roll", mapping, "--engine", "duckbd")

    assert done.returncode == 2
    assert "did you mean `duckdb`?" in done.stderr


def test_a_roll_is_checked(mapping):
    done = run("roll", "check", mapping)

    assert done.returncode == 0
    assert "bears out its mapping" in done.stdout


def test_minimise_writes_and_says_where(mapping, tmp_path):
    done = run("minimise", FLEEING, "--everybody", "--roll", mapping, "--out", str(tmp_path / "out"), "--json")

    assert done.returncode == 12
    assert json.loads(done.stdout)["people"] > 0
    assert (tmp_path / "out" / "released.csv").is_file()
    assert run("minimise", FLEEING, "--everybody", "--roll", mapping, "--out", str(tmp_path / "out")).returncode == 2


def test_generate_refuses_a_folder_that_is_not_empty(tmp_path):
    (tmp_path / "kept.txt").write_text("kept")
    done = run("roll", "generate", "--people", "10", "--out", str(tmp_path))

    assert done.returncode == 2
    assert (tmp_path / "kept.txt").read_text() == "kept"


def test_what_is_minimised_is_about_somebody(mapping, tmp_path):
    done = run("minimise", FLEEING, "--roll", mapping, "--out", str(tmp_path / "out"))

    assert done.returncode == 2
    assert "say of whom: `--matched` with a folder of `ostiary match run`, or `--everybody`" in done.stderr
