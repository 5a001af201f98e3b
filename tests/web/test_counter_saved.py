"""A request is saved half filled in, and gone on with later: by its number and its secret, for thirty days."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from ostiary_web.counter.actions import saving
from ostiary_web.counter.keys import digest_of
from ostiary_web.counter.models import SavedPaper, SavedRequest
from tests.web.pages_counter import FIRST, PDF, a_file, hidden, second_page, third_page
from tests.web.pages_desk import said

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_register(transactional_db):
    """Nothing but the database: no log, no rules in use."""


def saved(answer):
    assert answer.status_code == 200, said(answer)
    text = answer.content.decode()
    secret = re.search(r"<code>([^<]*)", text)
    return {"number": re.search(r'id="number">([^<]*)', text)[1], "secret": secret[1] if secret else ""}


def save(client, answer, **typed):
    return client.post("/request/", hidden(answer) | {"do": "save"} | typed)


def resumed(given, **more):
    return Client().post("/request/saved/", given | more)


class TestSaving:
    def test_on_the_first_page_with_hardly_anything_filled_in(self):
        client = Client()
        given = saved(save(client, client.get("/request/"), who="Olive Officer", about="王小明"))
        again = resumed(given)

        assert again.status_code == 200
        assert 'value="Olive Officer"' in again.content.decode()
        assert "王小明" in said(again)
        assert "Please mend this" not in said(again)

    def test_on_the_second_page(self):
        client = Client()
        given = saved(save(client, second_page(client), **{"instrument.signed": "true"}))
        again = resumed(given)

        assert "What the law asks of such a request" in said(again)
        assert re.search(r'name="instrument.signed" value="true"[^>]*checked', again.content.decode())
        assert hidden(again)["who"] == [FIRST["who"]]
        assert 'method="post" action="/request/"' in again.content.decode()

    def test_on_the_last_page_with_its_paper(self):
        client = Client()
        given = saved(save(client, third_page(client), paper=a_file("../x.pdf")))
        again = resumed(given)

        assert "A paper is saved with this request: instrument.pdf" in said(again)
        assert bytes(SavedPaper.objects.get(saved=given["number"]).data) == PDF

    def test_a_paper_of_another_kind_is_not_saved(self):
        client = Client()
        answer = save(client, third_page(client), paper=a_file("subpoena.pdf", b"MZ a program"))

        assert answer.status_code == 422
        assert "no PDF, PNG or JPEG" in said(answer)
        assert SavedRequest.objects.count() == 0

    def test_nothing_is_kept_without_being_told_to(self):
        third_page(Client())

        assert SavedRequest.objects.count() == 0

    def test_what_no_page_asks_is_not_kept(self):
        client = Client()
        save(client, client.get("/request/"), evil="x" * 1000, csrfmiddlewaretoken="t")

        assert "evil" not in SavedRequest.objects.get().data

    def test_its_secret_is_kept_as_a_digest_only_and_shown_once(self):
        client = Client()
        first = save(client, client.get("/request/"), who="Olive")
        given = saved(first)
        later = save(Client(), resumed(given), who="Olive Officer")

        assert SavedRequest.objects.get().secret == digest_of(given["secret"])
        assert saved(later) == given | {"secret": ""}
        assert 'value="Olive Officer"' in resumed(given).content.decode()

    def test_a_double_click_saves_once_and_shows_the_secret(self):
        client = Client()
        form = hidden(client.get("/request/")) | {"do": "save", "who": "Olive"}

        assert saved(client.post("/request/", form)) == saved(client.post("/request/", form))
        assert SavedRequest.objects.get().changes == 1

    def test_go_on_now_loses_nothing(self):
        client = Client()
        answer = save(client, client.get("/request/"), who="Olive")
        on = client.post("/request/", hidden(answer) | {"do": "stay"})

        assert 'value="Olive"' in on.content.decode()
        assert hidden(on)["saved"] == ["1"]


class TestTwoTabs:
    def test_the_older_page_is_told_and_loses_nothing(self):
        client = Client()
        given = saved(save(client, client.get("/request/"), who="Olive"))
        one, other = resumed(given), resumed(given)
        assert save(client, one, who="Olive One").status_code == 200
        late = save(client, other, who="Olive Other")

        assert late.status_code == 422
        assert "another page has saved this request meanwhile" in said(late)
        assert 'value="Olive Other"' in late.content.decode()
        assert 'value="Olive One"' in resumed(given).content.decode()

        assert save(client, late, who="Olive Other").status_code == 200
        assert 'value="Olive Other"' in resumed(given).content.decode()


class TestTheSecret:
    def test_a_wrong_number_a_wrong_secret_and_an_expired_one_read_alike(self):
        client = Client()
        given = saved(save(client, client.get("/request/"), who="Olive"))
        wrong = [resumed(given | {"secret": "x"}), resumed(given | {"number": "S-AAAAAAAA"})]
        SavedRequest.objects.update(saved_at=timezone.now() - dt.timedelta(days=31), expires_at=timezone.now())
        wrong.append(resumed(given))

        assert [one.status_code for one in wrong] == [422] * 3
        assert all("Nothing has this number and this secret" in said(one) for one in wrong)
        assert all("Olive" not in said(one) for one in wrong)

    def test_whoever_holds_it_deletes_it_with_its_paper(self):
        client = Client()
        given = saved(save(client, third_page(client), paper=a_file()))
        assert resumed(given | {"secret": "x"}, do="delete").status_code == 422
        assert SavedPaper.objects.count() == 1

        assert "The saved request is deleted" in said(resumed(given, do="delete"))
        assert (SavedRequest.objects.count(), SavedPaper.objects.count()) == (0, 0)

    def test_an_address_that_saves_too_often(self):
        client = Client()
        form = hidden(client.get("/request/")) | {"do": "save"}
        answers = [client.post("/request/", form) for _ in range(41)]

        assert [one.status_code for one in answers[-2:]] == [200, 429]
        assert 0 < int(answers[-1].headers["Retry-After"]) <= 3600


class TestExpiry:
    def test_after_thirty_days_without_saving_all_of_it_is_deleted(self):
        at = timezone.now()
        kept = saving.save(key="k" * 20, typed=[("who", "Olive")], step=1, at=at)
        saving.save(key="l" * 20, typed=[("who", "Otto")], step=1, at=at + dt.timedelta(days=1))

        assert kept.expires == (at + dt.timedelta(days=30)).date()
        assert saving.expire(at=at + dt.timedelta(days=30) - dt.timedelta(seconds=1)) == 0
        assert saving.expire(at=at + dt.timedelta(days=30)) == 1
        assert "Otto" in SavedRequest.objects.get().data

    def test_saving_again_begins_anew(self):
        at = timezone.now()
        saving.save(key="k" * 20, typed=[("who", "Olive")], step=1, at=at)
        saving.save(key="k" * 20, typed=[("who", "O")], step=1, seen=1, at=at + dt.timedelta(days=29))

        assert saving.expire(at=at + dt.timedelta(days=31)) == 0
