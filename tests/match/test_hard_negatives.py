"""The likest strangers there are, against a whole roll: no automatic decision is false, and hardly a member is lost."""

import datetime as dt

import pytest
from bench.truthsets import TODAY, febrl4, pseudopeople

from ostiary.match.bounds import claimable
from ostiary.match.cache import normal_roll
from ostiary.match.candidates import linking_connection
from ostiary.match.model import train
from ostiary.match.run import match
from ostiary.match.scoring import Scored, candidates, score
from ostiary.match.subjects import read_subjects
from ostiary.match.truth import Kind, read_truth_set, write_truth_set
from ostiary.match.truth_making import make_truth
from ostiary.roll.reading import read_roll
from ostiary.roll.synthetic.writing import generate

HARD = {Kind.RELATIVE, Kind.TWIN, Kind.SAME_NAME_AND_BIRTH, Kind.FATHER_OR_SON}
LEAST = 37_000  # automatic decisions of the long test: enough to claim one false match in ten thousand


def quiet(what):
    """No progress is shown."""


def scored(roll_path, truth, bundle, cache, today: dt.date) -> Scored:
    """Train on the roll, match the subjects of the truth set, and score."""
    roll = read_roll(roll_path, bundle.words)
    normal = normal_roll(roll, cache, today, quiet)
    with linking_connection(normal.path) as connection:
        model = train(connection, roll.name, normal.people, normal.key, 42)
    matched = match(read_subjects(truth / "subjects.csv", today), roll, normal, model, today, quiet)
    return score(matched.decisions, read_truth_set(truth), candidates(matched.pairs))


def a_generated_world(folder, people, subjects, bundle) -> Scored:
    roll = generate(people, 1, folder / "roll")
    write_truth_set(make_truth(roll, subjects, 1), {"about": f"{people:,} generated people"}, folder / "truth")
    return scored(roll, folder / "truth", bundle, folder / "normal.duckdb", TODAY)


def false_ones(found: Scored):
    """The faults to look at, without a value of anybody."""
    return [(one.decision.subject, one.decision.tier, one.truth.kind, one.decision.agreed)
            for one in found.cases if one.false]  # fmt: skip


@pytest.fixture(scope="module")
def found(tmp_path_factory, bundle):
    return a_generated_world(tmp_path_factory.mktemp("hard"), 100_000, 3_000, bundle)


def test_no_automatic_decision_is_false(found):
    assert false_ones(found) == []
    assert found.total.automatic > 1_000


def test_hardly_a_member_is_lost(found):
    assert found.total.found.share >= 0.99


def test_the_likest_strangers_are_there_and_none_is_decided_by_the_machine(found):
    kinds = {one.name: one for one in found.by["kind"]}

    assert set(kinds) == set(Kind)
    for kind in HARD:
        assert kinds[kind].subjects >= 50
        assert kinds[kind].automatic == 0


def test_the_score_alone_would_have_given_strangers_away(found):
    """Else the strangers were too easy, and the tests above show nothing."""
    strong = [one for one in found.cases if one.truth.kind in HARD and (one.decision.weight or 0) >= 20]

    assert len(strong) >= 5


def test_no_origin_and_no_sex_is_found_less(found):
    """Every group is found, by the machine or a person, as surely as all together, within what its numbers can say."""
    for by in ("origin", "sex"):
        for one in found.by[by]:
            assert one.found.high >= 0.99


@pytest.mark.long
def test_three_million_people_and_37_000_decisions_without_a_false_one(tmp_path, bundle):
    found = a_generated_world(tmp_path, 3_000_000, 90_000, bundle)

    assert false_ones(found) == []
    assert found.total.automatic >= LEAST
    assert claimable(0, found.total.automatic, 1e-4)
    assert found.total.found.share >= 0.99


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("made", "least"), [(febrl4, 500), (pseudopeople, 1_500)], ids=["febrl4", "pseudopeople"])
def test_on_the_truth_sets_of_others_no_automatic_decision_is_false(made, least, tmp_path, bundle):
    data = made(tmp_path / "data")
    found = scored(data.roll, data.truth, bundle, tmp_path / "normal.duckdb", TODAY)

    assert false_ones(found) == []
    assert found.total.automatic >= least
