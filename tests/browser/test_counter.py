"""The counter in a real browser: saved, gone on with, sent, asked back, answered, taken back; and bodies that lie."""

import re
import socket
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, a_page, sound
from tests.browser.steps import fill_in, follow

PDF = {"name": "../subpoena.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a subpoena"}
# The desk asks back: what its pages do there is tried in test_desk_docket.
ASK = """
from django.utils import timezone
from ostiary_web.casework import queries
from ostiary_web.casework.actions import facts, intake, letters
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.snapshot import Instrument
from ostiary_web.staff import queries as staff
pseudonym = queries.find(sys.argv[1])
names = {one.name: f"person:{one.number}" for one in staff.people(timezone.localdate())}
def at():
    return timezone.localtime()
intake.docket_request(docket=pseudonym, instrument_form="copy", by=names["intake"], at=at())
for role in (Role.INTAKE, Role.VERIFIER, Role.CUSTODIAN, Role.LEAD_COUNSEL):
    if queries.waiting(pseudonym, role):
        facts.confirm(docket=pseudonym, by=names[role.value], role=role, at=at())
intake.verify(
    docket=pseudonym, requester_verified=True, requester_proof="call_back", instrument_check="court_record",
    instrument=Instrument(True, True), by=names["verifier"], at=at(),
)
letters.perform_with_letter(
    docket=pseudonym, act="ask", letter=b'<section class="letter" lang="en"><h3>Which of the two?</h3></section>',
    by=names["reviewer_counsel"], role=Role.REVIEWER_COUNSEL, at=at(), questions=1, asked_for=("person",),
)
"""


def ask_back(site: Site, number: str) -> None:
    site.run(ASK, number)


def open_saved(page: Page, site: Site, number: str, secret: str) -> None:
    page.goto(site.home + "/request/saved/")
    page.get_by_label("Number of the saved request").fill(number)
    page.get_by_label("Secret of the saved request").fill(secret)
    page.get_by_role("button", name="Open it").click()


def still(page: Page) -> None:
    """All that the page loads is there: what is left half loaded would count as a fault."""
    page.wait_for_load_state("networkidle")


@pytest.mark.long
@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_saved_gone_on_with_sent_asked_back_answered_and_taken_back(browser: Browser, site: Site, script: bool):
    with a_page(browser, site, script) as page:
        look = sound if script else still  # axe is a script
        page.goto(site.home + "/request/")
        page.get_by_label("Your name, and the office you ask for").fill("أحمد Officer")
        page.get_by_role("button", name="Save and finish later").click()
        expect(page.get_by_role("heading", name="Your request is saved. It is not sent.")).to_be_visible()
        look(page)
        number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()

        open_saved(page, site, number, "wrong")
        expect(page.get_by_text("Nothing has this number and this secret").first).to_be_visible()
        look(page)
        open_saved(page, site, number, secret)
        expect(page.get_by_label("Your name, and the office you ask for")).to_have_value("أحمد Officer")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        look(page)

    with a_page(browser, site, script) as page:
        fill_in(page, site)
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="What is missing")).to_be_visible()
        look(page)
        page.get_by_role("button", name="Is the paper signed?").first.click()
        expect(page.get_by_role("heading", name="What the law asks of such a request")).to_be_visible()
        assert page.url.endswith("/request/#id_instrument.signed")
        page.get_by_role("group", name="Is the paper signed?").get_by_text("yes").click()
        page.get_by_role("button", name="Continue").click()
        page.get_by_label("The paper that your request rests on").set_input_files(PDF)
        page.get_by_role("button", name="Save and finish later").click()
        number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()

        open_saved(page, site, number, secret)
        expect(page.locator("#kept")).to_contain_text("instrument.pdf")
        page.get_by_label("The paper that your request rests on").set_input_files(
            {"name": "subpoena.pdf", "mimeType": "application/pdf", "buffer": b"MZ a program"}
        )
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_text("no PDF, PNG or JPEG").first).to_be_visible()
        look(page)
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", name="Your request arrived")).to_be_visible()
        look(page)
        number, secret = page.locator("#number").inner_text(), page.locator("#secret").inner_text()

    ask_back(site, number)
    with a_page(browser, site, script) as page:
        follow(page, site, number, secret)
        expect(page.locator("#wanted")).to_contain_text("Whom exactly do you ask about?")
        expect(page.get_by_role("heading", name="Which of the two?")).to_be_visible()
        look(page)
        with page.expect_download() as download:
            page.get_by_role("button", name=re.compile("Download the letter")).click()
        assert Path(download.value.path()).read_bytes().startswith(b"<section")
        page.get_by_role("button", name="Answer our questions").click()
        expect(page.get_by_text("Write something, or add a paper.").first).to_be_visible()
        look(page)
        form = page.locator("form", has=page.get_by_role("heading", name="Answer our questions"))
        form.get_by_label("What you want to say").fill("The elder of the two.")
        form.get_by_label("A paper, if you have one").set_input_files(PDF)
        form.get_by_role("button", name="Answer our questions").click()
        expect(page.locator("#status")).to_contain_text("We are working on it")
        look(page)
        page.get_by_role("button", name="Take the request back").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        look(page)
        page.get_by_text("Yes, take it back.", exact=False).last.click()
        page.get_by_role("button", name="Take the request back").click()
        expect(page.locator("#status")).to_contain_text("You took it back")
        look(page)


@pytest.mark.long
def test_by_the_keyboard_alone_from_the_first_field_to_a_saved_request(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        page.goto(site.home + "/request/")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        reached = False
        for _ in range(400):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.id") == "id_who":
                page.keyboard.type("Olive Officer")
            if page.evaluate("document.activeElement.value") == "save":
                reached = True
                break
        assert reached
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Your request is saved. It is not sent.")).to_be_visible()


def answered(site: Site, head: str, pieces, most: int) -> tuple[str, int]:
    """The first line of what the server answers to a raw request, and how many bytes it took before it did."""
    address = urlsplit(site.home)
    with socket.create_connection((address.hostname, address.port), timeout=30) as talk:
        talk.sendall(head.replace("\n", "\r\n").encode())
        sent = 0
        try:
            for piece in pieces:
                if sent >= most:
                    break
                talk.sendall(piece)
                sent += len(piece)
        except OSError:
            pass  # it hung up: it has read enough
        try:
            return talk.recv(4096).decode(errors="replace").partition("\r\n")[0], sent
        except OSError:
            return "", sent


def memory(site: Site) -> int:
    """What the server's processes hold, in bytes, by what the kernel says."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text, command = status.read_text(), (status.parent / "environ").read_bytes()
        except OSError:
            continue
        if str(site.folder).encode() in command:
            found += int(re.search(r"VmRSS:\s+(\d+)", text)[1]) * 1024 if "VmRSS" in text else 0
    return found


HEAD = "POST /request/ HTTP/1.1\nHost: localhost\nContent-Type: multipart/form-data; boundary=x\n"
MEGABYTE = b"a" * 2**20


@pytest.mark.long
class TestBodiesThatLie:
    """Two gigabytes are refused before they are held, whatever the request says of them."""

    def test_two_gigabytes_that_say_so(self, site: Site):
        line, _ = answered(site, f"{HEAD}Content-Length: {2 * 2**30}\n\n", [], 0)

        assert "413" in line

    def test_two_gigabytes_in_chunks(self, site: Site):
        before = memory(site)
        chunk = b"100000\r\n" + MEGABYTE + b"\r\n"
        line, sent = answered(site, f"{HEAD}Transfer-Encoding: chunked\n\n", (chunk for _ in range(2048)), 2**31)

        assert "411" in line or sent < 2**31
        assert memory(site) - before < 200 * 2**20

    def test_more_than_was_said(self, site: Site):
        before = memory(site)
        line, sent = answered(site, f"{HEAD}Content-Length: 10\n\n", (MEGABYTE for _ in range(512)), 2**29)

        assert "200" not in line
        assert sent < 2**29
        assert memory(site) - before < 200 * 2**20
