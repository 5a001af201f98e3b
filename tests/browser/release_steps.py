"""The way out by clicks alone: who is meant, the decision, the notice, the package, the hand-over, the recipient's side."""

import csv
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.sites import Site, a_page, at_desk, sound, well_logged
from tests.browser.steps import PDF, begin, done, give_all
from tests.web.released import ostiary
from tests.web.walking import CHICAGO

APPROVE = "Grant it, whole or in part"
NOTIFY = "Tell the people concerned; the window opens"
CLEAR = "The window is over, or does not apply"
NOTE = "Called on Monday. The neighbour Rosa Quill, 312 555 0142, looks after the child."
PREPARE = """
from tests.browser import on_its_way as way
print(way.told_of(getattr(way, sys.argv[2])(way.a_desk(sys.argv[1]))))
"""
COMPARE = """
from tests.browser.on_its_way import comparison
print(comparison(*sys.argv[1:]))
"""
ASKED = {"first": "First name", "last": "Last name", "dob": "Birth date", "ssn": "Social Security number"}


@dataclass(frozen=True)
class Way:
    """One docket on its way. ``person``: what the request says of somebody; ``roll``: what the roll says of them.

    ``key``: the recipient's private key, a file; ``public``: the text of the public one.
    """

    browser: Browser
    site: Site
    number: str
    person: dict[str, str]
    roll: dict[str, str]
    key: str
    public: str

    @contextmanager
    def seen_by(self, name: str) -> Iterator[Page]:
        """Somebody of the staff before this docket."""
        with at_desk(self.browser, self.site, name) as page:
            self.open(page)
            yield page

    def prove(self, page: Page, code: str, proof: str = "") -> None:
        """The recipient types what it has."""
        page.goto(self.site.home + "/request/")
        page.get_by_role("link", name="Pick up records").click()
        page.get_by_label("Pick-up code").fill(code)
        page.get_by_label("Number of the request").fill(self.number)
        page.get_by_label("Secret of your receipt").fill(proof or key_end(self))
        page.get_by_role("button", name="Go on").click()

    def open(self, page: Page) -> None:
        page.goto(f"{self.site.home}/desk/{self.number}/")
        expect(page.get_by_role("heading", name=f"Docket {self.number}")).to_be_visible()


def prepared(browser: Browser, site: Site, which: str) -> Way:
    """A docket of ``on_its_way``, in review."""
    return Way(browser, site, **json.loads(site.run(PREPARE, str(site.folder), which).splitlines()[-1]))


def today() -> dt.date:
    """By the agency's calendar."""
    return dt.datetime.now(CHICAGO).date()


def said_done(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Done").first).to_be_visible()


# --- who is meant, and what is decided -----------------------------------------------------------------


def found_on_the_roll(way: Way) -> None:
    """The custodian copies the person from the paper; the worker matches; the custodian takes it over."""
    with way.seen_by("custodian") as page:
        page.get_by_role("link", name="Add a person").click()
        for field, label in ASKED.items():
            page.get_by_label(label).fill(way.person[field])
        page.get_by_role("button", name="Add the person").click()
        page.get_by_role("button", name="Match with the roll").click()
        expect(page.get_by_text("It waits for the worker.")).to_be_visible()
        way.site.work()  # and the page's script sees that it is over
        page.get_by_role("button", name="Take over who they are (1)").click()
        expect(page.get_by_text("known on the roll by")).to_be_visible()
        sound(page)


def approved(way: Way, choose=give_all) -> None:
    """The decider grants what is chosen."""
    with way.seen_by("decider") as page:
        begin(page, APPROVE)
        choose(page)
        sound(page)
        done(page, APPROVE)


def with_paper(page: Page, kind: str) -> None:
    """A paper that came later is kept in the docket, so that an act can name it."""
    page.get_by_role("link", name="Add a paper that came later").click()
    page.get_by_label("What kind of paper is it?").select_option(kind)
    page.get_by_label("The scan of the paper").set_input_files({**PDF, "buffer": PDF["buffer"] + kind.encode()})
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status").first).to_contain_text("The paper is kept")


def named(page: Page, label: str, kind: str) -> None:
    """Choose the paper of this kind where a form asks for one."""
    asked = page.get_by_label(label)
    asked.select_option(asked.locator("option", has_text=f"({kind})").get_attribute("value"))


# --- the package -----------------------------------------------------------------------------------------


def of_package(page: Page) -> Locator:
    """The part of the docket's page about its package."""
    return page.get_by_role("region", name="The package")


def packed(way: Way) -> None:
    """The custodian asks for it, and the worker builds it."""
    with way.seen_by("custodian") as page:
        page.get_by_role("link", name="Pack what was approved").click()
        sound(page)
        page.get_by_label("By which day must the recipient").fill(str(today() + dt.timedelta(days=60)))
        page.get_by_role("button", name="Pack it").click()
        expect(page.get_by_text("It waits for the worker.")).to_be_visible()
        way.site.work()  # and the page's script sees that it is over
        expect(page.get_by_text("It holds exactly:")).to_be_visible()
        sound(page)


def sealed(way: Way) -> None:
    """Held against the decision by another, agreed to by two, and closed for the recipient's key."""
    with way.seen_by("checker") as page:
        page.get_by_role("link", name="Compare the package with the decision").click()
        expect(page.get_by_text("are what was decided, and nothing else is in it")).to_be_visible()
        sound(page)
        page.get_by_role("button", name="Record that it passes").click()
        expect(page.get_by_text("The package passes.")).to_be_visible()
    agreed(way)
    with way.seen_by("release_officer") as page:
        sound(page)
        page.get_by_role("button", name="Seal it").click()
        said_done(page)
        sound(page)


def agreed(way: Way) -> None:
    """Two people, each by a button of their own."""
    for name, words in (("release_officer", "as release officer"), ("key_holder", "as key holder")):
        with way.seen_by(name) as page:
            page.get_by_role("button", name=f"Agree to the sealing, {words}").click()
            said_done(page)
            expect(page.get_by_role("link", name="Agree to the sealing, one of two")).to_have_count(0)


def handed_over(way: Way) -> str:
    """It leaves, to be picked up; the code, which is shown once."""
    with way.seen_by("release_officer") as page:
        of_package(page).get_by_role("link", name="Let it go").click()
        page.get_by_label("How does it leave?").select_option("ready")
        sound(page)
        page.get_by_role("button", name="Let it go").click()
        said_done(page)
        expect(page.get_by_text("Stage: released.")).to_be_visible()
        page.get_by_role("link", name="Make a pick-up code").click()
        sound(page)
        page.get_by_role("button", name="Make the code").click()
        sound(page)
        return page.locator("code").first.inner_text()


# --- the recipient, and the outsider -----------------------------------------------------------------------


def picked_up(way: Way, code: str, proof: str = "") -> Path:
    """The recipient proves who it is, signs, and takes the file; where the browser saved it.

    :param proof: the secret of a receipt; else the end of the key's id is typed.
    """
    with a_page(way.browser, way.site) as page:
        way.prove(page, code, proof)
        expect(page.get_by_role("heading", name="Conditions")).to_be_visible()
        sound(page)
        page.get_by_label("Your full name and office").fill("Officer Example, the records room")
        page.get_by_text("I have the authority to receive these records").click()
        page.get_by_role("button", name="Sign").click()
        expect(page.get_by_role("heading", name="Take the records")).to_be_visible()
        sound(page)
        with page.expect_download() as coming:
            page.get_by_role("button", name="Take the file").click()
        place = way.site.folder / "taken" / coming.value.suggested_filename
        coming.value.save_as(place)
    return place


def key_end(way: Way) -> str:
    """What the owner of a key reads of it with the command."""
    shown = ostiary("keys", "show", way.key, "--json")
    assert shown.returncode == 0, shown.stderr
    return json.loads(shown.stdout)[0]["key_id"][-12:]


def opened(way: Way, package: Path) -> Path:
    """What ``ostiary open`` writes with the recipient's key, the agency's signers and the log's policy."""
    folder = way.site.folder
    (signers,), out = (folder / "signer").glob("*.signers.json"), folder / f"opened-{way.number}"
    words = ["open", package, "--key", way.key, "--signers", signers, "--policy", folder / "witness-policy"]
    done = ostiary(*words, "--out", out)
    assert done.returncode == 0, done.stderr
    return out


def cells(folder: Path) -> list[dict[str, str]]:
    """The rows that the recipient reads."""
    with (folder / "released.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def elements(row: dict[str, str]) -> set[str]:
    """What the columns of a row are about."""
    return {name.split("__")[1] for name in row}


def exactly_what_was_decided(way: Way, folder: Path) -> None:
    """The opened bytes are the cells that were decided, and an outsider finds the published log right."""
    faults, count = json.loads(way.site.run(COMPARE, way.number, str(folder)).splitlines()[-1])
    assert faults == []
    assert count > 0
    assert well_logged(way.site)
