"""The docket's page in a real browser: deciding item by item, two people, drafts, keys, the session's end, the board."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, a_page, faults_of, logged_in

pytestmark = pytest.mark.long  # minutes: the journeys go the same ways at every commit

# A desk with everybody, and a docket in each state that a page has a form for; its numbers, line by line.
SET_UP = """
from django.db import transaction
from ostiary_web.casework import queries
from ostiary_web.casework.actions import intake
from ostiary_web.casework.docket.roles import Role
from tests.browser.on_site import this_desk
from tests.web.walking import Walk, order, subpoena, with_consent
from tests.web.test_desk_docket import PNG
with transaction.atomic():
    desk = this_desk()
    made = {
        "new": Walk(desk, subpoena()),
        "docketed": Walk(desk, subpoena()).docketed(),
        "review": Walk(desk, with_consent()).in_review(),
        "decision": Walk(desk, order()).in_review().reviewed("grant_in_part"),
        "plain": Walk(desk, with_consent()).in_review().reviewed(),
        "many": Walk(desk, with_consent()).in_review().reviewed(),
    }
    two = made["differ"] = Walk(desk, with_consent()).in_review()
    two.do("review", opinion="grant_in_part", needed=two.lawful[:1])
    two.do("finish_review", Role.REVIEWER_PRIVACY, opinion="grant", needed=two.lawful)
    by = desk.who["intake"].reference
    intake.add_paper(docket=made["decision"].id, kind="objection", name="scan.png", data=PNG, by=by, at=desk.minute())
for name, walk in made.items():
    print(name, queries.row(walk.id).number)
"""


@dataclass
class At:
    """A running desk, and the number of the docket in each state."""

    site: Site
    numbers: dict[str, str]

    def docket(self, name: str, path: str = "") -> str:
        return f"{self.site.home}/desk/{self.numbers[name]}/{path}"


@pytest.fixture(scope="module")
def at(site: Site) -> At:
    """The running desk with its dockets in each state."""
    return At(site, dict(line.split() for line in site.run(SET_UP).splitlines()))


@contextmanager
def seen_by(browser: Browser, at: At, name: str, script: bool = True) -> Iterator[Page]:
    """A fresh page of somebody who is logged in; nothing may have gone wrong on it by the end."""
    with a_page(browser, at.site, script, logged_in(browser, at.site, f"{name}@agency.example")) as page:
        yield page


def sound(page: Page) -> None:
    """Nobody is kept out: wide, narrow, and from right to left."""
    for direction, width in (("ltr", 1280), ("ltr", 320), ("rtl", 320)):
        page.evaluate("way => document.documentElement.dir = way", direction)
        page.set_viewport_size({"width": width, "height": 900})
        assert faults_of(page) == [], (page.url, direction, width)
    page.evaluate("document.documentElement.dir = 'ltr'")
    page.set_viewport_size({"width": 1280, "height": 900})


def twice(page: Page, button: str) -> None:
    """Press, read the letter that the act would send, and press once more."""
    page.get_by_role("button", name=button).click()
    expect(page.get_by_text("Nothing is done yet. Read the letter")).to_be_visible()
    page.get_by_role("button", name=button).click()


STATES = [
    ("intake", "new", ""), ("intake", "new", "act/return_request/"), ("verifier", "docketed", "facts/"),
    ("verifier", "docketed", "act/verify/"), ("reviewer_counsel", "review", "act/review/"),
    ("lead_counsel", "differ", ""), ("decider", "decision", ""), ("decider", "decision", "act/approve/"),
    ("decider", "decision", "act/deny/"), ("reviewer_counsel", "review", "what-if/"), ("decider", "decision", "letter/"),
    ("intake", "new", "../keys/"), ("intake", "new", "../proposals/"),
]  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize("name", sorted({who for who, _, _ in STATES}))
def test_nobody_is_kept_out_of_any_page(browser: Browser, at: At, name: str):
    with seen_by(browser, at, name) as page:
        for who, docket, path in STATES:
            if who == name:
                page.goto(at.docket(docket, path))
                sound(page)


def test_groups_are_chosen_counted_and_decided_by_keyboard_alone(browser: Browser, at: At):
    with seen_by(browser, at, "decider") as page:
        page.goto(at.docket("plain", "act/approve/"))
        count = page.locator("[data-count]")
        expect(count).to_have_text("0 of 2 items will be given")
        page.get_by_role("radio", name="Refuse").first.focus()
        page.keyboard.press("ArrowDown")
        expect(count).to_have_text("2 of 2 items will be given")
        summary = page.locator("summary", has_text="Show the 2 items")
        summary.focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        expect(count).to_have_text("1 of 2 items will be given")
        expect(page.get_by_role("radio", name="Decide one by one")).to_be_checked()
        sound(page)
        for says in ("Nothing is done yet. Read the letter", "Done: grant it, whole or in part"):
            page.get_by_role("button", name="Grant it, whole or in part").focus()
            page.keyboard.press("Enter")
            expect(page.get_by_role("status").filter(has_text=says).first).to_be_visible()


def test_a_mandate_that_is_left_open_is_led_to(browser: Browser, at: At):
    with seen_by(browser, at, "decider") as page:
        page.goto(at.docket("decision", "act/approve/"))
        expect(page.get_by_text("The law compels this")).to_be_visible()
        page.get_by_role("button", name="Grant it, whole or in part").click()
        expect(page.locator("#errors")).to_be_focused()
        sound(page)
        page.get_by_role("link", name="Give them, or refuse them on a ground").click()
        page.goto(at.docket("decision"))
        picture = page.get_by_role("img", name="The paper scan.png, as it came")
        assert picture.evaluate("image => image.naturalWidth") == 1


def test_without_script_items_are_decided_and_drafts_are_kept(browser: Browser, at: At):
    with seen_by(browser, at, "decider", script=False) as page:
        page.goto(at.docket("many", "act/approve/"))
        page.get_by_text("Give", exact=True).first.click()
        page.get_by_role("button", name="Save as a draft").click()
        expect(page.get_by_text("Your draft is back in the form")).to_be_visible()
        expect(page.get_by_role("radio", name="Give", exact=True)).to_be_checked()
        twice(page, "Grant it, whole or in part")
        expect(page.get_by_role("status").first).to_contain_text("Done:")


def test_what_is_typed_is_kept_and_comes_back(browser: Browser, at: At):
    with seen_by(browser, at, "intake") as page:
        page.goto(at.docket("new", "act/return_request/"))
        page.get_by_text("signature", exact=True).click()
        expect(page.locator("[data-draft-said]")).to_contain_text("Draft saved")
        page.goto(at.docket("new", "act/return_request/"))
        expect(page.get_by_text("Your draft is back in the form")).to_be_visible()
        expect(page.get_by_role("checkbox", name="signature")).to_be_checked()
        sound(page)
        page.get_by_role("button", name="Throw the draft away").click()
        expect(page.get_by_text("The draft is gone.")).to_be_visible()


@pytest.mark.long
def test_two_people_do_what_two_must(browser: Browser, at: At):
    with seen_by(browser, at, "verifier") as page:
        page.goto(at.docket("docketed", "act/refuse_form/"))
        expect(page.get_by_text("Two people do this")).to_be_visible()
        page.get_by_text("not signed", exact=True).click()
        sound(page)
        twice(page, "Propose:")
        expect(page.get_by_role("heading", name="Waits for a second person")).to_be_visible()
        sound(page)
    with seen_by(browser, at, "lead_counsel") as page:
        page.goto(at.site.home + "/desk/")
        page.get_by_role("link", name="Agree", exact=True).click()
        page.get_by_role("link", name=at.numbers["docketed"]).click()
        expect(page.get_by_role("heading", name="Exactly this is proposed")).to_be_visible()
        sound(page)
        page.get_by_role("button", name="I agree:").click()
        expect(page.get_by_role("status").first).to_contain_text("it is done")


@pytest.mark.long
def test_the_reviews_stand_side_by_side_and_what_differs_is_marked(browser: Browser, at: At):
    with seen_by(browser, at, "lead_counsel") as page:
        page.goto(at.docket("differ"))
        table = page.get_by_role("region", name="The reviews side by side")
        expect(table.get_by_text("they differ")).to_be_visible()
        expect(table.get_by_role("columnheader")).to_have_count(3)


def test_keys_move_never_in_a_field_and_are_switched_off(browser: Browser, at: At):
    with seen_by(browser, at, "reviewer_counsel") as page:
        page.goto(at.docket("review"))
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.tagName") == "H2"
        page.keyboard.press("v")
        expect(page.get_by_role("heading", name="What the rules say")).to_be_focused()
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="Keys")).to_be_visible()
        assert faults_of(page) == []
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press("q")
        expect(page.get_by_role("heading", name="Dockets", exact=True)).to_be_visible()

        page.goto(at.docket("review", "act/review/"))
        page.get_by_label("Your opinion").focus()
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_be_hidden()

        page.goto(at.site.home + "/desk/keys/")
        page.get_by_text("Single keys do something", exact=True).click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("The keys are off.")).to_be_visible()
        page.goto(at.docket("review"))
        page.keyboard.press("?")
        expect(page.locator("dialog#keys")).to_have_count(0)


def test_before_the_session_ends_it_asks_and_after_its_end_it_hides_the_page(browser: Browser, at: At):
    with seen_by(browser, at, "intake") as page:
        page.clock.install()
        page.goto(at.docket("new", "act/return_request/"))
        page.clock.fast_forward("27:30")
        dialog = page.get_by_role("dialog", name="Are you still there?")
        expect(dialog).to_be_visible()
        expect(dialog.get_by_text("in about 2 minutes")).to_be_visible()
        assert faults_of(page) == []
        dialog.get_by_role("button", name="Stay logged in").click()
        expect(dialog).to_be_hidden()

        page.clock.fast_forward("31:00")
        over = page.get_by_role("dialog", name="Your session has ended")
        expect(over).to_be_visible()
        expect(page.locator("main")).to_be_hidden()
        assert faults_of(page) == []
        assert "/account/login/?next=" in over.get_by_role("link", name="Log in again").get_attribute("href")


@pytest.mark.long
def test_the_board_follows_each_change_and_the_docket_stays(browser: Browser, at: At):
    with seen_by(browser, at, "reviewer_counsel") as page:
        page.goto(at.docket("review"))
        before = page.get_by_role("region", name="Item by item").inner_text()
        page.get_by_role("link", name="Try other facts, without touching the docket").click()
        said = page.locator("#said")
        told = said.inner_text()
        page.get_by_label("Purpose").or_(page.locator("#f-purpose")).first.select_option(
            "=civil_immigration_enforcement"
        )
        expect(said).not_to_have_text(told)
        expect(page.locator("#changes")).to_contain_text("(1)")
        page.goto(at.docket("review"))
        assert page.get_by_role("region", name="Item by item").inner_text() == before


@pytest.mark.long
def test_a_docket_that_changed_meanwhile_shows_what_and_loses_nothing(browser: Browser, at: At):
    with seen_by(browser, at, "intake") as page:
        page.goto(at.docket("new", "act/return_request/"))
        page.get_by_text("signature", exact=True).click()
        with seen_by(browser, at, "lead_counsel") as other:
            other.goto(at.docket("new", "act/hold/"))
            other.get_by_label("Why?").select_option("litigation")
            other.get_by_role("button", name="Shut every way out").click()
            expect(other.get_by_role("status").first).to_contain_text("Done:")
        page.get_by_role("button", name="Send it back: something is missing").click()
        expect(page.get_by_role("heading", name="The docket changed while you typed")).to_be_visible()
        expect(page.locator("#changed")).to_be_focused()
        expect(page.get_by_role("checkbox", name="signature")).to_be_checked()
        sound(page)
        page.get_by_role("button", name="Send it back: something is missing").click()
        expect(page.get_by_role("status").first).to_contain_text("Done:")
