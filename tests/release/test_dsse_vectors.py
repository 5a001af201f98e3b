"""The envelope against vectors of our own: what is signed, byte for byte, and by whom.

The key is a public test key (the number 1 as its secret); the signature was made by `openssl dgst -sign` over the
pre-authentication encoding, so by none of the code that checks it here.
"""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ostiary.errors import BadInput
from ostiary.release import shape
from ostiary.release.dsse import sign, verify
from ostiary.release.refused import PackageRefused
from ostiary.release.signers import SCHEMA, parse_signers
from tests.release.makers import YEAR

PAYLOAD, KIND = b'{"hello":"w\xc3\xb6rld"}', "text/ostiary-test"
PAE = b'DSSEv1 17 text/ostiary-test 18 {"hello":"w\xc3\xb6rld"}'
SIGNATURE = "MEQCIDDPwMj3FZUUQGAP0vXv5NclDQjIy4+i4JgCYEfEF3j1AiBbX4ed6Cpor7y0mST7PJ6cpK0rHIFCQPpdgGiitK+4XQ=="


def test_key() -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(1, ec.SECP256R1())


test_key.__test__ = False


@pytest.fixture
def signers():
    from securesystemslib.signer import SSlibKey

    public = test_key().public_key()
    key_id = SSlibKey.from_crypto(public).keyid
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    days = {"valid_from": YEAR[0].isoformat(), "valid_until": YEAR[1].isoformat()}
    row = {"name": "Test", "key_id": key_id, "public": pem, **days}
    return parse_signers(json.dumps({"schema": SCHEMA, "signers": [row]}).encode(), "x")


def envelope(signers, **changed) -> bytes:
    data = {
        "payload": base64.b64encode(PAYLOAD).decode(),
        "payloadType": KIND,
        "signatures": [{"keyid": signers[0].key.keyid, "sig": SIGNATURE}],
    }
    return shape.canonical({**data, **changed})


def test_a_signature_of_openssl_is_accepted(signers):
    assert verify(envelope(signers), KIND, signers, "it") == (PAYLOAD, signers[0])


def test_a_bit_of_payload_or_type_changes_what_is_signed(signers):
    for place in range(len(PAYLOAD)):
        other = PAYLOAD[:place] + bytes([PAYLOAD[place] ^ 1]) + PAYLOAD[place + 1 :]
        with pytest.raises(PackageRefused, match="damaged or was changed"):
            verify(envelope(signers, payload=base64.b64encode(other).decode()), KIND, signers, "it")
    with pytest.raises(PackageRefused, match="damaged or was changed"):
        verify(envelope(signers, payloadType=KIND + "x"), KIND + "x", signers, "it")


def test_lengths_are_signed_so_bytes_cannot_wander_between_type_and_payload(signers):
    for kind, payload in ((KIND + " 18", PAYLOAD[:-3]), (KIND[:-1], b"t" + PAYLOAD)):
        data = envelope(signers, payloadType=kind, payload=base64.b64encode(payload).decode())
        with pytest.raises(PackageRefused, match="damaged or was changed"):
            verify(data, kind, signers, "it")


def test_what_we_sign_is_the_encoding_of_the_specification():
    said = []

    class Recorder:
        def sign(self, payload):
            from cryptography.hazmat.primitives import hashes
            from securesystemslib.signer import Signature

            said.append(payload)
            return Signature("00" * 32, test_key().sign(payload, ec.ECDSA(hashes.SHA256())).hex())

    data = json.loads(sign(PAYLOAD, KIND, Recorder()))

    assert said == [PAE]
    assert base64.b64decode(data["payload"]) == PAYLOAD


def test_an_empty_payload_is_signed_as_such():
    said = []

    class Recorder:
        def sign(self, payload):
            said.append(payload)
            raise OSError

    with pytest.raises(BadInput, match="cannot be used"):
        sign(b"", KIND, Recorder())
    assert said == [b"DSSEv1 17 text/ostiary-test 0 "]


@pytest.mark.parametrize("more", [b"x", b"xy"])
def test_base64_has_one_form(signers, more):
    """The spare bits of the last letter say nothing, so they must be zero."""
    from securesystemslib.signer import CryptoSigner

    data = json.loads(sign(PAYLOAD + more, KIND, CryptoSigner(test_key())))
    bare = data["payload"].rstrip("=")
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    other = bare[:-1] + letters[letters.index(bare[-1]) + 1] + "=" * (len(data["payload"]) - len(bare))

    assert base64.b64decode(other) == PAYLOAD + more
    assert verify(shape.canonical(data), KIND, signers, "it")[0] == PAYLOAD + more
    with pytest.raises(PackageRefused, match="damaged or was changed"):
        verify(shape.canonical({**data, "payload": other}), KIND, signers, "it")
