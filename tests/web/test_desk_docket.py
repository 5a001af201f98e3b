"""The docket's page: a body named later, a private key, papers, the timeline, and the board that tries other facts."""

import datetime as dt
import json
import re
import subprocess
import sys
from contextlib import ExitStack

import pytest

from ostiary_web.casework import queries
from ostiary_web.casework.actions import intake
from ostiary_web.casework.docket.roles import Role
from ostiary_web.ledger_link.models import Read, Step
from ostiary_web.ledger_link.queries import raw_connection
from tests.web.pages_desk import do, enrolled, number_of, page, said, to_this_day
from tests.web.walking import Walk, a_body, a_database, a_desk, order, own, sound, verified, with_consent

PROOF = {"requester_proof": "call_back", "instrument_check": "court_record"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    """One desk for all pages, at the machine's own time, on whichever database the tests run on."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        url = stack.enter_context(a_database(request))
        yield to_this_day(stack.enter_context(a_desk(tmp_path_factory.mktemp("docket"), url)))


class TestNameOfTheBody:
    """A body that came in under no name is named once it is proved; until then it is given nothing."""

    def test_named_by_the_verifier_it_can_be_given_what_it_may(self, desk):
        walk = Walk(desk, order(), body="").in_review().reviewed("grant_in_part")
        assert walk.refused("approve", grants=walk.lawful) == "counterparty"
        code = a_body(desk, order()["requester"]["kind"], "named_later")
        answer = do(walk, "verifier", "name_body", requester_body=code, **PROOF)
        assert answer.status_code == 302, said(answer)

        assert do(walk, "decider", "approve", **{"grants.0.choice": "all"}).status_code == 302
        assert walk.state == "approved"
        assert (walk.docket.body, queries.row(walk.id).body) == (code, code)
        entry = _entry(walk, "request.verified", -1)
        assert entry["requester_body"] == code
        sound(walk)
        assert verified(desk) == 0

    def test_only_a_registered_body_of_the_kind_that_is_stated(self, desk):
        walk = Walk(desk, order(), body="").in_review()
        other = a_body(desk, "legislator_federal", "of_another_kind")
        assert other not in page(walk, "verifier", "act/name_body/").content.decode()

        for code in (other, "nowhere"):
            assert walk.refused("name_body", Role.VERIFIER, requester_body=code, **PROOF) == "body"

    def test_not_before_who_asks_is_proved_and_not_twice(self, desk):
        kind = order()["requester"]["kind"]
        walk = Walk(desk, order(), body="").docketed()
        code = a_body(desk, kind, "too_early")
        assert walk.refused("name_body", Role.VERIFIER, requester_body=code, **PROOF) == "no_body_yet"

        named = Walk(desk, order()).in_review()
        assert named.refused("name_body", Role.VERIFIER, requester_body=code, **PROOF) == "no_body_yet"


def _entry(walk, kind, place):
    from ostiary.ledger import store
    from ostiary.ledger.entry import read_entry
    from ostiary.ledger.kinds import catalogue

    index = [one.index for one in Step.objects.filter(thread_id=walk.id, kind=kind).order_by("step")][place]
    [(_, data)] = store.read_entries(raw_connection(), index, index + 1)
    return read_entry(data, catalogue()).public


class TestOwnKey:
    """A private requester's key, registered by the verifier on the page."""

    def test_registered_once_by_the_verifier(self, desk):
        walk = Walk(desk, own(), body="").in_review()
        assert "Register the key" in said(page(walk, "verifier"))
        assert "Register the key" not in said(page(walk, "custodian"))
        path = f"/desk/{number_of(walk)}/key/"
        typed = {"public": "key of Rosa", "until": (desk.now.date() + dt.timedelta(days=90)).isoformat()}
        assert enrolled(desk.who["intake"]).post(path, typed).status_code == 422
        assert queries.own_key(walk.id) is None
        assert enrolled(desk.who["verifier"]).post(path, typed).status_code == 302

        assert queries.own_key(walk.id)[1].isoformat() == typed["until"]
        assert "has a key already" in said(enrolled(desk.who["verifier"]).post(path, typed))


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63f8ffff3f0005fe02fea7"
    "35812c0000000049454e44ae426082"
)


class TestPapers:
    """A paper is looked at as what its bytes say, shut in by itself; any other can only be saved."""

    def _added(self, walk, name, data):
        by = walk.desk.who["intake"].reference
        kept = intake.add_paper(docket=walk.id, kind="request", name=name, data=data, by=by, at=walk.desk.minute())
        return kept.removeprefix("sha256:")

    def test_a_picture_stands_on_the_page_in_its_own_sandbox(self, desk):
        walk = Walk(desk, order())
        short = self._added(walk, "scan.html", PNG)
        answer = page(walk, "intake", f"paper/{short}/shown")

        assert f'src="/desk/{number_of(walk)}/paper/{short}/shown"' in page(walk, "intake").content.decode()
        assert (answer.headers["Content-Type"], answer.content) == ("image/png", PNG)
        assert answer.headers["Content-Security-Policy"].endswith("; sandbox")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"

    def test_a_pdf_opens_in_the_browsers_own_reader_and_in_no_page(self, desk):
        walk = Walk(desk, order())
        short = self._added(walk, "paper.pdf", b"%PDF-1.7 a paper")
        answer = page(walk, "intake", f"paper/{short}/shown")

        assert "Open paper.pdf in a new tab" in said(page(walk, "intake"))
        assert answer.headers["Content-Type"] == "application/pdf"
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "script-src" not in answer.headers["Content-Security-Policy"]

    @pytest.mark.parametrize("data", [b"<svg onload='x()'/>", b"<html><script>1</script>", b"GIF89a", b" %PDF-1.7"])
    def test_nothing_else_is_shown(self, desk, data):
        walk = Walk(desk, order())
        short = self._added(walk, "picture.png", data)

        assert page(walk, "intake", f"paper/{short}/shown").status_code == 404
        assert page(walk, "intake", f"paper/{short}").headers["Content-Disposition"].startswith("attachment")

    def test_a_paper_of_another_docket_is_not(self, desk):
        short = self._added(Walk(desk, order()), "scan.png", PNG + b"1")

        assert page(Walk(desk, order()), "intake", f"paper/{short}/shown").status_code == 404


class TestTimeline:
    """What happened, by who did it."""

    def test_filtered(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        every, people, machine = (
            said(page(walk, "intake", happened=one)).split("Everything")[1] for one in ("all", "people", "machine")
        )

        assert "Attach the verdict of the rules" in every
        assert "Attach the verdict of the rules" not in people
        assert "Give it its number" in people
        assert "Give it its number" not in machine


class TestOtherFacts:
    """The board of counsel on a docket: the same verdict as everywhere, and nothing is kept."""

    def test_the_docket_the_board_and_the_command_say_the_same(self, desk, tmp_path):
        for request in (order(), with_consent(), own()):
            walk = Walk(desk, request, **({"body": ""} if request == own() else {})).in_review()
            answer = page(walk, "reviewer_counsel", "what-if/")
            board = dict(re.findall(r'value="look:([^"]+)"[^>]*>.*?<td role="cell" class="outcome">(.*?)</td>',
                                    answer.content.decode(), re.S))  # fmt: skip
            board = {key: re.sub(r"<[^>]*>.*?</[^>]*>", "", says).strip() for key, says in board.items()}
            exported = tmp_path / f"{walk.id}.yaml"
            exported.write_text(_file(walk))
            told = _decided(exported)

            kept = {f"{one.key.program}/{one.key.element}": one.then.value for one in walk.docket.verdict.items}
            assert kept == {f"{one['program']}/{one['element']}": one["outcome"] for one in told["items"]}
            from ostiary.decide.explain import OUTCOME_WORDS
            from ostiary.decide.verdict import Outcome

            assert board == {key: OUTCOME_WORDS[Outcome(value)] for key, value in kept.items()}
            assert queries.verdicts(walk.id)[-1][2] == _text(exported)

    def test_other_facts_give_another_answer_and_the_docket_stays(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        before = queries.row(walk.id), walk.docket, _file(walk)
        client, path = enrolled(desk.who["reviewer_counsel"]), f"/desk/{number_of(walk)}/what-if/"
        shown = client.get(path)
        sent = _filled(shown) | {"f.purpose": "=civil_immigration_enforcement", "do": "show"}
        answer = client.post(path, sent)

        assert answer.status_code == 200, said(answer)[:800]
        assert said(shown).split("What would leave")[1] != said(answer).split("What would leave")[1]
        assert "changed" in said(answer)
        assert (queries.row(walk.id), walk.docket, _file(walk)) == before

    def test_that_it_was_read_is_written_down(self, desk):
        walk = Walk(desk, with_consent()).in_review()
        page(walk, "reviewer_counsel", "what-if/")

        assert Read.objects.filter(docket=walk.id, why="page").exists()

    def test_not_for_who_sees_no_docket(self, desk):
        walk = Walk(desk, with_consent())

        assert page(walk, "policy_author", "what-if/").status_code == 403


def _file(walk):
    return queries.request_file(walk.id, walk.desk.now.date())


def _text(path):
    command = [sys.executable, "-c", "from ostiary.cli.main import main; main()", "decide", str(path), "--json"]
    from ostiary_web.wiring import config

    for folder in config().packs:
        command += ["--packs", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def _decided(path):
    return json.loads(_text(path))


def _filled(answer):
    """What a browser would send of the board's form."""
    from html.parser import HTMLParser

    class Reader(HTMLParser):
        def __init__(self):
            super().__init__()
            self.found, self.select, self.area = {}, None, None

        def handle_starttag(self, tag, attrs):
            attrs = dict(attrs)
            if tag == "input" and attrs.get("name"):
                ticked = attrs.get("type") not in ("checkbox", "radio") or "checked" in attrs
                if ticked and attrs.get("type") not in ("file", "submit"):
                    self.found.setdefault(attrs["name"], []).append(attrs.get("value", ""))
            elif tag == "select":
                self.select = attrs.get("name")
            elif tag == "option" and self.select and "selected" in attrs:
                self.found.setdefault(self.select, []).append(attrs.get("value", ""))
            elif tag == "textarea":
                self.area = attrs.get("name")

        def handle_endtag(self, tag):
            if tag == "select":
                self.select = None
            if tag == "textarea":
                self.area = None

        def handle_data(self, data):
            if self.area:
                self.found.setdefault(self.area, []).append(data.removeprefix("\n"))

    reader = Reader()
    reader.feed(answer.content.decode())
    return reader.found
