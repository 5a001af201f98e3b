"""The pages as a browser gets them: who reaches what, what is refused, and the fences around each answer."""

import re
import time
from types import SimpleNamespace

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ostiary_web import addresses, middleware
from ostiary_web.staff import actions, queries
from ostiary_web.staff.links import password_link
from tests.web import desk
from tests.web.desk import AT, PASSWORD

HERE = "office"


def with_second_factor(person):
    person.set_password(PASSWORD)
    person.save()
    TOTP.activate(person, generate_totp_secret())
    return person


def code_of(person):
    secret = get_adapter().decrypt(Authenticator.objects.get(user=person, type="totp").data["secret"])
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def logged_in(person, at_home=True):
    client = Client()
    answer = client.post("/account/login/", {"login": person.mail, "password": PASSWORD})
    assert answer.headers["Location"] == "/account/second-factor/authenticate/"
    answer = client.post("/account/second-factor/authenticate/", {"code": code_of(person)})
    assert answer.status_code == 302, answer.content.decode()
    return client


@pytest.fixture
def admin(administrator):
    return with_second_factor(administrator)


@pytest.fixture
def client(admin):
    return logged_in(admin)


class TestLogIn:
    """A password is half of it."""

    def test_a_password_alone_opens_nothing(self, admin):
        client = Client()
        client.post("/account/login/", {"login": admin.mail, "password": PASSWORD})

        assert client.get("/people/").headers["Location"].startswith("/account/login/")

    def test_both_open_the_desk(self, client):
        assert "You are logged in as Ada Admin" in client.get("/").content.decode()

    def test_a_wrong_code_does_not(self, admin):
        client = Client()
        client.post("/account/login/", {"login": admin.mail, "password": PASSWORD})
        answer = client.post("/account/second-factor/authenticate/", {"code": "000000"})

        assert answer.status_code in (200, 422)
        assert "usa-error-message" in answer.content.decode()
        assert client.get("/").status_code == 302

    def test_who_has_no_second_factor_reaches_only_its_setting_up(self, administrator):
        administrator.set_password(PASSWORD)
        administrator.save()
        client = Client()
        client.post("/account/login/", {"login": administrator.mail, "password": PASSWORD})

        for path in (
            "/",
            "/people/",
            "/people/add",
            "/delegations/",
            "/account/password/change/",
            "/account/sessions/",
        ):
            assert client.get(path).headers["Location"] == "/account/second-factor/totp/activate/", path
        answer = client.get("/account/second-factor/totp/activate/")
        again = answer.headers["Location"]
        assert again.startswith("/account/reauthenticate/")
        client.post(again, {"password": PASSWORD})
        assert client.get("/account/second-factor/totp/activate/").status_code == 200

    def test_a_closed_account_is_out_at_once(self, admin, client):
        other = with_second_factor(desk.a_person(admin))
        theirs = logged_in(other)
        assert theirs.get("/").status_code == 200

        actions.end_person(number=other.pk, by=admin, at=AT)
        assert theirs.get("/").status_code == 302

    def test_after_five_wrong_passwords_nobody_gets_in(self, admin):
        client = Client()
        for _ in range(5):
            answer = client.post("/account/login/", {"login": admin.mail, "password": "wrong"})
        assert answer.status_code == 429
        assert "Too many tries" in answer.content.decode()

        answer = client.post("/account/login/", {"login": admin.mail.upper(), "password": PASSWORD})
        assert answer.status_code == 429

    def test_whoever_guesses_behind_the_proxy_locks_nobody_else_out(self, admin, monkeypatch):
        monkeypatch.setattr(addresses, "config", lambda: SimpleNamespace(demo=False))

        def tried(password, place):
            given = {"login": admin.mail, "password": password}
            return Client(headers={"X-Forwarded-For": place}).post("/account/login/", given).status_code

        assert [tried("wrong", "192.0.2.7") for _ in range(5)][-1] == 429
        assert tried(PASSWORD, "198.51.100.9") == 302
        assert tried("wrong", "2001:db8::1") == 200

    def test_an_unknown_address_reads_like_a_wrong_password(self, admin):
        said = [
            re.search(r'usa-alert__text">([^<]*)', Client().post("/account/login/", given).content.decode()).group(1)
            for given in ({"login": admin.mail, "password": "wrong"}, {"login": "no@x.example", "password": "wrong"})
        ]

        assert said[0] == said[1]

    def test_nobody_signs_up_or_changes_their_address(self, client):
        assert "closed" in Client().get("/account/signup/").content.decode().lower()
        assert Client().post("/account/signup/", {"email": "n@x.example", "password1": PASSWORD}).status_code == 200
        assert queries.find_person("n@x.example") is None
        assert client.get("/account/email/").status_code == 404

    def test_the_link_sets_a_password_once(self, admin):
        person = desk.a_person(admin)
        client, link = Client(), password_link(person)
        page = client.get(link, follow=True)
        path = page.redirect_chain[-1][0]
        client.post(path, {"password1": PASSWORD, "password2": PASSWORD})
        person.refresh_from_db()

        assert person.check_password(PASSWORD)
        assert "usa-form" not in Client().get(link, follow=True).content.decode()

    def test_a_short_password_is_refused(self, admin):
        person = desk.a_person(admin)
        client = Client()
        path = client.get(password_link(person), follow=True).redirect_chain[-1][0]
        client.post(path, {"password1": "only 10 ch", "password2": "only 10 ch"})
        person.refresh_from_db()

        assert not person.has_usable_password()


def paths(patterns=None, before=""):
    """Every address of the desk that takes nothing but numbers, with a 1 for each."""
    for one in get_resolver().url_patterns if patterns is None else patterns:
        text = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from paths(one.url_patterns, text)
        elif isinstance(one, URLPattern) and "^" not in text:
            plain = re.sub(r"<int:\w+>", "1", text)
            if "<" not in plain:
                yield "/" + plain


@pytest.mark.django_db
def test_every_page_but_a_few_asks_for_log_in():
    """Which these are, the table of test_every_address says, address by address."""
    from tests.web.test_every_address import ALL, TABLE

    found = sorted(set(paths()))
    open_ = {path for path in found if Client().get(path).status_code == 200}

    assert len(found) > 25
    assert open_ <= {f"/{path}" for path, (look, _) in TABLE.items() if look == ALL}


def test_pages_of_administration_are_shut_to_everybody_else(admin):
    other = logged_in(with_second_factor(desk.a_person(admin)))
    shut = [path for path in paths() if path.startswith(("/people", "/delegations"))]

    assert len(shut) == 12
    assert {other.get(path).status_code for path in shut} <= {403, 405}
    assert {other.post(path).status_code for path in shut} <= {403, 405}


class TestAdministration:
    """What an administrator does on the pages is what the actions do."""

    def test_a_person_is_added_and_the_link_is_shown(self, client):
        answer = client.post("/people/add", {"mail": "pat@x.example", "name": "Pat", "unit": HERE})
        text = answer.content.decode()

        assert "/account/password/reset/key/" in text
        assert desk.kinds()[-1] == "register.changed"
        assert (
            "pat@x.example" in client.get("/people/").content.decode()
            or "Pat" in client.get("/people/").content.decode()
        )

    def test_what_is_refused_is_said_and_kept(self, client):
        client.post("/people/add", {"mail": "pat@x.example", "name": "Pat", "unit": HERE})
        answer = client.post("/people/add", {"mail": "pat@x.example", "name": "Pat Two", "unit": HERE})

        assert answer.status_code == 422
        assert "already" in answer.content.decode()
        assert "Pat Two" in answer.content.decode()

    def test_a_role_is_given_lent_and_ended(self, client, admin):
        one = desk.trained(desk.a_person(admin), admin)
        two = desk.trained(desk.a_person(admin, "two@x.example", "Two"), admin)
        from django.utils.timezone import localdate

        today = localdate().isoformat()
        assert client.post(f"/people/{one.pk}/roles/add", {"role": "intake", "since": today}).status_code == 302
        [duty] = queries.duties(localdate(), one.pk)
        given = {"to": two.pk, "since": today, "until": today}
        from ostiary_web.staff.models import Training

        Training.objects.update(expires_on=localdate().replace(year=localdate().year + 1))
        assert client.post(f"/delegations/add/{duty.number}", given).status_code == 302
        assert "Two" in client.get("/delegations/").content.decode()
        client.post(f"/people/{one.pk}/roles/{duty.number}/end")
        assert queries.duties(localdate(), one.pk)[0].ended

    def test_a_training_is_recorded(self, client, admin):
        person, course = desk.a_person(admin), desk.a_course(admin)
        given = {"course": course, "done_on": "2026-03-01", "expires_on": "2027-03-01"}

        assert client.post(f"/people/{person.pk}/training/add", given).status_code == 302
        assert queries.is_trained(person.pk, desk.TODAY)

    def test_a_post_from_elsewhere_is_refused(self, admin):
        client = Client(enforce_csrf_checks=True)

        assert client.post("/account/login/", {"login": admin.mail, "password": PASSWORD}).status_code == 403

    @pytest.mark.parametrize("path", ["/people/999", "/people/999/change", "/people/999/roles/add", "/nowhere"])
    def test_what_is_not_there_is_404(self, client, path):
        answer = client.get(path)

        assert answer.status_code == 404
        assert "There is no such page" in answer.content.decode()


def test_no_page_fails(client):
    client.raise_request_exception = False
    wanted = set(paths()) - {"/account/logout/", "/health"}  # health says so where no worker is alive
    found = {path: client.get(path).status_code for path in sorted(wanted)}

    assert len(found) > 25
    assert {path: status for path, status in found.items() if status >= 500} == {}


def test_every_answer_is_fenced_in(client):
    for path in ("/", "/people/", "/people/add", "/nowhere", "/account/second-factor/", "/health"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]

        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "nonce" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        text = answer.content.decode()
        assert not re.search(r"<style| style=|\son\w+=|<script(?![^>]*(src=|application/json))", text), path


def test_a_fault_says_nothing_of_itself(client, monkeypatch, caplog):
    client.raise_request_exception = False
    secret = "Qzxj-a-person"

    def broken(day):
        raise RuntimeError(secret)

    monkeypatch.setattr(queries, "people", broken)
    answer = client.get("/people/")

    assert answer.status_code == 500
    assert "Something failed" in answer.content.decode()
    assert secret not in answer.content.decode()


def test_no_address_is_kept_beside_the_persons_own(client):
    assert not EmailAddress.objects.exclude(email="ada@agency.example").exists()


def test_a_session_goes_on_with_each_request_and_is_written_once_a_minute(client, monkeypatch):
    held = Session.objects.get(session_key=client.cookies["sessionid"].value)
    client.get("/")
    written = Session.objects.get(pk=held.pk)
    client.get("/")
    assert Session.objects.get(pk=held.pk).expire_date == written.expire_date

    later = time.time() + middleware.A_MINUTE
    monkeypatch.setattr(middleware.time, "time", lambda: later)
    client.get("/")
    assert Session.objects.get(pk=held.pk).expire_date > written.expire_date


def test_a_page_tells_of_a_session_that_lasts_no_longer_than_it_does(client):
    page = client.get("/").content.decode()
    (told,) = re.findall(r'data-seconds="(\d+)"', page)
    assert int(told) + middleware.A_MINUTE == settings.SESSION_COOKIE_AGE == 1800
