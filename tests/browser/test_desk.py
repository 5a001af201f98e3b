"""The desk in a real browser, on its real server: log-in with second factor, and the administration."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import watched
from tests.conftest import ROOT
from tests.web.places import an_environment

MAIL, PASSWORD = "ada@agency.example", "a long pass phrase of a test"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"
# Everything that a new desk needs, as commands; the last line is the link to set the first password.
SET_UP = """
from django.core.management import call_command
import django
django.setup()
call_command("migrate", verbosity=0)
call_command("log", "start")
call_command("unit", "add", "office", "--name", "The office")
call_command("person", "add", "ada@agency.example", "--name", "Ada Admin", "--unit", "office", "--administrator")
"""


@dataclass
class Desk:
    """A running desk: its address, the first administrator's link, and where its log is."""

    home: str
    link: str
    folder: Path
    secret: str = ""
    recovery: list[str] = field(default_factory=list)

    def code(self, ahead: int = 0) -> str:
        """What the authenticator app shows now, or so many half-minutes ahead: a code is taken only once."""
        now = int(time.time()) // 30
        return format_hotp_value(hotp_value(self.secret, now + ahead))


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    folder, port = tmp_path_factory.mktemp("desk"), free_port()
    env = an_environment(folder) | {"DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}
    made = subprocess.run([sys.executable, "-c", SET_UP], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    link = made.stdout.strip().rsplit(" ", 1)[-1]
    command = [sys.executable, "-c", "from ostiary_web.command import main; main()", "serve", "--port", str(port)]
    with (
        (folder / "lines").open("w") as lines,
        subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=lines, text=True) as server,
    ):
        try:
            home = next(line.strip() for line in server.stdout if line.startswith("http://"))
            yield Desk(home.rstrip("/"), link, folder)
        finally:
            server.terminate()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@pytest.fixture
def page(browser: Browser, desk: Desk) -> Iterator[Page]:
    """A fresh page; nothing may have gone wrong on it by the end."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.set_default_timeout(60_000)
        wrong = watched(opened, desk.home)
        yield opened
        assert wrong == []


@pytest.fixture
def enrolled(browser: Browser, desk: Desk) -> Desk:
    """The administrator with password and second factor, set up in the browser as a person does."""
    if not desk.secret:
        with browser.new_context(locale="en-US") as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            set_password(page, desk)
            page.goto(desk.home + "/account/login/")
            give_password(page)
            expect(page.get_by_role("heading", name="Confirm Access")).to_be_visible()
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Confirm").click()
            expect(page.get_by_role("heading", name="Activate Authenticator App")).to_be_visible()
            assert axe_faults(page) == []
            desk.secret = page.get_by_label("Authenticator secret").input_value()
            page.get_by_label("Authenticator code").fill(desk.code())
            page.get_by_role("button", name="Activate").click()
            expect(page.get_by_role("heading", name="Recovery Codes")).to_be_visible()
            assert axe_faults(page) == []
            desk.recovery = page.locator("textarea").input_value().split()
    return desk


def set_password(page: Page, desk: Desk) -> None:
    page.goto(desk.home + desk.link)
    page.get_by_label("New Password", exact=True).fill(PASSWORD)
    page.get_by_label("New Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Change Password").click()


def give_password(page: Page) -> None:
    page.get_by_label("Email").fill(MAIL)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def log_in(page: Page, desk: Desk, code: str = "") -> None:
    """With the code given, or a recovery code."""
    page.goto(desk.home)
    give_password(page)
    expect(page.get_by_role("heading", name="Two-Factor Authentication")).to_be_visible()
    page.get_by_label("Code").fill(code or desk.recovery.pop())
    page.get_by_role("button", name="Sign In").click()
    expect(page.get_by_role("heading", name="Your desk")).to_be_visible()


def axe_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found.response["violations"]]


def test_log_in_with_second_factor_then_an_act_whose_entry_verifies(page: Page, enrolled: Desk):
    log_in(page, enrolled, enrolled.code(ahead=1))

    page.get_by_role("link", name="People", exact=True).click()
    page.get_by_role("link", name="Add a person").click()
    page.get_by_label("E-mail").fill("pat@agency.example")
    page.get_by_label("Name").fill("Pat Person")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Link to set a password")).to_be_visible()

    page.get_by_role("link", name="Give a role").click()
    page.get_by_label("Role").select_option("intake")
    page.get_by_role("button", name="Give").click()
    expect(page.get_by_role("rowheader", name="intake")).to_be_visible()

    said = verified(enrolled)
    assert "5 entries" in said
    lines = (enrolled.folder / "lines").read_text()
    assert "pat@agency.example" not in lines
    assert MAIL not in lines
    assert any(json.loads(line).get("route") == "role_add" for line in lines.splitlines() if line.startswith("{"))


def verified(desk: Desk) -> str:
    command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(desk.folder / "export")]
    command += ["--policy", str(desk.folder / "witness-policy")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


PAGES = ["/", "/people/", "/people/add", "/people/1", "/people/1/change", "/delegations/", "/account/second-factor/"]
PAGES += ["/account/password/change/", "/account/sessions/", "/account/logout/"]


@pytest.mark.parametrize("width", [1280, 320])
def test_nobody_is_kept_out(page: Page, enrolled: Desk, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(enrolled.home + "/account/login/")
    assert faults_of(page) == []
    log_in(page, enrolled)
    found = {}
    for path in PAGES:
        page.goto(enrolled.home + path)
        found[path] = faults_of(page)
    page.goto(enrolled.home + "/people/add")
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
    found["errors"] = faults_of(page)

    assert {path: faults for path, faults in found.items() if faults} == {}


def faults_of(page: Page) -> list[str]:
    content, window = page.evaluate(WIDTH)
    return axe_faults(page) + ([f"{content} wide"] if content > window else [])


def test_it_works_without_script(browser: Browser, enrolled: Desk):
    with browser.new_context(locale="en-US", java_script_enabled=False) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        log_in(page, enrolled)
        page.get_by_role("link", name="People", exact=True).click()
        expect(page.get_by_role("rowheader", name="Ada Admin")).to_be_visible()
        page.get_by_role("link", name="Log out").click()
        page.get_by_role("button", name="Sign Out").click()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
