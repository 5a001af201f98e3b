"""``ostiary match``, as its users run it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ostiary.match.decision import Band, read_decisions, read_pairs
from tests.match.small_roll import PEOPLE, make_roll

OSTIARY = str(Path(sys.executable).parent / "ostiary")
ASKED = """\
subject,first,last,dob,ssn,street,city
A,Maria,Garcia,03/12/1985,900-11-0001,,
B,Anna,Kowalski,2001-09-09,,3 Park Place,Joliet
C,James,Wilson,1980-08-08,,,
D,Otto,Quasimodo,1931-10-30,900-40-4040,,
"""


def ostiary(*words):
    return subprocess.run([OSTIARY, *map(str, words)], capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with a roll, its model, and a file of subjects."""
    folder = tmp_path_factory.mktemp("desk")
    make_roll(folder / "roll")
    (folder / "asked.csv").write_text(ASKED)
    done = ostiary("match", "train", "--roll", folder / "roll/roll.yaml", "--out", folder / "model.json")
    assert done.returncode == 0, done.stderr
    return folder


def run(desk, out, *more, asked="asked.csv"):
    words = ["match", "run", desk / asked, "--roll", desk / "roll/roll.yaml", "--model", desk / "model.json"]
    return ostiary(*words, "--out", out, *more)


def test_a_run_shows_counts_and_nobody(desk, tmp_path):
    done = run(desk, tmp_path / "out", "--progress")
    shown = done.stdout + done.stderr + (tmp_path / "out/manifest.json").read_text()
    values = {value.lower() for line in PEOPLE for value in line.split("|")[:8] if len(value) > 4}
    bands = [each.band for each in read_decisions(tmp_path / "out/decisions.parquet")]

    assert done.returncode == 0, done.stderr
    assert "4 subjects against 412 people" in done.stdout
    assert "Automatic by tier: T1 1." in done.stdout
    assert "weighing candidates" in done.stderr
    assert not {value for value in values if value in shown.lower()} - {"smith"}
    assert bands == [Band.AUTOMATIC, Band.CLERICAL, Band.CLERICAL_TWO, Band.NO_MATCH]
    assert set(read_pairs(tmp_path / "out/pairs.parquet")["subject"].to_pylist()) == {"B", "C"}


def test_the_same_as_data_and_the_same_twice(desk, tmp_path):
    one, two = (json.loads(run(desk, tmp_path / name, "--json").stdout) for name in ("one", "two"))
    decisions = [read_decisions(tmp_path / name / "decisions.parquet") for name in ("one", "two")]

    assert one["bands"] == {"automatic": 1, "clerical": 1, "clerical_two": 1, "no_match": 1}
    assert one["automatic_by_tier"] == {"T1": 1}
    assert one["model"].startswith("sha256:")
    assert one["subjects"]["count"] == 4
    assert one == two
    assert decisions[0] == decisions[1]


def test_ten_thousand_at_once(desk, tmp_path):
    rows = (f"N{place},Nobody{place},Xy{place % 97}quist,19{place % 80 + 10}-05-06,,," for place in range(10_000))
    (desk / "many.csv").write_text("\n".join([ASKED.strip(), *rows]) + "\n")
    done = run(desk, tmp_path / "out", "--json", asked="many.csv")
    found = json.loads(done.stdout)

    assert found["subjects"]["count"] == 10_004
    assert found["bands"]["automatic"] == 1
    assert found["bands"]["no_match"] >= 9_990


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--model", "{desk}/none.json"], "there is no such model; make one with `ostiary match train`"),
        (["--model", "{desk}/asked.csv"], "cannot be read as a model"),
        (["--roll", "{desk}/none.yaml"], "none.yaml"),
        (["--out", "{desk}/roll"], "is there already; name a new folder"),
    ],
)
def test_what_cannot_be_used_is_refused(desk, tmp_path, words, said):
    done = run(desk, tmp_path / "out", *(word.format(desk=desk) for word in words))

    assert done.returncode == 2
    assert said in done.stderr
    assert not (tmp_path / "out").exists()


def test_bad_subjects_are_refused_before_the_roll_is_touched(desk, tmp_path):
    (desk / "bad.csv").write_text("subject,last,dob\nA,Roe,2999-01-01\n")
    done = run(desk, tmp_path / "out", "--roll", desk / "none.yaml", asked="bad.csv")

    assert done.returncode == 2
    assert "row 1: `dob` lies in the future" in done.stderr
    assert not (tmp_path / "out").exists()
