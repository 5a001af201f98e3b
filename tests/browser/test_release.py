"""The custodian's pages in a real browser, with a real worker: screen, persons, comparing; and the pick-up page."""

import json

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.sites import Site, a_page, at_desk, sound

# A docket under review; prints its number and a person.
SET_UP = """
import json
from pathlib import Path
from ostiary_web.casework import queries
from tests.browser.on_site import this_desk
from tests.web.matched import NAME, on_the_roll, texts
from tests.web.walking import Walk, order
desk = this_desk(Path(sys.argv[1]))
walk = Walk(desk, order()).in_review()
said = {field.value: text for field, text in texts(on_the_roll(desk)[3], NAME).items()}
print(json.dumps([queries.row(walk.id).number, said]))
"""


@pytest.fixture(scope="module")
def docket(site: Site) -> tuple[str, dict]:
    """A docket's number, and a person of the roll as a request might name them."""
    number, person = json.loads(site.run(SET_UP, str(site.folder)).splitlines()[-1])
    return number, person


@pytest.mark.long
def test_the_custodian_screens_matches_and_compares(browser: Browser, site: Site, docket):
    number, person = docket
    with at_desk(browser, site, "custodian") as page:
        page.goto(f"{site.home}/desk/{number}/")
        page.get_by_role("button", name="Screen the roll").click()
        expect(page.get_by_text("It waits for the worker.")).to_be_visible()
        sound(page)
        site.work()
        # The page's script sees that it is over, and loads the page again by itself.
        expect(page.get_by_role("heading", name="What would leave the roll")).to_be_visible()
        expect(page.get_by_role("region", name="Screen of the roll, line by line")).to_be_visible()
        expect(page.locator("img.picture")).to_be_visible()
        sound(page)
        page.get_by_role("link", name="Add a person").click()
        page.get_by_role("button", name="Add the person").click()
        expect(page.get_by_text("names nobody").or_(page.get_by_text("has no name"))).to_be_visible()
        sound(page)
        page.get_by_label("First name").fill(person["first"])
        page.get_by_label("Last name").fill(person["last"])
        page.get_by_label("Birth date").fill(person["dob"])
        page.get_by_role("button", name="Add the person").click()
        page.get_by_role("button", name="Match with the roll").click()
        site.work()
        page.goto(f"{site.home}/desk/{number}/")
        page.get_by_role("link", name="Compare person 1 with the roll").click()
        expect(page.get_by_text("2 people decide, each alone.")).to_be_visible()
        page.get_by_text("How the weight comes about").click()
        sound(page)
        page.get_by_text("Yes, the same person").click()
        page.get_by_role("button", name="Record for candidate 1").click()
        expect(page.get_by_text("You have said what you think of this candidate.")).to_be_visible()
        sound(page)


@pytest.mark.long
def test_the_pick_up_page_says_nothing_to_who_guesses(browser: Browser, site: Site, docket):
    number, _ = docket
    with a_page(browser, site, script=False) as page:
        page.goto(site.home + "/request/pick-up/")
        page.get_by_label("Pick-up code").fill("a guess")
        page.get_by_label("Number of the request").fill(number)
        page.get_by_label("Secret of your receipt").fill("another guess")
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_text("opens nothing").or_(page.get_by_text("does not open anything"))).to_be_visible()
    with a_page(browser, site) as page:
        page.goto(site.home + "/request/pick-up/")
        sound(page)
