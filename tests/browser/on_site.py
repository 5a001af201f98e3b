"""What a script of a browser test works with, in the process that it runs in: the site's desk, on the clock on the wall."""

import datetime as dt
import itertools

from django.utils import timezone

from ostiary_web.demo import walk
from ostiary_web.registry.models import Body
from ostiary_web.staff.models import Person
from tests.web.walking import CHICAGO, Desk


class ThisDesk(Desk):
    """The desk of the pages: whatever is done there, is done now."""

    def minute(self) -> dt.datetime:
        self.now = timezone.now().astimezone(CHICAGO)
        return self.now


def this_desk(folder=None) -> ThisDesk:
    """The site's desk, with all its people so far."""
    walk._NUMBER = itertools.count(Body.objects.count())  # an earlier process made those before
    desk = ThisDesk(folder, now=timezone.now().astimezone(CHICAGO))
    desk.who = {one.mail.partition("@")[0]: one for one in Person.objects.all()}
    desk.boss = desk.who.pop("ada", None)
    return desk
