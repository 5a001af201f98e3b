"""What people say of a pair: two for the weakest band, nobody twice, nothing lost, nothing believed half."""

import json
import multiprocessing
import os
import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.errors import BadInput
from ostiary.match.confirmed import Confirmation, Verdict, matched_people
from ostiary.match.decision import Band
from ostiary.match.review import CONFIRMATIONS, HELD, Review, Standing, open_review, record
from tests.match.making import a_decision, a_pair, a_run

ONE, TWO = Band.CLERICAL, Band.CLERICAL_TWO
SAME, OTHER = Verdict.SAME, Verdict.OTHER


@pytest.fixture
def folder(tmp_path):
    """S1 takes one person, S2 takes two and has two candidates, S3 is the machine's own."""
    decisions = [a_decision("S1", "p1", ONE, 11.0), a_decision("S2", "p2", TWO, 11.0), a_decision("S3", "p9")]
    pairs = [a_pair("S1", "p1"), a_pair("S2", "p2", TWO), a_pair("S2", "p3", TWO)]
    return a_run(tmp_path / "run", decisions, pairs)


def test_one_person_settles_a_clerical_pair(folder):
    assert record(folder, "S1", "p1", "Ann Lee", SAME) is Standing.CONFIRMED


def test_two_different_people_settle_the_weakest_band(folder):
    assert record(folder, "S2", "p2", "Ann Lee", SAME) is Standing.SECOND
    assert record(folder, "S2", "p2", "Bo Day", SAME) is Standing.CONFIRMED


@pytest.mark.parametrize("again", ["Ann Lee", "ANN LEE", " ann   lee "])
def test_the_same_person_is_not_two_however_the_name_is_written(again, folder):
    record(folder, "S2", "p2", "Ann Lee", SAME)
    before = (folder / CONFIRMATIONS).read_bytes()

    with pytest.raises(BadInput, match="already spoken"):
        record(folder, "S2", "p2", again, SAME)
    assert (folder / CONFIRMATIONS).read_bytes() == before


def test_a_word_is_not_taken_back(folder):
    record(folder, "S1", "p1", "Ann Lee", SAME)
    with pytest.raises(BadInput, match="nothing is taken back"):
        record(folder, "S1", "p1", "Ann Lee", OTHER)


def test_nobody_confirms_two_people_for_one_subject(folder):
    record(folder, "S2", "p2", "Ann Lee", SAME)
    with pytest.raises(BadInput, match="another candidate"):
        record(folder, "S2", "p3", "Ann Lee", SAME)


def test_one_doubt_outweighs_every_yes(folder):
    record(folder, "S1", "p1", "Ann Lee", SAME)

    assert record(folder, "S1", "p1", "Bo Day", OTHER) is Standing.REJECTED


def test_two_people_found_for_one_subject_is_ambiguous(folder):
    record(folder, "S2", "p2", "Ann Lee", SAME)

    assert record(folder, "S2", "p3", "Bo Day", SAME) is Standing.AMBIGUOUS
    assert record(folder, "S2", "p2", "Cy Orr", SAME) is Standing.AMBIGUOUS


REFUSED = [
    ("S9", "p1", "Ann Lee", "has no subject `S9`"),
    ("S3", "p9", "Ann Lee", "there is no pair that a person must look at"),
    ("S1", "p3", "Ann Lee", "`p3` is no candidate of `S1`"),
    ("S1", "p1", " ", "must be a person's name"),
    ("S1", "p1", "A\nB", "must be a person's name"),
]


@pytest.mark.parametrize(("subject", "person", "by", "text"), REFUSED, ids=[text for *_, text in REFUSED])
def test_what_is_no_word_on_a_pair_is_refused(subject, person, by, text, folder):
    with pytest.raises(BadInput, match=text):
        record(folder, subject, person, by, SAME)
    assert open_review(folder).said == ()


def test_who_waits_comes_weakest_first_and_goes_when_settled(folder):
    assert open_review(folder).waiting() == ("S2", "S1")
    record(folder, "S1", "p1", "Ann Lee", SAME)
    record(folder, "S2", "p2", "Ann Lee", OTHER)
    assert open_review(folder).waiting() == ("S2",)
    record(folder, "S2", "p3", "Ann Lee", OTHER)
    assert open_review(folder).waiting() == ()


def test_only_its_owner_reads_the_file(folder):
    record(folder, "S1", "p1", "Ann Lee", SAME)

    assert stat.S_IMODE(os.stat(folder / CONFIRMATIONS).st_mode) == 0o600


BROKEN = {
    "cut short": lambda line: line[:-9],
    "without its end of line": lambda line: line[:-1],
    "no JSON": lambda line: "what\n",
    "an unknown verdict": lambda line: line.replace('"same"', '"sure"'),
    "a key more": lambda line: line.replace('{"at"', '{"x": "", "at"'),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
def test_a_broken_line_makes_the_whole_file_unbelieved(broken, folder):
    record(folder, "S1", "p1", "Ann Lee", SAME)
    path = folder / CONFIRMATIONS
    path.write_text(path.read_text() + broken(path.read_text()))

    with pytest.raises(BadInput, match="line 2 is no confirmation"):
        open_review(folder)
    with pytest.raises(BadInput, match="line 2"):
        record(folder, "S2", "p2", "Ann Lee", SAME)


def test_a_confirmation_of_another_run_is_not_used(folder):
    record(folder, "S1", "p1", "Ann Lee", SAME)
    path = folder / CONFIRMATIONS
    path.write_text(path.read_text().replace('"S1"', '"S7"'))

    with pytest.raises(BadInput, match="another run"):
        open_review(folder)


def _speak(folder, names):
    for name in names:
        record(folder, "S2", "p2", name, OTHER)


def test_several_processes_lose_no_word(folder):
    """Each line is whole, and every one is there."""
    spawn = multiprocessing.get_context("spawn")
    names = [[f"Clerk {process} {number}" for number in range(8)] for process in range(3)]
    workers = [spawn.Process(target=_speak, args=(folder, some)) for some in names]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    assert sorted(one.by for one in open_review(folder).said) == sorted(name for some in names for name in some)


def test_evidence_stands_side_by_side_and_adds_up_to_the_weight(folder):
    (pair,) = open_review(folder).pairs["S1"]
    by_field = {one.field: one for one in pair.evidence}

    assert (by_field["first"].subject, by_field["first"].roll, by_field["first"].level) == ("Ana", "Anna", "near")
    assert by_field["address"].subject == by_field["address"].roll == "1 Elm St, Cook City"
    assert sum(bits for _, bits, _ in pair.steps()) == pytest.approx(pair.weight)
    assert "Anna" not in pair.waterfall()


def test_what_nobody_asked_about_is_not_shown(folder):
    (pair,) = open_review(folder).pairs["S1"]
    number = next(one for one in pair.evidence if one.roll == HELD)

    assert number.subject == ""
    assert "900010001" not in repr(pair)


WORDS = st.lists(
    st.builds(
        Confirmation,
        st.sampled_from(["S1", "S2"]),
        st.sampled_from(["p1", "p2", "p3"]),
        st.sampled_from(["Ann Lee", "ann  lee", "Bo Day", "Cy Orr"]),
        st.sampled_from(Verdict),
    ),
    max_size=6,
)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    decisions = [a_decision("S1", "p1", ONE, 11.0), a_decision("S2", "p2", TWO, 11.0)]
    pairs = [a_pair("S1", "p1"), a_pair("S1", "p2"), a_pair("S2", "p2", TWO), a_pair("S2", "p3", TWO)]
    return open_review(a_run(tmp_path_factory.mktemp("review") / "run", decisions, pairs))


@given(WORDS)
def test_the_pages_and_the_release_mean_the_same_by_confirmed(opened, words):
    for subject, pairs in opened.pairs.items():
        known = {pair.person for pair in pairs}
        said = tuple(word for word in words if word.subject == subject and word.person in known)
        review = Review(opened.folder, opened.decisions, opened.pairs, said)
        shown = {pair.person for pair in pairs if review.standing(pair) is Standing.CONFIRMED}

        assert shown == matched_people([opened.decisions[subject]], said)


def command(*words):
    return CliRunner().invoke(app, ["match", "review", *map(str, words)])


def test_the_command_lists_shows_and_records(folder, tmp_path):
    listed = command(folder)
    assert listed.output.index("S2") < listed.output.index("S1")
    assert "Ana" not in listed.output

    shown = command(folder, "--subject", "S1", "--out", tmp_path / "pictures")
    assert "Anna" in shown.output
    assert (tmp_path / "pictures" / "waterfall-1.svg").read_text().startswith("<svg")

    done = command(folder, "--subject", "S1", "--confirm", "--by", "Ann Lee", "--json")
    assert json.loads(done.output) == {"subject": "S1", "person": "p1", "standing": "confirmed"}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["--subject", "S1", "--confirm"], "need `--subject` and `--by`"),
        (["--confirm", "--by", "Ann Lee"], "need `--subject` and `--by`"),
        (["--subject", "S1", "--confirm", "--reject", "--by", "Ann Lee"], "not both"),
        (["--subject", "S2", "--confirm", "--by", "Ann Lee"], "has 2 candidates"),
        (["--subject", "S1", "--person", "p7"], "is no candidate"),
    ],
)
def test_the_command_says_what_is_missing(words, text, folder):
    assert text in str(command(folder, *words).exception)
    assert not (folder / CONFIRMATIONS).exists()
