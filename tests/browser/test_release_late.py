"""A mandate without notice before: its notice comes late, and by itself. On a desk of its own, whose clock goes ahead."""

import datetime as dt

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.release_steps import approved, found_on_the_roll, named, prepared, today, with_paper
from tests.browser.sites import Site, a_site, sound, well_logged
from tests.browser.steps import begin, reviewed, settled
from tests.browser.test_release_journeys import cleared, elements, taken

DELAY = "Delay the notice, by an order or a cited rule"
LATE = "a delay ended: tell the people now"
WORDS = """
from tests.browser.on_site import this_desk
from ostiary_web.casework.actions.machine import LATE_NOTICE
from ostiary_web.registry.actions import rules
desk = this_desk()
by, other = desk.who["notice_officer"], desk.who["reviewer_privacy"]
late = rules.add_letter(code=LATE_NOTICE, language="en", text="Records about you were given.", by=by, at=desk.minute())
rules.review_letter(letter=late.pk, by=other, at=desk.minute())
"""
# What the worker does for dockets, two rounds, as if its clock stood days ahead; whether the accounting is shut.
DAYS_LATER = """
import datetime as dt
from django.utils import timezone
from ostiary_web.casework import models, queries
from ostiary_web.worker.schedule import duties
number, days = sys.argv[1], int(sys.argv[2])
clock = timezone.now
timezone.now = lambda: clock() + dt.timedelta(days=days)
of_dockets = [one for one in duties() if one.name.startswith("casework.")]
for duty in (*of_dockets, *of_dockets):
    duty.run()
(row,) = models.Disclosed.objects.filter(of__docket_id=queries.find(number))
print(bool(row.withheld_because), row.told_from)
"""


@pytest.fixture(scope="module")
def late_site(tmp_path_factory):
    with a_site(tmp_path_factory.mktemp("late")) as running:
        yield running


@pytest.mark.long
def test_a_mandate_of_three_fields_is_told_late_and_by_itself(browser: Browser, late_site: Site):
    site = late_site
    site.run(WORDS)
    way = prepared(browser, site, "a_mandate")
    found_on_the_roll(way)
    reviewed(browser, site, way.number, "grant")
    settled(browser, site, way.number)
    approved(way)
    delayed(way)
    cleared(way, "notice_delayed")

    row = taken(way)
    assert elements(row) <= {"address_residential", "ssn", "photo"}  # and not the telephone, which no rule names
    assert site.run(DAYS_LATER, way.number, "0").split() == ["True", str(today() + dt.timedelta(days=1))]
    with way.seen_by("notice_officer") as page:
        expect(page.get_by_role("region", name="What happened").get_by_text(LATE)).to_have_count(0)

    assert site.run(DAYS_LATER, way.number, "2").split()[0] == "False"
    with way.seen_by("notice_officer") as page:
        expect(page.get_by_role("region", name="What happened").get_by_text(LATE)).to_be_visible()
        sound(page)
    assert well_logged(site)


def delayed(way):
    """The notice officer proposes it with the paper, until today; counsel agrees."""
    with way.seen_by("notice_officer") as page:
        with_paper(page, "court_paper")
        begin(page, DELAY)
        page.get_by_label("Until which day?").fill(str(today()))
        page.get_by_label("The provision that it rests on").select_option("snap_fleeing_7usc2020e8E")
        named(page, "The paper that orders it", "court paper")
        sound(page)
        page.get_by_role("button", name=f"Propose: {DELAY[0].lower()}{DELAY[1:]}").click()
        expect(page.get_by_role("status").first).to_contain_text("Proposed.")
    with way.seen_by("lead_counsel") as page:
        page.get_by_role("link", name="Agree", exact=True).click()
        page.get_by_role("link", name=way.number).click()
        expect(page.get_by_role("link", name="paper.pdf")).to_be_visible()
        expect(page.get_by_text("7 USC 2020(e)(8)")).to_be_visible()
        sound(page)
        page.get_by_role("button", name="I agree").click()
        expect(page.get_by_role("status").first).to_contain_text("it is done")
