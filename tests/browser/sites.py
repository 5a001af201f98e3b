"""A desk that really runs, on PostgreSQL: for all browser tests of a session, and who looks at it."""

import datetime as dt
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from ostiary.release.signers import new_signer
from ostiary.roll.synthetic.writing import generate
from ostiary_web.demo.running import free_port
from tests.conftest import ROOT
from tests.postgres import postgres
from tests.web.places import an_environment

PASSWORD = "a long pass phrase of a test"
COMMAND = [sys.executable, "-c", "from ostiary_web.command import main; main()"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
VALID = (dt.date(2020, 1, 1), dt.date(2061, 1, 1))
# A page that turns out to be a file is a page that never came.
FILES = ("/follow/letter/", "/follow/correction/", "/request/pick-up/", "/notice")
WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"
# Everybody with a role, and two who change nothing; rules in use and a calendar; password and second factor for each.
EVERYBODY = """
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import make_password
from django.core.management import call_command
from django.db import transaction
from ostiary_web import wiring
from ostiary_web.casework.docket.roles import Role
from ostiary_web.staff import actions as staff
from tests.browser.on_site import this_desk
from tests.web.walking import official, opened
call_command("migrate", verbosity=0)
secret = make_password(sys.argv[1])
with transaction.atomic():
    desk = opened(this_desk())
    official(desk, "auditor", Role.AUDITOR)
    staff.attest(policy=wiring.bundle().digest, by=desk.who["auditor"], at=desk.now)
    for person in (desk.boss, *desk.who.values()):
        person.password = secret
        person.save()
        TOTP.activate(person, sys.argv[2])
"""


@dataclass
class Site:
    """A running desk: its address, its folder and environment, and the second factor that everybody there shares.

    ``states``: who has logged in, by e-mail; a code is taken once in half a minute, so everybody logs in once.
    """

    home: str
    folder: Path
    env: dict[str, str]
    secret: str = ""
    states: dict[str, dict] = field(default_factory=dict)

    def run(self, script: str, *given: str) -> str:
        """What a script prints that works on this desk in a process of its own."""
        return run(self.env, script, *given)

    def work(self) -> None:
        """The worker does all that waits."""
        done = subprocess.run([*COMMAND, "work", "--batch"], env=self.env, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]


def run(env: dict[str, str], script: str, *given: str) -> str:
    line = [sys.executable, "-c", f"import sys\nimport django\ndjango.setup()\n{script}", *given]
    done = subprocess.run(line, env=env, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@contextmanager
def a_place(folder: Path) -> Iterator[dict[str, str]]:
    """The environment of a desk with a roll, a key that signs, and nothing in it, on a PostgreSQL that keeps what is committed."""
    (folder / "export").mkdir()
    (folder / "signer").mkdir()
    generate(30, 7, folder / "roll")
    _, private = new_signer("The agency", folder / "signer", VALID, None)
    with postgres(fast=False) as url:
        more = {"OSTIARY_DATABASE_URL": url, "OSTIARY_ROLL": str(folder / "roll" / "roll.yaml")}
        more["OSTIARY_SIGNER"] = f"file:{private}"
        more["PYTHONPATH"] = str(ROOT / "src")  # this tree, whichever one the environment has installed
        yield an_environment(folder, **more) | {"DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}


@contextmanager
def serving(folder: Path, env: dict[str, str]) -> Iterator[Site]:
    """The desk's server; from the first moment on it answers."""
    command = [*COMMAND, "serve", "--port", str(free_port(0))]
    with (
        (folder / "lines").open("w") as lines,
        subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=lines, text=True) as server,
    ):
        try:
            home = next((line.strip() for line in server.stdout if line.startswith("http://")), "").rstrip("/")
            assert home, (folder / "lines").read_text()[-2000:]
            _answers(home)
            yield Site(home, folder, env)
        finally:
            server.terminate()


def _answers(home: str) -> None:
    """On a busy machine it says its address a moment before it answers there."""
    patience, ask = threading.Event(), build_opener(ProxyHandler({}))
    for _ in range(600):
        with suppress(OSError):
            try:
                ask.open(home + "/request/", timeout=60).close()
            except HTTPError as said:
                said.close()
            return
        patience.wait(0.1)
    raise AssertionError("the desk does not answer")


@contextmanager
def a_site(folder: Path) -> Iterator[Site]:
    """A running desk with everybody, and no docket."""
    secret = "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for _ in range(32))
    with ExitStack() as stack:
        env = stack.enter_context(a_place(folder))
        run(env, EVERYBODY, PASSWORD, secret)
        site = stack.enter_context(serving(folder, env))
        site.secret = secret
        yield site


def meant(request: Request) -> bool:
    """A page that turned out to be a file, or a question that the page's own script took back for a newer one."""
    file = request.url.partition("?")[0].endswith(("/request.yaml", ".pdf", ".csv"))
    # The icon is asked for last, and given up when the page is left before.
    ours = request.resource_type == "fetch" or file or "favicon" in request.url
    return ours and request.failure == "net::ERR_ABORTED"


def watched(page: Page, home: str) -> list[str]:
    """What went wrong on a page, filled as it happens: errors, failed loads, requests to another host."""
    wrong: list[str] = []
    own = urlsplit(home).netloc
    page.on("pageerror", lambda error: wrong.append(f"script: {error}"))
    page.on("requestfailed", lambda request: meant(request) or wrong.append(f"failed: {request.url} {request.failure}"))
    page.on("request", lambda request: urlsplit(request.url).netloc == own or wrong.append(f"abroad: {request.url}"))
    # The browser reports every 422 as an error; here it is how the page says what to mend.
    page.on(
        "console",
        lambda message: (
            message.type in ("error", "warning") and "422" not in message.text and wrong.append(f"said: {message.text}")
        ),
    )
    return wrong


def well_logged(site: Site) -> bool:
    """What an outsider finds of the published log."""
    command = [sys.executable, str(ROOT / "src" / "ostiary_verify.py"), str(site.folder / "export")]
    command += ["--policy", str(site.folder / "witness-policy")]
    return subprocess.run(command, capture_output=True).returncode == 0


def harmless(wrong: str) -> bool:
    """The icon is asked for last, and given up when the page is left before; a download is a page that never came."""
    return "ERR_ABORTED" in wrong and any(one in wrong for one in ("favicon", *FILES))


@contextmanager
def a_page(browser: Browser, site: Site, script: bool = True, state: dict | None = None) -> Iterator[Page]:
    """A fresh page of somebody; nothing may have gone wrong on it by the end."""
    with browser.new_context(locale="en-US", java_script_enabled=script, storage_state=state) as context:
        page = context.new_page()
        page.set_viewport_size({"width": 1280, "height": 900})
        page.set_default_timeout(60_000)
        wrong = watched(page, site.home)
        yield page
        strange = [one for one in wrong if not harmless(one)]
        assert strange == [], strange


@contextmanager
def at_desk(browser: Browser, site: Site, name: str, script: bool = True) -> Iterator[Page]:
    """Somebody of the staff, logged in with both factors, before the list of dockets."""
    with a_page(browser, site, script, logged_in(browser, site, f"{name}@agency.example")) as page:
        page.goto(site.home + "/desk/")
        expect(page.get_by_role("heading", name="Dockets", exact=True)).to_be_visible()
        yield page


def logged_in(browser: Browser, site: Site, mail: str, password: str = PASSWORD, secret: str = "") -> dict:
    """The cookies of somebody who logged in, by the log-in's own pages."""
    if mail not in site.states:
        with browser.new_context(locale="en-US") as context:
            page = context.new_page()
            page.set_default_timeout(60_000)
            page.goto(site.home + "/account/login/")
            page.get_by_label("Email").fill(mail)
            page.get_by_label("Password", exact=True).fill(password)
            page.get_by_role("button", name="Log in").click()
            page.get_by_label("Code").fill(format_hotp_value(hotp_value(secret or site.secret, int(time.time()) // 30)))
            page.get_by_role("button", name="Sign In").click()
            expect(page.get_by_role("heading", name="Your desk")).to_be_visible()
            site.states[mail] = context.storage_state()
    return site.states[mail]


def axe_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found.response["violations"]]


def faults_of(page: Page) -> list[str]:
    content, window = page.evaluate(WIDTH)
    return axe_faults(page) + ([f"{content} wide"] if content > window else [])


def sound(page: Page) -> None:
    """Nobody is kept out of this page: narrow, where there is least room."""
    page.set_viewport_size({"width": 320, "height": 800})
    faults = faults_of(page)
    assert faults == [], (page.url, faults)
    page.set_viewport_size({"width": 1280, "height": 900})
