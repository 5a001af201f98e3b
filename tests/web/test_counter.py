"""The counter: a request by the public form, its receipt, and following it; what is refused at the door."""

import html
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ostiary_web.casework import papers, queries
from ostiary_web.casework.docket.states import STAGES, State
from ostiary_web.casework.models import Docket
from ostiary_web.counter.limits import LARGEST_PAPER
from ostiary_web.counter.models import Receipt
from ostiary_web.counter.queries import words_of
from tests.web.pages_desk import denied, page, said, to_this_day
from tests.web.walking import a_database, a_desk, sound

PDF = b"%PDF-1.7 the subpoena"
FIRST = {
    "who": "Olive Officer, Field Office 7", "reach": "olive@office.example", "about": "王小明 <script>alert(1)</script>",
    "requester.kind": "ice_hsi", "purpose": "civil_immigration_enforcement", "programs": ["medicaid"],
    "elements_requested": ["address_residential", "phone"], "instrument.kind": "dhs_admin_subpoena",
    "subjects.count": "1", "subjects.identified_by": "name",
}  # fmt: skip


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("counter"), url)))


@dataclass
class Case:
    """What the makers of the desk's pages need of a docket."""

    desk: Any
    id: str

    @property
    def state(self):
        return str(queries.docket(self.id).state)


def hidden(answer):
    """The hidden fields of a page's form, as a browser sends them back."""
    found = {}
    for tag in re.findall(r'<input type="hidden"[^>]*>', answer.content.decode()):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        found.setdefault(html.unescape(name[1]), []).append(html.unescape(value[1]) if value else "")
    return found


def second_page(client, **changes):
    return client.post("/request/", hidden(client.get("/request/")) | FIRST | changes)


def third_page(client, **changes):
    """The form filled in up to its last page."""
    answer = second_page(client, **changes)
    assert answer.status_code == 200, said(answer)
    return client.post("/request/", hidden(answer) | {"do": "on", "instrument.signed": "true"})


def sent(client, **more):
    return client.post("/request/", hidden(third_page(client)) | {"do": "on"} | more)


def receipt(answer):
    assert answer.status_code == 200, said(answer)
    text = answer.content.decode()
    return {
        "number": re.search(r'id="number">([^<]*)', text)[1],
        "secret": re.search(r"<code>([^<]*)", text)[1],
    }


def a_file(name="subpoena.pdf", data=PDF):
    return SimpleUploadedFile(name, data)


class TestAsking:
    """From the form to the docket."""

    def test_a_request_becomes_a_docket_with_its_papers(self, desk):
        given = receipt(sent(Client(), paper=a_file("../../etc/passwd.pdf")))
        row = queries.row(given["number"])
        found = queries.paper_rows(row.pseudonym)

        assert [(one.kind, one.name) for one in found] == [
            ("request", "request.yaml"),
            ("cover", "cover.txt"),
            ("instrument", "instrument.pdf"),
        ]
        assert papers.content(found[2].digest) == PDF
        assert Docket.objects.get(pk=row.pseudonym).received_mode == "portal"
        sound(Case(desk, row.pseudonym))

    def test_what_was_asked_stands_on_the_desk_as_text(self, desk):
        given = receipt(sent(Client()))
        shown = page(Case(desk, given["number"]), "intake").content.decode()

        assert "王小明 &lt;script&gt;alert(1)&lt;/script&gt;" in shown
        assert "<script>" not in shown

    def test_what_a_requester_states_is_not_established_by_it(self, desk):
        given = receipt(sent(Client()))
        file = queries.request_file(queries.row(given["number"]).pseudonym, desk.now.date())

        assert "requester.kind" in file.partition("unknown:")[2]

    def test_sent_twice_it_opens_one_docket(self, desk):
        client = Client()
        last = hidden(third_page(client)) | {"do": "on"}
        first = receipt(client.post("/request/", last))
        before = Docket.objects.count()
        again = client.post("/request/", last)

        assert Docket.objects.count() == before
        assert again.status_code == 422
        assert f"its number is {first['number']}" in said(again)

    def test_what_is_missing_is_said_with_a_way_there(self, desk):
        answer = second_page(Client(), purpose="", who="")

        assert answer.status_code == 422
        assert 'href="#id_purpose"' in answer.content.decode()
        assert "Error:" in said(answer)

    def test_the_second_page_names_the_law_that_asks(self, desk):
        answer = second_page(
            Client(),
            **{
                "requester.kind": "us_marshals",
                "purpose": "felony_fugitive_location",
                "programs": ["snap"],
                "instrument.kind": "statutory_notice",
            },
        )

        assert "Asked by: 7 USC 2020(e)(8)(E)" in said(answer)

    def test_back_keeps_what_was_typed_on_both_pages(self, desk):
        client = Client()
        third = third_page(client)
        second = client.post("/request/", hidden(third) | {"do": "back"})
        assert re.search(r'name="instrument.signed" value="true"[^>]*checked', second.content.decode())
        first = client.post("/request/", hidden(second) | {"do": "back", "instrument.signed": "true"})

        assert "Olive Officer" in first.content.decode()
        assert hidden(first)["instrument.signed"] == ["true"]


class TestAtTheDoor:
    """What is refused, and keeps nothing."""

    @pytest.mark.parametrize(
        "data", [b"MZ a program", b"<html>", b"PK\x03\x04 a bomb", b" %PDF-"], ids=["exe", "html", "zip", "late"]
    )
    def test_a_file_of_another_kind(self, desk, data):
        before = Docket.objects.count()
        answer = sent(Client(), paper=a_file("subpoena.pdf", data))

        assert answer.status_code == 422
        assert "no PDF, PNG or JPEG" in said(answer)
        assert Docket.objects.count() == before

    def test_a_body_that_is_too_large_is_not_read(self, desk):
        answer = Client().post("/request/", {"paper": a_file("big.pdf", PDF + b" " * (LARGEST_PAPER + 2**21))})

        assert answer.status_code == 413

    def test_a_code_that_is_none(self, desk):
        assert second_page(Client(), purpose="whatever").status_code == 422

    def test_an_address_that_sends_too_often(self, desk):
        client = Client()
        last = hidden(third_page(client)) | {"do": "on"}
        codes = [client.post("/request/", last).status_code for _ in range(21)]

        assert codes[-1] == 429
        assert 429 not in codes[:-1]


class TestFollowing:
    """For whoever holds the receipt; the state in plain words, no more."""

    def test_a_wrong_number_and_a_wrong_secret_read_alike(self, desk):
        given = receipt(sent(Client()))
        wrong = [given | {"secret": "not it"}, given | {"number": "2026-999999"}]
        answers = [Client().post("/request/follow/", one) for one in wrong]

        assert [one.status_code for one in answers] == [422, 422]
        assert all("No receipt has this number and this secret" in said(one) for one in answers)

    def test_the_secret_is_kept_as_a_digest_only(self, desk):
        given = receipt(sent(Client()))

        assert Receipt.objects.filter(secret=given["secret"]).count() == 0

    def test_from_the_verdict_to_what_leaves_every_state_reads_alike(self):
        hidden_ones = {State.JUDGED, State.IN_REVIEW, State.CONSOLIDATING, State.DECISION, State.NOTIFIED, State.STAYED}
        told = {words_of(state) for state in hidden_ones | set(STAGES) - {State.RELEASED}}

        assert len(told) == 1

    def test_a_denial_is_followed_read_and_appealed(self, desk):
        given = receipt(sent(Client(), paper=a_file()))
        case = Case(desk, queries.row(given["number"]).pseudonym)
        denied(case)
        answer = Client().post("/request/follow/", given)
        assert "It was denied" in said(answer)
        assert "You can appeal until" in said(answer)

        appealed = Client().post("/request/follow/", given | {"act": "appeal", "text": "The order is newer."})
        assert "Your appeal arrived" in said(appealed)
        assert case.state == "appealed"
        assert queries.paper_rows(case.id)[-1].name == "appeal.txt"

    def test_it_is_taken_back(self, desk):
        given = receipt(sent(Client()))
        assert "You took it back" in said(Client().post("/request/follow/", given | {"act": "withdraw"}))
        again = Client().post("/request/follow/", given | {"act": "withdraw"})

        assert again.status_code == 422
        assert "cannot be done now" in said(again)

    def test_no_other_act_is_a_requesters(self, desk):
        given = receipt(sent(Client()))

        assert Client().post("/request/follow/", given | {"act": "docket_request"}).status_code == 422
