"""What a script of a browser test works with on the site: dockets in review for recipients with real keys; the check."""

import datetime as dt
import itertools
import json
from pathlib import Path

from django.utils.timezone import localdate

from ostiary.release import keys
from ostiary_web.casework import queries, recheck, roll
from ostiary_web.casework.queries_release import order_of, standing
from ostiary_web.registry.actions import subjects
from ostiary_web.registry.models import Body
from tests.browser.on_site import this_desk
from tests.browser.release_steps import NOTE
from tests.web import released
from tests.web.matched import texts
from tests.web.released import of_whom_something_leaves, rewritten, walking
from tests.web.walking import PAPER, Walk, example, own, with_consent


def a_desk(folder):
    """The site's desk, which knows its folder and who signs for it."""
    released._NUMBER = itertools.count(Body.objects.count())  # an earlier process made those before
    desk = this_desk(Path(folder))
    (desk.signers,) = (desk.folder / "signer").glob("*.signers.json")
    return desk


def an_order(desk):
    """Two fields are commanded of somebody who has both."""
    walk = walking(desk).in_review()
    walk.person = of_whom_something_leaves(walk, 2)[0]
    return walk


def a_mandate(desk):
    """The marshals' notice: three fields."""
    walk = walking(desk, example("6-fleeing-felon-notice.yaml")).in_review()
    walk.person = of_whom_something_leaves(walk)[0]
    return walk


def a_consent(desk):
    """A legislator's office, with a person's signed word in the register."""
    request, today = with_consent(), desk.now.date()
    request["consent"][0]["signed_on"] = str(today - dt.timedelta(days=30))
    walk = walking(desk, request).in_review()
    walk.person = of_whom_something_leaves(walk)[0]
    scope = {name.removeprefix("consent."): value for name, value in request["consent"][0].items()}
    days = {"since": today, "until": today.replace(year=2059)}
    by, record = desk.who["intake"], walk.person["person_id"]
    subjects.record_consent(record=record, scope=scope, paper=PAPER, by=by, at=desk.minute(), **days)
    return walk


def an_own_file(desk):
    """A person who stands in no register, and made a key."""
    walk = Walk(desk, own(), body="").in_review()
    place = desk.folder / "a person"
    place.mkdir()
    _, walk.key = keys.new_recipient("A person", place, released.VALID, None)
    walk.person = next(row for row in of_whom_something_leaves(walk) if row["in_snap"] or row["in_medicaid"])
    rewritten(desk, walk.person["person_id"], "case_note", NOTE)
    return walk


def told_of(walk):
    """What a test knows of a docket: its number, whom it asks about, what the roll says, the recipient's key."""
    person = {field.value: text for field, text in texts(walk.person).items()}
    roll = {"address": walk.person["address_line1"], "phone": walk.person["phone_no"]}
    key, public = str(walk.key), walk.key.with_name(walk.key.name.replace(".key.", ".pub.")).read_text()
    return json.dumps(
        {"number": queries.row(walk.id).number, "person": person, "roll": roll, "key": key, "public": public}
    )


def comparison(number, folder):
    """What the interpreter finds of an opened package: its faults, and how many values were compared."""
    docket = queries.docket(queries.find(number))
    found = recheck.check(order_of(docket, localdate()), roll.opened(), Path(folder), standing(docket).items)
    return json.dumps([found.faults, found.cells])
