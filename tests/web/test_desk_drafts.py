"""What is typed is not lost: drafts, a docket that changed meanwhile, a session that ended."""

import datetime as dt
import re
from contextlib import ExitStack

import pytest
from django.test import Client

from ostiary_web.casework import models
from ostiary_web.casework.actions import drafts
from ostiary_web.casework.left_forms import owner_word
from tests.web.pages_desk import do, enrolled, form_of, in_review, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, order, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("drafts"), url)))


@pytest.fixture
def walk(desk):
    """A docket that has just come in."""
    return Walk(desk, subpoena())


ACT = "act/return_request/"
TICKED = re.compile(r'value="signature"[^>]*checked')


def path_of(walk, path=ACT):
    return f"/desk/{number_of(walk)}/{path}"


def kept(walk):
    return models.Draft.objects.filter(docket_id=walk.id)


class TestDrafts:
    """Kept for one person, put back, and let go."""

    def test_saved_by_the_button_it_is_back_in_the_form_and_says_so(self, walk):
        answer = do(walk, "intake", "return_request", missing=["signature"], do="draft")
        assert answer.status_code == 302
        assert walk.state == "received"
        shown = page(walk, "intake", ACT)

        assert "Your draft is back in the form" in said(shown)
        assert TICKED.search(shown.content.decode())

    def test_saved_while_typing(self, walk):
        client = enrolled(walk.desk.who["intake"])
        typed = {"form": "act/return_request", "missing": ["signature"], "csrfmiddlewaretoken": "x", "key": "k" * 20}
        answer = client.post(path_of(walk, "draft"), typed)

        assert (answer.status_code, answer.json()["says"][:11]) == (200, "Draft saved")
        assert TICKED.search(page(walk, "intake", ACT).content.decode())
        assert "key" not in kept(walk).get().typed

    def test_nobody_else_sees_it(self, walk):
        do(walk, "intake", "return_request", missing=["signature"], do="draft")
        shown = page(walk, "verifier", ACT)

        assert "Your draft" not in said(shown)
        assert not TICKED.search(shown.content.decode())

    def test_once_it_is_sent_it_is_gone(self, walk):
        do(walk, "intake", "return_request", missing=["signature"], do="draft")
        assert do(walk, "intake", "return_request", missing=["signature"]).status_code == 302

        assert not kept(walk).exists()

    def test_thrown_away(self, walk):
        do(walk, "intake", "return_request", missing=["signature"], do="draft")
        enrolled(walk.desk.who["intake"]).post(path_of(walk), {"do": "anew"})

        assert not kept(walk).exists()

    def test_it_goes_away_with_time(self, walk):
        do(walk, "intake", "return_request", missing=["signature"], do="draft")
        kept(walk).update(at=kept(walk).get().at - drafts.KEPT - dt.timedelta(minutes=1))
        assert "Your draft" not in said(page(walk, "intake", ACT))
        assert drafts.expire(at=walk.desk.minute() + dt.timedelta(hours=1)) >= 1

        assert not kept(walk).exists()

    @pytest.mark.parametrize("form", ["", "act/fly", "letter/x", "act/../deny", "facts/king"])
    def test_only_forms_that_there_are(self, walk, form):
        answer = enrolled(walk.desk.who["intake"]).post(path_of(walk, "draft"), {"form": form, "missing": "x"})

        assert answer.status_code == 404
        assert not kept(walk).exists()

    def test_too_much_is_not_kept(self, walk):
        typed = {"form": "act/return_request", "missing": "x" * (drafts.LARGEST + 1)}
        answer = enrolled(walk.desk.who["intake"]).post(path_of(walk, "draft"), typed)

        assert answer.status_code == 422
        assert "too much for a draft" in answer.json()["says"]

    def test_a_form_of_facts_too(self, desk):
        asked = order()
        del asked["instrument"]["verified_with_clerk"]
        walk = in_review(Walk(desk, asked))
        client, path = enrolled(desk.who["verifier"]), path_of(walk, "facts/")
        typed = {"verifier-instrument.verified_with_clerk": "true", "do": "draft"}
        answer = client.post(path, form_of(client.get(path), "instrument.verified_with_clerk") | typed)
        shown = client.get(path)

        assert answer.status_code == 302, said(answer)
        assert "Your draft is back in this form" in said(shown)
        # Enter in a field presses the first button of its form: that is never the one that throws away.
        assert re.search(r'form="anew-factsverifier"[^>]*value="anew"', shown.content.decode())
        assert re.search(
            r'name="verifier-instrument.verified_with_clerk" value="true"[^>]*checked', shown.content.decode()
        )
        client.post(path, form_of(shown, "anew-factsverifier") | {"do": "anew"})
        assert not kept(walk).exists()


class TestChangedMeanwhile:
    """What changed is shown, nothing typed is lost, and what was looked at can be sent."""

    def test_the_events_since_are_shown_and_the_same_form_can_then_be_sent(self, walk):
        client, path = enrolled(walk.desk.who["intake"]), path_of(walk)
        sent = form_of(client.get(path), "return_request") | {"missing": ["signature"]}
        assert do(walk, "lead_counsel", "hold", cause="litigation").status_code == 302
        answer = client.post(path, sent)

        assert answer.status_code == 422
        assert "The docket changed while you typed" in said(answer)
        assert "Shut every way out: lead_counsel" in said(answer)
        assert TICKED.search(answer.content.decode())
        again = client.post(path, form_of(answer, "return_request") | {"missing": ["signature"]})
        assert (again.status_code, walk.state) == (302, "returned"), said(again)

    def test_a_form_sent_twice_is_no_change(self, walk):
        client, path = enrolled(walk.desk.who["intake"]), path_of(walk)
        sent = form_of(client.get(path), "return_request") | {"missing": ["signature"]}
        sent = form_of(client.post(path, sent), "return_request") | {"missing": ["signature"]}  # the letter was read

        assert [client.post(path, sent).status_code for _ in range(2)] == [302, 302]


class TestSessionEnded:
    """What is sent after the session's end is kept for its owner; after log-in it is in the form."""

    def _sent(self, walk, client, change=lambda form: form):
        form = form_of(enrolled(walk.desk.who["intake"]).get(path_of(walk)), "return_request")
        return client.post(path_of(walk), change(form | {"missing": ["signature"]}))

    def test_it_leads_to_log_in_and_back_with_everything_typed(self, walk):
        answer = self._sent(walk, Client())

        assert answer.headers["Location"] == f"/account/login/?next={path_of(walk)}"
        assert walk.state == "received"
        assert TICKED.search(page(walk, "intake", ACT).content.decode())
        assert not TICKED.search(page(walk, "verifier", ACT).content.decode())

    def test_a_form_that_is_not_ours_keeps_nothing(self, walk):
        forged = owner_word(walk.desk.who["verifier"].reference, walk.id, "act/return_request")[:-2] + "xx"
        for change in (lambda form: form | {"owner": forged}, lambda form: form | {"owner": ""}):
            answer = self._sent(walk, Client(), change)
            assert answer.headers["Location"].startswith("/account/login/")

        assert not kept(walk).exists()

    def test_another_who_logs_in_there_does_not_see_it(self, walk):
        self._sent(walk, Client())

        assert "Your draft" not in said(page(walk, "lead_counsel", ACT))

    def test_confirming_facts_leads_back_to_the_facts(self, walk):
        answer = Client().post(path_of(walk, "facts/confirm"), {})

        assert answer.headers["Location"] == f"/account/login/?next={path_of(walk, 'facts/')}"

    def test_without_a_session_nothing_is_kept_alive(self, walk):
        assert Client().post("/desk/alive").status_code == 302
        assert enrolled(walk.desk.who["intake"]).post("/desk/alive").status_code == 204


class TestKeys:
    """Single keys can be switched off, for a person, on every machine."""

    def test_off_for_this_person_alone(self, walk):
        client = enrolled(walk.desk.who["checker"])
        assert 'id="keys"' in client.get("/desk/").content.decode()
        client.post("/desk/keys/", {})

        assert 'id="keys"' not in enrolled(walk.desk.who["checker"]).get("/desk/").content.decode()
        assert 'id="keys"' in enrolled(walk.desk.who["intake"]).get("/desk/").content.decode()
        client.post("/desk/keys/", {"shortcuts": "on"})
        assert 'id="keys"' in client.get("/desk/").content.decode()
