"""Keying in, the queue, who has what, letters and notes in a real browser: axe, 320 px, the keyboard alone, on paper."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, at_desk, sound

pytestmark = pytest.mark.long  # minutes: the journeys go the same ways at every commit

PNG = b"\x89PNG\r\n\x1a\n a scan"


@pytest.fixture(scope="module")
def number(browser: Browser, site: Site) -> str:
    """A request that intake keyed in, and has; looked at on the way."""
    with at_desk(browser, site, "intake") as page:
        page.get_by_role("link", name="Key in a request").click()
        sound(page)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        sound(page)
        fill_in(page)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="What the law misses")).to_be_visible()
        sound(page)
        page.get_by_label("The scan of the paper").set_input_files(
            {"name": "scan.png", "mimeType": "image/png", "buffer": PNG}
        )
        page.get_by_role("button", name="Take it in").click()
        expect(page.get_by_role("status").first).to_contain_text("Taken in as")
        found = re.search(r"\d{4}-\d{6}", page.url)
        assert found is not None
        page.get_by_role("button", name="Take it on as intake").click()
        expect(page.get_by_text("Given to intake (intake).")).to_be_visible()
        acknowledge(page)
        return found[0]


def acknowledge(page: Page) -> None:
    """The letter is read before it goes; it is kept, and is a PDF too."""
    page.locator("#main").get_by_role("link", name="Tell the requester that it arrived").click()
    expect(page.get_by_role("heading", name="The letter as it will go out")).to_be_visible()
    page.get_by_label("What do you want to add to the letter?").fill("We are shut on Friday.")
    page.get_by_role("button", name="Tell the requester that it arrived").click()
    expect(page.get_by_text("Nothing is done yet.")).to_be_visible()
    expect(page.locator(".letter")).to_contain_text("We are shut on Friday.")
    sound(page)
    page.get_by_role("button", name="Tell the requester that it arrived").click()
    expect(page.get_by_role("status").first).to_contain_text("Done")
    page.get_by_role("link", name="Read the letter").click()
    sound(page)
    with page.expect_download() as got:
        page.get_by_role("link", name="Save it as PDF").click()
    assert got.value.path().read_bytes().startswith(b"%PDF-")


def fill_in(page: Page) -> None:
    page.get_by_label("How did it come?").select_option("post")
    page.get_by_label("Who asks, and for which office?").fill("Olive Officer, Field Office 7")
    page.get_by_label("Who is asking?").select_option(label="ICE Homeland Security Investigations")
    page.get_by_label("For what purpose").select_option(label="civil immigration enforcement")
    page.get_by_label("What kind of paper").select_option(label="I-138 under 8 USC 1225(d)(4)")
    page.get_by_label("Whom does it ask about?").fill("Jane Roe, born 1980\nJohn Roe")
    page.get_by_text("Medicaid or CHIP", exact=True).click()
    page.get_by_text("Current residential address", exact=True).click()


def test_the_queue_its_search_and_its_table(browser: Browser, site: Site, number: str):
    with at_desk(browser, site, "lead_counsel") as page:
        page.get_by_role("link", name=re.compile("All open")).click()
        expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("Give it its place, or send it back")
        expect(page.get_by_role("row", name=re.compile(number))).to_contain_text("given to intake")
        sound(page)
        page.get_by_label("Number, or a part of it").fill(number)
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_text("One docket.")).to_be_visible()
        page.get_by_role("link", name=re.compile("Received")).click()
        expect(page.get_by_role("columnheader", name=re.compile("Received"))).to_have_attribute(
            "aria-sort", "ascending"
        )
        assert f"number={number}" in page.url
        with page.expect_download() as got:
            page.get_by_role("link", name=re.compile("as a table")).click()
        assert number in got.value.path().read_text()
        page.get_by_label("Number, or a part of it").fill("9999-")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_text("No docket fits this search")).to_be_visible()
        sound(page)
        page.get_by_role("link", name="How much each person has").click()
        sound(page)
        by_the_keyboard(page, site, number)


def by_the_keyboard(page: Page, site: Site, number: str) -> None:
    """Give the docket to somebody with the keys alone."""
    page.goto(f"{site.home}/desk/{number}/assign/")
    sound(page)
    page.get_by_label("Who takes it on, and as what?").focus()
    page.keyboard.type("verifier: verifier")
    page.keyboard.press("Tab")
    page.keyboard.type("it must")
    page.keyboard.press("Tab")
    page.keyboard.type("The court waits.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("It is given")
    expect(page.get_by_text("Given to verifier (verifier).")).to_be_visible()


def test_the_agencys_wording_is_shown_while_it_is_typed(browser: Browser, site: Site, number: str):
    with at_desk(browser, site, "custodian") as page:
        page.goto(f"{site.home}/desk/{number}/papers/add/")
        sound(page)
        page.goto(f"{site.home}/desk/letters/")
        sound(page)
    with at_desk(browser, site, "notice_officer") as page:
        page.goto(f"{site.home}/desk/letters/acknowledgement/")
        sound(page)
        page.get_by_label("The wording").fill("Good morning from $agency.\n\n$words")
        expect(page.locator("[data-shown]")).to_contain_text("Good morning from")
        page.get_by_label("The wording").fill("Good morning from $nobody.")
        expect(page.locator("[data-shown]")).to_contain_text("names what there is not")
        page.get_by_role("button", name="Keep this wording for review").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        sound(page)


def test_a_note_calls_a_colleague(browser: Browser, site: Site, number: str):
    with at_desk(browser, site, "decider") as page:
        page.goto(f"{site.home}/desk/{number}/")
        page.get_by_label("Write a note").fill("Please look at the seal, @checker")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("status").first).to_contain_text("The note is kept")
        sound(page)
        page.get_by_label("Write a note").fill("And you, @nobody")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.get_by_role("alert")).to_contain_text("nobody is called @nobody", ignore_case=True)
        sound(page)
    with at_desk(browser, site, "checker", script=False) as page:
        page.get_by_role("link", name=re.compile("Mentions .one new")).click()
        sound_without_script(page)
        page.get_by_role("link", name=re.compile(number)).click()
        expect(page.get_by_text("calls you", exact=True)).to_be_visible()
        page.get_by_role("button", name="I have seen what calls me").click()
        expect(page.get_by_role("link", name="Mentions", exact=True)).to_be_visible()


def sound_without_script(page: Page) -> None:
    """Axe is a script; what is left to see is that nothing stands outside a narrow page."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.get_by_role("heading", name="Notes that call you").is_visible()
    page.set_viewport_size({"width": 1280, "height": 900})


def test_on_paper(browser: Browser, site: Site, number: str):
    with at_desk(browser, site, "executive") as page:
        page.goto(f"{site.home}/desk/?show=open")
        page.emulate_media(media="print")
        expect(page.get_by_role("link", name="Log out")).to_be_hidden()
        expect(page.get_by_role("button", name="Search")).to_be_hidden()
        expect(page.get_by_role("rowheader", name=number)).to_be_visible()
        page.goto(f"{site.home}/desk/{number}/")
        expect(page.get_by_role("heading", name=f"Docket {number}")).to_be_visible()
        expect(page.get_by_role("button", name="Keep the note")).to_be_hidden()
        page.goto(f"{site.home}/desk/{number}/letter/")
        expect(page.locator(".letter")).to_be_visible()
        expect(page.get_by_role("link", name="Save it as PDF")).to_be_hidden()
