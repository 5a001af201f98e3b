"""Whole ways out by clicks alone, on PostgreSQL: from review to what the recipient opens, exactly the decided cells."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.release_steps import (
    CLEAR,
    NOTE,
    NOTIFY,
    Way,
    approved,
    cells,
    elements,
    exactly_what_was_decided,
    found_on_the_roll,
    handed_over,
    named,
    of_package,
    opened,
    packed,
    picked_up,
    prepared,
    said_done,
    sealed,
    today,
    with_paper,
)
from tests.browser.sites import Site, a_page, sound, well_logged
from tests.browser.steps import LAST_OPINION, begin, done, give_all, reviewed, settled

pytestmark = pytest.mark.long  # each more than a minute: ten people log in, and the worker starts twice

OMIT = "No notice is due on this track"
STAY = "Stop it: a suit, an order, a challenge of everything"
STAY_ENDS, STAY_OVER = "What stopped it has ended", "The stay is over"
FILES = 4  # of which a certificate says where each was, and how it was destroyed


def in_decision(browser: Browser, site: Site, which: str) -> Way:
    """A docket whose person is known, reviewed by two who agree."""
    way = prepared(browser, site, which)
    found_on_the_roll(way)
    reviewed(browser, site, way.number, "grant")
    settled(browser, site, way.number)
    return way


def told(way: Way) -> None:
    """The people concerned are told."""
    with way.seen_by("notice_officer") as page:
        with_paper(page, "correspondence")
        begin(page, NOTIFY)
        named(page, "Letter", "correspondence")
        sound(page)
        done(page, NOTIFY)


def cleared(way: Way, cause: str) -> None:
    """What the notice was to give time for is over."""
    with way.seen_by("notice_officer") as page:
        begin(page, CLEAR)
        page.get_by_label("Why?").select_option(cause)
        if cause == "waived":
            named(page, "Waivers", "correspondence")
        sound(page)
        done(page, CLEAR)


def without_notice(way: Way) -> None:
    """On this track nobody is told before."""
    with way.seen_by("notice_officer") as page:
        begin(page, OMIT)
        done(page, OMIT)
    cleared(way, "no_window")


def taken(way: Way) -> dict:
    """From cleared to what the recipient reads, which is what was decided: its one row."""
    packed(way)
    sealed(way)
    folder = opened(way, picked_up(way, handed_over(way)))
    exactly_what_was_decided(way, folder)
    (row,) = cells(folder)
    return row


def test_a_courts_order_names_two_fields(browser: Browser, site: Site):
    way = in_decision(browser, site, "an_order")
    approved(way)
    told(way)
    cleared(way, "waived")

    row = taken(way)
    assert elements(row) == {"address_residential", "phone"}  # and not the employer, which the order does not name
    assert {way.roll["address"], way.roll["phone"]} <= set(row.values())
    certified(way)


def certified(way: Way) -> None:
    """The recipient's certificate of destruction is copied from its paper, file by file."""
    with way.seen_by("records_officer") as page:
        expect(page.get_by_text("Stage: receipted.")).to_be_visible()
        page.get_by_role("link", name="Accept a certificate of destruction").click()
        page.get_by_role("button", name="Accept it").click()
        expect(page.get_by_text("This field is required.").first).to_be_visible()
        sound(page)
        page.get_by_label("Who signed the certificate?").fill("The clerk of the court")
        page.get_by_label("On which day?").fill(str(today()))
        for place in range(FILES):
            page.get_by_label("where was it?").nth(place).fill("the clerk's safe")
            page.get_by_label("how was it destroyed?").nth(place).select_option("shredded")
        page.get_by_role("button", name="Accept it").click()
        said_done(page)
        expect(page.get_by_text("Stage: disposed.")).to_be_visible()
        sound(page)
    assert well_logged(way.site)


def test_a_person_gives_consent(browser: Browser, site: Site):
    way = in_decision(browser, site, "a_consent")
    approved(way)
    told(way)
    cleared(way, "waived")

    row = taken(way)
    assert elements(row) <= {"program_enrollment", "address_residential"}


CLEAN = "Called on Monday. [removed] looks after the child."


def read_for_others(way):
    """A note about the person speaks of a neighbour: the custodian takes that out before anything can be packed."""
    with way.seen_by("custodian") as page:
        page.get_by_role("link", name="Texts that may speak of other people").click()
        expect(page.get_by_text(NOTE).first).to_be_visible()
        sound(page)
        page.get_by_label("what may leave").fill("")
        page.get_by_role("button", name="This may leave").click()
        expect(page.get_by_role("alert")).to_be_visible()
        sound(page)
        page.get_by_label("what may leave").fill(CLEAN)
        page.get_by_role("button", name="This may leave").click()
        expect(page.get_by_text("Kept. The checker reads both texts.")).to_be_visible()


def test_a_person_asks_for_the_own_file(browser: Browser, site: Site):
    way = prepared(browser, site, "an_own_file")
    with way.seen_by("verifier") as page:
        page.get_by_role("link", name="Register the key of the private requester").click()
        sound(page)
        page.get_by_label("The public key").fill(way.public)
        page.get_by_label("Last day on which it may be used").fill(str(today().replace(year=2059)))
        page.get_by_role("button", name="Register the key").click()
        expect(page.get_by_text("The key is registered.")).to_be_visible()
    found_on_the_roll(way)
    with way.seen_by("reviewer_privacy") as page:
        begin(page, LAST_OPINION)
        page.get_by_label("Your opinion").select_option("grant")
        give_all(page)
        done(page, LAST_OPINION)
    approved(way)
    without_notice(way)
    read_for_others(way)

    row = taken(way)
    assert CLEAN in row.values()
    assert NOTE not in row.values()
    with way.seen_by("records_officer") as page:
        expect(page.get_by_text("Track: own.")).to_be_visible()


def only_the_telephone(page: Page) -> None:
    """One item is given; the other, which the law compels, is refused on a ground with its paper."""
    page.get_by_text("Decide one by one", exact=True).click()
    page.locator("summary", has_text="Show the 2 items").click()
    page.locator("label", has_text="Telephone").click()
    page.get_by_label("On which ground is any of these refused?").select_option("objection_filed")
    named(page, "The paper that says so", "court paper")


def test_of_an_overbroad_demand_one_field_is_given(browser: Browser, site: Site):
    way = in_decision(browser, site, "an_order")
    with way.seen_by("decider") as page:
        with_paper(page, "court_paper")
    approved(way, only_the_telephone)
    told(way)
    cleared(way, "waived")

    row = taken(way)
    assert elements(row) == {"phone"}
    assert way.roll["address"] not in row.values()


def test_while_it_is_stayed_nothing_can_be_packed(browser: Browser, site: Site):
    way = in_decision(browser, site, "an_order")
    approved(way)
    told(way)
    with way.seen_by("notice_officer") as page:
        begin(page, STAY)
        page.get_by_label("Why?").select_option("suit")
        sound(page)
        done(page, STAY)
        expect(page.get_by_text("Stage: stayed.")).to_be_visible()
    with way.seen_by("custodian") as page:
        expect(page.get_by_role("link", name="Pack what was approved")).to_have_count(0)
        forced(way, page)
    over(way)

    row = taken(way)
    assert elements(row) == {"address_residential", "phone"}


def forced(way: Way, page: Page) -> None:
    """Who knows the address of the form can send it; it says why not, and nothing waits for the worker."""
    page.goto(f"{way.site.home}/desk/{way.number}/package/pack/")
    page.get_by_label("By which day must the recipient").fill(str(today().replace(year=2059)))
    page.get_by_role("button", name="Pack it").click()
    expect(page.get_by_text("stayed").first).to_be_visible()
    sound(page)
    way.open(page)
    expect(page.get_by_text("It waits for the worker.")).to_have_count(0)


def over(way: Way) -> None:
    """The hearing officer says that what stopped it has ended, and frees it."""
    with way.seen_by("hearing_officer") as page:
        begin(page, STAY_ENDS)
        page.get_by_label("Why?").select_option("taken_back")
        done(page, STAY_ENDS)
        begin(page, STAY_OVER)
        page.get_by_label("Why?").select_option("waived")
        named(page, "Waivers", "correspondence")
        done(page, STAY_OVER)


def test_an_order_is_vacated_after_it_was_handed_over(browser: Browser, site: Site):
    way = in_decision(browser, site, "an_order")
    approved(way)
    told(way)
    cleared(way, "waived")
    packed(way)
    sealed(way)
    code = handed_over(way)
    folder = opened(way, picked_up(way, code))
    exactly_what_was_decided(way, folder)
    with way.seen_by("lead_counsel") as page:
        of_package(page).get_by_role("link", name="Call the release back").click()
        page.get_by_label("Why is it called back?").select_option("order_vacated")
        sound(page)
        page.get_by_role("button", name="Call it back").click()
        said_done(page)
        expect(page.get_by_text("Stage: recalled.")).to_be_visible()
        expect(page.get_by_role("link", name="recall")).to_be_visible()
        sound(page)
    no_longer_opens(way, code)
    assert well_logged(site)


def no_longer_opens(way: Way, code: str) -> None:
    with a_page(way.browser, way.site) as page:
        way.prove(page, code)
        expect(page.get_by_text("This does not open anything.")).to_be_visible()
        sound(page)
