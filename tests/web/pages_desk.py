"""A desk whose pages are asked: people are logged in with their second factor set up, at the machine's own time."""

import datetime as dt
import html
import re

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from tests.web.walking import CHICAGO


def enrolled(person):
    """A client logged in as this official; log-in itself is tried in test_pages."""
    Authenticator.objects.get_or_create(user=person, type="totp", defaults={"data": {"secret": ""}})
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def to_this_day(desk):
    """The pages ask the machine's own clock: the desk's walks go on from an hour before it."""
    desk.now = max(desk.now, (timezone.now() - dt.timedelta(hours=1)).astimezone(CHICAGO))
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
