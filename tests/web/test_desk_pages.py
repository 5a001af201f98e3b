"""The desk's pages: a docket's way to its denial, by forms alone; who sees what; and what is recorded of looking."""

import re
from contextlib import ExitStack, contextmanager

import pytest
from django.test import Client

from ostiary_web import wiring
from ostiary_web.casework import pages, pages_docket, queries
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.transitions import TABLE
from ostiary_web.casework.forms import ActForm
from ostiary_web.casework.views import now
from ostiary_web.casework.views_queue import harmless
from ostiary_web.ledger_link.models import Read
from ostiary_web.registry.models import LetterText
from ostiary_web.staff import actions as staff
from tests.web.pages_desk import (
    VERIFIED,
    decided,
    do,
    enrolled,
    form_of,
    in_review,
    number_of,
    on_the_way,
    page,
    said,
    to_this_day,
)
from tests.web.walking import Walk, a_database, a_desk, official, order, sound, subpoena, verified


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


@contextmanager
def wording(desk, text, reviewed=True):
    """A wording of the agency's for the letter of a denial, for a while."""
    writer, reader = desk.who["policy_author"], desk.who["policy_approver"]
    more = {"reviewed_at": desk.now, "reviewed_by": reader} if reviewed else {}
    made = LetterText.objects.create(
        code="denial", language="en", version=1, text=text, added_at=desk.now, added_by=writer, **more
    )
    yield
    made.delete()


class TestTheWay:
    """From what came in to the letter, by forms alone."""

    def test_a_docket_is_denied_with_its_letter_and_the_log_verifies(self, walk):
        decided(walk)
        preview = said(page(walk, "decider", "act/deny/"))
        assert "We have denied it" in preview
        assert "You can appeal until" in preview

        answer = do(walk, "decider", "deny")
        assert (answer.status_code, walk.state) == (302, "denied")
        letter = said(page(walk, "intake", "letter/"))
        assert "as it was kept with the act" in letter
        assert "42 USC" in letter
        assert "(absence)" not in letter
        assert queries.papers(walk.id)[queries.paper_rows(walk.id)[-1].digest] == "denial_letter"
        sound(walk)
        assert verified(walk.desk) == 0

    def test_before_the_decision_the_letter_is_a_draft(self, walk):
        walk.in_review().reviewed("deny")

        assert "Draft" in said(page(walk, "decider", "letter/"))

    def test_a_letter_tells_nothing_of_the_person(self, desk):
        plain = Walk(desk, subpoena())
        flagged = Walk(desk, {**subpoena(), "flags": ["domestic_violence", "address_confidentiality"]})
        texts = []
        for one in (plain, flagged):
            one.in_review().reviewed("deny")
            text = page(one, "intake", "letter/").content.decode()
            texts.append(re.search(r"<article.*</article>", text, re.S)[0].replace(number_of(one), "N"))

        assert texts[0] == texts[1]

    def test_the_agencys_own_wording_is_used_once_it_is_reviewed(self, walk):
        walk.in_review().reviewed("deny")
        with wording(walk.desk, "Your number is $number.\n\n$items", reviewed=False):
            assert "We have denied it" in said(page(walk, "decider", "letter/"))
        with wording(walk.desk, "Your number is $number.\n\n$items"):
            assert f"Your number is {number_of(walk)}." in said(page(walk, "decider", "letter/"))

    def test_without_a_letter_nothing_is_denied(self, walk):
        walk.in_review().reviewed("deny")
        with wording(walk.desk, "Dear $surname,\n\n$items"):
            answer = do(walk, "decider", "deny")

        assert "the letter text `denial` names what there is not" in said(answer)
        assert walk.state == "decision"

    def test_a_missing_fact_is_a_question_and_the_verdict_follows_its_answer(self, desk):
        asked = order()
        del asked["instrument"]["verified_with_clerk"]
        walk = in_review(Walk(desk, asked))
        before = queries.docket(walk.id).verdict
        client, path = enrolled(desk.who["verifier"]), f"/desk/{number_of(walk)}/facts/"
        question = client.get(path)
        assert "Has the court's clerk confirmed the paper?" in said(question)
        typed = {"verifier-instrument.verified_with_clerk": "true", "verifier-source": ""}
        answer = client.post(path, form_of(question, "instrument.verified_with_clerk") | typed)

        assert answer.status_code == 302, said(answer)
        after = queries.docket(walk.id).verdict
        assert not any(item.may_leave for item in before.items)
        assert any(item.may_leave for item in after.items)


class TestForms:
    """A form acts once, on what was seen, and loses nothing."""

    def test_what_changed_meanwhile_is_said_and_nothing_typed_is_lost(self, walk):
        client, path = enrolled(walk.desk.who["intake"]), f"/desk/{number_of(walk)}/act/return_request/"
        seen = form_of(client.get(path))
        on_the_way(walk, lambda: do(walk, "intake", "acknowledge"))
        answer = client.post(path, seen | {"missing": ["signature"]})

        assert answer.status_code == 422
        assert "somebody has acted on this docket since you looked" in said(answer)
        assert re.search(r'value="signature"[^>]*checked', answer.content.decode())
        assert walk.state == "received"

    def test_sent_twice_it_acts_once(self, walk):
        client, path = enrolled(walk.desk.who["intake"]), f"/desk/{number_of(walk)}/act/acknowledge/"
        form = form_of(client.get(path))
        answers = [client.post(path, form).status_code for _ in range(2)]

        assert answers == [302, 302]
        assert walk.acts == ["receive", "acknowledge"]

    def test_a_refusal_names_its_source_and_the_cure(self, walk):
        answer = do(walk, "verifier", "docket_request", instrument_form="copy")

        assert answer.status_code == 422
        assert "the person does not hold this role today (S8); have the role given, with dates" in said(answer)

    def test_what_is_left_out_is_asked_for_and_the_summary_leads_there(self, walk):
        on_the_way(walk, lambda: do(walk, "intake", "docket_request", instrument_form="copy"))
        answer = do(walk, "verifier", "verify", **(VERIFIED | {"requester_proof": ""}))

        assert answer.status_code == 422
        assert 'href="#id_requester_proof"' in answer.content.decode()

    @pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.act}-{row.sources[0]}")
    def test_every_act_has_a_form_with_a_label_for_each_field(self, shown_case, row):
        form = ActForm(shown_case, row)
        text = str(form)

        assert all(field.label for field in form.visible_fields())
        assert text.count("<label") + text.count("<legend") >= len(form.visible_fields())


@pytest.fixture(scope="module")
def shown(desk):
    """A docket that is only looked at."""
    return Walk(desk, subpoena()).in_review()


@pytest.fixture(scope="module")
def shown_case(desk, shown):
    """The same as its pages are made from."""
    return pages_docket.opened(shown.id, pages.who_looks(desk.who["intake"], now()), now())


class TestWhoSeesWhat:
    """Only whoever works on dockets, and has no part in this one; every look is recorded."""

    @pytest.mark.parametrize("name", ["policy_author", "policy_approver"])
    def test_no_docket_for_who_writes_the_rules(self, shown, name):
        client = enrolled(shown.desk.who[name])

        assert [client.get(path).status_code for path in ("/desk/", f"/desk/{number_of(shown)}/")] == [403, 403]

    def test_an_administrator_sees_none(self, shown):
        client = enrolled(shown.desk.boss)

        assert [client.get(path).status_code for path in ("/desk/", f"/desk/{number_of(shown)}/")] == [403, 403]

    def test_nobody_does_without_log_in(self, shown):
        assert Client().get(f"/desk/{number_of(shown)}/").headers["Location"].startswith("/account/login/")

    def test_who_has_a_part_in_it_is_kept_out(self, desk, shown):
        party = official(desk, "party", Role.VERIFIER)
        staff.attest(policy=wiring.bundle().digest, by=party, at=desk.now)
        staff.declare(sort="docket", about=shown.id, household=True, by=party, at=desk.now)
        answer = page(shown, "party")

        assert answer.status_code == 403
        assert "I-138" not in said(answer)

    def test_a_look_is_written_down_before_it_is_shown(self, shown):
        before = Read.objects.filter(docket=shown.id).count()
        page(shown, "intake")

        assert Read.objects.filter(docket=shown.id).count() == before + 1

    def test_reviewers_are_blind_until_both_are_in(self, walk):
        walk.in_review()
        on_the_way(walk, lambda: do(walk, "reviewer_counsel", "review", opinion="grant_in_part"))
        other = said(page(walk, "reviewer_privacy"))
        assert "grant in part" not in other
        assert "1 of 2 are in" in other

        on_the_way(walk, lambda: do(walk, "reviewer_privacy", "finish_review", opinion="deny"))
        assert "grant in part" in said(page(walk, "lead_counsel"))


class TestQueue:
    """What waits, and for whom."""

    def test_what_is_mine(self, walk):
        assert number_of(walk) in said(enrolled(walk.desk.who["intake"]).get("/desk/?show=mine"))
        assert number_of(walk) not in said(enrolled(walk.desk.who["decider2"]).get("/desk/?show=mine"))

    def test_who_prepared_a_docket_never_has_it_to_decide(self, walk):
        walk.in_review().reviewed("deny")
        assert number_of(walk) in said(enrolled(walk.desk.who["decider"]).get("/desk/?show=mine"))
        assert number_of(walk) not in said(enrolled(walk.desk.who["reviewer_counsel"]).get("/desk/?show=mine"))

    def test_an_empty_queue_says_what_to_do(self, desk):
        assert "Nothing waits for you" in said(enrolled(desk.who["appeal_officer"]).get("/desk/"))

    def test_holds(self, walk):
        on_the_way(walk, lambda: do(walk, "lead_counsel", "hold", cause="litigation"))

        assert number_of(walk) in said(enrolled(walk.desk.who["intake"]).get("/desk/?show=hold"))

    def test_the_table_for_a_spreadsheet_is_recorded(self, walk):
        before = Read.objects.filter(what="queue_csv").count()
        answer = enrolled(walk.desk.who["intake"]).get("/desk/export.csv?show=open")

        assert number_of(walk) in answer.content.decode()
        assert Read.objects.filter(what="queue_csv").count() == before + 1

    @pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\tx"])
    def test_no_cell_is_run(self, cell):
        assert harmless(cell) == "'" + cell


class TestLadder:
    """Every rule that was considered for one item."""

    def test_the_rules_of_an_item(self, walk):
        walk.in_review()
        link = re.search(r'href="\?look=([^"#]*)#ladder"', page(walk, "intake").content.decode())[1]
        answer = enrolled(walk.desk.who["intake"]).get(f"/desk/{number_of(walk)}/?look={link}")

        assert "Every rule that was considered" in said(answer)
        assert "Set aside" in said(answer)
