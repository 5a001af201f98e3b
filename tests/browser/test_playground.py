"""Counsel's journeys through the playground, in a real browser."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from ostiary.decide.decide import decide
from ostiary.decide.request import read_request
from ostiary.strict_yaml import read

ORDER = "example:7-district-court-order"
WIDTH = "[document.documentElement.scrollWidth, window.innerWidth]"
# One of each kind: all sixty rules and four lists of ninety boxes would only take longer.
OPEN = """["#own", "#rest", "#duties", "#as-file", ".pile", ".card details", ".field details"]
    .forEach((kind) => { document.querySelector(kind).open = true; })"""
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def take(page: Page, key: str = ORDER) -> None:
    page.get_by_label("Start from").select_option(key)
    page.get_by_role("button", name="Take this request").click()
    expect(page.locator("[name=origin]")).to_have_value(key)


def axe_faults(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
    return [f"{fault['id']}: {fault['nodes'][0]['target']}" for fault in found.response["violations"]]


def answers(page: Page) -> list[str]:
    return page.locator("#answer td.outcome").all_inner_texts()


def test_a_fact_is_turned_and_the_answer_follows(page: Page):
    take(page)
    before = answers(page)
    said = page.get_by_role("status").inner_text()
    signed = page.locator("#f-instrument-signed")

    signed.get_by_label("no", exact=True).check()
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    expect(page.get_by_role("status")).not_to_have_text(said)
    assert answers(page) != before
    expect(page.locator("#reset")).to_contain_text("(1)")
    expect(signed.get_by_label("no", exact=True)).to_be_focused()

    page.get_by_role("button", name="Undo the change to: the paper is signed").click()
    expect(page.locator("#changes")).to_be_empty()
    expect(page.get_by_role("status")).to_have_text(said)
    assert answers(page) == before
    expect(signed.get_by_label("yes", exact=True)).to_be_focused()


def test_a_fact_not_known_is_asked_for_and_the_question_leads_to_it(page: Page):
    take(page)
    page.locator("#f-instrument-signed").get_by_label("not known").check()
    question = page.get_by_role("link", name="Is the paper signed?")
    expect(question).to_be_visible()

    question.click()
    expect(page.locator("#f-instrument-signed-unknown")).to_be_focused()
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("still needed")


def test_another_copy_is_looked_at_and_a_rule_read_in_plain_words(page: Page):
    take(page)
    other = page.locator("button.look").nth(1)
    name = other.inner_text().split("\n")[0]
    other.click()
    expect(page.locator("#rules-head")).to_contain_text(name)
    expect(page.locator("button.look").nth(1)).to_be_focused()

    card = page.locator("#answer .card").first
    card.get_by_text("In plain words").click()
    expect(card.get_by_text("when all of these hold")).to_be_visible()

    page.locator("#f-instrument-signed").get_by_label("no", exact=True).check()
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    expect(page.locator("#rules-head")).to_contain_text(name)


def test_two_presses_in_a_row_both_count(page: Page):
    take(page)
    name = page.locator("button.look").nth(1).inner_text().split("\n")[0]
    page.evaluate(
        "document.querySelectorAll('button.look')[1].click(), document.getElementById('f-instrument-signed-false').click()"
    )

    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    expect(page.locator("#rules-head")).to_contain_text(name)


def test_the_file_that_is_downloaded_is_judged_alike(page: Page, bundle, tmp_path: Path):
    take(page)
    page.locator("#f-instrument-signed").get_by_label("no", exact=True).check()
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download as a file").click()
    waiting.value.save_as(tmp_path / "request.yaml")
    verdict = decide(bundle, read_request(read(tmp_path / "request.yaml"), bundle.words))
    shown = [row.get_attribute("class").split()[0] for row in page.locator("#answer tbody tr").all()]

    assert [item.outcome.value for item in verdict.items] == shown


def tab_to(page: Page, place: str) -> None:
    """Press Tab until a place has the focus, as a person would."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == place:
            return
    pytest.fail(f"no way by keyboard to {place}")


def test_everything_by_keyboard(page: Page):
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    tab_to(page, "start")
    page.keyboard.type("A federal district")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("[name=origin]")).to_have_value(ORDER)

    tab_to(page, "f-instrument-signed-true")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    expect(page.locator("#f-instrument-signed-false")).to_be_focused()

    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#changes")).to_be_empty()
    expect(page.locator("#f-instrument-signed-true")).to_be_focused()


def test_a_wrong_text_is_explained_and_kept(page: Page):
    page.get_by_text("Use your own request file").click()
    page.get_by_label("The text of a request file").fill("purpos: audit")
    page.get_by_role("button", name="Take this text").click()

    expect(page.locator("#problems")).to_be_focused()
    expect(page.locator("#problems")).to_contain_text("your text:1: unknown key `purpos`; did you mean `purpose`?")
    expect(page.get_by_label("The text of a request file")).to_have_value("purpos: audit")
    assert axe_faults(page) == []


def test_a_wrong_value_is_explained_while_one_types(page: Page):
    take(page)
    page.get_by_text("Facts that no rule for this copy reads").click()
    count = page.locator("#f-subjects-count")
    count.fill("many")
    count.blur()
    expect(page.get_by_role("status")).to_contain_text("1 to mend")
    expect(page.locator("#problems")).to_contain_text("write a whole number")
    expect(count).to_have_value("many")

    count.fill("1")
    count.blur()
    expect(page.locator("#problems")).to_have_count(0)
    expect(page.locator("#answer tbody tr").first).to_be_visible()


@pytest.mark.parametrize(("width", "direction"), [(1280, "ltr"), (320, "ltr"), (320, "rtl")])
def test_nobody_is_kept_out(page: Page, width: int, direction: str):
    page.set_viewport_size({"width": width, "height": 800})
    take(page)
    page.evaluate(f"document.documentElement.dir = '{direction}'")
    page.locator("#f-instrument-signed").get_by_label("not known").check()
    expect(page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    page.evaluate(OPEN)

    assert axe_faults(page) == []
    content, window = page.evaluate(WIDTH)
    assert content <= window


def test_it_works_without_javascript(plain_page: Page):
    take(plain_page)
    before = answers(plain_page)
    plain_page.locator("#f-instrument-signed").get_by_label("no", exact=True).check()
    plain_page.get_by_role("button", name="Show the answer").first.click()

    expect(plain_page.locator("#m-f-instrument-signed")).to_contain_text("changed")
    assert answers(plain_page) != before

    plain_page.get_by_role("button", name="Undo the change to: the paper is signed").click()
    expect(plain_page.locator("#changes")).to_be_empty()
    assert answers(plain_page) == before


def test_no_fact_stands_in_an_address(page: Page):
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url))
    take(page)
    page.get_by_text("Facts that no rule for this copy reads").click()
    page.locator("#f-instrument-court").fill("a court of nowhere")
    page.locator("#f-instrument-court").blur()
    expect(page.locator("#m-f-instrument-court")).to_contain_text("changed")

    assert not any("?" in address or "nowhere" in address for address in addresses)
