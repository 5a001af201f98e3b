"""The counter: a request by the public form, its receipt, and following it; what is refused at the door."""

import html
import re
from contextlib import ExitStack

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ostiary_web.casework import queries
from tests.web.pages_desk import enrolled, said, to_this_day
from tests.web.walking import a_database, a_desk

PDF = b"%PDF-1.7 the subpoena"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("counter"), url)))


FIRST = {
    "who": "Olive Officer, Field Office 7", "reach": "olive@office.example", "about": "王小明, born in May",
    "requester.kind": "ice_hsi", "purpose": "civil_immigration_enforcement", "programs": ["medicaid"],
    "elements_requested": ["address_residential", "phone"], "instrument.kind": "dhs_admin_subpoena",
    "subjects.count": "1", "subjects.identified_by": "name",
}  # fmt: skip


def hidden(answer):
    """The hidden fields of a page's form, as a browser sends them back."""
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', answer.content.decode()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        found.setdefault(html.unescape(name[1]), []).append(html.unescape(value[1]) if value else "")
    return found


def third_page(client, **changes):
    """The form filled in up to its last page."""
    page = client.get("/request/")
    page = client.post("/request/", hidden(page) | FIRST | changes)
    assert page.status_code == 200, said(page)
    return client.post("/request/", hidden(page) | {"do": "on", "instrument.signed": "true"})


def sent(client, **more):
    return client.post("/request/", hidden(third_page(client)) | {"do": "on"} | more)


def receipt(answer):
    text = answer.content.decode()
    number, secret = re.search(r'id="number">([^<]*)', text), re.search(r"<code>([^<]*)", text)
    return {"number": number[1], "secret": secret[1]}


def test_a_request_becomes_a_docket_that_its_receipt_follows(desk):
    client = Client()
    answer = sent(client, paper=SimpleUploadedFile("../../etc/passwd.pdf", PDF))
    assert answer.status_code == 200, said(answer)
    given = receipt(answer)
    print(said(third_page(Client())))
    row = queries.row(given["number"])
    assert [(one.kind, one.name) for one in queries.paper_rows(row.pseudonym)] == [
        ("request", "request.yaml"),
        ("cover", "cover.txt"),
        ("instrument", "instrument.pdf"),
    ]
    followed = client.post("/request/follow/", given)
    assert "It arrived" in said(followed)
    desks = said(enrolled(desk.who["intake"]).get(f"/desk/{given['number']}/"))
    assert "王小明" in desks
    print(desks[:3000])
