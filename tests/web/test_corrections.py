"""What was given turned out wrong: looked for, approved by another person, told without any value, and read."""

import json
import shutil

import pytest
from django.db import transaction
from django.test import Client

from ostiary.ledger import store
from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.log import LedgerError
from ostiary.release.notices import verify_notices
from ostiary.release.signers import read_signers
from ostiary_web.casework import kept, models, papers, queries_corrections, queries_release, queries_work
from ostiary_web.casework.actions import correcting, door, handing_over, long_work, marking
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.jobs_release import DOING, finish_sealed_packages
from ostiary_web.counter.keys import digest_of
from ostiary_web.counter.models import Receipt
from ostiary_web.ledger_link.queries import history, raw_connection
from tests.web.corrected import (
    ADDRESS,
    DAY,
    ELSEWHERE,
    NOTHING,
    SECRET,
    a_line,
    count,
    in_the_records,
    kinds,
    looked_for,
    off_the_roll,
    taken_back,
    told,
    with_a_receipt,
    with_a_wrong_street,
)
from tests.web.pages_desk import number_of, page, said
from tests.web.released import agreed, checked, cleared, packed, released, walking
from tests.web.walking import MANIFEST, sound


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


@pytest.fixture(scope="module")
def gone(desk):
    return with_a_receipt(desk)


@pytest.fixture
def walk(gone, tmp_path):
    """The same release for every test; whatever a test changes is taken back."""
    with taken_back(gone, tmp_path) as walk:
        yield walk


@pytest.fixture
def wrong(walk):
    return with_a_wrong_street(walk)


# --- what is found ------------------------------------------------------------------------------------------


def test_nothing_is_wrong_while_the_records_say_what_they_said(walk):
    _, found = looked_for(walk)

    assert (found.lines, found.later, found.untraced, found.missing) == ((), 0, 0, ())
    assert found.values > 2
    assert "roll.searched" in kinds(walk)[-1:]


def test_another_value_for_the_same_day_is_wrong(wrong):
    assert [(one.row, one.element, one.cause) for one in wrong.found.lines] == [(1, "address_residential", "records")]


def test_another_value_of_a_later_day_is_news(walk):
    day = walk.person[DAY]
    in_the_records(walk, **{ADDRESS: ELSEWHERE, DAY: day.replace(year=day.year + 1)})
    _, found = looked_for(walk)

    assert (found.lines, found.later) == ((), 1)


def test_another_value_of_an_earlier_day_is_wrong(walk):
    day = walk.person[DAY]
    in_the_records(walk, **{ADDRESS: ELSEWHERE, DAY: day.replace(year=day.year - 1)})

    assert len(looked_for(walk)[1].lines) == 1


def test_who_is_not_on_the_roll_any_more_is_for_a_person(walk):
    off_the_roll(walk)
    _, found = looked_for(walk)

    assert (found.untraced, found.values, found.lines) == (1, 0, ())


def test_what_somebody_found_counts_though_the_records_say_nothing(walk):
    _, found = looked_for(walk, a_line(walk))

    assert [(one.element, one.cause, one.number) for one in found.lines] == [("phone", "typing", 1)]


@pytest.mark.parametrize(
    ("changes", "says"),
    [({"row": 2}, "rows 1 to 1"), ({"row": 0}, "rows 1 to 1"), ({"element": "ssn"}, "nothing of this element"),
     ({"program": "tanf"}, "nothing of this element"), ({"cause": "spite"}, "why it was wrong is one of"),
     ({"found_on": "2020-01-01"}, "found between"), ({"found_on": "2060-01-01"}, "found between")],
)  # fmt: skip
def test_only_what_left_can_be_wrong_and_only_since_it_left(walk, changes, says):
    with pytest.raises(CaseworkError, match=says):
        correcting.ask(
            docket=walk.id, found=[a_line(walk, **changes)], by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute()
        )


def test_the_marks_hold_no_value_and_are_for_their_owner_alone(gone):
    place = marking._place(gone.docket.seal.release)
    text = place.read_text()

    assert place.stat().st_mode & 0o077 == 0
    for name in (ADDRESS, "phone_no", "city"):
        assert str(gone.person[name]) not in text


# --- what is told -------------------------------------------------------------------------------------------


def test_the_recipient_is_told_which_value_and_no_value(wrong):
    done = told(wrong, wrong.look.number)
    notice, letter = papers.content(done.notice), papers.content(done.letter).decode()
    (one,) = verify_notices(notice, read_signers(wrong.desk.signers)).notices

    assert (one["row"], one["element"], one["docket"]) == (1, "address_residential", wrong.id)
    assert one["file_sha256"] == digest_of_file(wrong.folder / "released.csv")
    assert "Row 1: " in letter
    for text in (notice.decode(), json.dumps(one), letter):
        assert wrong.was not in text
        assert ELSEWHERE not in text


def digest_of_file(path):
    from hashlib import sha256

    return sha256(path.read_bytes()).hexdigest()


def test_the_note_of_whoever_found_it_stays_at_the_desk(walk):
    look, _ = looked_for(walk, a_line(walk))
    assert "the clerk saw it" in said(page(walk, "records_officer"))
    done = told(walk, look.number)
    signed = verify_notices(papers.content(done.notice), read_signers(walk.desk.signers))

    assert signed.notices[0]["note"] == "It was entered wrongly."
    assert "the clerk saw it" not in papers.content(done.letter).decode() + json.dumps(signed.notices)


def test_the_entry_says_of_which_data_and_how_many_people_and_commits_to_notice_and_letter(wrong):
    done = told(wrong, wrong.look.number)
    (entry,) = [one for one in history(wrong.id) if one.kind == "release.corrected"]

    assert dict(entry.public) == {
        "release": wrong.docket.seal.release, "fields": ["contact"], "people": "1-10",
    }  # fmt: skip
    opened = CommitmentStore(raw_connection()).open(
        wrong.id, entry.step, "papers", who="the auditor", why="a test", at=wrong.desk.minute()
    )
    assert {done.notice, done.letter} == set(json.loads(opened.secret.data))
    sound(wrong)


def test_it_stands_in_the_persons_accounting(wrong):
    told(wrong, wrong.look.number)
    rows = [one for one in queries_release.accounted(wrong.person["person_id"]) if one.of.docket_id == wrong.id]
    (corrected,) = queries_corrections.corrected(rows)[rows[0].pk]

    assert json.loads(corrected.items) == [["snap", "address_residential"]]
    assert corrected.on == wrong.desk.now.date()


def test_what_was_told_is_not_told_again(wrong):
    told(wrong, wrong.look.number)
    look, found = looked_for(wrong)

    assert (found.lines, found.before) == ((), 1)
    with pytest.raises(CaseworkError, match="nothing new was found wrong"):
        told(wrong, look.number)


def test_a_letter_in_the_agencys_own_words(wrong):
    from ostiary_web.registry.models import LetterText

    LetterText.objects.create(
        code="correction", language="en", version=1, text="Strike this out, says $agency.\n\n$values",
        added_at=wrong.desk.now, added_by=wrong.desk.who["policy_author"],
        reviewed_at=wrong.desk.now, reviewed_by=wrong.desk.who["policy_approver"],
    )  # fmt: skip

    assert "Strike this out" in papers.content(told(wrong, wrong.look.number).letter).decode()


# --- what must not be -----------------------------------------------------------------------------------------


def test_the_same_person_cannot_approve_it(wrong):
    with pytest.raises(Refused) as refused:
        told(wrong, wrong.look.number, by=wrong.desk.by(Role.CUSTODIAN))

    assert refused.value.reason == "duty_s3"
    assert count(wrong) == NOTHING


@pytest.mark.parametrize("role", [Role.CHECKER, Role.RELEASE_OFFICER, Role.DECIDER, Role.KEY_HOLDER])
def test_others_neither_look_nor_tell(wrong, role):
    with pytest.raises(Refused):
        told(wrong, wrong.look.number, by=wrong.desk.by(role), role=role)
    with pytest.raises(Refused):
        correcting.ask(docket=wrong.id, by=wrong.desk.by(role), role=role, at=wrong.desk.minute())
    assert count(wrong) == NOTHING


def test_sent_twice_it_is_told_once(wrong):
    first, second = told(wrong, wrong.look.number), told(wrong, wrong.look.number)

    assert first == second
    assert kinds(wrong).count("release.corrected") == 1


def test_another_look_has_been_made_meanwhile(wrong):
    looked_for(wrong)

    with pytest.raises(CaseworkError, match="not the newest look"):
        told(wrong, wrong.look.number)


def test_a_letter_that_is_another_one_than_was_read_does_not_go_out(wrong):
    with pytest.raises(CaseworkError, match="another one than you read"):
        told(wrong, wrong.look.number, seen="sha256:" + "0" * 64)
    assert count(wrong) == NOTHING


def test_while_the_roll_is_away_nothing_is_told_and_a_look_says_why(wrong):
    people = wrong.desk.folder / "roll" / "people"
    shutil.rmtree(people)

    with pytest.raises(CaseworkError.__mro__[1]):
        told(wrong, wrong.look.number)
    number = correcting.ask(docket=wrong.id, by=wrong.desk.by(Role.CUSTODIAN), at=wrong.desk.minute())
    assert not long_work.run(number=number, doing=DOING, at=wrong.desk.minute())
    assert queries_work.work(number).fault
    assert count(wrong) == NOTHING


def test_a_log_that_cannot_be_written_leaves_nothing_half_done(wrong, monkeypatch):
    def full(*args, **more):
        raise LedgerError("the log cannot be written")

    monkeypatch.setattr(store, "append", full)
    with pytest.raises(LedgerError), transaction.atomic():
        told(wrong, wrong.look.number)
    assert count(wrong) == NOTHING


def test_a_disk_that_takes_no_paper_leaves_nothing_half_done(wrong, monkeypatch):
    def full(*args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(papers, "_write", full)
    with pytest.raises(CaseworkError, match="No space left"), transaction.atomic():
        told(wrong, wrong.look.number)
    assert count(wrong) == NOTHING


def test_a_result_that_was_changed_in_its_folder_is_refused(wrong):
    file = kept.place_of(*wrong.look.place) / queries_corrections.RESULT
    file.write_text(file.read_text().replace("address_residential", "phone"))

    with pytest.raises(CaseworkError, match="not what was kept"):
        told(wrong, wrong.look.number)
    assert "not what was kept" in said(page(wrong, "custodian"))
    assert count(wrong) == NOTHING


def test_marks_that_were_changed_or_are_gone_are_refused(wrong):
    place = marking._place(wrong.docket.seal.release)
    place.write_text(place.read_text().replace('"row', '"Row').replace("0", "1", 1))
    with pytest.raises(CaseworkError, match="not what was kept"):
        told(wrong, wrong.look.number)
    place.unlink()
    with pytest.raises(CaseworkError, match="not in the private folder"):
        told(wrong, wrong.look.number)
    assert count(wrong) == NOTHING


def test_records_that_changed_since_the_look_are_looked_at_again(wrong):
    in_the_records(wrong, **{ADDRESS: wrong.was})

    with pytest.raises(CaseworkError, match="have changed since"):
        told(wrong, wrong.look.number)


def test_a_release_without_marks_is_traced_by_hand(walk):
    models.ReleaseMarks.objects.all().delete()
    number = correcting.ask(docket=walk.id, by=walk.desk.by(Role.CUSTODIAN), at=walk.desk.minute())

    assert not long_work.run(number=number, doing=DOING, at=walk.desk.minute())
    assert "before the desk kept marks" in queries_work.work(number).fault


def test_the_act_alone_tells_nobody_anything(walk):
    with pytest.raises(Refused, match="no notice that was signed here"):
        door.perform(
            docket=walk.id, act="correct", notice=MANIFEST, by=walk.desk.by(Role.RECORDS_OFFICER),
            role=Role.RECORDS_OFFICER, at=walk.desk.minute(), paper_fields={"fields": ["contact"], "people": "1-10"},
        )  # fmt: skip


def test_what_was_never_handed_over_is_not_corrected_but_called_back(desk):
    walk = agreed(checked(packed(cleared(walking(desk)))))
    asked = {"docket": walk.id, "by": desk.by(Role.CUSTODIAN)}
    with pytest.raises(CaseworkError, match="nothing has left here"):
        correcting.ask(**asked, at=desk.minute())
    handing_over.seal(docket=walk.id, by=desk.by(Role.RELEASE_OFFICER), at=desk.minute())
    with pytest.raises(CaseworkError, match="nothing has left here"):
        correcting.ask(**asked, at=desk.minute())
    released(walk)
    with pytest.raises(CaseworkError, match="nobody has picked this package up"):
        correcting.ask(**asked, at=desk.minute())
    assert "“Look for wrong values” is not possible now: nobody has picked" in said(page(walk, "custodian"))


def test_a_process_that_dies_while_it_marks_is_made_up_for(desk, monkeypatch):
    walk = agreed(checked(packed(cleared(walking(desk)))))
    write = marking._write

    def dies(*args):
        write(*args)
        raise KeyboardInterrupt  # as a signal would

    monkeypatch.setattr(marking, "_write", dies)
    with pytest.raises(KeyboardInterrupt):
        handing_over.seal(docket=walk.id, by=desk.by(Role.RELEASE_OFFICER), at=desk.minute())
    monkeypatch.undo()
    finish_sealed_packages()

    release = queries_release.release_of(walk.id, walk.docket.seal.release)
    assert release.finished
    assert len(marking.read(release).rows) == 1
    walk.do("reopen", Role.DECIDER, cause="order_changed")
    finish_sealed_packages()
    assert not marking._place(release.release).exists()


# --- at the counter ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "other", [{"secret": "a guess"}, {"number": "2026-999999"}, {"correction": "0"}, {"correction": "x"}]
)
def test_whoever_has_not_the_receipt_sees_no_notice(wrong, other):
    done = told(wrong, wrong.look.number)
    has = {"number": number_of(wrong), "secret": SECRET, "correction": str(done.number), "name": "Mallory, nowhere"}

    for path in ("correction/", "correction/read/"):
        assert Client().post(f"/request/follow/{path}", has | other).status_code == 404
    assert queries_corrections.told(wrong.id)[0].read_by == ""


def test_a_notice_of_another_request_is_none_of_this_receipt(wrong, desk):
    from tests.web.walking import Walk, subpoena

    done = told(wrong, wrong.look.number)
    other = Walk(desk, subpoena())
    Receipt.objects.create(docket=other.id, secret=digest_of("another secret"), given_at=desk.now)
    has = {"number": number_of(other), "secret": "another secret", "correction": str(done.number), "name": "Mallory X"}

    assert Client().post("/request/follow/correction/read/", has).status_code == 404
    with pytest.raises(CaseworkError, match="no such notice"):
        correcting.read(docket=other.id, correction=done.number, name="Mallory X", proved=True, at=desk.minute())
    with pytest.raises(CaseworkError, match="prove first"):
        correcting.read(docket=wrong.id, correction=done.number, name="Mallory X", proved=False, at=desk.minute())
