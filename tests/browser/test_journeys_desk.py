"""Whole ways by clicks alone, each official logged in with both factors: granted in part, asked back, on paper, in danger."""

import datetime as dt
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, a_page, at_desk, sound, well_logged
from tests.browser.steps import (
    NUMBER_IT,
    PDF,
    answered,
    at_docket,
    begin,
    confirm,
    done,
    follow,
    give_all,
    numbered,
    reviewed,
    send,
    settled,
    verified,
)
from tests.web.test_desk_docket import PNG
from tests.web.walking import CHICAGO

ASK = "Ask the requester; the clock stops"
APPROVE = "Grant it, whole or in part"
AFTERWARDS = "Look at the emergency afterwards"
BODIES = """
from tests.browser.on_site import this_desk
from tests.web.walking import a_body
desk = this_desk()
desk.minute()
a_body(desk, "court", "district_court")
a_body(desk, "local_police", "city_police")
"""


@pytest.fixture(scope="module")
def known(site: Site) -> Site:
    """The desk, whose register knows a court and a police."""
    site.run(BODIES)
    return site


def say_ordered(page: Page) -> None:
    """The second page, for the order of a court."""
    page.get_by_label("What kind of court issued it?").select_option(label="a federal district court")
    page.get_by_label("Is the paper in force").select_option(label="in force")
    for question in ("Is the paper signed?", "Does the paper name the persons"):
        page.get_by_role("group", name=question).get_by_text("yes").click()


def test_a_courts_order_is_approved_in_part(browser: Browser, known: Site):
    site = known
    with a_page(browser, site) as page:
        number, secret = send(
            page, site, stated=say_ordered, who="Court (order)", kind="Order signed by a judge", body="district_court",
            program="SNAP", elements="Current residential address; Telephone; Employer",
        )  # fmt: skip
    with at_docket(browser, site, "intake", number) as page:
        confirm(page, number)
        numbered(page)
    with at_docket(browser, site, "custodian", number) as page:
        answered(page, number)
    with at_docket(browser, site, "lead_counsel", number) as page:
        answered(page, number, these=("Current residential address", "Telephone"))
    with at_docket(browser, site, "verifier", number) as page:
        confirm(page, number)
        answered(page, number, yes=("Is the paper signed by a judge", "Has the court's clerk", "Have the requester"))
        verified(page)
    reviewed(browser, site, number, "grant_in_part")
    settled(browser, site, number)
    with at_docket(browser, site, "decider", number) as page:
        begin(page, APPROVE)
        sound(page)
        expect(page.get_by_text("The law compels this")).to_be_visible()
        expect(page.locator(".item-group--shut")).to_contain_text("Employer")
        give_all(page)
        done(page, APPROVE)
        page.get_by_role("link", name="Read the letter").click()
        expect(page.locator(".letter")).to_contain_text("Employer")
        sound(page)
    with a_page(browser, site) as page:
        follow(page, site, number, secret)
        # Until something leaves, where it stands reads alike for every request; the letter says what was decided.
        expect(page.locator("#status")).to_contain_text("We are working on it")
        expect(page.locator(".letter").first).to_contain_text("Employer")
        sound(page)
    assert well_logged(site)


def test_the_agency_asks_back_and_the_requester_answers_at_the_counter(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        number, secret = send(page, site)
    with at_docket(browser, site, "intake", number) as page:
        confirm(page, number)
        numbered(page)
    with at_docket(browser, site, "verifier", number) as page:
        confirm(page, number)
        verified(page)
    with at_docket(browser, site, "reviewer_counsel", number) as page:
        begin(page, ASK)
        page.get_by_label("How many questions").fill("1")
        page.get_by_text("person", exact=True).click()
        page.get_by_label("The questions, one on each line").fill("Which of the two persons of this name?")
        done(page, ASK)
        sound(page)
    with a_page(browser, site) as page:
        follow(page, site, number, secret)
        expect(page.locator("#wanted")).to_contain_text("Whom exactly do you ask about?")
        expect(page.locator(".letter").first).to_contain_text("Which of the two persons of this name?")
        form = page.locator("form", has=page.get_by_role("heading", name="Answer our questions"))
        form.get_by_label("What you want to say").fill("The elder of the two.")
        form.get_by_label("A paper, if you have one").set_input_files(PDF)
        sound(page)
        form.get_by_role("button", name="Answer our questions").click()
        expect(page.locator("#status")).to_contain_text("We are working on it")
    with at_docket(browser, site, "reviewer_counsel", number) as page:
        expect(page.get_by_role("list").filter(has_text="Answer the questions")).not_to_have_count(0)
    reviewed(browser, site, number, "deny")
    settled(browser, site, number)
    with at_docket(browser, site, "decider", number) as page:
        begin(page, "Deny it")
        done(page, "Deny it")
    with a_page(browser, site) as page:
        follow(page, site, number, secret)
        expect(page.locator("#status")).to_contain_text("denied")


def test_a_paper_that_came_by_post_is_keyed_in_with_its_scan(browser: Browser, site: Site):
    day = dt.datetime.now(CHICAGO).date() - dt.timedelta(days=2)
    with at_desk(browser, site, "intake") as page:
        page.get_by_role("link", name="Key in a request").click()
        page.get_by_label("How did it come?").select_option("post")
        page.get_by_label("On which day did it come?").fill(day.isoformat())
        page.get_by_label("Who asks, and for which office?").fill("Olive Officer, Field Office 7")
        page.get_by_label("Who is asking?").select_option(label="ICE Homeland Security Investigations")
        page.get_by_label("For what purpose").select_option(label="civil immigration enforcement")
        page.get_by_label("What kind of paper").select_option(label="I-138 under 8 USC 1225(d)(4)")
        page.get_by_label("Whom does it ask about?").fill("Jane Roe, born 1980\nJohn Roe")
        page.get_by_text("Medicaid or CHIP", exact=True).click()
        page.get_by_text("Current residential address", exact=True).click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("It is entered 2 days after it came.")).to_be_visible()
        page.get_by_label("The scan of the paper").set_input_files(
            {"name": "../scan.png", "mimeType": "image/png", "buffer": PNG}
        )
        page.get_by_role("button", name="Take it in").click()
        number = taken_in(page)
        confirm(page, number)
        numbered(page)
    with at_docket(browser, site, "verifier", number) as page:
        came = page.get_by_role("region", name="What came")
        expect(came.get_by_text("Jane Roe, born 1980")).to_be_visible()
        picture = came.get_by_role("img", name=re.compile("as it came"))
        assert picture.evaluate("async image => (await image.decode(), image.naturalWidth)") == 1
        confirm(page, number)
        verified(page)
        expect(page.get_by_text("Stage: in review.")).to_be_visible()


def taken_in(page: Page) -> str:
    """The number that the request got."""
    expect(page.get_by_role("status").first).to_contain_text("Taken in as")
    found = re.search(r"\d{4}-\d{6}", page.url)
    assert found is not None
    return found[0]


def telephoned(page: Page) -> str:
    """Key in what a sergeant says on the telephone."""
    page.get_by_role("link", name="Key in a request").click()
    page.get_by_label("How did it come?").select_option("phone")
    page.get_by_role("group", name="Did it come in writing?").get_by_text("no, it was only said").click()
    page.get_by_text("It says that somebody is in danger now", exact=True).click()
    page.get_by_label("Who asks, and for which office?").fill("Sergeant Example, City police")
    page.get_by_label("Who is asking?").select_option(label="Municipal/county police (any state)")
    page.get_by_label("Which body of the register is it?").select_option("city_police")
    page.get_by_label("For what purpose").select_option(label="averting an imminent threat")
    page.get_by_label("What kind of paper").select_option(label="Oral request")
    page.get_by_label("Whom does it ask about?").fill("Jane Roe, born 1980")
    page.get_by_text("Medicaid or CHIP", exact=True).click()
    page.get_by_text("Current residential address", exact=True).click()
    page.get_by_label("How many persons are asked about?").fill("1")
    page.get_by_label("How are the persons identified?").select_option(label="name")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check it, add the scan, take it in")).to_be_visible()
    page.get_by_role("group", name="Does the paper name the persons").get_by_text("yes").click()
    page.get_by_label("Is the paper in force").select_option(label="in force")
    sound(page)
    if page.locator("#put_in_writing").count():
        page.locator("label[for=put_in_writing]").click()
    page.get_by_role("button", name="Take it in").click()
    return taken_in(page)


def test_somebody_is_in_danger(browser: Browser, known: Site):
    site = known
    with at_desk(browser, site, "intake") as page:
        number = telephoned(page)
        confirm(page, number)
        begin(page, NUMBER_IT)
        page.get_by_label("In which form did the paper come?").select_option("none")
        done(page, NUMBER_IT)
    with at_docket(browser, site, "custodian", number) as page:
        answered(page, number)
    with at_docket(browser, site, "lead_counsel", number) as page:
        answered(page, number, yes=("Is there a serious and imminent",))
    with at_docket(browser, site, "verifier", number) as page:
        confirm(page, number)
        answered(page, number, yes=("Was it confirmed by calling back", "Have the requester"))
        verified(page)
        expect(page.get_by_text("Track: emergency.")).to_be_visible()
    reviewed(browser, site, number, "grant")  # by the two on call; nobody settles between them on this track
    with at_docket(browser, site, "decider", number) as page:
        begin(page, APPROVE)
        give_all(page)
        done(page, APPROVE)
    with at_docket(browser, site, "third_reviewer", number) as page:
        begin(page, AFTERWARDS)
        page.get_by_label("Finding").select_option("justified")
        sound(page)
        done(page, AFTERWARDS)
    assert well_logged(site)
