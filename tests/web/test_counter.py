"""The counter: a request by the public form, its receipt, and following it; what is refused at the door."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from ostiary.ledger import store
from ostiary.ledger.entry import read_entry
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import papers, queries
from ostiary_web.casework.actions import letters
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.states import STAGES, State
from ostiary_web.casework.models import Docket
from ostiary_web.counter.limits import LARGEST_PAPER
from ostiary_web.counter.models import Receipt, SavedPaper, SavedRequest, Tries
from ostiary_web.counter.words import words_of
from ostiary_web.ledger_link.queries import raw_connection
from tests.web.pages_counter import (
    FIRST,
    PDF,
    Case,
    a_counter,
    a_file,
    an_act,
    hidden,
    receipt,
    second_page,
    sent,
    third_page,
)
from tests.web.pages_desk import denied, in_review, page, said
from tests.web.walking import CHICAGO, a_body, sound


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    with a_counter(tmp_path_factory.mktemp("counter"), django_db_blocker, request) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _nobody_tried(desk):
    Tries.objects.all().delete()


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

    def test_sent_twice_it_opens_one_docket_and_shows_one_receipt(self, desk):
        client = Client()
        last = hidden(third_page(client)) | {"do": "on"}
        first = receipt(client.post("/request/", last | {"paper": a_file()}))
        before = Docket.objects.count()

        assert receipt(client.post("/request/", last | {"paper": a_file()})) == first
        assert Docket.objects.count() == before

    def test_sent_again_with_another_answer_it_tells_the_number_alone(self, desk):
        client = Client()
        last = hidden(third_page(client)) | {"do": "on"}
        first = receipt(client.post("/request/", last))
        again = client.post("/request/", last | {"about": "somebody else"})

        assert again.status_code == 422
        assert f"its number is {first['number']}" in said(again)
        assert first["secret"] not in again.content.decode()

    def test_a_receipt_is_not_shown_again_the_next_day(self, desk):
        client = Client()
        last = hidden(third_page(client)) | {"do": "on"}
        number = receipt(client.post("/request/", last))["number"]
        row = Receipt.objects.filter(docket=queries.row(number).pseudonym)
        row.update(given_at=row.get().given_at - dt.timedelta(days=1))

        assert client.post("/request/", last).status_code == 422

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


MARSHALS = {
    "requester.kind": "us_marshals", "purpose": "felony_fugitive_location", "programs": ["snap"],
    "instrument.kind": "statutory_notice",
}  # fmt: skip


class TestWhatIsMissing:
    """Before it is sent: by law, with a way to the field; what is incomplete can be sent."""

    def test_each_law_says_what_it_waits_for(self, desk):
        answer = third_page(Client(), **MARSHALS)
        text = said(answer)

        assert "7 USC 2020(e)(8)(E) asks:" in text
        assert "You can send the request as it is" in text
        assert re.search(r'value="back" formaction="/request/#id_statements.name_furnished"', answer.content.decode())

    def test_the_way_there_leads_to_the_field_and_keeps_the_rest(self, desk):
        client = Client()
        back = client.post("/request/", hidden(third_page(client, **MARSHALS)) | {"do": "back"})

        assert re.search(r'id="id_statements.name_furnished"', back.content.decode())
        assert hidden(back)["who"] == [FIRST["who"]]

    def test_what_is_answered_is_no_longer_missing(self, desk):
        client = Client()
        second = second_page(client, **MARSHALS)
        third = client.post("/request/", hidden(second) | {"do": "on", "statements.name_furnished": "true"})

        assert "#id_statements.name_furnished" not in third.content.decode()
        assert "#id_statements.official_duty_locate" in third.content.decode()

    def test_incomplete_it_is_taken_in_all_the_same(self, desk):
        assert receipt(sent(Client(), **{}))["number"]


class TestInTheLog:
    """What a requester claims does not stand in the public log by name until it is proved (adr 14)."""

    def test_a_body_stands_there_once_the_verifier_has_proved_it(self, desk):
        code = a_body(desk, FIRST["requester.kind"])
        given = receipt(sent(Client(), paper=a_file(), body=code))
        case = Case(desk, queries.row(given["number"]).pseudonym)
        [received] = public_entries(case)

        assert received["requester_kind"] == FIRST["requester.kind"]
        assert "requester_body" not in received
        assert all(code not in str(one) for one in public_entries(case))

        verified = [one for one in public_entries(in_review(case)) if "requester_proof" in one]
        assert [(one["requester_kind"], one["requester_body"]) for one in verified] == [(FIRST["requester.kind"], code)]

    def test_the_day_of_receipt_is_a_claim_until_intake_confirms_it(self, desk):
        pseudonym = queries.row(receipt(sent(Client()))["number"]).pseudonym
        today = timezone.localdate()

        assert "request_date" in queries.request_file(pseudonym, today).partition("unknown:")[2]
        assert queries.row(pseudonym).received == today


def public_entries(case):
    found = queries.thread_entries(case.id)
    return [read_entry(store.read_entries(raw_connection(), n, n + 1)[0][1], catalogue()).public for n, _, _ in found]


class TestSaved:
    """A saved request is sent; the rest stands in test_counter_saved."""

    def test_it_is_sent_with_the_paper_that_was_saved_and_is_then_gone(self, desk):
        client = Client()
        client.post("/request/", (typed := hidden(third_page(client)) | {"do": "save"}) | {"paper": a_file()})
        assert SavedPaper.objects.count() == 1
        given = receipt(client.post("/request/", typed | {"do": "on"}))
        kept = queries.paper_rows(queries.row(given["number"]).pseudonym)

        assert papers.content(kept[-1].digest) == PDF
        assert (SavedRequest.objects.count(), SavedPaper.objects.count()) == (0, 0)

    def test_sent_from_another_tab_it_cannot_be_saved_again(self, desk):
        client = Client()
        typed = hidden(third_page(client))
        receipt(client.post("/request/", typed | {"do": "on"}))
        late = client.post("/request/", typed | {"do": "save"})

        assert late.status_code == 422
        assert "was sent already" in said(late)
        assert SavedRequest.objects.count() == 0


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


def with_letter(case, act, role, **given):
    """An official's act of now, with its letter."""
    at, by = timezone.now().astimezone(CHICAGO), case.desk.by(role)
    letter = f"<p>the letter itself: {act}</p>".encode()
    letters.perform_with_letter(docket=case.id, act=act, letter=letter, by=by, role=role, at=at, **given)


class TestFollowing:
    """For whoever holds the receipt; the state in plain words, no more."""

    def test_a_wrong_number_and_a_wrong_secret_read_alike(self, desk):
        given = receipt(sent(Client()))
        wrong = [given | {"secret": "not it"}, given | {"number": "2026-999999"}]
        answers = [Client().post("/request/follow/", one) for one in wrong]

        assert [one.status_code for one in answers] == [422, 422]
        assert all("Nothing has this number and this secret" in said(one) for one in answers)

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

        appealed = Client().post("/request/follow/", given | an_act("appeal", text="The order is newer."))
        assert "Your appeal arrived" in said(appealed)
        assert case.state == "appealed"
        assert queries.paper_rows(case.id)[-1].name == "appeal.txt"

    def test_what_is_missing_is_told_and_sent(self, desk):
        given = receipt(sent(Client()))
        case = Case(desk, queries.row(given["number"]).pseudonym)
        with_letter(case, "return_request", Role.INTAKE, missing=("signature", "instrument"))
        page = said(Client().post("/request/follow/", given))

        assert "a signature on the paper" in page
        assert "the paper that the request rests on" in page
        assert "Answer by" in page

        answer = Client().post("/request/follow/", given | an_act("complete", paper=a_file("../signed.exe")))
        assert "It arrived" in said(answer)
        assert case.state == "received"
        assert papers.content(queries.paper_rows(case.id)[-1].digest) == PDF

    def test_a_question_is_shown_in_words_with_its_letter_and_answered_once(self, desk):
        given = receipt(sent(Client(), paper=a_file()))
        case = in_review(Case(desk, queries.row(given["number"]).pseudonym))
        with_letter(case, "ask", Role.REVIEWER_COUNSEL, questions=2, asked_for=("scope", "period"))
        shown = Client().post("/request/follow/", given)

        assert "Which records exactly do you ask for?" in said(shown)
        assert "For which time do you ask?" in said(shown)
        assert "the letter itself" in said(shown)
        [digest] = hidden(shown)["letter"]
        file = Client().post("/request/follow/letter/", given | {"letter": digest})
        assert file.content == b"<p>the letter itself: ask</p>"
        assert file.headers["Content-Disposition"].startswith("attachment;")
        printed = Client().post("/request/follow/letter/", given | {"letter": digest, "as": "pdf"})
        assert printed.content.startswith(b"%PDF-")
        assert printed.headers["Content-Type"] == "application/pdf"

        empty = Client().post("/request/follow/", given | an_act("answer", text="  "))
        assert "Write something, or add a paper." in said(empty)
        act = an_act("answer", text="Only the address. العنوان فقط", paper=a_file(data=b"%PDF-1.4 answer"))
        first = Client().post("/request/follow/", given | act)
        assert "We are working on it" in said(first)
        assert case.state == "in_review"
        kept = queries.paper_rows(case.id)
        assert papers.content(kept[-2].digest).decode() == "Only the address. العنوان فقط"
        assert kept[-1].name == "paper.pdf"

        again = Client().post("/request/follow/", given | act | {"answer-paper": a_file(data=b"%PDF-1.4 answer")})
        assert again.status_code == 422
        assert queries.paper_rows(case.id) == kept

    def test_a_letter_of_another_docket_and_a_paper_that_is_none_are_not_given(self, desk):
        given, other = receipt(sent(Client(), paper=a_file())), receipt(sent(Client()))
        case = Case(desk, queries.row(other["number"]).pseudonym)
        with_letter(case, "return_request", Role.INTAKE, missing=("signature",))
        rows = [*queries.paper_rows(queries.row(given["number"]).pseudonym), *queries.paper_rows(case.id)]

        assert len(rows) == 6
        for row in rows:
            answer = Client().post("/request/follow/letter/", given | {"letter": row.digest})
            assert answer.status_code == 404

    def test_it_is_taken_back(self, desk):
        given = receipt(sent(Client()))
        assert "Please mend this" in said(Client().post("/request/follow/", given | an_act("withdraw")))
        assert "You took it back" in said(Client().post("/request/follow/", given | an_act("withdraw", sure="on")))
        again = Client().post("/request/follow/", given | an_act("withdraw", sure="on"))

        assert again.status_code == 422
        assert "cannot be done now" in said(again)

    def test_no_other_act_is_a_requesters(self, desk):
        given = receipt(sent(Client()))

        assert Client().post("/request/follow/", given | {"act": "docket_request"}).status_code == 422
