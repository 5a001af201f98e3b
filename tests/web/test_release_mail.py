"""Reminders, recalls and corrections by mail: once, to the verified address, and without a word about anybody."""

import datetime as dt
from dataclasses import replace

import pytest

from ostiary_web.casework import models, queries_corrections
from ostiary_web.casework.actions import afterwards, handing_over, mailing
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.environment import Mail
from ostiary_web.registry.models import Body
from tests.web.corrected import given
from tests.web.mail_place import a_mail_server
from tests.web.pages_desk import enrolled, number_of, page, said

ADDRESS = "records@court.example"


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


@pytest.fixture(scope="module")
def receipted(desk):
    """One release in its recipient's hands, for the tests that only count days."""
    return given(desk)


@pytest.fixture
def server(settings):
    """The desk's mail server, on loopback."""
    with a_mail_server() as place:
        host, port = place.server_address
        settings.OSTIARY = replace(settings.OSTIARY, mail=Mail(f"smtp://{host}:{port}", "desk@agency.example"))
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = host, port, False
        settings.EMAIL_USE_SSL, settings.EMAIL_HOST_USER, settings.EMAIL_TIMEOUT = False, "", 5
        settings.DEFAULT_FROM_EMAIL = "desk@agency.example"
        yield place


@pytest.fixture
def walk(receipted):
    """The same release with an address in its contact, and nothing owed yet."""
    models.Mailing.objects.filter(docket_id=receipted.id).delete()
    reached(receipted, f"Clerk's office, {ADDRESS}, 555-0100")
    return receipted


def reached(walk, contact):
    Body.objects.filter(code=walk.body).update(contact=contact)


def owed(walk, cause="1", at=None):
    return mailing.owe(docket=walk.id, kind=mailing.REMINDER, cause=cause, at=at or walk.desk.minute())


def the_mail(walk):
    (one,) = queries_corrections.mails(walk.id)
    return one


def test_each_reminder_is_mailed_once_whoever_asks_how_often(walk, server):
    until = walk.docket.seal.retain_until
    at = walk.desk.minute() + (until - walk.desk.now.date() - dt.timedelta(days=15))
    afterwards.remind(at=at)
    afterwards.remind(at=at)
    assert [mailing.send_due(at=at), mailing.send_due(at=at)] == [1, 0]

    ((to, mail),) = server.got
    assert to == [ADDRESS]
    assert mail["Subject"] == f"Request {number_of(walk)}"
    assert mail["Message-ID"] == the_mail(walk).message
    assert "/request/follow/" in mail.get_content()
    assert "certificate of destruction" in mail.get_content()


def test_nothing_about_anybody_is_in_a_mail(walk, server):
    owed(walk)
    mailing.send_due(at=walk.desk.minute())

    text = server.got[0][1].as_string()
    for private in (*walk.person.values(), walk.docket.seal.release, walk.id):
        assert len(str(private)) < 4 or str(private) not in text


def test_a_recall_is_mailed_in_the_same_breath(desk, server):
    walk = given(desk, "media")
    reached(walk, ADDRESS)
    handing_over.recall(docket=walk.id, cause="error", by=desk.by(Role.LEAD_COUNSEL), at=desk.minute())
    handing_over.after_recall(docket=walk.id, at=desk.minute(), by=desk.by(Role.LEAD_COUNSEL))
    mailing.send_due(at=desk.minute())

    assert "called back" in server.got[0][1].get_content()
    assert len(server.got) == 1


def test_what_is_refused_is_tried_again_and_then_shown_as_failed(walk, server):
    at = walk.desk.minute()
    owed(walk, at=at)
    server.answers = ["451 later"] * 9
    while the_mail(walk).state == "waiting":
        due = models.Mailing.objects.get(docket_id=walk.id).next_at
        assert mailing.send_due(at=due) == 0

    failed = the_mail(walk)
    assert (failed.state, failed.tries, failed.fault) == ("failed", 7, "SMTPRecipientsRefused")
    assert mailing.send_due(at=at + dt.timedelta(days=30)) == 0
    assert "not sent after 7 tries" in said(page(walk, "records_officer"))

    server.answers = []
    enrolled(walk.desk.who["records_officer"]).post(f"/desk/{number_of(walk)}/mail/{failed.number}/again")
    assert mailing.send_due(at=walk.desk.minute()) == 1
    assert "sent on" in said(page(walk, "records_officer"))


def test_a_server_that_is_down_keeps_nothing_back_but_the_mail(walk, server, settings):
    settings.EMAIL_PORT = 1  # nobody listens there
    owed(walk)

    assert mailing.send_due(at=walk.desk.minute()) == 0
    assert (the_mail(walk).state, the_mail(walk).fault) == ("waiting", "ConnectionRefusedError")


def test_a_worker_that_died_while_it_sent_is_made_up_for_under_the_same_name(walk, server, monkeypatch):
    owed(walk)
    at = walk.desk.minute()
    message = mailing._message

    def dies(row):
        message(row).send()
        raise KeyboardInterrupt  # as a signal would, before it is written down

    monkeypatch.setattr(mailing, "_message", dies)
    with pytest.raises(KeyboardInterrupt):
        mailing.send_due(at=at)
    monkeypatch.undo()

    assert mailing.send_due(at=at) == 0  # whoever holds it may still be at it
    assert mailing.send_due(at=at + dt.timedelta(minutes=11)) == 1
    assert len({mail["Message-ID"] for _, mail in server.got}) == 1


def test_what_another_worker_has_taken_is_not_sent_twice(walk, server):
    owed(walk)
    at = walk.desk.minute()
    number = the_mail(walk).number
    assert mailing._take(number, at) is not None

    assert mailing.send(number=number, at=at) is False
    assert server.got == []


@pytest.mark.parametrize("contact", ["a telephone", "", "a@court.example or b@court.example", "a@court", "@x.example"])
def test_without_exactly_one_address_nothing_is_owed(walk, server, contact):
    reached(walk, contact)

    assert owed(walk) is False
    assert queries_corrections.mails(walk.id) == ()


def test_a_contact_that_nobody_verified_gets_no_mail(walk, server):
    verified = Body.objects.filter(code=walk.body).values("verified_at", "verified_by").get()
    Body.objects.filter(code=walk.body).update(verified_at=None, verified_by=None)
    try:
        assert owed(walk) is False
    finally:
        Body.objects.filter(code=walk.body).update(**verified)


def test_without_a_server_nothing_is_owed(walk):
    assert owed(walk) is False


def test_a_header_cannot_be_smuggled_in(walk, server):
    reached(walk, f"{ADDRESS}\r\nBcc: everybody@elsewhere.example")

    assert owed(walk) is False


def test_after_a_restore_no_mail_goes_before_somebody_has_looked(walk, server):
    owed(walk)

    assert mailing.doubt() == 1
    assert (the_mail(walk).state, the_mail(walk).fault) == ("failed", "restored")
    assert mailing.send_due(at=walk.desk.minute()) == 0
    assert mailing.doubt() == 0


def test_only_what_failed_is_sent_again_and_by_whoever_works_on_it(walk, server):
    owed(walk)
    asked = {"docket": walk.id, "mail": the_mail(walk).number, "at": walk.desk.minute()}

    with pytest.raises(CaseworkError, match="has not failed"):
        mailing.again(**asked, by=walk.desk.by(Role.RECORDS_OFFICER))
    with pytest.raises(Refused):
        mailing.again(**asked, by=walk.desk.by(Role.POLICY_AUTHOR))
