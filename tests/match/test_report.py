"""The report claims what its sample carries, says of which data it speaks, and refuses the rest."""

import json
import xml.etree.ElementTree as ElementTree

import pytest
from typer.testing import CliRunner

from ostiary.cli.main import app
from ostiary.errors import BadInput
from ostiary.match.decision import Band, write_decisions
from ostiary.match.plots import charts, svg, waterfall
from ostiary.match.report import as_json, claim_text, claims, markdown, page, write_report
from ostiary.match.scoring import by_weight_alone, calibration, score
from ostiary.match.truth import Asked, Truth, write_truth_set
from tests.match.making import a_decision, a_truth, many


def scored(*counts, shown=None):
    decisions, truth = many(*counts)
    return score(decisions, truth, shown or {})


def test_a_bound_that_the_sample_carries_is_claimed_of_its_data():
    claim = claims(scored(3_688), limits=[1e-3])[0]

    assert claim["claimed"]
    assert claim_text(claim, "a made-up roll").endswith("on this data: a made-up roll.")


def test_one_decision_less_and_it_is_refused_with_what_is_needed():
    claim = claims(scored(3_687), limits=[1e-3])[0]

    assert not claim["claimed"]
    text = claim_text(claim, "a made-up roll")
    assert text.startswith("NOT claimed")
    assert "3,688 automatic decisions" in text


def test_a_false_match_counts_against_the_claim():
    assert not claims(scored(3_688, 1), limits=[1e-3])[0]["claimed"]


def test_nothing_decided_is_nothing_claimed():
    assert not any(claim["claimed"] for claim in claims(scored(0, 0, 5)))


def test_who_is_counted_as_what():
    total = scored(6, 1, 3, 10).total

    assert (total.subjects, total.automatic) == (20, 7)
    assert (total.false.hits, total.false.of) == (1, 7)
    assert (total.alone.hits, total.alone.of) == (6, 9)
    assert (total.found.hits, total.found.of) == (9, 9)
    assert (total.clerical.hits, total.clerical.of) == (3, 20)


def test_an_automatic_match_with_another_member_is_false():
    """Both are on the roll; the wrong one was taken."""
    total = score([a_decision("S1", "p2")], a_truth([("S1", "p1")]), {}).total

    assert total.false.hits == 1
    assert total.alone.hits == total.found.hits == 0


def test_a_clerk_finds_whom_a_clerk_is_shown():
    decision = a_decision("S1", "p2", Band.CLERICAL)
    truth = a_truth([("S1", "p1")])

    assert score([decision], truth, {}).total.found.hits == 0
    assert score([decision], truth, {"S1": frozenset({"p1", "p2"})}).total.found.hits == 1


def test_groups_add_up_to_the_whole():
    rows = [
        (a_decision(f"S{n}", f"p{n}"), Truth(f"S{n}", f"p{n}", "member", "abc"[n % 3], "FM"[n % 2])) for n in range(30)
    ]
    found = score([one for one, _ in rows], a_truth([truth for _, truth in rows]), {})

    for groups in found.by.values():
        assert sum(one.subjects for one in groups) == found.total.subjects
        assert sum(one.automatic for one in groups) == found.total.automatic
    assert [one.name for one in found.by["origin"]] == ["a", "b", "c"]


WRONG = [
    ([a_decision("S1")], [("S1", "p1"), ("S2", "p2")], "1 subjects of the truth set are not decided"),
    ([a_decision("S1"), a_decision("S3")], [("S1", "p1")], "1 decisions are about subjects"),
    ([a_decision("S1"), a_decision("S1")], [("S1", "p1")], "1 stand twice"),
    ([a_decision("S1"), a_decision("S2", model="sha256:x")], [("S1", "p1"), ("S2", "p2")], "several models"),
]


@pytest.mark.parametrize(("decisions", "truth", "text"), WRONG, ids=[text for *_, text in WRONG])
def test_decisions_that_do_not_fit_the_truth_are_not_scored(decisions, truth, text):
    with pytest.raises(BadInput, match=text):
        score(decisions, a_truth(truth), {})


def test_the_weight_alone_is_shown_with_its_faults():
    rows = {one.weight: one for one in by_weight_alone(scored(5, 2, 3))}

    assert (rows[5].taken, rows[5].false.hits) == (10, 2)
    assert (rows[10].taken, rows[10].false.hits) == (7, 2)


def test_calibration_sets_what_the_model_says_beside_what_is_true():
    rows = {one.range: one for one in calibration(scored(5, 0, 3))}

    assert rows["8 to 10"].said == pytest.approx(256 / 257)
    assert rows["8 to 10"].true.hits == 3
    assert rows["30 and more"].true.of == 5


def test_pictures_are_plain_svg_hidden_from_screen_readers():
    pictures = {**charts(scored(5, 1, 3)), "waterfall": svg(waterfall([("first", 9.0, "near"), ("sex", -2.0, "")]))}
    for text in pictures.values():
        root = ElementTree.fromstring(text)
        assert root.tag.endswith("svg")
        assert root.get("aria-hidden") == "true"
        named = {name for node in root.iter() for name in node.attrib if node is not root}
        assert not {name for name in named if name == "role" or name.startswith("aria-")}
        assert "<script" not in text


def test_the_same_decisions_give_the_same_bytes():
    assert charts(scored(9, 1, 4)) == charts(scored(9, 1, 4))
    assert markdown(scored(9, 1, 4)) == markdown(scored(9, 1, 4))


def test_the_report_names_nobody_and_says_its_data(tmp_path):
    found = scored(9, 1, 4, 3)
    files = write_report(found, tmp_path / "report")
    texts = [file.read_text() for file in files]

    assert [file.name for file in files][:3] == ["report.json", "report.md", "report.html"]
    assert all("hand-made subjects" in text for text in texts[:3])
    for case in found.cases:
        assert not any(f'"{case.truth.subject}"' in text or f">{case.truth.subject}<" in text for text in texts)
    assert json.loads(texts[0]) == json.loads(json.dumps(as_json(found)))


def test_the_page_is_whole_and_has_a_table_for_each_picture():
    found = scored(9, 1, 4, 3)
    text = page(found, charts(found))
    ElementTree.fromstring(text.replace("<!doctype html>", "").replace('<meta charset="utf-8">', "").replace(
        '<meta name="viewport" content="width=device-width">', ""))  # fmt: skip

    assert text.count("<svg ") == 3
    assert text.count("<table>") == 7
    assert "<script" not in text


@pytest.mark.parametrize(("false", "status"), [(0, 0), (2, 1)])
def test_the_command_fails_when_a_match_was_false(false, status, tmp_path):
    decisions, truth = many(20, false, 3, 5)
    write_decisions(decisions, tmp_path / "decisions.parquet")
    write_truth_set([Asked({}, one) for one in truth.rows.values()], {"about": "x"}, tmp_path / "truth")
    done = CliRunner().invoke(
        app, ["match", "report", str(tmp_path), "--truth", str(tmp_path / "truth"), "--out", str(tmp_path / "out")]
    )

    assert done.exit_code == status
    assert "NOT claimed" in done.output
    assert (tmp_path / "out" / "report.html").is_file()
