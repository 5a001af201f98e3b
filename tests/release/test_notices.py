"""A signed notice: the agency's word about one release, or refused."""

import datetime as dt

import pytest

from ostiary.release.corrections import SCHEMA
from ostiary.release.dsse import sign
from ostiary.release.notices import PAYLOAD_TYPE, sign_notices, verify_notices
from ostiary.release.refused import PackageRefused
from ostiary.release.shape import canonical
from ostiary.release.signers import load_signer, new_signer, read_signers
from tests.release.makers import TODAY, YEAR, no_passphrase

NOTICE = {
    "schema": SCHEMA, "docket": "d2", "decision": "decision-9", "recipient": "The court", "sealed_on": "2026-03-01",
    "file": "released.csv", "file_sha256": "0" * 64, "row": 1, "element": "phone", "label": "Phone", "program": "snap",
    "columns": ["snap__phone__phone_no"], "found_on": "2026-04-01", "note": "", "ledger_entry": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    listed, pem = new_signer("The agency", tmp_path_factory.mktemp("notices"), YEAR, None)
    return load_signer(f"file:{pem}", (), no_passphrase), read_signers(listed)


def test_what_was_signed_is_read(keys):
    signer, signers = keys

    found = verify_notices(sign_notices([NOTICE, NOTICE | {"row": 2}], signer, TODAY), signers)

    assert [one["row"] for one in found.notices] == [1, 2]
    assert (found.signer, found.signed_on) == ("The agency", TODAY)


def test_a_changed_byte_is_noticed(keys):
    signer, signers = keys
    data = sign_notices([NOTICE], signer, TODAY)

    for place in range(0, len(data), 7):
        with pytest.raises(PackageRefused):
            verify_notices(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :], signers)


def test_nobody_signs_for_a_day_on_which_they_may_not(keys):
    signer, signers = keys

    with pytest.raises(PackageRefused, match="may not sign for 2061-01-01"):
        verify_notices(sign_notices([NOTICE], signer, dt.date(2061, 1, 1)), signers)


@pytest.mark.parametrize(
    "changes", [{"value": "9 Other Street"}, {"ledger_entry": 7}, {"row": -1}, {"columns": ["a b"]}]
)
def test_a_notice_of_another_shape_is_refused_and_none_can_carry_a_value(keys, changes):
    signer, signers = keys

    with pytest.raises(PackageRefused, match="cannot be read"):
        verify_notices(sign_notices([NOTICE | changes], signer, TODAY), signers)


def test_another_signed_paper_of_the_agency_is_no_notice(keys):
    signer, signers = keys
    data = sign(canonical({"schema": "ostiary.correction-notices/1"}), "application/vnd.ostiary.bundle+json", signer)

    with pytest.raises(PackageRefused):
        verify_notices(data, signers)
    with pytest.raises(PackageRefused, match="cannot be read"):
        verify_notices(sign(canonical({"schema": "another/1"}), PAYLOAD_TYPE, signer), signers)
