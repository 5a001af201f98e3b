"""The way out by the pages alone: each step by another person, the pick-up by the recipient without a log-in."""

import re

import pytest
from django.test import Client
from django.utils import formats

from ostiary_web.casework import queries_release, queries_work
from ostiary_web.casework.actions import handing_over, offering
from ostiary_web.casework.jobs_release import do_long_work
from ostiary_web.counter.keys import digest_of
from ostiary_web.counter.models import Receipt
from tests.web.pages_desk import enrolled, number_of, page, said
from tests.web.released import cleared, opened, released, retain, sealed, walking
from tests.web.walking import sound

pytestmark = pytest.mark.long  # minutes: the journeys go the same ways at every commit

PICK_UP = "/request/pick-up/"
AGREE = "/act/agree_to_seal/"


@pytest.fixture(scope="module")
def desk(releasing_desk):
    """One desk for the file, at the machine's own time."""
    return releasing_desk


def post(walk, who, path, **typed):
    answer = enrolled(walk.desk.who[who]).post(f"/desk/{number_of(walk)}/{path}", typed)
    return answer


def test_from_cleared_to_the_recipients_folder(desk):
    walk = cleared(walking(desk))

    assert "Pack what was approved" in said(page(walk, "custodian"))
    assert post(walk, "custodian", "package/pack/", retain_until=str(retain(desk))).status_code == 302
    number = queries_work.latest(walk.id, "package").number
    assert do_long_work.func(number), queries_work.work(number).fault
    offers(walk, "checker", "Compare the package with the decision")
    compared = said(page(walk, "checker", "package/check/"))
    assert "are what was decided, and nothing else is in it" in compared
    assert walk.person["address_line1"] not in compared
    post(walk, "checker", "package/check/")
    offers(walk, "release_officer", "Agree to the sealing, as release officer")
    assert AGREE in page(walk, "release_officer").content.decode()
    post(walk, "release_officer", "package/agree/release_officer/")
    assert AGREE not in page(walk, "release_officer").content.decode()
    offers(walk, "key_holder", "Agree to the sealing, as key holder")
    post(walk, "key_holder", "package/agree/key_holder/")
    offers(walk, "release_officer", "Seal it")
    post(walk, "release_officer", "package/seal/")
    assert walk.state == "sealed", said(page(walk, "release_officer"))
    offers(walk, "release_officer", "Let it go")
    post(walk, "release_officer", "package/leave/", manner="ready")
    assert walk.state == "released", said(page(walk, "release_officer"))
    offers(walk, "release_officer", "Make a pick-up code")
    told = said(page(walk, "records_officer"))
    assert "The accounting of disclosures" in told
    assert f"from {formats.date_format(walk.desk.now.date())}" in told
    shown = post(walk, "release_officer", "package/code/", days="7", most="1")
    assert f"http://testserver{PICK_UP}" in said(shown)
    code = re.search(r"<code>([^<]+)</code>", shown.content.decode())[1]

    folder = opened(walk, picked_up(walk, code, offering.key_end(walk.id)))
    assert walk.person["address_line1"] in (folder / "released.csv").read_text()
    assert walk.state == "receipted"
    offers(walk, "records_officer", "Accept a certificate of destruction")
    places = {f"place-{n}": "the clerk's safe" for n in range(4)} | {f"method-{n}": "shredded" for n in range(4)}
    today = str(walk.docket.released)
    assert post(walk, "records_officer", "package/certificate/", signer="The clerk").status_code == 422
    post(walk, "records_officer", "package/certificate/", signer="The clerk", certified_on=today, **places)
    assert walk.state == "disposed"
    sound(walk)


def offers(walk, who, button):
    """The docket's page shows this person the package, and this step."""
    shown = page(walk, who)
    assert shown.status_code == 200
    assert "It holds exactly:" in said(shown)
    assert button in said(shown)


def picked_up(walk, code, proof):
    """The recipient's copy, by the public page."""
    has = {"code": code, "number": number_of(walk), "proof": proof}
    client = Client()
    asked = client.post(PICK_UP, has)
    assert "Sign for the records" in said(asked)
    signed = client.post(PICK_UP, has | {"do": "sign", "name": "The clerk of the court", "bound": "on"})
    assert "You can take the file once" in said(signed)
    got = client.post(PICK_UP, has | {"do": "take"})
    assert got["Content-Disposition"].startswith("attachment")
    copy = walk.desk.folder / f"picked-up-{number_of(walk)}.ostiary"
    copy.write_bytes(b"".join(got.streaming_content))
    return copy


@pytest.fixture(scope="module")
def gone(desk):
    """A release that stands ready for its recipient, who has a receipt of the counter."""
    walk = released(sealed(cleared(walking(desk))))
    Receipt.objects.create(docket=walk.id, secret=digest_of("the secret of the receipt"), given_at=desk.now)
    return walk


@pytest.fixture
def has(gone):
    code = offering.offer(docket=gone.id, by=gone.desk.by(handing_over.Role.RELEASE_OFFICER), at=gone.desk.minute())
    return {"code": code, "number": number_of(gone), "proof": "the secret of the receipt"}


def test_who_has_a_receipt_proves_it_by_its_secret_alone(gone, has):
    assert "Sign for the records" in said(Client().post(PICK_UP, has))
    assert "Sign for the records" not in said(Client().post(PICK_UP, has | {"proof": offering.key_end(gone.id)}))


@pytest.mark.parametrize("wrong", [{"code": "x" * 43}, {"number": "2026-999999"}, {"proof": "a guess"}])
def test_whatever_does_not_fit_reads_alike(has, wrong):
    answer = Client().post(PICK_UP, has | wrong)

    assert answer.status_code == 422
    assert "opens nothing" in said(answer) or "does not open anything" in said(answer)


def test_nothing_is_taken_before_it_is_signed_for(gone, has):
    answer = Client().post(PICK_UP, has | {"do": "take"})

    assert "Content-Disposition" not in answer
    assert gone.state == "released"


def test_a_signature_needs_a_name_and_the_tick(gone, has):
    answer = Client().post(PICK_UP, has | {"do": "sign", "name": "The clerk"})

    assert answer.status_code == 422
    assert gone.state == "released"


@pytest.mark.parametrize("who", ["intake", "custodian", "checker", "decider", "key_holder"])
def test_others_make_no_code_and_save_no_file(gone, who):
    before = queries_release.models.PickUp.objects.count()
    post(gone, who, "package/code/", days="7", most="1")

    assert queries_release.models.PickUp.objects.count() == before
    assert "Content-Disposition" not in post(gone, who, "package/file")


def test_the_general_form_of_these_acts_leads_to_the_package(gone):
    for act in ("package", "check", "agree_to_seal", "seal", "release", "recall"):
        answer = enrolled(gone.desk.who["release_officer"]).post(
            f"/desk/{number_of(gone)}/act/{act}/", {"manifest": "sha256:" + "d" * 64}
        )
        assert answer.status_code == 302
        assert answer["Location"].endswith("#package")
