"""A request's whole way in a real browser: the public form, the desk, two reviews, a denial, its letter, an appeal."""

import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.browser.test_desk import faults_of, free_port
from tests.conftest import ROOT
from tests.web.places import an_environment

PASSWORD = "a long pass phrase of a test"
# A desk with a person for each role, rules in use and a calendar; every password and second factor is set up.
SET_UP = """
import datetime as dt, sys
import django
django.setup()
from allauth.mfa.totp.internal.auth import TOTP
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from tests.web.walking import CHICAGO, Desk, opened
call_command("migrate", verbosity=0)
now = (timezone.now() - dt.timedelta(minutes=5)).astimezone(CHICAGO)
with transaction.atomic():
    desk = opened(Desk(None, now=now))
    for person in desk.who.values():
        person.set_password(sys.argv[1])
        person.save()
        TOTP.activate(person, sys.argv[2])
"""


@dataclass
class Site:
    """A running desk: its address, and the second factor that everybody there shares."""

    home: str
    secret: str
    folder: Path


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    (folder / "export").mkdir()
    env = an_environment(folder) | {"DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}
    secret = "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(32))
    made = [sys.executable, "-c", SET_UP, PASSWORD, secret]
    subprocess.run(made, env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    command = [sys.executable, "-c", "from ostiary_web.command import main; main()", "serve", "--port", str(port)]
    with (
        (folder / "lines").open("w") as lines,
        subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=lines, text=True) as server,
    ):
        try:
            home = next(line.strip() for line in server.stdout if line.startswith("http://"))
            yield Site(home.rstrip("/"), secret, folder)
        finally:
            server.terminate()


@contextmanager
def a_page(browser: Browser, site: Site, script: bool = True) -> Iterator[Page]:
    """A fresh page of somebody; nothing may have gone wrong on it by the end."""
    with browser.new_context(locale="en-US", java_script_enabled=script) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        wrong = watched(page, site.home)
        yield page
        # The browser asks for the icon last, and gives up when the page is left before.
        assert [one for one in wrong if not ("favicon" in one and "ERR_ABORTED" in one)] == []


@contextmanager
def at_desk(browser: Browser, site: Site, name: str, script: bool = True) -> Iterator[Page]:
    """Somebody of the staff, logged in with both factors; each once in half a minute, as a code is taken once."""
    with a_page(browser, site, script) as page:
        page.goto(site.home + "/desk/")
        page.get_by_label("Email").fill(f"{name}@agency.example")
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
        page.get_by_label("Code").fill(format_hotp_value(hotp_value(site.secret, int(time.time()) // 30)))
        page.get_by_role("button", name="Sign In").click()
        expect(page.get_by_role("heading", name="Dockets")).to_be_visible()
        yield page


def sound(page: Page) -> None:
    """Nobody is kept out of this page: narrow, where there is least room."""
    page.set_viewport_size({"width": 320, "height": 800})
    assert faults_of(page) == [], page.url
    page.set_viewport_size({"width": 1280, "height": 900})


def fill_in(page: Page, site: Site) -> None:
    """The first page of the public form."""
    page.goto(site.home + "/request/")
    page.get_by_label("Your name, and the office you ask for").fill("Olive Officer, Field Office 7")
    page.get_by_label("How do we reach you?").fill("olive@office.example")
    page.get_by_label("Who is asking?").select_option(label="ICE Homeland Security Investigations")
    page.get_by_label("For what purpose").select_option(label="civil immigration enforcement")
    page.get_by_label("What kind of paper").select_option(label="I-138 under 8 USC 1225(d)(4)")
    page.get_by_label("Whom do you ask about?").fill("One person, as the paper names")
    page.get_by_text("Medicaid or CHIP", exact=True).click()
    page.get_by_text("Current residential address", exact=True).click()
    page.get_by_label("How many persons are asked about?").fill("1")
    page.get_by_label("How are the persons identified?").select_option(label="name")


def send(page: Page, site: Site, look=lambda page: None) -> tuple[str, str]:
    """The whole form, with its paper; the number and the secret of the receipt."""
    fill_in(page, site)
    look(page)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="What the law asks of such a request")).to_be_visible()
    look(page)
    page.get_by_role("group", name="Is the paper signed?").get_by_text("yes").click()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Check your answers")).to_be_visible()
    page.get_by_label("The paper that your request rests on").set_input_files(
        {"name": "subpoena.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a subpoena"}
    )
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


def confirm(page: Page, number: str) -> None:
    """Tick all that the request states and waits for whoever looks."""
    page.get_by_role("link", name="Answer or confirm facts").click()
    for box in page.locator("input[name$='-names']").all():
        page.locator(f"label[for='{box.get_attribute('id')}']").click()
    page.get_by_role("button", name="Confirm what is ticked").click()
    expect(page.get_by_role("status")).to_contain_text("Confirmed")
    page.get_by_role("link", name=f"Back to docket {number}").click()


def begin(page: Page, name: str) -> None:
    """Open the form of an act from the docket's page."""
    page.locator("#main").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def done(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()
    expect(page.get_by_role("status")).to_contain_text("Done")


NUMBER_IT, VERIFY, OPINION = (
    "Give it its number; the clock runs",
    "Say who asks and what the paper is",
    "Give an opinion",
)


@pytest.mark.long
def test_from_the_public_form_to_a_denial_its_letter_and_an_appeal(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        number, secret = send(page, site, look=sound)
        follow(page, site, number, secret)
        expect(page.locator("#status")).to_contain_text("It arrived")
        sound(page)

    with at_desk(browser, site, "intake") as page:
        sound(page)
        page.get_by_role("link", name=number).click()
        sound(page)
        confirm(page, number)
        begin(page, NUMBER_IT)
        page.get_by_label("In which form did the paper come?").select_option("copy")
        sound(page)
        done(page, NUMBER_IT)

    with at_desk(browser, site, "verifier") as page:
        page.get_by_role("link", name=number).click()
        confirm(page, number)
        begin(page, VERIFY)
        page.get_by_role("button", name=VERIFY).click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        sound(page)
        for question in ("Is the requester who it says?", "Is the request in writing?", "Is the paper valid today?"):
            page.get_by_role("group", name=question).get_by_text("yes").click()
        page.get_by_label("How was the requester proved?").select_option("call_back")
        page.get_by_label("How was the paper checked?").select_option("call_back")
        done(page, VERIFY)

    for name, act in (
        ("reviewer_counsel", f"{OPINION}; another is still due"),
        ("reviewer_privacy", "Give the last opinion that is due"),
    ):
        with at_desk(browser, site, name) as page:
            page.get_by_role("link", name=number).click()
            begin(page, act)
            page.get_by_label("Your opinion").select_option("deny")
            sound(page)
            done(page, act)
            sound(page)

    with at_desk(browser, site, "lead_counsel") as page:
        page.get_by_role("link", name=number).click()
        begin(page, "Open the reviews to each other and settle them")
        done(page, "Open the reviews to each other and settle them")

    with at_desk(browser, site, "decider") as page:
        page.get_by_role("link", name=number).click()
        page.get_by_role("link", name="All rules for").first.click()
        expect(page.get_by_role("heading", name="Every rule that was considered")).to_be_visible()
        sound(page)
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

    command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(site.folder / "export")]
    command += ["--policy", str(site.folder / "witness-policy")]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    assert secret not in (site.folder / "lines").read_text()


def test_it_works_without_script(browser: Browser, site: Site):
    with a_page(browser, site, script=False) as page:
        number, secret = send(page, site)
        follow(page, site, number, secret)
        expect(page.locator("#status")).to_contain_text("It arrived")
    with at_desk(browser, site, "executive", script=False) as page:
        page.get_by_role("link", name="All open").click()
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
