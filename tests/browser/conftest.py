"""A real browser on a real server: Chromium, and ``ostiary play`` as its own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-prefers-reduced-motion",
]


@pytest.fixture(scope="session")
def playground() -> Iterator[str]:
    """The address of a playground that runs for the whole session."""
    command = [sys.executable, "-c", "from ostiary.cli.main import main; main()", "play", "--no-browser", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[-1]
        finally:
            server.terminate()


# Of each file its own: its event loop would stand in the way of the database of other tests in this process.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Chromium refuses its sandbox to root; for anybody else it stays on.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield chromium
        chromium.close()


def meant(request: Request) -> bool:
    """A page that turned out to be a file, or a question that the page's own script took back for a newer one."""
    ours = request.resource_type == "fetch" or request.url.endswith("/request.yaml")
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


@pytest.fixture
def page(browser: Browser, playground: str) -> Iterator[Page]:
    """A fresh page on the playground; nothing may have gone wrong on it by the end."""
    with browser.new_context(locale="en-US", viewport={"width": 1280, "height": 900}) as context:
        opened = context.new_page()
        opened.set_default_timeout(10_000)
        wrong = watched(opened, playground)
        opened.goto(playground)
        yield opened
        assert wrong == []
        assert context.cookies() == []


@pytest.fixture
def plain_page(browser: Browser, playground: str) -> Iterator[Page]:
    """The same without JavaScript."""
    with browser.new_context(locale="en-US", java_script_enabled=False) as context:
        opened = context.new_page()
        opened.set_default_timeout(10_000)
        wrong = watched(opened, playground)
        opened.goto(playground)
        yield opened
        assert wrong == []
