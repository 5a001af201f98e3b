"""Every kind of page in every state of a docket: nobody is kept out (WCAG 2.2 AA), at 1280 and 320 px, and at 200 %.

On the demonstration's desk, with a docket in each state. A page at 200 % is one of half the width.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from ostiary_web.demo.place import Place
from ostiary_web.demo.seed import made_up_roll
from tests.browser.sites import Site, a_page, faults_of, logged_in, run, serving
from tests.postgres import postgres

SEED = """
from pathlib import Path
from ostiary_web.casework import queries
from ostiary_web.demo.place import Place
from ostiary_web.demo.seed import fill
fill(Place(Path(sys.argv[1])), say=lambda text: None)
from ostiary_web.casework.models import Docket
# One of each step: what is packed and what is checked are two.
for step in sorted(set(Docket.objects.values_list("step", flat=True))):
    print(step, Docket.objects.filter(step=step).first().number)
"""
PUBLIC = ["/request/", "/request/saved/", "/request/follow/", "/request/pick-up/", "/account/login/"]
OWN = ["/", "/account/second-factor/", "/account/password/change/", "/account/sessions/", "/account/logout/"]
ADMINISTRATION = [*OWN, "/people/", "/people/add", "/people/1", "/people/1/change", "/people/2/roles/add"]
ADMINISTRATION += ["/people/2/training/add", "/delegations/"]
DESK = [
    "",
    "?show=open",
    "?show=hold",
    "?number=9999",
    "workload/",
    "letters/",
    "letters/denial/",
    "mentions/",
    "keys/",
]
DESK += ["proposals/"]
OF_A_DOCKET = ["", "facts/", "assign/", "papers/add/", "what-if/", "person/"]
# Whose pages have forms of their own.
ROLES = [
    "intake", "verifier", "reviewer_counsel", "reviewer_privacy", "lead_counsel", "third_reviewer", "decider",
    "executive", "notice_officer", "hearing_officer", "custodian", "checker", "release_officer", "key_holder",
    "records_officer", "appeal_officer",
]  # fmt: skip


@pytest.fixture(scope="module")
def seeded(tmp_path_factory) -> Iterator[tuple[Site, Place, dict[str, str]]]:
    """The demonstration's desk on PostgreSQL; who logs in with what; and a docket of each step."""
    place = Place(tmp_path_factory.mktemp("seeded") / "desk")
    place.lay_out()
    made_up_roll(place)
    with postgres(fast=False) as url:
        env = place.environment() | {"OSTIARY_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "ostiary_web.settings"}
        numbers = dict(line.split() for line in run(env, SEED, str(place.folder)).splitlines())
        with serving(place.folder, env) as site:
            yield site, place, numbers


class Eye:
    """Somebody who looks at page after page, and what was found: by page and width, the faults."""

    def __init__(self, page: Page, home: str) -> None:
        self.page, self.home, self.found = page, home, {}

    def look(self, path: str, *, rtl: bool = False) -> None:
        answer = self.page.goto(self.home + path)
        assert answer is not None
        assert answer.status == 200, (path, answer.status)
        self.here(path, rtl=rtl)

    def here(self, name: str, *, rtl: bool = False) -> None:
        for width in (1280, 640, 320):
            self._at(name, width, "ltr")
        if rtl:
            self._at(name, 320, "rtl")
        self.page.evaluate("document.documentElement.dir = 'ltr'")

    def _at(self, name: str, width: int, way: str) -> None:
        self.page.evaluate("way => document.documentElement.dir = way", way)
        self.page.set_viewport_size({"width": width, "height": 900})
        faults = faults_of(self.page)
        if faults:
            self.found[name, width, way] = faults


@pytest.mark.long
def test_a_sample_on_every_run(browser: Browser, site: Site):
    with a_page(browser, site) as page:
        eye = Eye(page, site.home)
        for path in PUBLIC:
            eye.look(path, rtl=path == "/request/")
        page.goto(site.home + "/request/")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        eye.here("its faults")
    assert eye.found == {}


def who(browser: Browser, seeded, name: str) -> dict:
    site, place, _ = seeded
    one = place.log_ins()[name]
    return logged_in(browser, site, one.mail, one.password, one.secret)


@pytest.mark.long
def test_the_administration(browser: Browser, seeded):
    site = seeded[0]
    with a_page(browser, site, state=who(browser, seeded, "administrator")) as page:
        eye = Eye(page, site.home)
        for path in ADMINISTRATION:
            eye.look(path)
    assert eye.found == {}


@pytest.mark.long
def test_lists_and_what_is_about_no_docket(browser: Browser, seeded):
    site = seeded[0]
    with a_page(browser, site, state=who(browser, seeded, "lead_counsel")) as page:
        eye = Eye(page, site.home)
        for path in DESK:
            eye.look(f"/desk/{path}", rtl=not path)
    assert eye.found == {}


@pytest.mark.long
def test_a_docket_in_every_state(browser: Browser, seeded):
    site, _, numbers = seeded
    with a_page(browser, site, state=who(browser, seeded, "auditor")) as page:
        eye = Eye(page, site.home)
        for place, (state, number) in enumerate(numbers.items()):
            eye.look(f"/desk/{number}/", rtl=place % 4 == 0)
            assert number in page.title(), state
    assert eye.found == {}
    assert len(numbers) > 20


@pytest.mark.long
def test_each_page_of_a_docket(browser: Browser, seeded):
    site, _, numbers = seeded
    with a_page(browser, site, state=who(browser, seeded, "custodian")) as page:
        eye = Eye(page, site.home)
        for state in ("in_review", "decision"):
            for path in OF_A_DOCKET:
                eye.look(f"/desk/{numbers[state]}/{path}")
        eye.look(f"/desk/{numbers['decision']}/letter/", rtl=True)  # before the decision there is none
        eye.look(f"/desk/{numbers['released']}/wrong/")
    assert eye.found == {}


@pytest.mark.long
@pytest.mark.parametrize("name", ROLES)
def test_what_each_role_has_before_it_with_every_form_it_may_open(browser: Browser, seeded, name: str):
    site, _, numbers = seeded
    seen: set[str] = set()
    with a_page(browser, site, state=who(browser, seeded, name)) as page:
        eye = Eye(page, site.home)
        for number in numbers.values():
            page.goto(f"{site.home}/desk/{number}/")
            links = page.get_by_role("region", name="What you can do now").locator("ul.acts a").all()
            acts = {link.get_attribute("href") or "" for link in links}
            fresh = {path.partition("/act/")[2]: path for path in acts}
            fresh = {act: path for act, path in fresh.items() if act not in seen}
            if fresh:
                eye.here(f"{number} as {name}")
            for act, path in sorted(fresh.items()):
                seen.add(act)
                eye.look(path)
    assert eye.found == {}
    assert seen
