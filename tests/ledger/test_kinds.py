"""The published catalogue: every column has a source, every kind a purpose, and no release skips a step."""

import json
from itertools import pairwise

import pytest

import ostiary_verify as verify
from ostiary.ledger import kinds as kinds_module
from ostiary.ledger.catalogue import catalogue_page, sources
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import catalogue, read_catalogue, report_files
from ostiary.ledger.order import unmet
from tests.ledger.steps import TO_RELEASE, a_thread, an_entry, renumbered

KINDS = catalogue()
RAW = (kinds_module._HERE / "kinds.json").read_bytes()


def test_each_column_of_the_reports_has_a_source():
    columns = {name for file in report_files() for name in file.all()}

    assert set(sources(KINDS.kinds)) == columns


def test_no_column_of_a_public_file_comes_from_a_committed_part():
    public = {name for file in report_files() if file.public for name in file.all()}
    private = {c for kind in KINDS.kinds.values() for field in kind.private.values() for c in field.feeds}

    assert private & public == set()


def test_each_kind_feeds_a_column_or_is_there_for_audit():
    idle = [kind.name for kind in KINDS.kinds.values() if bool(kind.columns()) == kind.for_audit]

    assert idle == []


def test_no_list_is_idle():
    used = {field.list for kind in KINDS.kinds.values() for field in kind.public.values() if field.list}

    assert used == set(KINDS.lists) | set(KINDS.other_lists)


def test_the_codes_of_the_rules_stand_in_no_list_of_the_ledgers_own(bundle):
    assert bundle.words.codes["requesters"].keys() >= KINDS.nameable


def test_no_private_person_can_be_named(bundle):
    private = {
        *("subject", "parent_guardian", "noncustodial_parent", "authorized_representative", "private_litigant"),
        *("researcher", "foia_requester", "press", "landlord", "agency_employee", "provider", "contractor", "unknown"),
    }

    assert private <= bundle.words.codes["requesters"].keys()
    assert private & KINDS.nameable == set()


def test_the_outsiders_verifier_knows_the_same_kinds():
    assert set(verify.read_kinds(RAW)) == set(KINDS.kinds)


@pytest.mark.parametrize(
    ("people", "band"),
    [(0, "0"), (1, "1-10"), (10, "1-10"), (11, "11-50"), (51, "51-200"), (1000, "201-1000"), (10001, ">10000")],
)
def test_a_number_of_people_is_a_band(people, band):
    assert KINDS.band(people) == band


def test_bands_leave_no_gap():
    ends = [(band.least, band.most) for band in KINDS.bands]

    assert all(most + 1 == least for (_, most), (least, _) in pairwise(ends))
    assert ends[0][0] == 0
    assert ends[-1][1] is None
    with pytest.raises(LedgerInput, match="negative"):
        KINDS.band(-1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: data["kinds"][0].update(extra=1), "unknown key"),
        (lambda data: data["kinds"][1]["needs"].append({"kinds": ["no.such"]}), "which is no kind"),
        (lambda data: data["kinds"].append(data["kinds"][0]), "stands twice"),
        (lambda data: data["kinds"][0]["public"]["emergency"].update(type="text"), "unknown type"),
        (lambda data: data["kinds"][0]["public"]["emergency"].update(list="roles"), "no list, or one too many"),
        (lambda data: data["kinds"][0]["feeds"].update(hour=[]), "no part of an entry"),
        (lambda data: data.pop("bands"), "bands"),
    ],
)
def test_a_faulty_catalogue_is_refused(change, message):
    data = json.loads(RAW)
    change(data)

    with pytest.raises(LedgerInput, match=message):
        read_catalogue(json.dumps(data).encode())


def test_a_whole_docket_meets_its_needs():
    thread = a_thread(*TO_RELEASE)

    assert [unmet(KINDS, thread[:at], entry) for at, entry in enumerate(thread)] == [()] * len(thread)


@pytest.mark.parametrize("left_out", range(1, len(TO_RELEASE) - 1))
def test_no_step_before_a_release_can_be_left_out(left_out):
    thread = a_thread(*TO_RELEASE)
    thread = renumbered(thread[:left_out] + thread[left_out + 1 :])

    faults = [fault for at, entry in enumerate(thread) for fault in unmet(KINDS, thread[:at], entry)]

    assert faults != []


@pytest.mark.parametrize("edge", ["release.sealed", "release.delivered"])
@pytest.mark.parametrize(
    "between",
    [
        ("decision.reopened",),
        ("hold.begun",),
        ("stay.begun",),
        ("decision.denied",),
        ("request.withdrawn",),
        ("docket.closed",),
    ],
)
def test_what_stops_a_docket_stops_each_way_out(edge, between):
    upto = next(at for at, one in enumerate(TO_RELEASE) if one == edge)
    thread = a_thread(*TO_RELEASE[:upto], *between)

    assert unmet(KINDS, thread, an_entry(edge, len(thread) + 1)) != ()


def test_a_hold_that_is_lifted_and_a_stay_that_ended_no_longer_stop():
    thread = a_thread(*TO_RELEASE[:-1], "hold.begun", "stay.begun", "hold.lifted", "stay.ended")

    assert unmet(KINDS, thread, an_entry("release.delivered", len(thread) + 1)) == ()


def test_two_approvals_by_one_role_are_one():
    steps = list(TO_RELEASE)
    steps[11] = ("release.approved", {"role": "release_officer"})
    thread = a_thread(*steps[:12])

    assert unmet(KINDS, thread, an_entry("release.sealed", 13)) == (
        "`release.sealed` needs 2 of `release.approved`, each with another role, of the same manifest, "
        "since the last `decision.reopened`",
    )


def test_a_check_that_failed_takes_back_the_one_before():
    thread = a_thread(*TO_RELEASE[:10], ("release.checked", {"passed": False}), *TO_RELEASE[10:12])

    assert any("release.checked" in fault for fault in unmet(KINDS, thread, an_entry("release.sealed", 14)))


def test_another_manifest_than_the_checked_one_is_not_sealed():
    thread = a_thread(*TO_RELEASE[:12])
    other = an_entry("release.sealed", 13, manifest="sha256:" + "1" * 64)

    assert len(unmet(KINDS, thread, other)) == 2


def test_the_persons_own_track_needs_one_review_and_no_notice():
    steps = [one for one in TO_RELEASE if one != "notice.done"]
    steps[2], steps[3:5] = ("verdict.given", {"track": "own"}), [steps[3]]
    thread = a_thread(*steps)

    assert [unmet(KINDS, thread[:at], entry) for at, entry in enumerate(thread)] == [()] * len(thread)


def test_steps_days_and_threads_must_follow():
    first = an_entry()

    assert "step 3" in unmet(KINDS, [first], an_entry("request.docketed", 3))[0]
    assert "dated before" in unmet(KINDS, [first], an_entry("request.docketed", 2, day=first.day.replace(day=9)))[0]
    assert "another thread's" in unmet(KINDS, [first], an_entry("request.docketed", 2, docket="c" * 25 + "a"))[0]
    assert "another sort" in unmet(KINDS, [first], an_entry("log.started", 2))[0]


def test_the_page_names_each_kind_and_each_column():
    page = catalogue_page()

    assert [name for name in KINDS.kinds if f"### {name}\n" not in page] == []
    assert [c for file in report_files() for c in (*file.columns, *file.measures) if f"| `{c}` | " not in page] == []
    assert "|  |\n" not in page.partition("## Columns")[2]
