"""Eight people before one docket in review, each logged in with both factors: each sees only what they may."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sites import Site, a_page, at_desk, logged_in, sound

# In review; counsel has given an opinion, the privacy officer has not.
SET_UP = """
from ostiary_web.casework import queries
from tests.browser.on_site import this_desk
from tests.web.walking import Walk, with_consent
walk = Walk(this_desk(), with_consent(), subjects={"": "Jane Roe, born 1980"}).in_review()
walk.do("review", opinion="grant", needed=walk.lawful)
print(queries.row(walk.id).number)
"""
OPINIONS, OPINION = "The reviews side by side", "Give the last opinion that is due"
# Who may do what to it now: by its button, one of each is enough.
MAY = {
    "intake": "Take the request back",
    "verifier": "",
    "reviewer_counsel": "Shut every way out",
    "reviewer_privacy": OPINION,
    "lead_counsel": "Shut every way out",
    "decider": "",
    "auditor": "",
}


@pytest.fixture(scope="module")
def number(site: Site) -> str:
    return site.run(SET_UP).split()[-1]


def opened(page: Page, site: Site, number: str) -> None:
    page.goto(f"{site.home}/desk/{number}/")
    expect(page.get_by_role("heading", name=f"Docket {number}")).to_be_visible()


def status(page: Page, site: Site, path: str) -> int:
    """What this person is answered, without a page that the browser would complain of."""
    return page.request.get(site.home + path).status


@pytest.mark.parametrize("name", MAY)
def test_each_sees_the_docket_and_may_do_only_their_own(browser: Browser, site: Site, number: str, name: str):
    with at_desk(browser, site, name) as page:
        opened(page, site, number)
        mine = page.get_by_role("region", name="What you can do now").locator("ul.acts")
        if MAY[name]:
            expect(mine.get_by_role("link", name=MAY[name], exact=True)).to_be_visible()
        else:
            expect(mine).to_have_count(0)
            expect(page.get_by_text("Nothing here is yours to do.")).to_be_visible()
        expect(mine.get_by_role("link", name=OPINION, exact=True)).to_have_count(int(name == "reviewer_privacy"))
        sound(page)

        assert status(page, site, "/desk/new/") == (200 if name == "intake" else 403)
        assert status(page, site, "/people/") == 403
        assert status(page, site, f"/desk/{number}/person/1/compare/") == 403


@pytest.mark.parametrize("name", ["reviewer_privacy", "lead_counsel", "decider"])
def test_who_has_yet_to_judge_does_not_see_what_another_thinks(browser: Browser, site: Site, number: str, name: str):
    with at_desk(browser, site, name) as page:
        opened(page, site, number)
        expect(page.get_by_text("1 of 2 are in. They open to everybody when all are.")).to_be_visible()
        expect(page.get_by_role("region", name=OPINIONS)).to_have_count(0)


def test_a_reviewer_sees_the_own_opinion_and_the_auditor_each(browser: Browser, site: Site, number: str):
    for name, own in (("reviewer_counsel", 1), ("auditor", 0)):
        with at_desk(browser, site, name) as page:
            opened(page, site, number)
            expect(page.get_by_role("region", name=OPINIONS).get_by_text("your own")).to_have_count(own)
            expect(page.get_by_role("region", name=OPINIONS).get_by_role("columnheader")).to_have_count(2)


def test_the_auditor_changes_nothing(browser: Browser, site: Site, number: str):
    with at_desk(browser, site, "auditor") as page:
        opened(page, site, number)
        happened = page.get_by_role("region", name="What happened").get_by_role("listitem")
        before = happened.count()
        page.goto(f"{site.home}/desk/{number}/act/hold/")
        page.get_by_label("Why?").select_option("litigation")
        page.get_by_role("button", name="Shut every way out").click()
        expect(page.get_by_role("heading", name="Please mend this")).to_be_visible()
        opened(page, site, number)
        expect(happened).to_have_count(before)


def test_the_administrator_sees_people_and_no_docket(browser: Browser, site: Site, number: str):
    with a_page(browser, site, state=logged_in(browser, site, "ada@agency.example")) as page:
        page.goto(site.home)
        expect(page.get_by_text("You see no case")).to_be_visible()
        page.get_by_role("link", name="People", exact=True).click()
        expect(page.get_by_role("rowheader", name="decider", exact=True)).to_be_visible()
        for path in ("", f"{number}/", f"{number}/facts/", f"{number}/act/hold/", "export.csv", "workload/"):
            answer = page.request.get(f"{site.home}/desk/{path}")
            assert answer.status == 403, path
            assert number not in answer.text().replace(path, "")
            assert "Jane Roe" not in answer.text()
