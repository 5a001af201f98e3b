"""Intake keys in what came on paper, by telephone or by e-mail; papers that come later; who may add one."""

import datetime as dt
import html
import re
from contextlib import ExitStack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ostiary_web import wiring
from ostiary_web.casework import facts, queries
from ostiary_web.casework.actions import intake, keying
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.models import Docket
from ostiary_web.casework.views import now
from ostiary_web.staff import actions as staff
from tests.web.desk import entries
from tests.web.pages_desk import enrolled, form_of, number_of, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, official, sound, subpoena

PDF = b"%PDF-1.7 a paper"
PNG = b"\x89PNG\r\n\x1a\n a picture"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all of it, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("intake"), url)))


def typed(**more):
    """What a letter says, that came today."""
    asked = subpoena()
    first = {
        "mode": "post", "received": now().date().isoformat(), "written": "true", "sort": "request",
        "who": "Olive Officer, Field Office 7", "reach": "olive@office.example", "body": "",
        "about": "Jane Roe, born 1980\nJohn Roe, of 5 Elm Street",
        "requester.kind": asked["requester"]["kind"], "purpose": asked["purpose"],
        "instrument.kind": asked["instrument"]["kind"], "programs": asked["programs"],
        "elements_requested": asked["elements_requested"], "subjects.count": "", "subjects.identified_by": "name",
    }  # fmt: skip
    return first | more


def clerk(desk):
    return enrolled(desk.who["intake"])


def first_page(desk, **more):
    client = clerk(desk)
    return client.post("/desk/new/", form_of(client.get("/desk/new/"), 'name="step" value="1"') | typed(**more))


def second_page(desk, checked, **more):
    """Send the second page as it was drawn, with the scan."""
    return clerk(desk).post("/desk/new/", carried(checked) | {"step": "2"} | more)


def carried(answer):
    """Every hidden field of the page's form, several of one name kept apart."""
    found = {}
    text = answer.content.decode()
    form = next(one for one in re.findall(r"<form\b.*?</form>", text, re.S) if 'name="step"' in one)
    for tag in re.findall(r'<input type="hidden"[^>]*>', form):
        name, value = re.search(r'name="([^"]*)"', tag)[1], re.search(r'value="([^"]*)"', tag)
        found.setdefault(html.unescape(name), []).append(html.unescape(value[1]) if value else "")
    return found


def scan(data=PDF, name="scan.pdf"):
    return SimpleUploadedFile(name, data)


def taken(desk, **more):
    """A request keyed in; its row."""
    checked = first_page(desk, **more)
    assert checked.status_code == 200, said(checked)
    answer = second_page(desk, checked, paper=scan())
    assert answer.status_code == 302, said(answer)
    return queries.row(answer.headers["Location"].split("/")[2])


class TestKeyingIn:
    """From the paper to the docket."""

    def test_a_letter_becomes_a_docket_with_its_scan_and_the_log_is_sound(self, desk):
        row = taken(desk)
        docket = queries.docket(row.pseudonym)
        kinds = [one.kind for one in queries.paper_rows(row.pseudonym)]
        stated = queries.claims(row.pseudonym)

        assert kinds == ["request", "cover", "instrument"]
        assert stated["requester.kind"] == subpoena()["requester"]["kind"]
        assert [(one.person, one.role) for one in docket.acted] == [(desk.who["intake"].reference, Role.INTAKE)]
        sound(Walked(desk, row.pseudonym))

    def test_each_line_is_a_person_and_they_are_counted(self, desk):
        row = taken(desk)

        assert queries.said_of_subjects(row.pseudonym) == {
            "": {"1": "Jane Roe, born 1980", "2": "John Roe, of 5 Elm Street"}
        }
        assert queries.claims(row.pseudonym)["subjects.count"] == 2

    def test_nothing_is_established_by_keying_it(self, desk):
        row, words = taken(desk), wiring.bundle().words
        rows = [(one.name, one.value, one.role) for one in queries.standing_facts(row.pseudonym)]
        established = facts.established(rows, words)

        assert established["instrument.kind"] is None

    def test_what_it_does_not_say_is_left_open(self, desk):
        row = taken(desk, reach="", about="", **{"purpose": "", "subjects.identified_by": ""})

        assert "purpose" not in queries.claims(row.pseudonym)

    def test_a_day_ahead_is_refused_and_nothing_is_lost(self, desk):
        ahead = (now() + dt.timedelta(days=1)).date().isoformat()
        answer = first_page(desk, received=ahead)

        assert answer.status_code == 422
        assert "This day lies ahead" in said(answer)
        assert "Olive Officer, Field Office 7" in answer.content.decode()

    def test_a_late_entry_is_said_and_stands_in_the_log(self, desk):
        before = (now() - dt.timedelta(days=9)).date()
        checked = first_page(desk, received=before.isoformat())
        assert "It is entered 9 days after it came" in said(checked)
        answer = second_page(desk, checked, paper=scan())
        row = queries.row(answer.headers["Location"].split("/")[2])
        entry = next(one for one in entries() if one.docket == row.pseudonym)

        assert row.received == before
        assert entry.public["entered_late_days"] == 9
        assert entry.public["received_mode"] == "post"

    def test_what_the_law_misses_is_shown_before_it_is_taken_in(self, desk):
        page = said(first_page(desk))

        assert "What the law misses" in page
        assert " asks:" in page

    def test_what_only_was_said_is_recorded_and_sent_back_to_be_written(self, desk):
        checked = first_page(desk, mode="phone", written="false")
        assert "These laws ask for it in writing:" in said(checked)
        answer = second_page(desk, checked, put_in_writing="yes")

        assert answer.status_code == 302
        assert answer.headers["Location"].endswith("/act/return_request/?missing=in_writing")
        number = answer.headers["Location"].split("/")[2]
        assert Docket.objects.get(number=number).received_mode == "phone"
        form = clerk(desk).get(answer.headers["Location"]).content.decode()
        assert re.search(r'value="in_writing"[^>]*checked', form)

    def test_preservation_and_danger(self, desk):
        row = taken(desk, sort="preservation", emergency="on")

        assert str(row.kind) == "preservation"
        assert queries.docket(row.pseudonym).emergency

    def test_sent_twice_it_is_one_docket(self, desk):
        checked = first_page(desk)
        sent = [second_page(desk, checked, paper=scan()).headers["Location"] for _ in range(2)]

        assert sent[0] == sent[1]

    def test_back_loses_nothing(self, desk):
        checked = first_page(desk)
        back = clerk(desk).post("/desk/new/", carried(checked) | {"do": "back", "instrument.signed": "true"})

        assert back.status_code == 200
        assert "Olive Officer, Field Office 7" in back.content.decode()
        assert '<input type="hidden" name="instrument.signed" value="true">' in back.content.decode()

    def test_markup_is_only_text(self, desk):
        checked = first_page(desk, who="<script>alert(1)</script>", about="<img src=x onerror=alert(1)>")

        assert "<script>alert" not in checked.content.decode()
        assert "<img src=x" not in checked.content.decode()

    @pytest.mark.parametrize("data", [b"", b"MZ an executable", b"<html>"])
    def test_a_scan_that_is_none_is_refused_and_nothing_is_taken_in(self, desk, data):
        count = Docket.objects.count()
        answer = second_page(desk, first_page(desk), paper=scan(data))

        assert answer.status_code == 422
        assert Docket.objects.count() == count

    def test_only_intake_keys_in(self, desk):
        assert enrolled(desk.who["verifier"]).get("/desk/new/").status_code == 403
        assert enrolled(desk.boss).get("/desk/new/").status_code == 403
        assert "/desk/new/" in clerk(desk).get("/desk/").content.decode()
        assert "/desk/new/" not in enrolled(desk.who["verifier"]).get("/desk/").content.decode()


class TestLaterPapers:
    """A paper that came later is added by who may act in the docket, or by its requester."""

    @pytest.fixture
    def walk(self, desk):
        return Walk(desk, subpoena())

    def test_by_the_page(self, desk, walk):
        client, path = enrolled(desk.who["verifier"]), f"/desk/{number_of(walk)}/papers/add/"
        token = {"csrfmiddlewaretoken": "x", "kind": "proof", "paper": scan(PNG, "../../x.png")}
        answer = client.post(path, token)

        assert answer.status_code == 302, said(answer)
        assert [(one.kind, one.name) for one in queries.paper_rows(walk.id)][-1] == ("proof", "paper.png")

    def test_a_kind_that_is_none_is_refused(self, desk, walk):
        answer = enrolled(desk.who["verifier"]).post(
            f"/desk/{number_of(walk)}/papers/add/", {"kind": "denial_letter", "paper": scan()}
        )

        assert answer.status_code == 422
        with pytest.raises(CaseworkError, match="what kind of paper"):
            add(desk, walk, "verifier", "denial_letter")

    @pytest.mark.parametrize("name", ["policy_author", "policy_approver"])
    def test_nobody_who_moves_no_docket_adds_one(self, desk, walk, name):
        with pytest.raises(Refused):
            add(desk, walk, name)

    def test_nor_who_keeps_the_accounts(self, desk, walk):
        desk.who["boss"] = desk.boss
        with pytest.raises(Refused):
            add(desk, walk, "boss")

    def test_nor_who_has_a_part_in_it(self, desk, walk):
        official(desk, "party", Role.VERIFIER) if "party" not in desk.who else None
        party = desk.who["party"]
        staff.attest(policy=wiring.bundle().digest, by=party, at=desk.now)
        add(desk, walk, "party")
        staff.declare(sort="docket", about=walk.id, household=True, by=party, at=desk.now)
        with pytest.raises(Refused, match="nobody acts where they or their household have a part"):
            add(desk, walk, "party")

    def test_nor_somebody_unknown(self, desk, walk):
        for by in ("person:99999", "machine", "concerned"):
            with pytest.raises(Refused):
                intake.add_paper(docket=walk.id, kind="answer", name="x", data=b"x", by=by, at=desk.minute())

    def test_its_requester_does(self, desk, walk):
        intake.add_paper(docket=walk.id, kind="answer", name="x", data=b"y", by="requester", at=desk.minute())

        assert queries.paper_rows(walk.id)[-1].kind == "answer"


class Walked:
    """A docket that was not walked, for ``sound``."""

    def __init__(self, desk, pseudonym):
        self.desk, self.id = desk, pseudonym

    @property
    def docket(self):
        return queries.docket(self.id)


def add(desk, walk, name, kind="proof"):
    from ostiary_web.casework.uploads import Upload

    return keying.add_later(
        docket=walk.id, kind=kind, paper=Upload("x.pdf", f"{name}".encode()), by=desk.who[name].reference,
        at=desk.minute(),
    )  # fmt: skip
