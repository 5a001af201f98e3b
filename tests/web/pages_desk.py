"""A desk whose pages are asked: people are logged in with their second factor set up, at the machine's own time."""

import datetime as dt
import html
import re

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from ostiary_web.casework import queries
from tests.web.walking import CHICAGO

VERIFIED = {
    "requester_verified": "true", "requester_proof": "call_back", "instrument_check": "court_record",
    "instrument.in_writing": "true", "instrument.valid": "true",
}  # fmt: skip


def enrolled(person):
    """A client logged in as this official; log-in itself is tried in test_pages."""
    Authenticator.objects.get_or_create(user=person, type="totp", defaults={"data": {"secret": ""}})
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def to_this_day(desk):
    """The pages ask the machine's own clock; so do the desk's walks from now on, and no midnight comes between."""
    desk.now = max(desk.now, timezone.now().astimezone(CHICAGO))
    desk.pace, desk.clock = dt.timedelta(0), timezone.now
    return desk


def said(answer):
    """A page's text, without its tags."""
    text = re.sub(r"<[^>]*>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html.unescape(text))


def form_of(answer, act=""):
    """What a browser would send of the page's form that has a hidden field ``expect``: hidden fields, and no other."""
    text = answer.content.decode()
    forms = [one for one in re.findall(r"<form\b.*?</form>", text, re.S) if act in one and 'type="hidden"' in one]
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', forms[0]):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        found[html.unescape(name[1])] = html.unescape(value[1]) if value else ""
    return found


def number_of(walk):
    return queries.row(walk.id).number


def page(walk, name, path="", **asked):
    """A page of a docket, as somebody."""
    return enrolled(walk.desk.who[name]).get(f"/desk/{number_of(walk)}/{path}", asked)


def do(walk, name, act, **typed):
    """Open an act's page as somebody, fill its form in, and send it; where it shows a letter first, send it again."""
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/act/{act}/"
    answer = client.post(path, form_of(client.get(path)) | typed)
    return client.post(path, form_of(answer) | typed) if answer.status_code == 200 else answer


def confirm_all(walk, name):
    """Tick all that the page of facts has to confirm, and send it."""
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/facts/"
    asked = client.get(path)
    names = re.findall(rf'name="{name}-names" value="([^"]*)"', asked.content.decode())
    return client.post(path + "confirm", form_of(asked, "facts/confirm") | {f"{name}-names": names})


def on_the_way(walk, *acts):
    """Do each, by its page alone."""
    for act in acts:
        answer = act()
        assert answer.status_code == 302, said(answer)
    return walk


def in_review(walk):
    """A docket that was numbered, confirmed and verified by the pages alone."""
    steps = [lambda: do(walk, "intake", "docket_request", instrument_form="copy")]
    steps += [
        lambda name=name: confirm_all(walk, name)
        for name in ("intake", "verifier", "custodian", "lead_counsel")
        if _waits(walk, name)
    ]
    return on_the_way(walk, *steps, lambda: do(walk, "verifier", "verify", **VERIFIED))


def _waits(walk, name):
    return queries.waiting(walk.id, name)


def decided(walk):
    """The same, reviewed by two and settled: it waits for the decider."""
    return on_the_way(
        in_review(walk),
        lambda: do(walk, "reviewer_counsel", "review", opinion="deny"),
        lambda: do(walk, "reviewer_privacy", "finish_review", opinion="deny"),
        lambda: do(walk, "lead_counsel", "consolidate"),
    )


def denied(walk):
    """Denied, with its letter."""
    return on_the_way(decided(walk), lambda: do(walk, "decider", "deny"))
