"""Tracks as data: which one a request takes, and what a `tracks.yaml` may not say."""

import shutil
from dataclasses import replace

import pytest

from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.errors import PackError
from ostiary.law.bundle import load_bundle
from ostiary.law.tracks import STEPS
from ostiary.strict_yaml import parse
from ostiary_web.casework.docket.guards import STAGED
from ostiary_web.casework.docket.tracks import choose, judged

OWN = """
request_date: 2026-03-02
requester: {kind: subject, identity_verified: true}
purpose: subject_access
programs: [snap]
elements_requested: [address_residential]
instrument: {kind: access_request}
"""
URGENT = """
request_date: 2026-03-02
requester: {kind: local_police, identity_verified: true}
purpose: imminent_threat
statements: {imminent_threat: true}
instrument: {kind: none_oral, callback_verified: true}
programs: [medicaid]
elements_requested: [address_residential]
"""
PARTNER = """
request_date: 2026-03-02
requester: {kind: ssa, identity_verified: true}
purpose: eligibility_verification
agreement: {status: in_force}
instrument: {kind: computer_matching_agreement}
programs: [snap]
elements_requested: [address_residential]
"""


@pytest.fixture(scope="module")
def law(packs):
    return load_bundle([packs / "us-federal"])


def track(law, text, outcomes=None):
    request = read_request(parse(text, "request"), law.words)
    if outcomes is None:
        verdict = judged(decide(law, request), decide(law, request), frozenset({""}), needs_agreement=False)
        return choose(law.procedure, request, verdict)
    return law.procedure.choose([group.facts for group in request.groups], outcomes).id


def test_each_track_takes_its_own_and_a_doubt_takes_every_step(law):
    assert track(law, OWN, ["release"]) == "own"
    assert track(law, OWN.replace("subject,", "authorized_representative,"), ["release"]) == "own"
    assert track(law, OWN.replace("subject,", "local_police,"), ["release"]) == "adverse"
    assert track(law, OWN.replace(", identity_verified: true", ""), ["release"]) == "adverse"
    assert track(law, OWN, ["release", "refer_to_counsel"]) == "adverse"
    assert track(law, OWN, []) == "adverse"
    assert track(law, URGENT, ["release"]) == "emergency"
    assert track(law, URGENT.replace("statements: {imminent_threat: true}\n", ""), ["release"]) == "adverse"


def test_the_track_is_read_with_the_verdict(law):
    assert track(law, OWN) in ("own", "adverse")
    assert track(law, URGENT) in ("emergency", "adverse")


def test_two_verdicts_are_joined_only_if_they_judge_the_same(law):
    request = read_request(parse(OWN, "request"), law.words)
    other = read_request(parse(OWN.replace("snap", "medicaid"), "request"), law.words)
    with pytest.raises(ValueError, match="not of one request"):
        judged(decide(law, request), decide(law, other), frozenset(), needs_agreement=False)
    joined = judged(decide(law, request), decide(law, request), frozenset(), needs_agreement=False)
    assert all(item.named is False and not item.may_leave for item in joined.items)


def test_a_track_names_steps_and_no_guard():
    assert {guard.name for guard in STAGED}.isdisjoint(STEPS)


def test_the_tracks_are_part_of_the_law_and_of_its_digest(packs, tmp_path, law):
    copy = changed(packs, tmp_path, "length_of", "days: 14", "days: 15")
    other = load_bundle([copy])
    assert other.digest != law.digest
    assert other.procedure.limits["window"] == replace(law.procedure.limits["window"], length=15)


def changed(packs, tmp_path, name, old, new):
    copy = tmp_path / name / "us-federal"
    shutil.copytree(packs / "us-federal", copy)
    text = (copy / "tracks.yaml").read_text()
    assert old in text
    (copy / "tracks.yaml").write_text(text.replace(old, new, 1))
    return copy


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("removes: [notice, window]", "removes: [notice, windw]", "cannot hold `windw`; did you mean `window`?"),
        ("removes: [notice, window]", "removes: [checked]", "cannot hold `checked`"),
        ("adds: [on_call,", "adds: [on_cal,", "did you mean `on_call`?"),
        ("outcomes: [mandated, release]", "outcomes: [mandate]", "did you mean `mandated`?"),
        ("  - id: adverse\n", "  - id: own\n", "a track stands twice"),
        ("    because: Default.", "    because: Default.\n    removes: [window]", "the last track takes the rest"),
        ("    when: purpose = 'imminent_threat'", "    whn: purpose = 'imminent_threat'", "unknown key `whn`"),
        ("purpose = 'imminent_threat' AND statements.imminent_threat AND instrument.callback_verified", "'TRUE'",
         "needs a `when`"),
        ("purpose = 'imminent_threat'", "purpose = 'imminent'", "imminent"),
        ("  close: {business_days: 1", "  clos: {business_days: 1", "unknown key `clos`; did you mean `close`?"),
        ("  close: {business_days: 1, because: proposal}\n", "", "key `close` is missing"),
        ("{days: 14,", "{days: 0,", "must be a whole number from 1"),
        ("{days: 14,", "{days: 14, business_days: 3,", "exactly one of"),
        ("tolls: 2, toll_days: 60", "tolls: 2", "go together"),
    ],
)  # fmt: skip
def test_a_slip_in_the_file_is_an_error_with_its_line(packs, tmp_path, old, new, says):
    with pytest.raises(PackError) as caught:
        load_bundle([changed(packs, tmp_path, "slip", old, new)])
    assert "us-federal/tracks.yaml:" in str(caught.value)
    assert says in str(caught.value)


def test_one_pack_of_a_bundle_has_the_tracks(packs, tmp_path):
    library = tmp_path / "packs"
    shutil.copytree(packs, library)
    shutil.copy(library / "us-federal" / "tracks.yaml", library / "us-il" / "tracks.yaml")
    with pytest.raises(PackError, match="has the tracks already"):
        load_bundle([library / "us-il"], library)
