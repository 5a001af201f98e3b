"""Letters: shown before the act, kept with it and committed to by its entry; as PDF; in the agency's own words."""

import os
import re
import subprocess
import sys
import zlib
from contextlib import ExitStack, suppress

import pytest
from django.db import transaction

from ostiary.ledger.commitment_store import CommitmentStore
from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.kinds import catalogue
from ostiary_web.casework import letters, letters_pdf, letters_wording, pages, pages_docket, papers, queries
from ostiary_web.casework.actions.letters import LETTERS, is_letter, perform_with_letter
from ostiary_web.casework.docket.items import GROUNDS
from ostiary_web.casework.docket.roles import Role
from ostiary_web.casework.docket.transitions import ACTS
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.letters_example import example
from ostiary_web.casework.letters_wording import WORDINGS
from ostiary_web.ledger_link.queries import raw_connection
from ostiary_web.registry.models import LetterText
from tests.conftest import ROOT
from tests.web.pages_desk import do, enrolled, form_of, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_database, a_desk, order, sound, subpoena, verified

FAR = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all letters, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("letters"), url)))


@pytest.fixture
def walk(desk):
    return Walk(desk, subpoena())


def kept(walk):
    """The newest letter of a docket: its kind and its text."""
    found = [one for one in queries.paper_rows(walk.id) if is_letter(one.kind)]
    return found[-1].kind, papers.content(found[-1].digest).decode(), found[-1].digest


class TestActs:
    """Each act that has one is done with its letter, and with the letter that was read."""

    def test_acknowledged(self, walk):
        answer = do(walk, "intake", "acknowledge", **{"letter-words": "We work on Fridays too."})
        kind, text, digest = kept(walk)

        assert answer.status_code == 302, said(answer)
        assert kind == "acknowledgement_letter"
        assert "We work on Fridays too." in text
        assert digest in committed(walk)
        sound(walk)
        assert verified(walk.desk) == 0

    def test_sent_back_with_what_is_missing(self, walk):
        answer = do(walk, "intake", "return_request", missing=["in_writing", "signature"])
        kind, text, digest = kept(walk)

        assert answer.status_code == 302, said(answer)
        assert kind == "return_letter"
        assert "write it down and send it" in text
        assert "A signature." in text
        assert digest in committed(walk)

    def test_questions_in_their_own_words(self, walk):
        walk.in_review()
        asked = {"letter-words": f"Which of the two?\nFor which year? {FAR}\n", "asked_for": ["scope"]}
        few = do(walk, "reviewer_counsel", "ask", questions=3, **asked)
        assert few.status_code == 422
        assert "Write as many questions as you say" in said(few)
        answer = do(walk, "reviewer_counsel", "ask", questions=2, **asked)
        kind, text, digest = kept(walk)

        assert answer.status_code == 302, said(answer)
        assert kind == "clarification_letter"
        assert re.findall(r"<li>(.*?)</li>", text) == [
            "Which of the two?", "For which year? &lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;",
        ]  # fmt: skip
        assert digest in committed(walk)

    def test_no_question_is_no_letter(self, walk):
        walk.in_review()
        answer = do(walk, "reviewer_counsel", "ask", questions=1, asked_for=["scope"])

        assert answer.status_code == 422
        assert walk.state == "in_review"

    def test_the_first_press_shows_the_letter_and_does_nothing(self, walk):
        client, path = enrolled(walk.desk.who["intake"]), f"/desk/{number_of(walk)}/act/return_request/"
        first = client.post(path, form_of(client.get(path)) | {"missing": ["contact"]})
        assert first.status_code == 200
        assert "Nothing is done yet. Read the letter" in said(first)
        assert walk.state == "received"

        # Something else than what was read is shown anew.
        other = client.post(path, form_of(first) | {"missing": ["identity"]})
        assert other.status_code == 200
        assert walk.state == "received"
        assert client.post(path, form_of(other) | {"missing": ["identity"]}).status_code == 302
        assert "Proof of who you are" in kept(walk)[1]

    def test_denied_the_letter_is_committed_to(self, walk):
        walk.in_review().reviewed("deny")
        answer = do(walk, "decider", "deny")
        kind, text, digest = kept(walk)

        assert answer.status_code == 302, said(answer)
        assert kind == "denial_letter"
        assert digest in committed(walk)
        assert "You can appeal until" in text

    def test_approved_in_part_it_says_what_is_given_and_what_is_not(self, desk):
        walk = Walk(desk, order()).in_review().reviewed("grant_in_part")
        some = walk.lawful
        at, decider = walk.desk.minute(), walk.desk.who["decider"]
        case = pages_docket.opened(walk.id, pages.who_looks(decider, at), at)
        letter = letters.for_act(case, "approve", {"grants": some}, "", at).encode()
        perform_with_letter(
            docket=walk.id, act="approve", letter=letter, at=at, by=decider.reference, role=Role.DECIDER, grants=some
        )
        kind, text, digest = kept(walk)
        given, refused = text.split("What is not given, and why")

        assert walk.state == "approved"
        assert kind == "decision_letter"
        assert given.count("<dt>") + given.count("<li>") == len(some)
        assert refused.count("<dt>") == len(walk.docket.verdict.items) - len(some) > 0
        assert digest in committed(walk)

    def test_a_form_is_refused_by_two_with_the_letter_that_both_saw(self, walk):
        walk.docketed()
        answer = do(walk, "verifier", "refuse_form", defects=["not_signed"], **{"letter-words": f"Sign it. {FAR}"})
        assert answer.status_code == 302, said(answer)
        assert not any(is_letter(one.kind) for one in queries.paper_rows(walk.id))
        client = enrolled(walk.desk.who["lead_counsel"])
        link = re.search(r'href="(/desk/[^"]*/proposal/\d+/)"', client.get("/desk/proposals/").content.decode())[1]
        shown = client.get(link)
        assert "The paper is not signed." in said(shown)
        assert "<script>alert(" not in shown.content.decode()
        assert client.post(f"{link}agree").status_code == 302
        kind, text, digest = kept(walk)

        assert walk.state == "refused_form"
        assert kind == "form_refused_letter"
        assert "Sign it. &lt;script&gt;" in text
        assert digest in committed(walk)

    def test_every_act_with_a_letter_is_an_act_and_every_letter_has_a_default(self):
        assert set(LETTERS) <= set(ACTS)
        assert set(LETTERS.values()) == set(WORDINGS)
        for code in WORDINGS:
            assert letters_wording.checked(code, letters_wording.default(code))

    def test_every_code_has_its_words(self):
        assert set(letters.MISSING) == set(catalogue().lists["missing_parts"])
        assert set(letters.DEFECTS) == set(catalogue().lists["defects"])
        assert set(letters.GROUND_WORDS) == GROUNDS


class TestPdf:
    """The twin of the letter that is kept."""

    LETTER = (
        '<article class="letter" lang="en"><h2>Answer to request 1 &amp; 2</h2><p>A text.</p>'
        '<p><img src="file:///etc/passwd" alt="a"><img src="http://127.0.0.1:9/x.png" alt="b"></p></article>'
    )

    def test_it_is_tagged_and_names_its_title_and_language(self):
        found = streams(letters_pdf.made(self.LETTER, "The agency"))

        assert b"pdfuaid" in found
        assert b"/StructTreeRoot" in found
        assert b"Answer to request 1 &amp; 2" in found or b"Answer to request 1 & 2" in found
        assert b"/Lang" in found
        assert b"CreationDate" not in found

    def test_the_same_letter_gives_the_same_bytes_also_in_another_process(self):
        made = letters_pdf.made(self.LETTER, "The agency")
        program = (
            "import django, sys; django.setup(); from ostiary_web.casework import letters_pdf\n"
            f"sys.stdout.buffer.write(letters_pdf.made({self.LETTER!r}, 'The agency'))"
        )
        env = {"DJANGO_SETTINGS_MODULE": "tests.web.settings", "PYTHONHASHSEED": "7", "PATH": os.defpath}
        again = subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=env, capture_output=True, check=True)

        assert again.stdout == made

    def test_nothing_is_fetched(self):
        assert b"root:" not in streams(letters_pdf.made(self.LETTER, "The agency"))

    def test_without_pango_it_says_what_to_do(self, monkeypatch):
        def absent(name, *more, **others):
            if name.startswith("weasyprint"):
                raise OSError("cannot load library 'libpango-1.0-0'")
            return importer(name, *more, **others)

        importer = __import__
        monkeypatch.setattr("builtins.__import__", absent)
        with pytest.raises(letters_pdf.NoPdf, match="Pango is missing; have it installed"):
            letters_pdf.made(self.LETTER, "The agency")

    def test_from_the_page_of_the_letter(self, walk):
        do(walk, "intake", "acknowledge")
        answer = page(walk, "intake", "letter/")
        link = re.search(r'href="([^"]*\.pdf)"', answer.content.decode())[1]
        given = enrolled(walk.desk.who["intake"]).get(link)

        assert given.content.startswith(b"%PDF-")
        assert number_of(walk) in given.headers["Content-Disposition"]
        assert enrolled(walk.desk.who["policy_author"]).get(link).status_code == 403
        assert page(walk, "intake", f"letter/{'0' * 64}.pdf").status_code == 404

    def test_only_letters_are_made_into_one(self, walk):
        short = queries.paper_rows(walk.id)[0].digest.removeprefix("sha256:")

        assert page(walk, "intake", f"letter/{short}.pdf").status_code == 404
        assert page(walk, "intake", f"letter/{short}/").status_code == 404


class TestWording:
    """The agency's own words: written by one, reviewed by another, shown on a made-up docket before."""

    @pytest.mark.parametrize("code", WORDINGS)
    def test_the_page_shows_what_it_becomes(self, desk, code):
        answer = enrolled(desk.who["notice_officer"]).get(f"/desk/letters/{code}/")

        assert answer.status_code == 200
        assert '<article class="letter"' in answer.content.decode()

    def test_written_by_one_and_used_once_another_has_reviewed_it(self, desk, walk):
        writer, path = enrolled(desk.who["notice_officer"]), "/desk/letters/acknowledgement/"
        text = f"Good morning {FAR} from $agency.\n\n$words"
        assert writer.post(path, {"text": text, "do": "save"}).status_code == 302
        number = LetterText.objects.latest("pk").pk
        own = writer.post(f"{path}review/{number}", follow=True)
        assert "reviewed by another person than who wrote it" in said(own)
        do(walk, "intake", "acknowledge")
        assert "Good morning" not in kept(walk)[1]

        reviewer = enrolled(desk.who["reviewer_privacy"])
        assert "waits for its review" in said(reviewer.get(path))
        assert "Reviewed." in said(reviewer.post(f"{path}review/{number}", follow=True))
        other = Walk(desk, subpoena())
        do(other, "intake", "acknowledge")
        assert "Good morning &lt;script&gt;alert" in kept(other)[1]

    @pytest.mark.parametrize(
        ("text", "says"),
        [("Dear $surname,\n\n$items", "names what there is not"), ("No list.", "has no paragraph `$items`"),
         ("100 $ and $items\n\n$items", "names what there is not")],
    )  # fmt: skip
    def test_a_wording_that_makes_no_letter_is_not_kept(self, desk, text, says):
        count = LetterText.objects.count()
        answer = enrolled(desk.who["notice_officer"]).post("/desk/letters/denial/", {"text": text, "do": "save"})

        assert answer.status_code == 422
        assert says in said(answer)
        assert LetterText.objects.count() == count
        with pytest.raises(CaseworkError, match=re.escape(says)):
            example("denial", text)

    def test_shown_while_it_is_typed(self, desk):
        client = enrolled(desk.who["notice_officer"])
        good = client.post("/desk/letters/denial/preview", {"text": "Hello $agency\n\n$items"})
        bad = client.post("/desk/letters/denial/preview", {"text": "Hello"})

        assert "<article" in good.content.decode()
        assert "<html" not in good.content.decode()
        assert bad.status_code == 422
        assert "has no paragraph" in said(bad)

    def test_who_does_not_write_letters_keeps_none(self, desk):
        answer = enrolled(desk.who["custodian"]).post("/desk/letters/denial/", {"text": "$items", "do": "save"})

        assert answer.status_code == 403
        assert "Keep this wording" not in said(enrolled(desk.who["custodian"]).get("/desk/letters/denial/"))

    def test_there_is_no_other_letter(self, desk):
        assert enrolled(desk.who["notice_officer"]).get("/desk/letters/love/").status_code == 404


def committed(walk):
    """The papers that the newest entry of a docket which has any commits to, opened as for an auditor."""
    store, at = CommitmentStore(raw_connection()), walk.desk.minute()
    for _index, step, _kind in reversed(queries.thread_entries(walk.id)):
        with suppress(LedgerInput), transaction.atomic():
            return store.open(walk.id, step, "papers", who="the auditor", why="a test", at=at).secret.data.decode()
    return ""


def streams(pdf):
    """A PDF with its streams unpacked."""
    found = pdf
    for part in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found += zlib.decompress(part)
        except zlib.error:
            found += part
    return found
