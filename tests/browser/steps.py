"""What people do at the counter and at the desk, by clicks alone: the steps that journeys are made of."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, at_desk

PDF = {"name": "paper.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a paper"}
NUMBER_IT = "Give it its number; the clock runs"
VERIFY = "Say who asks and what the paper is"
ONE_OPINION, LAST_OPINION = "Give an opinion; another is still due", "Give the last opinion that is due"
SETTLE = "Open the reviews to each other and settle them"


def no_look(page: Page) -> None:
    """Where another test has looked."""


# --- at the counter ----------------------------------------------------------------------------------


def fill_in(page: Page, site: Site, **other: str) -> None:
    """The first page of the public form: a subpoena, or ``other`` words in its place."""
    page.goto(site.home + "/request/")
    page.get_by_label("Your name, and the office you ask for").fill("Olive Officer, Field Office 7")
    page.get_by_label("How do we reach you?").fill("olive@office.example")
    who, purpose = other.get("who", "ICE Homeland Security Investigations"), "civil immigration enforcement"
    page.get_by_label("Who is asking?").select_option(label=who)
    page.get_by_label("For what purpose").select_option(label=purpose)
    page.get_by_label("What kind of paper").select_option(label=other.get("kind", "I-138 under 8 USC 1225(d)(4)"))
    if "body" in other:
        page.get_by_label("which one is it?").select_option(other["body"])
    page.get_by_label("Whom do you ask about?").fill("One person, as the paper names")
    page.get_by_text(other.get("program", "Medicaid or CHIP"), exact=True).click()
    for element in other.get("elements", "Current residential address").split("; "):
        page.get_by_text(element, exact=True).click()
    page.get_by_label("How many persons are asked about?").fill("1")
    page.get_by_label("How are the persons identified?").select_option(label="name")


def say_signed(page: Page) -> None:
    """The second page, for a subpoena."""
    page.get_by_role("group", name="Is the paper signed?").get_by_text("yes").click()


def send(page: Page, site: Site, look=no_look, stated=say_signed, **other: str) -> tuple[str, str]:
    """The whole form, with its paper; the number and the secret of the receipt."""
    fill_in(page, site, **other)
    look(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="What the law asks of such a request")).to_be_visible()
    look(page)
    stated(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_label("The paper that your request rests on").set_input_files(PDF)
    look(page)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="Your request arrived")).to_be_visible()
    look(page)
    return page.locator("#number").inner_text(), page.locator("#secret").inner_text()


def follow(page: Page, site: Site, number: str, secret: str) -> None:
    page.goto(site.home + "/request/follow/")
    page.get_by_label("Number of the request").fill(number)
    page.get_by_label("Secret of the receipt").fill(secret)
    page.get_by_role("button", name="Show where it stands").click()


# --- at the desk -------------------------------------------------------------------------------------


@contextmanager
def at_docket(browser: Browser, site: Site, name: str, number: str) -> Iterator[Page]:
    """Somebody of the staff, who opens a docket from the list."""
    with at_desk(browser, site, name) as page:
        if not page.get_by_role("link", name=number).count():
            page.get_by_role("link", name=re.compile("All open")).click()
        page.get_by_role("link", name=number).click()
        expect(page.get_by_role("heading", name=f"Docket {number}")).to_be_visible()
        yield page


def confirm(page: Page, number: str, look=no_look) -> None:
    """Tick all that the request states and waits for whoever looks."""
    page.get_by_role("link", name="Answer or confirm facts").click()
    look(page)
    if page.get_by_role("button", name="Confirm what is ticked").count():
        for box in page.locator("input[name$='-names']").all():
            page.locator(f"label[for='{box.get_attribute('id')}']").click()
        page.get_by_role("button", name="Confirm what is ticked").click()
        expect(page.get_by_role("status").first).to_contain_text("Confirmed")
    page.get_by_role("link", name=f"Back to docket {number}").click()


def begin(page: Page, name: str) -> None:
    """Open the form of an act from the docket's page."""
    page.locator("#main").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def done(page: Page, name: str) -> None:
    """Press; read the letter that the act would send, if it sends one, and press once more."""
    page.get_by_role("button", name=name).click()
    said = page.get_by_text("Nothing is done yet. Read the letter").or_(page.get_by_text("Done:")).first
    expect(said).to_be_visible()
    if "Nothing is done yet" in said.inner_text():
        page.get_by_role("button", name=name).click()
    expect(page.get_by_role("status").first).to_contain_text("Done:")


def numbered(page: Page, look=no_look) -> None:
    begin(page, NUMBER_IT)
    page.get_by_label("In which form did the paper come?").select_option("copy")
    look(page)
    done(page, NUMBER_IT)


def verified(page: Page, look=no_look) -> None:
    """Who asks and what the paper is, first without an answer."""
    begin(page, VERIFY)
    if look is not no_look:
        page.get_by_role("button", name=VERIFY).click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        look(page)
    for question in ("Is the requester who it says?", "Is the request in writing?", "Is the paper valid today?"):
        page.get_by_role("group", name=question).get_by_text("yes").click()
    page.get_by_label("How was the requester proved?").select_option("call_back")
    page.get_by_label("How was the paper checked?").select_option("call_back")
    done(page, VERIFY)


def give_all(page: Page) -> None:
    """Choose *yes* for each group of items that there is a choice about."""
    for group in page.locator(".item-group:not(.item-group--shut)").all():
        group.locator("label.usa-radio__label").nth(1).click()


def reviewed(browser: Browser, site: Site, number: str, opinion: str, look=no_look) -> None:
    """Both reviewers, each alone."""
    for name, act in (("reviewer_counsel", ONE_OPINION), ("reviewer_privacy", LAST_OPINION)):
        with at_docket(browser, site, name, number) as page:
            begin(page, act)
            page.get_by_label("Your opinion").select_option(opinion)
            if opinion != "deny":
                give_all(page)
            look(page)
            done(page, act)
            look = no_look


def settled(browser: Browser, site: Site, number: str) -> None:
    with at_docket(browser, site, "lead_counsel", number) as page:
        begin(page, SETTLE)
        done(page, SETTLE)


def answered(page: Page, number: str, yes: tuple[str, ...] = (), these: tuple[str, ...] = ()) -> None:
    """Say what is missing and yours to say: *no* to each question that is not among these, and what is ticked."""
    page.get_by_role("link", name="Answer or confirm facts").click()
    asked = page.locator("section", has=page.get_by_role("heading", name="Missing, and yours to answer"))
    for group in asked.locator("fieldset:has(input[type=radio])").all():
        says = group.locator("legend").inner_text()
        group.get_by_text("yes" if says.startswith(yes) else "no", exact=True).click()
    for label in these:
        asked.get_by_text(label, exact=True).click()
    asked.get_by_role("button", name="Record the answers").click()
    expect(page.get_by_role("status").first).to_contain_text("verdict")
    page.get_by_role("link", name=f"Back to docket {number}").click()
