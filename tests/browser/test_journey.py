"""A request's whole way in a real browser: the public form, the desk, two reviews, a denial, its letter, an appeal."""

import re

from playwright.sync_api import Browser, expect

from tests.browser.sites import Site, a_page, at_desk, sound, well_logged
from tests.browser.steps import at_docket, begin, confirm, done, follow, numbered, reviewed, send, settled, verified


def test_from_the_public_form_to_a_denial_its_letter_and_an_appeal(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        number, secret = send(page, site, look=sound)
        follow(page, site, number, secret)
        expect(page.locator("#status")).to_contain_text("It arrived")
    with at_docket(browser, site, "intake", number) as page:
        confirm(page, number, look=sound)
        numbered(page, look=sound)
    with at_docket(browser, site, "verifier", number) as page:
        confirm(page, number)
        verified(page, look=sound)
    reviewed(browser, site, number, "deny", look=sound)
    settled(browser, site, number)
    with at_docket(browser, site, "decider", number) as page:
        sound(page)
        page.get_by_role("link", name="All rules for").first.click()
        expect(page.get_by_role("heading", name="Every rule that was considered")).to_be_visible()
        begin(page, "Deny it")
        expect(page.get_by_text("We have denied it")).to_be_visible()
        sound(page)
        done(page, "Deny it")
        page.get_by_role("link", name="Read the letter").click()
        expect(page.get_by_text("You can appeal until")).to_be_visible()
        sound(page)
    with a_page(browser, site) as page:
        follow(page, site, number, secret)
        expect(page.get_by_text("We have denied it")).to_be_visible()
        sound(page)
        page.get_by_label("What you want to say").fill("The paper was renewed.")
        page.get_by_role("button", name="Appeal this answer").click()
        expect(page.locator("#status")).to_contain_text("Your appeal arrived")

    assert well_logged(site)
    assert secret not in (site.folder / "lines").read_text()


def test_it_works_without_script(browser: Browser, site: Site):
    with a_page(browser, site, script=False) as page:
        number, secret = send(page, site)
        follow(page, site, number, secret)
        expect(page.locator("#status")).to_contain_text("It arrived")
    with at_desk(browser, site, "executive", script=False) as page:
        page.get_by_role("link", name=re.compile("All open")).click()
        page.get_by_role("link", name=number).click()
        begin(page, "Shut every way out")
        page.get_by_label("Why?").select_option("litigation")
        done(page, "Shut every way out")


def test_by_keyboard_the_form_is_reached_sent_and_its_faults_are_led_to(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        page.goto(site.home + "/request/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.get_by_role("button", name="Continue").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        page.get_by_role("link", name="For what purpose").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("For what purpose")).to_be_focused()
        sound(page)
