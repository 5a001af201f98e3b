"""The desk's pages: a docket's way to its denial, by forms alone; who sees what; and what is recorded of looking."""

import re
from contextlib import ExitStack

import pytest

from ostiary_web.casework import queries
from tests.web.pages_desk import enrolled, form_of, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("pages"), url)))


@pytest.fixture
def walk(desk):
    """A docket that has just come in."""
    return Walk(desk, subpoena())


def number_of(walk):
    return queries.row(walk.id).number


def page(walk, name, path="", **asked):
    return enrolled(walk.desk.who[name]).get(f"/desk/{number_of(walk)}/{path}", asked)


def do(walk, name, act, **typed):
    """Open an act's page as somebody, fill its form in, and send it."""
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/act/{act}/"
    return client.post(path, form_of(client.get(path)) | typed)


VERIFIED = {
    "requester_verified": "true", "requester_proof": "call_back", "instrument_check": "court_record",
    "instrument.in_writing": "true", "instrument.valid": "true",
}  # fmt: skip


def confirm_all(walk, name):
    """Tick all that the page of facts has to confirm, and send it."""
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/facts/"
    asked = client.get(path)
    names = re.findall(rf'name="{name}-names" value="([^"]*)"', asked.content.decode())
    return client.post(path + "confirm", form_of(asked, "facts/confirm") | {f"{name}-names": names})


def decided(walk):
    """A docket on the desk of the decider, brought there by the pages alone."""
    for answer in (
        do(walk, "intake", "docket_request", instrument_form="copy"),
        confirm_all(walk, "verifier"),
        confirm_all(walk, "custodian"),
        do(walk, "verifier", "verify", **VERIFIED),
        do(walk, "reviewer_counsel", "review", opinion="deny"),
        do(walk, "reviewer_privacy", "finish_review", opinion="deny"),
        do(walk, "lead_counsel", "consolidate"),
    ):
        assert answer.status_code == 302, said(answer)
    assert walk.state == "decision"
    return walk


def test_a_docket_is_worked_to_its_denial_by_forms_alone(walk):
    decided(walk)
    before = do.__globals__["enrolled"](walk.desk.who["decider"]).get(f"/desk/{number_of(walk)}/act/deny/")
    assert "We have denied it" in said(before)
    assert do(walk, "decider", "deny").status_code == 302
    assert walk.state == "denied"
    letter = said(page(walk, "intake", "letter/"))
    print(letter)
    print(said(page(walk, "decider")))
    assert "as it was kept" in letter


def test_queue(desk, walk):
    answer = enrolled(desk.who["intake"]).get("/desk/")
    assert answer.status_code == 200, answer.content
    assert number_of(walk) in said(answer)
