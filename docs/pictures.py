"""Make the pictures of docs/images from the seeded desk: `python docs/pictures.py [FOLDER]`. Needs Chromium.

Seeds a desk of its own unless FOLDER holds one already. Each picture is below 200 kB; the first is the README's.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from ostiary_web.demo import running
from ostiary_web.demo.main import seed_here
from ostiary_web.demo.place import LogIn, Place

OUT = Path(__file__).resolve().parent / "images"
MOST = 200_000
CHROMIUM = "/usr/bin/chromium"
WIDTH = 1280


@dataclass(frozen=True)
class Picture:
    """One page: as whom (empty: anybody), where; ``{state}`` of an address stands for a docket in this state."""

    name: str
    who: str
    path: str
    height: int = 860


PICTURES = (
    Picture("desk", "decider", "/desk/{decision}/", height=1200),
    Picture("queue", "intake", "/desk/"),
    Picture("docket-in-review", "reviewer_privacy", "/desk/{in_review}/"),
    Picture("review", "reviewer_privacy", "/desk/{in_review}/act/finish_review/"),
    Picture("facts", "verifier", "/desk/{docketed}/facts/"),
    Picture("decide", "decider", "/desk/{decision}/act/approve/"),
    Picture("keyed-in", "intake", "/desk/new/"),
    Picture("packaged", "checker", "/desk/{packaged}/"),
    Picture("people", "administrator", "/people/"),
    Picture("counter", "", "/request/"),
    Picture("follow", "", "/request/follow/"),
)


def log_in(page: Page, home: str, one: LogIn) -> None:
    """Both factors, as anybody would."""
    page.goto(f"{home}/account/login/")
    page.fill("[name=login]", one.mail)
    page.fill("[name=password]", one.password)
    page.locator("main form button[type=submit], main form input[type=submit]").first.click()
    page.fill("[name=code]", one.code())
    page.locator("main form button[type=submit], main form input[type=submit]").first.click()
    page.wait_for_url(lambda url: "authenticate" not in url)


def take(browser: Browser, site: running.Site, place: Place) -> list[str]:
    """Every picture; which pages could not be shown."""
    rows = sqlite3.connect(place.folder / "desk.db").execute(
        "SELECT state, number FROM casework_docket ORDER BY number"
    )
    numbers, missed = dict(rows.fetchall()), []
    for who in dict.fromkeys(one.who for one in PICTURES):
        page = browser.new_context(locale="en-US").new_page()
        if who:
            log_in(page, site.home, place.log_in(who))
        for one in (one for one in PICTURES if one.who == who):
            page.set_viewport_size({"width": WIDTH, "height": one.height})
            answer = page.goto(site.home + one.path.format(**numbers))
            if answer is None or answer.status != 200:
                missed.append(one.name)
                continue
            file = OUT / f"{one.name}.png"
            page.screenshot(path=file)
            if file.stat().st_size > MOST:
                missed.append(f"{one.name} ({file.stat().st_size:,} bytes)")
        page.context.close()
    return missed


def main(folder: Path) -> int:
    """Make them all; 1 if one is missing or too large."""
    place = Place(folder)
    if not place.is_seeded():
        seed_here(str(folder))
    OUT.mkdir(exist_ok=True)
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []
    with running.running(place, running.free_port(0)) as site, sync_playwright() as play:
        missed = take(play.chromium.launch(executable_path=CHROMIUM, args=flags), site, place)
    sys.stdout.write(f"missing or too large: {', '.join(missed) or 'none'}\n")
    return 1 if missed else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        sys.exit(main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(made) / "desk"))
