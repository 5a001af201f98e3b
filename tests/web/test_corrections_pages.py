"""Wrong values by the pages alone, by command, and on the recipient's side; and the log afterwards."""

import shutil
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from ostiary.release.notices import verify_notices
from ostiary.release.refused import PackageRefused
from ostiary.release.signers import read_signers
from ostiary_web.casework import papers, queries_corrections, queries_work
from ostiary_web.casework.actions import long_work
from ostiary_web.casework.jobs_release import DOING
from tests.web.corrected import (
    ADDRESS,
    ELSEWHERE,
    NOTHING,
    SECRET,
    count,
    given,
    in_the_records,
    kinds,
    looked_for,
    taken_back,
    told,
    with_a_receipt,
    with_a_wrong_street,
)
from tests.web.pages_desk import enrolled, number_of, page, said
from tests.web.released import ostiary
from tests.web.walking import MANIFEST, sound, verified

pytestmark = pytest.mark.long  # the short file goes the same ways by the same actions


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


# --- by pages, and at the counter -------------------------------------------------------------------------------


def post(walk, who, path, **typed):
    return enrolled(walk.desk.who[who]).post(f"/desk/{number_of(walk)}/{path}", typed)


def looked(walk):
    """The worker does what the page asked for."""
    number = queries_work.latest(walk.id, "wrong").number
    assert long_work.run(number=number, doing=DOING), queries_work.work(number).fault
    return number


def test_from_the_look_to_the_recipients_word_by_pages_alone(walk):
    in_the_records(walk, **{ADDRESS: ELSEWHERE})
    assert "Nobody has looked for wrong values" in said(page(walk, "custodian"))
    today = str(walk.desk.now.date())
    typed = {"row": "1", "item": "snap/phone", "found_on": today, "cause": "typing", "note": "seen <b>"}
    assert post(walk, "custodian", "wrong/", **typed).status_code == 302
    number = looked(walk)
    shown = page(walk, "records_officer", "wrong/tell/")
    assert "Row 1: Current residential address" in said(shown)
    assert "seen &lt;b&gt;" in shown.content.decode()
    assert ELSEWHERE not in said(shown)
    seen = shown.content.decode().split('name="seen" value="')[1].split('"')[0]
    assert post(walk, "records_officer", "wrong/tell/", work=str(number), seen=seen).status_code == 302

    (done,) = queries_corrections.told(walk.id)
    assert len(done.lines) == 2
    assert "Nobody has said yet that it was read" in said(page(walk, "records_officer"))
    has = {"number": number_of(walk), "secret": SECRET, "correction": str(done.number)}
    followed = Client().post("/request/follow/", has)
    assert "Something that you were given was wrong" in said(followed)
    assert "Do not rely on these values any more" in said(followed)
    assert Client().post("/request/follow/correction/", has).content == papers.content(done.notice)
    assert Client().post("/request/follow/correction/read/", has | {"name": "x"}).status_code == 422
    Client().post("/request/follow/correction/read/", has | {"name": "The clerk of the court"})
    Client().post("/request/follow/correction/read/", has | {"name": "Somebody else"})
    assert queries_corrections.told(walk.id)[0].read_by == "The clerk of the court"
    assert "The clerk of the court" in said(page(walk, "records_officer"))


def test_who_has_no_receipt_signs_on_paper_and_the_desk_notes_it(wrong):
    done = told(wrong, wrong.look.number)
    assert post(wrong, "records_officer", f"wrong/{done.number}/read/", name="").status_code == 422
    assert post(wrong, "records_officer", f"wrong/{done.number}/read/", name="The clerk").status_code == 302
    saved = post(wrong, "records_officer", f"wrong/{done.number}/notice")

    assert queries_corrections.told(wrong.id)[0].read_by == "The clerk"
    assert saved.content == papers.content(done.notice)


@pytest.mark.parametrize(
    "typed", [{"row": "1"}, {"row": "x", "item": "snap/phone"}, {"row": "9", "item": "snap/phone", "cause": "typing"}]
)
def test_half_a_value_is_asked_for_again(walk, typed):
    answer = post(walk, "custodian", "wrong/", **({"found_on": str(walk.desk.now.date())} | typed))

    assert answer.status_code == 422
    assert queries_work.latest(walk.id, "wrong") is None


def test_a_file_of_values(walk, tmp_path):
    good = "- {row: 1, program: snap, element: phone, found_on: 2026-01-01, cause: typing}\n"
    today = str(walk.desk.now.date())
    for text, says in [
        ("row: 1", "must be a list"), ("- 7", "must be a mapping"), ("- {row: 1, casue: x}", "did you mean `cause`"),
        ("- {row: 1}", "lacks `program`"), (good.replace("row: 1", 'row: "1"'), "whole number"), (good, "found between"),
        ("- [", "not"),
    ]:  # fmt: skip
        file = tmp_path / "found.yaml"
        file.write_text(text)
        with file.open("rb") as sent:
            answer = post(walk, "custodian", "wrong/", file=sent)
        assert (answer.status_code, says in said(answer)) == (422, True), (text, said(answer)[-800:])
    file.write_text(good.replace("2026-01-01", today))
    with file.open("rb") as sent:
        assert post(walk, "custodian", "wrong/", file=sent).status_code == 302
    number = looked(walk)
    assert len(queries_corrections.looked(queries_work.work(number)).lines) == 1


@pytest.mark.parametrize("who", ["intake", "checker", "release_officer", "key_holder"])
def test_others_see_what_was_found_and_have_no_button(wrong, who):
    shown = page(wrong, who, "wrong/tell/")
    post(wrong, who, "wrong/tell/", work=str(wrong.look.number))
    post(wrong, who, "wrong/")

    assert "Approve it, and tell the recipient" not in said(shown)
    assert count(wrong) == NOTHING
    assert queries_work.latest(wrong.id, "wrong").number == wrong.look.number


def test_the_general_form_of_these_acts_leads_to_their_own_pages(walk):
    for act in ("seek_wrong", "correct"):
        answer = post(walk, "records_officer", f"act/{act}/", notice=MANIFEST)
        assert answer["Location"].endswith("#wrong")


# --- by command, and on the recipient's side --------------------------------------------------------------------


def command(*words):
    out = StringIO()
    call_command("correction", *map(str, words), stdout=out)
    return out.getvalue()


def test_by_command_and_checked_by_the_recipient(walk, tmp_path):
    in_the_records(walk, **{ADDRESS: ELSEWHERE})
    number, mail = number_of(walk), {name: one.mail for name, one in walk.desk.who.items()}
    command("look", number, "--by", mail["custodian"])
    looked(walk)
    assert "wrong 1, told before 0" in command("show", number)
    file = tmp_path / "notice.json"
    command("tell", number, "--out", file, "--by", mail["records_officer"])
    read = ostiary("notice", file, "--signers", walk.desk.signers)
    assert read.returncode == 0, read.stderr
    assert "Signed by The agency" in read.stdout
    (done,) = queries_corrections.told(walk.id)
    command("read", number, done.number, "The clerk", "--by", mail["records_officer"])
    assert "read" in command("show", number)

    file.write_bytes(file.read_bytes().replace(b"payload", b"paYload", 1))
    assert ostiary("notice", file, "--signers", walk.desk.signers).returncode != 0
    with pytest.raises(CommandError):
        command("tell", number, "--by", mail["custodian"])


def test_a_notice_that_somebody_else_signed_is_refused(wrong, tmp_path):
    from ostiary.release.signers import new_signer
    from tests.web.released import VALID

    done = told(wrong, wrong.look.number)
    other, _ = new_signer("Mallory", tmp_path, VALID, None)

    with pytest.raises(PackageRefused, match="nobody on your list"):
        verify_notices(papers.content(done.notice), read_signers(other))


# --- kept: after all, one that is not taken back ----------------------------------------------------------------


@contextmanager
def _as_it_was(walk, tmp_path):
    people = walk.desk.folder / "roll" / "people"
    shutil.copytree(people, tmp_path / "people")
    yield
    shutil.rmtree(people)
    shutil.copytree(tmp_path / "people", people)


def test_the_log_with_a_correction_is_right_to_an_outsider(desk, tmp_path):
    walk = given(desk, "media")
    with _as_it_was(walk, tmp_path):
        in_the_records(walk, **{ADDRESS: ELSEWHERE})
        look, found = looked_for(walk)
        assert found.lines
        told(walk, look.number)

    assert kinds(walk)[-1] == "release.corrected"
    sound(walk)
    assert verified(desk) == 0
