"""A desk whose pages are asked: people log in by session, with their second factor set up."""

import datetime as dt

from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from tests.web.walking import Walk


def enrolled(person):
    """A client logged in as this official; log-in itself is tried in test_pages."""
    Authenticator.objects.get_or_create(user=person, type="totp", defaults={"data": {"secret": ""}})
    client = Client()
    client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def to_this_day(desk):
    """The machine's own clock is that of the pages: the desk's walks go on from there."""
    desk.now = max(desk.now, timezone.now() - dt.timedelta(hours=1))
    return desk


class Page(Walk):
    """A docket of which the pages are asked; each as whoever has a role."""

    def client(self, name):
        return enrolled(self.desk.who[name])

    @property
    def number(self):
        from ostiary_web.casework import queries

        return queries.row(self.id).number

    def get(self, name, path=""):
        return self.client(name).get(f"/desk/{self.number}/{path}")
