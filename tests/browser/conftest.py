"""A real browser on a real server: Chromium, and ``ostiary play`` as its own process."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.sites import Site, a_site, watched

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
    expect.set_options(timeout=30_000)  # a machine may be busy with other tests
    with sync_playwright() as play:
        chromium = play.chromium.launch(executable_path=str(CHROMIUM), args=flags)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory) -> Iterator[Site]:
    """A running desk with everybody, for all files that use it: each brings its own dockets."""
    with a_site(tmp_path_factory.mktemp("site")) as running:
        yield running


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
