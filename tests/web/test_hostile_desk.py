"""What somebody hostile types at the desk: markup everywhere, codes guessed, a form sent twice, two tabs, a dead session."""

import csv
import datetime as dt
import io
import re
from contextlib import ExitStack

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from axes.models import AccessAttempt
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from ostiary_web.casework import letters_pdf, models, papers, queries
from ostiary_web.casework.actions.letters import is_letter
from ostiary_web.casework.docket.transitions import ACTS
from ostiary_web.registry.models import LetterText
from ostiary_web.staff.actions import guessing
from ostiary_web.staff.models import Person
from tests.web.desk import PASSWORD
from tests.web.hostile import BENT, LONG, MARKUP, TEXTS, Page, filled, runs
from tests.web.pages_desk import do, enrolled, form_of, number_of, page, said, to_this_day
from tests.web.test_every_address import OF_A_DOCKET, TABLE, taken_back
from tests.web.test_pages import code_of
from tests.web.walking import CHICAGO, Walk, a_database, a_desk, order, subpoena

EVIL = MARKUP + BENT


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all of it, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("hostile"), url)))


def a_walk(desk, request=None):
    """A docket that comes in now, whatever was done by the pages before."""
    desk.pace, desk.now = dt.timedelta(milliseconds=1), timezone.now().astimezone(CHICAGO)
    return Walk(desk, request or subpoena())


@pytest.fixture(scope="module")
def shown(desk):
    """A docket in which something hostile stands in everything that can be written without moving it far."""
    walk = a_walk(desk)
    clerk, path = enrolled(desk.who["intake"]), f"/desk/{number_of(walk)}/"
    assert do(walk, "intake", "acknowledge", **{"letter-words": EVIL}).status_code == 302
    note = form_of(clerk.get(f"{path}notes/"), "notes/")
    assert clerk.post(f"{path}notes/", note | {"text": EVIL}).status_code == 302
    scan = SimpleUploadedFile(f"{EVIL}.pdf", b"%PDF-1.7 " + EVIL.encode())
    kind = next(
        value for value in re.findall(r'<option value="(\w+)"', clerk.get(f"{path}papers/add/").content.decode())
    )
    assert clerk.post(f"{path}papers/add/", {"kind": kind, "paper": scan}).status_code == 302
    sent = Page(clerk.get(f"{path}assign/").content.decode()).forms
    form = next(one for one in sent if "words" in one["texts"])
    assert clerk.post(f"{path}assign/", filled(form, EVIL)).status_code == 302
    assert do(walk, "intake", "docket_request", instrument_form="copy").status_code == 302
    assert do(walk, "verifier", "refuse_form", defects=["not_signed"]).status_code == 302
    proposal = models.Proposal.objects.get(docket_id=walk.id)
    counsel = enrolled(desk.who["lead_counsel"])
    assert counsel.post(f"{path}proposal/{proposal.pk}/", {"why": EVIL}).status_code == 302
    return walk


class TestMarkup:
    """Whatever is typed is shown as it was typed, and nothing of it runs."""

    def test_the_reader_of_these_tests_finds_what_runs(self):
        for text in (MARKUP, LONG):
            assert Page(f"<p>{text}</p>").runs
        assert Page(f'<input value="{MARKUP}">').runs
        assert not Page("<p>&lt;script&gt;</p>").runs

    def test_every_page_of_a_docket_shows_it_as_text(self, shown):
        seen = 0
        for name in ("lead_counsel",):
            client = enrolled(shown.desk.who[name])
            for end, (look, _) in OF_A_DOCKET.items():
                if "<" in end or look.startswith("nobody"):
                    continue
                answer = client.get(f"/desk/{number_of(shown)}/{end}", follow=True)
                assert runs(answer) == [], end
                seen += "<script>alert(1)" in said(answer) or "&lt;script&gt;alert(1)" in answer.content.decode()
        assert seen >= 3

    def test_what_was_typed_is_there(self, shown):
        proposal = models.Proposal.objects.get(docket_id=shown.id)
        for path in ("", "assign/", f"proposal/{proposal.pk}/", "letter/"):
            assert "{{ 7|add:7 }}{% now 'Y' %}" in said(page(shown, "lead_counsel", path)), path

    def test_lists_of_the_desk_show_it_as_text(self, shown):
        for path in (
            "/desk/",
            "/desk/workload/",
            "/desk/mentions/",
            "/desk/proposals/",
            "/desk/letters/",
            "/desk/keys/",
        ):
            assert runs(enrolled(shown.desk.who["verifier"]).get(path)) == [], path

    def test_no_cell_of_the_table_begins_a_formula(self, shown):
        answer = enrolled(shown.desk.who["intake"]).get("/desk/export.csv?show=open")
        cells = [cell for line in csv.reader(io.StringIO(answer.content.decode())) for cell in line]

        assert len(cells) > 20
        assert [cell for cell in cells if cell[:1] in ("=", "+", "-", "@", "\t", "\r")] == []

    def test_a_letter_has_it_as_text_and_so_has_its_pdf(self, shown):
        [kept] = [one for one in queries.paper_rows(shown.id) if is_letter(one.kind)][:1]
        text = papers.content(kept.digest).decode()

        assert "&lt;script&gt;alert(1)" in text
        assert Page(text).runs == []
        data = letters_pdf.made(text, "The agency")
        assert data.startswith(b"%PDF-")
        for word in (b"/JavaScript", b"/JS", b"/Launch", b"/URI"):
            assert word not in data, word

    def test_a_paper_with_a_bad_name_is_only_saved_under_a_plain_one(self, shown):
        for one in queries.paper_rows(shown.id):
            path = f"/desk/{number_of(shown)}/paper/{one.digest.removeprefix('sha256:')}"
            answer = enrolled(shown.desk.who["intake"]).get(path)
            header = answer.headers["Content-Disposition"]

            assert re.fullmatch(r'attachment; filename="[\w.-]+"', header), header
            assert answer.headers["Content-Type"] == "application/octet-stream"

    def test_a_wording_of_a_letter_is_text_for_who_writes_and_who_reviews_it(self, desk):
        writer, path = enrolled(desk.who["notice_officer"]), "/desk/letters/acknowledgement/"
        text = f"{MARKUP}\n\n$words"
        assert writer.post(path, {"text": text, "do": "save"}).status_code == 302
        try:
            for name in ("notice_officer", "reviewer_privacy"):
                assert runs(enrolled(desk.who[name]).get(path)) == []
            assert runs(writer.post(path + "preview", {"text": text})) == []
        finally:
            LetterText.objects.all().delete()

    @pytest.mark.parametrize("name", TEXTS)
    def test_people_of_the_desk_may_be_called_anything(self, desk, name):
        client = enrolled(desk.boss)
        client.raise_request_exception = False
        given = {"mail": f"{name}@agency.example", "name": TEXTS[name], "unit": "office"}
        with taken_back():
            answer = client.post("/people/add", given)
            found = Person.objects.filter(mail=given["mail"])
            assert answer.status_code == (200 if found else 422)
            assert runs(answer) == []
            for path in ("/people/", *(f"/people/{one.pk}" for one in found)):
                assert runs(client.get(path)) == []


# Each page with a form, the act in its address if it has one; who sends it.
FORMS = [
    *(("desk/<number>/" + end, "") for end, (look, send) in OF_A_DOCKET.items()
      if "<" not in end and not end.startswith("act/") and look == send),
    *(("desk/<number>/act/<act>/", act) for act in sorted(ACTS)),
    ("desk/new/", ""),
    ("desk/letters/<code>/", ""),
]  # fmt: skip
SENDS = {"person/": "custodian", "key/": "verifier", "desk/letters/<code>/": "notice_officer"}


class TestEveryForm:
    """Every text field of every form takes whatever it is given: it is kept, or it is refused and shown as text."""

    def test_every_address_with_a_form_is_here(self):
        with_form = {path for path, (look, send) in TABLE.items() if path.startswith("desk/") and look == send}

        assert {
            path for path in with_form if not re.search(r"/act/\w|<proposal>|<person>|<correction>|/keys/", path)
        } == {path for path, _ in FORMS}

    @pytest.mark.parametrize("name", ["markup"])
    def test_in_every_field(self, desk, shown, name):
        self._every(desk, shown, name, FORMS)

    @pytest.mark.long
    @pytest.mark.parametrize("name", ["bent", "long", "zero"])
    def test_more_in_every_field(self, desk, shown, name):
        self._every(desk, shown, name, FORMS)

    def _every(self, desk, shown, name, forms):
        fields, found = 0, {}
        for address, act in forms:
            end = address.removeprefix("desk/<number>/")
            client = enrolled(desk.who[SENDS.get(end, "intake")])
            client.raise_request_exception = False
            path = "/" + address.replace("<number>", number_of(shown)).replace("<act>", act).replace("<code>", "denial")
            first = client.get(path)
            if first.status_code == 302:
                continue  # this act has a page of its own
            for form in Page(first.content.decode()).forms:
                if form["method"] != "post" or not form["texts"] or "logout" in form["action"]:
                    continue
                fields += len(form["texts"])
                with taken_back():
                    target = form["action"] if form["action"].startswith("/") else path
                    answer = client.post(target, filled(form, TEXTS[name]))
                    ran = runs(answer)
                    if answer.status_code == 302:
                        ran += runs(client.get(answer.headers["Location"], follow=True))
                if answer.status_code >= 500 or ran:
                    found[path] = (answer.status_code, ran)
        assert fields > 25
        assert found == {}

    @pytest.mark.parametrize("name", TEXTS)
    def test_what_is_sent_beside_the_forms(self, desk, shown, name):
        """Fields that a page does not offer as text, and those that are read without a form."""
        client, text = enrolled(desk.who["intake"]), TEXTS[name]
        client.raise_request_exception = False
        start = f"/desk/{number_of(shown)}/"
        tries = {
            "notes/": {"text": text, "key": text},
            "draft": {"form": "act/return_request", "missing": text, text[:50]: text},
            "act/return_request/": {"role": text, "expect": text, "key": text, "missing": text, "do": text},
            "facts/": {"x-role": text, "do": text, "intake-role": "intake", "intake-expect": text},
            "facts/confirm": {"intake-role": "intake", "intake-names": text, "intake-expect": text},
            "assign/": {"to": text, "role": text, "reason": text, "words": text, "expect": text},
            "what-if/": {"requester.kind": text, text[:50]: text, "turn": text},
            "papers/add/": {"kind": text, "paper": text},
        }
        said_ = {}
        for end, given in tries.items():
            with taken_back():
                answer = client.post(start + end, given)
                said_[end] = (answer.status_code < 500, runs(answer))
        assert said_ == dict.fromkeys(tries, (True, []))


class TestTwice:
    """The back button, and a double click: a form that is sent again acts once."""

    def _twice(self, walk, name, path, sent):
        client = enrolled(walk.desk.who[name])
        statuses = [client.post(path, sent, follow=True).status_code for _ in range(2)]
        assert max(statuses) < 500

    def test_an_act(self, desk):
        walk = a_walk(desk)
        path = f"/desk/{number_of(walk)}/act/docket_request/"
        sent = form_of(enrolled(desk.who["intake"]).get(path)) | {"instrument_form": "copy"}
        before = len(queries.history(walk.id))
        self._twice(walk, "intake", path, sent)

        assert len(queries.history(walk.id)) == before + 1

    def test_a_proposal_and_its_agreement(self, desk):
        walk = a_walk(desk).docketed()
        path = f"/desk/{number_of(walk)}/act/refuse_form/"
        client = enrolled(desk.who["verifier"])
        typed = {"defects": ["not_signed"]}
        sent = form_of(client.get(path)) | typed
        sent = form_of(client.post(path, sent)) | typed  # the letter was read
        made = models.Proposal.objects.filter(docket_id=walk.id)
        self._twice(walk, "verifier", path, sent)
        assert made.count() == 1

        before = len(queries.history(walk.id))
        agree = f"/desk/{number_of(walk)}/proposal/{made.get().pk}/agree"
        self._twice(walk, "lead_counsel", agree, {})
        assert len(queries.history(walk.id)) == before + 1

    def test_giving_a_docket_to_somebody(self, desk):
        walk = a_walk(desk)
        path = f"/desk/{number_of(walk)}/assign/"
        forms = Page(enrolled(desk.who["intake"]).get(path).content.decode()).forms
        sent = filled(next(one for one in forms if "words" in one["texts"]), "Take it.")
        given = models.Assignment.objects.filter(docket_id=walk.id)
        self._twice(walk, "intake", path, sent)

        assert given.count() == 1

    def test_a_later_paper(self, desk):
        walk = a_walk(desk)
        client, path = enrolled(desk.who["intake"]), f"/desk/{number_of(walk)}/papers/add/"
        kind = re.findall(r'<option value="(\w+)"', client.get(path).content.decode())[0]
        before = len(queries.paper_rows(walk.id))
        for _ in range(2):
            client.post(path, {"kind": kind, "paper": SimpleUploadedFile("a.pdf", b"%PDF-1.7 one and the same")})

        assert len(queries.paper_rows(walk.id)) == before + 1


class TestTwoTabs:
    """Of two pages of one docket, the older one is told, and does nothing."""

    def test_facts(self, desk):
        walk = a_walk(desk, order())
        assert do(walk, "intake", "docket_request", instrument_form="copy").status_code == 302
        name = next(one for one in ("intake", "verifier", "custodian", "lead_counsel") if queries.waiting(walk.id, one))
        client, path = enrolled(desk.who[name]), f"/desk/{number_of(walk)}/facts/"
        shown = client.get(path)
        names = re.findall(rf'name="{name}-names" value="([^"]*)"', shown.content.decode())
        older = form_of(shown, "facts/confirm") | {f"{name}-names": names}
        assert do(walk, "intake", "withdraw").status_code == 302
        before = len(queries.history(walk.id))
        answer = client.post(path + "confirm", older)

        assert answer.status_code == 422
        assert "changed" in said(answer)
        assert len(queries.history(walk.id)) == before

    def test_two_acts(self, desk):
        walk = a_walk(desk)
        client, start = enrolled(desk.who["intake"]), f"/desk/{number_of(walk)}/act/"
        older = form_of(client.get(start + "acknowledge/"))
        assert do(walk, "intake", "docket_request", instrument_form="copy").status_code == 302
        answer = client.post(start + "acknowledge/", older | {"letter-words": "From the older tab."})
        answer = client.post(start + "acknowledge/", older | {"letter-words": "From the older tab."})

        assert answer.status_code in (200, 422)
        assert "From the older tab." in answer.content.decode()
        assert not [one for one in queries.paper_rows(walk.id) if is_letter(one.kind)]


class TestSessionEnded:
    """A long form that is sent after the session's end is there after log-in; test_desk_drafts has the ways round it."""

    def test_what_was_typed_into_a_letter_is_back(self, desk):
        walk = a_walk(desk)
        path = f"/desk/{number_of(walk)}/act/acknowledge/"
        typed = "A long paragraph. " * 100 + MARKUP
        sent = form_of(enrolled(desk.who["intake"]).get(path)) | {"letter-words": typed}
        answer = Client().post(path, sent)
        assert answer.headers["Location"].startswith("/account/login/")

        after = enrolled(desk.who["intake"]).get(path)
        assert runs(after) == []
        assert "A long paragraph. A long paragraph." in said(after)


class TestGuessing:
    """Passwords are tried in test_pages; here is who knows one and guesses the second factor."""

    @pytest.fixture
    def person(self, desk):
        found = Person.objects.get(mail="checker@agency.example")
        Authenticator.objects.filter(user=found).delete()
        cache.clear()
        AccessAttempt.objects.all().delete()
        found.set_password(PASSWORD)
        found.save()
        TOTP.activate(found, generate_totp_secret())
        return found

    def _at_the_second(self, person, address="192.0.2.1"):
        client = Client(REMOTE_ADDR=address)
        client.post("/account/login/", {"login": person.mail, "password": PASSWORD})
        return client

    def _code(self, client, code):
        return client.post("/account/second-factor/authenticate/", {"code": code})

    def test_after_five_wrong_codes_the_right_one_is_refused_from_anywhere(self, person):
        for number in range(5):
            client = self._at_the_second(person, f"192.0.2.{number}")
            assert self._code(client, "000000").status_code != 302
        other = self._at_the_second(person, "198.51.100.1")
        answer = self._code(other, code_of(person))

        assert answer.status_code != 302
        assert "Too many wrong codes" in said(answer)
        assert other.get("/").headers["Location"].startswith("/account/login/")

    def test_an_hour_later_the_right_one_is_taken(self, person):
        client = self._at_the_second(person)
        for _ in range(6):
            self._code(client, "000000")
        AccessAttempt.objects.update(attempt_time=timezone.now() - guessing.FOR - dt.timedelta(seconds=1))

        assert self._code(client, code_of(person)).status_code == 302

    def test_a_right_code_begins_anew(self, person):
        for _ in range(2):
            client = self._at_the_second(person)
            for _ in range(4):
                self._code(client, "000000")
            assert self._code(client, code_of(person)).status_code == 302
            Authenticator.objects.filter(user=person).delete()
            TOTP.activate(person, generate_totp_secret())  # a code is taken once

    def test_codes_that_are_asked_for_again_are_counted_too(self, person):
        client = enrolled(person)
        for _ in range(5):
            client.post("/account/second-factor/reauthenticate/", {"code": "000000"})
        answer = client.post("/account/second-factor/reauthenticate/", {"code": code_of(person)})

        assert answer.status_code != 302

    def test_a_wrong_code_stands_in_no_table(self, person):
        self._code(self._at_the_second(person), "123123")

        assert not AccessAttempt.objects.filter(post_data__contains="123123").exists()

    @pytest.mark.parametrize("name", TEXTS)
    def test_a_log_in_takes_anything(self, desk, name):
        client = Client()
        client.raise_request_exception = False
        with taken_back():
            answer = client.post("/account/login/?next=" + "x", {"login": TEXTS[name], "password": TEXTS[name]})
            assert answer.status_code < 500
            assert runs(answer) == []
        for mail in ("a\x00@agency.example", "x" * 300 + "@agency.example"):
            with taken_back():
                assert client.post("/account/login/", {"login": mail, "password": "y"}).status_code < 500
