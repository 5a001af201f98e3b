"""The counter for programs: the same acts and checks as the form's, and every fault as a problem (RFC 9457)."""

import json
import secrets
from base64 import b64encode

import jsonschema
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from ostiary_web.casework import papers, queries
from ostiary_web.casework.models import Docket
from ostiary_web.counter.models import Receipt, Tries
from ostiary_web.counter.problems import KINDS, MEDIA
from tests.conftest import ROOT
from tests.web.pages_counter import PDF, Case, a_counter
from tests.web.pages_desk import decided, denied
from tests.web.walking import sound

OPENAPI = json.loads((ROOT / "docs" / "reference" / "counter-api.json").read_text())
FACTS = {
    "requester.kind": "ice_hsi", "purpose": "civil_immigration_enforcement", "programs": ["medicaid"],
    "elements_requested": ["address_residential", "phone"], "instrument.kind": "dhs_admin_subpoena",
    "subjects.count": 1, "subjects.identified_by": "name", "instrument.signed": True,
}  # fmt: skip
PAPER = {"content": b64encode(PDF).decode()}


@pytest.fixture(scope="module")
def desk(tmp_path_factory, django_db_blocker, request):
    with a_counter(tmp_path_factory.mktemp("counter"), django_db_blocker, request) as desk:
        yield desk


@pytest.fixture(autouse=True)
def _nobody_tried(desk):
    Tries.objects.all().delete()


def a_request(**changes):
    return {"who": "Olive Officer", "reach": "olive@office.example", "about": "王小明", "facts": FACTS} | changes


def a_key():
    return secrets.token_urlsafe(24)


def as_described(answer, method, path):
    """The answer, if it is what the description says of this address."""
    said = OPENAPI["paths"][f"/api/v1{path}"][method]["responses"][str(answer.status_code)]["content"]
    media = answer.headers["Content-Type"].partition(";")[0]
    schema = {**said[media]["schema"], "components": OPENAPI["components"]}
    jsonschema.validate(answer.json(), schema)
    return answer.json()


def post(path, body, key=None, secret=None):
    headers = {"Idempotency-Key": key} if key else {}
    headers |= {"Authorization": f"Bearer {secret}"} if secret else {}
    text = body if isinstance(body, str) else json.dumps(body)
    return Client().post(f"/api/v1{path}", text, content_type="application/json", headers=headers)


def get(path, secret=None):
    return Client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {secret}"} if secret else {})


def sent(**changes):
    answer = post("/requests", a_request(**changes), a_key())
    assert answer.status_code == 201, answer.content
    return answer.json()


def problem(answer, code):
    kind = next(one for one in KINDS if one.code == code)
    found = answer.json()

    assert answer.headers["Content-Type"] == MEDIA
    assert (answer.status_code, found["status"]) == (kind.status, kind.status)
    assert (found["type"], found["title"]) == (f"urn:ostiary:problem:{code}", kind.title)
    assert found["detail"]
    return found


class TestDescription:
    def test_it_is_openapi_3_1_and_served_as_it_stands_in_the_reference(self, desk):
        served = get("/openapi.json").json()

        assert served["openapi"].startswith("3.1.")
        assert served == OPENAPI

    def test_the_form_of_a_request_is_closed(self):
        schemas = OPENAPI["components"]["schemas"]
        for name in ("WholeRequestIn", "RequestIn", "FactsIn", "SaidIn", "NothingIn", "PaperIn"):
            assert schemas.get(name, {"additionalProperties": False})["additionalProperties"] is False

    def test_no_page_of_scripts_comes_with_it(self, desk):
        problem(get("/docs"), "not-found")

    def test_each_problem_stands_in_the_reference(self):
        page = (ROOT / "docs" / "reference" / "counter-api.md").read_text()

        assert [one.code for one in KINDS if f"`{one.code}`" not in page] == []


class TestAsking:
    def test_the_vocabulary_is_what_a_request_is_made_of(self, desk):
        found = as_described(get("/vocabulary"), "get", "/vocabulary")
        facts = {one["name"]: one for one in found["facts"]}

        assert {name for name, one in facts.items() if one["required"]} == set(FACTS) - {"instrument.signed"}
        assert "ice_hsi" in [one["code"] for one in facts["requester.kind"]["choices"]]

    def test_what_is_missing_is_told_by_law(self, desk):
        facts = FACTS | {
            "requester.kind": "us_marshals", "purpose": "felony_fugitive_location", "programs": ["snap"],
            "instrument.kind": "statutory_notice",
        }  # fmt: skip
        found = as_described(post("/check", {"facts": facts}), "post", "/check")["missing"]
        law = next(one for one in found if one["law"] == "7 USC 2020(e)(8)(E)")

        assert "statements.name_furnished" in [one["name"] for one in law["facts"]]

    def test_a_request_becomes_a_docket_with_its_paper(self, desk):
        answer = post("/requests", a_request(paper=PAPER), a_key())
        given = as_described(answer, "post", "/requests")
        row = queries.row(given["number"])
        kept = queries.paper_rows(row.pseudonym)

        assert [one.name for one in kept] == ["request.yaml", "cover.txt", "instrument.pdf"]
        assert papers.content(kept[2].digest) == PDF
        assert queries.said_of_subjects(row.pseudonym) == {"": "王小明"}
        sound(Case(desk, row.pseudonym))

    def test_the_same_as_multipart(self, desk):
        parts = {"request": json.dumps(a_request()), "paper": SimpleUploadedFile("../a.exe", PDF)}
        answer = Client().post("/api/v1/requests/with-paper", parts, headers={"Idempotency-Key": a_key()})
        given = as_described(answer, "post", "/requests/with-paper")
        kept = queries.paper_rows(queries.row(given["number"]).pseudonym)

        assert papers.content(kept[2].digest) == PDF

    def test_the_same_key_and_body_give_the_same_receipt_and_one_docket(self, desk):
        key = a_key()
        first = post("/requests", a_request(paper=PAPER), key).json()
        before = Docket.objects.count()

        assert post("/requests", a_request(paper=PAPER), key).json() == first
        assert Docket.objects.count() == before
        told = problem(post("/requests", a_request(about="somebody else"), key), "sent-before")
        assert first["number"] in told["detail"]
        assert first["secret"] not in json.dumps(told)


class TestFaults:
    """Each is a problem, says where, and repeats nothing."""

    @pytest.mark.parametrize(
        ("change", "pointer"),
        [
            ({"facts": FACTS | {"purpose": "whatever"}}, "/facts/purpose"),
            ({"facts": FACTS | {"subjects.count": "1"}}, "/facts/subjects.count"),
            ({"facts": FACTS | {"subjects.count": True}}, "/facts/subjects.count"),
            ({"facts": FACTS | {"instrument.signed": "true"}}, "/facts/instrument.signed"),
            ({"facts": FACTS | {"programs": "medicaid"}}, "/facts/programs"),
            ({"facts": {name: one for name, one in FACTS.items() if name != "purpose"}}, "/facts/purpose"),
            ({"facts": FACTS | {"requester.identity_verified": True}}, "/facts/requester.identity_verified"),
            ({"facts": FACTS | {"request_date": "2020-01-01"}}, "/facts/request_date"),
            ({"who": ""}, "/who"),
            ({"who": "x" * 301}, "/who"),
            ({"body": "no_such_body"}, "/body"),
            ({"whom": "x"}, "/whom"),
            ({"paper": {"content": "not base64!"}}, "/paper/content"),
            ({"paper": {"content": b64encode(b"MZ a program").decode()}}, "/paper/content"),
            ({"paper": PAPER | {"name": "../../x"}}, "/paper/name"),
        ],
    )
    def test_a_wrong_member_is_named(self, desk, change, pointer):
        before = Docket.objects.count()
        answer = post("/requests", a_request(**change), a_key())

        assert pointer in [one["pointer"] for one in problem(answer, "invalid")["errors"]]
        as_described(answer, "post", "/requests")
        assert Docket.objects.count() == before

    def test_a_misspelt_fact_is_told_the_right_name(self, desk):
        answer = post("/check", {"facts": {"purpos": "x"}})

        assert "did you mean `purpose`?" in problem(answer, "invalid")["errors"][0]["detail"]

    @pytest.mark.parametrize("body", ["", "{", "[]", "nul", '{"facts": {}, "facts": {}}', '{"facts": {"a": NaN}}'])
    def test_what_is_no_object_cannot_be_read(self, desk, body):
        answer = post("/check", body)

        assert answer.status_code in (400, 422)
        assert answer.headers["Content-Type"] == MEDIA

    def test_no_fault_repeats_what_was_sent(self, desk):
        evil = "913-45-6789 <script>"
        for change in (
            {"who": [evil]},
            {evil: evil},
            {"facts": {"purpose": evil}},
            {"facts": FACTS | {"purpose": evil}},
        ):
            text = post("/requests", a_request(**change), a_key()).content.decode()
            assert "913-45-6789" not in text.replace(f"/{evil}", "")

    def test_a_key_is_needed_and_must_be_one(self, desk):
        problem(post("/requests", a_request()), "invalid")
        problem(post("/requests", a_request(), "short"), "invalid")
        problem(post("/requests", a_request(), "with a space in it, long enough"), "invalid")

    def test_an_address_that_is_none_and_a_method_that_is_none(self, desk):
        problem(get("/nowhere"), "not-found")
        problem(get("/"), "not-found")
        answer = get("/check")
        problem(answer, "no-method")
        assert answer.headers["Allow"] == "POST"

    def test_too_large_by_what_it_says_and_by_what_it_is(self, desk):
        problem(post("/requests", a_request(about="x" * 13 * 2**20), a_key()), "too-large")
        problem(post("/requests", a_request(paper={"content": "A" * 3 * 2**20}), a_key()), "too-large")

    def test_too_often_says_when_to_come_again(self, desk):
        answers = [post("/requests", {}, a_key()) for _ in range(2)]
        assert {one.status_code for one in answers} == {422}
        for _ in range(20):
            answer = post("/requests", a_request(facts={}), a_key())
        answer = post("/requests", a_request(facts={}), a_key())

        problem(answer, "too-often")
        assert 0 < int(answer.headers["Retry-After"]) <= 3600


class TestFollowing:
    def test_the_secret_opens_the_status(self, desk):
        given = sent()
        found = as_described(get(f"/requests/{given['number']}", given["secret"]), "get", "/requests/{number}")

        assert (found["state"], found["wanted"], found["letters"]) == ("received", [], [])
        assert [one["act"] for one in found["acts"]] == ["withdraw"]

    def test_without_it_with_a_wrong_one_and_for_no_request_the_answers_are_the_same(self, desk):
        given, other = sent(), sent()
        answers = [
            get(f"/requests/{given['number']}"),
            get(f"/requests/{given['number']}", other["secret"]),
            get("/requests/2026-999999", given["secret"]),
            post(f"/requests/{given['number']}/withdraw", {}, secret="x"),
        ]

        assert len({one.content for one in answers}) == 1
        assert problem(answers[0], "no-secret")
        assert answers[0].headers["WWW-Authenticate"] == "Bearer"

    def test_no_secret_stands_in_an_address(self):
        names = {
            p["name"] for path in OPENAPI["paths"].values() for one in path.values() for p in one.get("parameters", [])
        }

        assert names == {"number", "digest", "Idempotency-Key"}

    def test_it_is_taken_back_once(self, desk):
        given, key = sent(), a_key()
        path = f"/requests/{given['number']}/withdraw"
        assert (
            as_described(post(path, {}, key, given["secret"]), "post", "/requests/{number}/withdraw")["state"]
            == "withdrawn"
        )
        assert post(path, {}, key, given["secret"]).status_code == 200

        told = problem(post(path, {}, a_key(), given["secret"]), "refused")
        assert told["guard"]["name"] == "state"
        assert told["guard"]["cure"]

    def test_an_unknown_member_of_an_act_is_a_fault(self, desk):
        given = sent()

        problem(post(f"/requests/{given['number']}/withdraw", {"sure": True}, secret=given["secret"]), "invalid")
        problem(post(f"/requests/{given['number']}/answer", {"text": " "}, secret=given["secret"]), "invalid")

    def test_a_denial_is_read_and_appealed(self, desk):
        given = sent(paper=PAPER)
        case = Case(desk, queries.row(given["number"]).pseudonym)
        denied(case)
        found = get(f"/requests/{given['number']}", given["secret"]).json()
        [letter] = found["letters"]
        read = get(f"/requests/{given['number']}/letters/{letter['id']}", given["secret"])

        assert "We have denied it" in read.content.decode()
        assert read.headers["Content-Disposition"].startswith("attachment")
        instrument = next(one for one in queries.paper_rows(case.id) if one.kind == "instrument")
        problem(get(f"/requests/{given['number']}/letters/{instrument.digest}", given["secret"]), "not-found")

        said = {"text": "The order is newer.", "paper": PAPER | {"content": b64encode(b"%PDF-1.4 new").decode()}}
        appealed = post(f"/requests/{given['number']}/appeal", said, a_key(), given["secret"])
        assert as_described(appealed, "post", "/requests/{number}/appeal")["state"] == "appealed"
        assert [one.name for one in queries.paper_rows(case.id)][-2:] == ["appeal.txt", "paper.pdf"]
        assert "denial_letter" in queries.papers(case.id).values()

    def test_while_it_is_worked_every_state_reads_alike(self, desk):
        given = sent(paper=PAPER)
        case = Case(desk, queries.row(given["number"]).pseudonym)
        decided(case)
        found = get(f"/requests/{given['number']}", given["secret"]).json()

        assert case.state == "decision"
        assert found["state"] == "in_work"


def test_receipts_of_both_ways_are_the_same(desk):
    given = sent()
    answer = Client().post("/request/follow/", given)

    assert answer.status_code == 200
    assert Receipt.objects.filter(docket=queries.row(given["number"]).pseudonym).exists()
