"""Something that was given was wrong: looked for, named, approved by another, told, read; by clicks, on PostgreSQL."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.release_steps import today
from tests.browser.sites import Site, a_page, at_desk, sound, well_logged
from tests.browser.steps import follow
from tests.web.released import ostiary

# A court's order whose package the recipient has opened; then the street in the records is another one.
SET_UP = """
import json
from tests.browser.on_its_way import a_desk
from tests.web.corrected import ADDRESS, SECRET, in_the_records, with_a_receipt
from ostiary_web.casework import queries
walk = with_a_receipt(a_desk(sys.argv[1]))
number = queries.row(walk.id).number
now = f"9 Other Street, flat {number}"
print(json.dumps([number, SECRET, in_the_records(walk, **{ADDRESS: now})[ADDRESS], now]))
"""
LOOK, APPROVE = "Look for wrong values", "Approve it, and tell the recipient"


def docket(page: Page, site: Site, number: str) -> None:
    page.goto(f"{site.home}/desk/{number}/")
    expect(page.get_by_role("heading", name="Values that were wrong", level=2)).to_be_visible()


@pytest.mark.long
def test_a_wrong_value_is_looked_for_approved_told_and_read(browser: Browser, site: Site):
    number, secret, was, is_now = json.loads(site.run(SET_UP, str(site.folder)).splitlines()[-1])
    looked(browser, site, number)
    told(browser, site, number, (was, is_now))
    notice = read(browser, site, number, secret)

    (signers,) = (site.folder / "signer").glob("*.signers.json")
    checked = ostiary("notice", notice, "--signers", signers)
    assert checked.returncode == 0, checked.stderr
    assert "Signed by The agency" in checked.stdout
    with at_desk(browser, site, "records_officer") as page:
        docket(page, site, number)
        expect(page.get_by_text("Read on", exact=False).first).to_contain_text("The clerk of the court")
        sound(page)
    assert well_logged(site)


def looked(browser: Browser, site: Site, number: str) -> None:
    """The custodian names one value, first by half; the worker finds another in the records."""
    with at_desk(browser, site, "custodian") as page:
        docket(page, site, number)
        expect(page.get_by_text("Nobody has looked for wrong values in this release.")).to_be_visible()
        page.get_by_role("link", name=LOOK).click()
        page.get_by_label("Row of the release").fill("1")
        page.get_by_role("button", name=LOOK).click()
        expect(page.get_by_text("Say of a value its row")).to_be_visible()
        sound(page)
        page.get_by_label("Which value was wrong?").select_option("snap/phone")
        page.get_by_label("On which day was it found?").fill(str(today()))
        page.get_by_label("Why is it wrong?").select_option("typing")
        page.get_by_label("What should whoever approves it know?").fill("The clerk read it out <b>.")
        page.get_by_role("button", name=LOOK).click()
        expect(page.get_by_text("It waits for the worker.")).to_be_visible()
        sound(page)
        site.work()  # and the page's script sees that it is over
        expect(page.get_by_role("region", name="Wrong values, line by line").get_by_role("row")).to_have_count(3)
        expect(page.get_by_role("button", name=APPROVE)).to_have_count(0)
        sound(page)
        page.get_by_role("link", name="Read the notice").click()
        expect(page.get_by_role("heading", name="The letter as it will go out")).to_be_visible()
        expect(page.get_by_role("button", name=APPROVE)).to_have_count(0)
        sound(page)


def told(browser: Browser, site: Site, number: str, values: tuple[str, str]) -> None:
    """Somebody else reads each line and the letter, in which no value stands, and approves it."""
    with at_desk(browser, site, "records_officer") as page:
        docket(page, site, number)
        page.get_by_role("link", name="Approve the notice").click()
        expect(page.locator("#main")).to_contain_text("The clerk read it out <b>.")
        for value in values:
            expect(page.locator("#main")).not_to_contain_text(value)
        sound(page)
        page.get_by_role("button", name=APPROVE).click()
        expect(page.get_by_role("status").first).to_contain_text("Done. The recipient finds the letter")
        expect(page.get_by_text("Nobody has said yet that it was read.")).to_be_visible()
        sound(page)
        page.get_by_role("link", name="Note who has read it").click()
        sound(page)


def read(browser: Browser, site: Site, number: str, secret: str):
    """The recipient reads the letter, saves the signed notice, and signs; where the notice was saved."""
    with a_page(browser, site) as page:
        follow(page, site, number, secret)
        expect(page.get_by_role("heading", name="Something that you were given was wrong")).to_be_visible()
        expect(page.locator(".letter").first).to_contain_text("Do not rely on these values any more")
        sound(page)
        with page.expect_download() as coming:
            page.get_by_role("button", name="Save the signed notice").click()
        place = site.folder / "taken" / coming.value.suggested_filename
        coming.value.save_as(place)
        page.get_by_role("button", name="I have read it").click()
        expect(page.get_by_text("Sign with your full name and office.")).to_be_visible()
        sound(page)
        page.get_by_label("Your full name and office").fill("The clerk of the court")
        page.get_by_role("button", name="I have read it").click()
        expect(page.get_by_text("The clerk of the court.")).to_be_visible()
        sound(page)
    return place
