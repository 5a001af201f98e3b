"""The law, signed: the signature holds for these files of law and no others."""

import dataclasses
import datetime as dt
import json

import pytest

from ostiary.release.dsse import sign
from ostiary.release.refused import PackageRefused
from ostiary.release.shape import canonical
from ostiary.release.signed_bundle import PAYLOAD_TYPE, packs_of, sign_bundle, verify_bundle
from ostiary.release.signers import load_signer, new_signer, read_signers
from tests.release.makers import TODAY, YEAR, no_passphrase


@pytest.fixture(scope="module")
def keys(tmp_path_factory):
    listed, pem = new_signer("Counsel", tmp_path_factory.mktemp("law"), YEAR, None)
    return load_signer(f"file:{pem}", (), no_passphrase), read_signers(listed)


def with_packs(bundle, change):
    """The bundle with another first pack; its digest is that of its files, as it always is."""
    first, *rest = bundle.packs
    return dataclasses.replace(bundle, packs=(change(first), *rest))


def test_the_law_that_was_signed_is_verified(bundle, keys):
    signer, signers = keys

    found = verify_bundle(sign_bundle(bundle, signer, TODAY), bundle, signers)

    assert (found.digest, found.signer, found.signed_on) == (bundle.digest, "Counsel", TODAY)
    assert found.packs == tuple((pack.name, str(pack.version)) for pack in bundle.packs)


def test_a_changed_file_of_law_is_noticed(bundle, keys):
    signer, signers = keys
    head = dataclasses.replace(bundle.packs[0].head, data={**bundle.packs[0].head.data, "title": "Another"})
    edited = with_packs(bundle, lambda pack: dataclasses.replace(pack, head=head))

    with pytest.raises(PackageRefused, match="a file of law in them was changed since"):
        verify_bundle(sign_bundle(bundle, signer, TODAY), edited, signers)


def test_another_version_is_named(bundle, keys):
    signer, signers = keys
    newer = with_packs(bundle, lambda pack: dataclasses.replace(pack, version="99.0"))

    with pytest.raises(PackageRefused, match=f"these differ: `{bundle.packs[0].name}`"):
        verify_bundle(sign_bundle(bundle, signer, TODAY), newer, signers)


def test_a_day_on_which_the_signer_may_not_sign_is_refused(bundle, keys):
    signer, signers = keys

    with pytest.raises(PackageRefused, match="`Counsel` may not sign for 2027-01-01"):
        verify_bundle(sign_bundle(bundle, signer, dt.date(2027, 1, 1)), bundle, signers)


def test_a_flipped_bit_anywhere_is_refused(bundle, keys):
    signer, signers = keys
    data = sign_bundle(bundle, signer, TODAY)
    for place in range(0, len(data), 7):
        changed = data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :]
        with pytest.raises(PackageRefused):
            verify_bundle(changed, bundle, signers)


@pytest.mark.parametrize("change", [{"more": 1}, {"schema": "x"}, {"signed_on": "today"}, {"packs": 1}])
def test_a_signed_text_of_another_form_is_refused(bundle, keys, change):
    signer, signers = keys
    data = {"schema": "ostiary.signed-bundle/1", "digest": bundle.digest, "packs": packs_of(bundle)}
    payload = canonical({**data, "signed_on": TODAY.isoformat(), **change})

    with pytest.raises(PackageRefused, match="the signature file cannot be read"):
        verify_bundle(sign(payload, PAYLOAD_TYPE, signer), bundle, signers)


def test_a_packages_manifest_is_no_signature_of_law(bundle, keys):
    signer, signers = keys
    payload = json.dumps({}).encode()

    with pytest.raises(PackageRefused, match="damaged or was changed"):
        verify_bundle(sign(payload, "application/vnd.in-toto+json", signer), bundle, signers)
