"""Notes between colleagues, and calling one of them: seen by those who see the docket, and by nobody else."""

import re
from contextlib import ExitStack

import pytest

from ostiary_web import wiring
from ostiary_web.casework import queries, queries_notes
from ostiary_web.casework.actions import notes
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.faults import CaseworkError, Refused
from ostiary_web.casework.models import Mention, Note
from ostiary_web.ledger_link.models import Read, Step
from ostiary_web.staff import actions as staff
from tests.web.pages_desk import enrolled, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, official, subpoena


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all notes, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        desk = to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("notes"), url)))
        official(desk, "auditor", Role.AUDITOR)
        staff.attest(policy=wiring.bundle().digest, by=desk.who["auditor"], at=desk.now)
        yield desk


@pytest.fixture
def walk(desk):
    return Walk(desk, subpoena())


def write(walk, name, text, key=None):
    by = walk.desk.who[name].reference
    return notes.write(docket=walk.id, text=text, by=by, at=walk.desk.minute(), key=key or f"{text}{walk.id}"[-60:])


def send(walk, name, text):
    """By the form on the docket's page."""
    client, path = enrolled(walk.desk.who[name]), f"/desk/{number_of(walk)}/"
    key = re.search(r'action="[^"]*/notes/">.*?name="key" value="([^"]*)"', client.get(path).content.decode(), re.S)[1]
    return client.post(f"{path}notes/", {"text": text, "key": key})


class TestNotes:
    """Written and read on the docket's page."""

    def test_a_note_stands_on_the_page_and_nowhere_else(self, walk):
        steps, events = Step.objects.count(), len(queries.history(walk.id))
        answer = send(walk, "intake", "The <b>seal</b> looks odd to me.")

        assert answer.status_code == 302
        text = page(walk, "verifier").content.decode()
        assert "The &lt;b&gt;seal&lt;/b&gt; looks odd to me." in text
        assert (Step.objects.count(), len(queries.history(walk.id))) == (steps, events)
        assert "looks odd" not in queries.request_file(walk.id, walk.desk.now.date())

    def test_reading_it_is_recorded_with_the_page(self, walk):
        write(walk, "intake", "A word.")
        before = Read.objects.filter(docket=walk.id, by=walk.desk.who["verifier"].reference).count()
        page(walk, "verifier")

        assert Read.objects.filter(docket=walk.id, by=walk.desk.who["verifier"].reference).count() == before + 1

    def test_sent_twice_it_is_one_note(self, walk):
        first, second = (write(walk, "intake", "Once.", key="k" * 20) for _ in range(2))

        assert first == second
        assert Note.objects.filter(docket=walk.id).count() == 1

    @pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, "a\0b"])
    def test_an_empty_or_endless_note_is_none(self, walk, text):
        with pytest.raises(CaseworkError, match="a note has 1 letter at least"):
            write(walk, "intake", text, key="k")

    @pytest.mark.parametrize("name", ["policy_author", "auditor"])
    def test_who_moves_no_docket_writes_none(self, walk, name):
        with pytest.raises(Refused, match="whoever writes here works on dockets"):
            write(walk, name, "A word.")

    def test_the_auditor_reads_them(self, walk):
        write(walk, "intake", "For the file.")
        text = said(page(walk, "auditor"))

        assert "For the file." in text
        assert "Write a note" not in text

    def test_what_could_not_be_kept_stands_in_the_form(self, walk):
        answer = send(walk, "intake", "Ask @nobody.at.all about it")

        assert answer.status_code == 422
        assert "Nobody is called @nobody.at.all here" in said(answer)
        assert "Ask @nobody.at.all about it</textarea>" in answer.content.decode()
        assert not Note.objects.filter(docket=walk.id).exists()


class TestCalls:
    """``@name`` calls a colleague."""

    def test_it_is_in_their_list_with_a_count_until_it_was_seen(self, walk):
        write(walk, "intake", "Please look, @Verifier, and @decider. Mail: a@lead_counsel.example")
        desk = walk.desk
        called = {one.person for one in Mention.objects.filter(note__docket_id=walk.id)}
        assert called == {desk.who["verifier"].reference, desk.who["decider"].reference}

        client, count = enrolled(desk.who["verifier"]), queries_notes.unread(desk.who["verifier"].reference)
        listed = said(client.get("/desk/mentions/"))
        assert f"intake in docket {number_of(walk)}" in listed
        assert "Please look" not in listed
        assert ("one new" if count == 1 else f"{count} new") in said(client.get("/"))
        assert "calls you" in said(page(walk, "verifier"))
        client.post(f"/desk/{number_of(walk)}/notes/seen")

        assert queries_notes.unread(desk.who["verifier"].reference) == count - 1
        assert "calls you" not in said(page(walk, "verifier"))

    def test_whoever_answers_has_seen_it(self, walk):
        before = queries_notes.unread(walk.desk.who["verifier"].reference)
        write(walk, "intake", "@verifier?")
        assert queries_notes.unread(walk.desk.who["verifier"].reference) == before + 1
        write(walk, "verifier", "Yes.")

        assert queries_notes.unread(walk.desk.who["verifier"].reference) == before

    def test_nobody_calls_themselves(self, walk):
        write(walk, "intake", "I, @intake, wrote this.")

        assert not Mention.objects.filter(note__docket_id=walk.id).exists()

    def test_nobody_is_called_to_what_they_may_not_see(self, desk, walk):
        if "party" not in desk.who:
            official(desk, "party", Role.VERIFIER)
            staff.attest(policy=wiring.bundle().digest, by=desk.who["party"], at=desk.now)
        staff.declare(sort="docket", about=walk.id, household=True, by=desk.who["party"], at=desk.now)
        for name in ("party", "ada"):
            with pytest.raises(Refused, match=f"@{name} may not see this docket"):
                write(walk, "intake", f"@{name} look")
        assert "@party" not in said(page(walk, "intake"))
        assert "@verifier" in said(page(walk, "intake"))

    def test_a_name_that_two_have_calls_nobody(self, desk, walk):
        staff.add_person(mail="checker@other.example", name="Another", unit="office", by=desk.boss, at=desk.now)
        with pytest.raises(CaseworkError, match="more than one is"):
            write(walk, "intake", "@checker look")

    def test_the_list_is_each_ones_own(self, walk):
        write(walk, "intake", "@verifier!")

        assert number_of(walk) not in said(enrolled(walk.desk.who["custodian"]).get("/desk/mentions/"))
        assert enrolled(walk.desk.boss).get("/desk/mentions/").status_code == 403
