"""A signed envelope (DSSE) with one signature and one form: canonical JSON, strict base64, the smaller of the two s."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ostiary.errors import BadInput
from ostiary.release import shape
from ostiary.release.refused import PackageRefused
from ostiary.release.signers import TrustedSigner

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

LARGEST = 4 << 20
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256
_BASE64 = r"[A-Za-z0-9+/]*={0,2}"
_ENVELOPE = shape.record(
    {
        "payload": shape.text(_BASE64, LARGEST),
        "payloadType": shape.text(most=200),
        "signatures": shape.rows(shape.record({"keyid": shape.text(shape.HEX_32), "sig": shape.text(_BASE64, 400)}), 1),
    }
)


def sign(payload: bytes, kind: str, signer: Signer) -> bytes:
    """The envelope of some bytes, signed.

    :raises BadInput: when the key's module refuses.
    """
    from securesystemslib.dsse import Envelope

    envelope = Envelope(payload, kind, {})
    try:
        signature = envelope.sign(signer)
    # A token or a cloud has faults of its own; whichever it is, there is no signature.
    except Exception as fault:
        raise BadInput(f"the signing key cannot be used ({type(fault).__name__}); nothing is signed") from None
    sig = base64.b64encode(_low(bytes.fromhex(signature.signature))).decode()
    return shape.canonical(
        {
            "payload": base64.b64encode(payload).decode(),
            "payloadType": kind,
            "signatures": [{"keyid": signature.keyid, "sig": sig}],
        }
    )


def verify(data: bytes, kind: str, signers: Sequence[TrustedSigner], what: str) -> tuple[bytes, TrustedSigner]:
    """The signed bytes and who signed them. Nothing in the envelope is believed before.

    :raises PackageRefused: when it is not one envelope of this kind, signed by one of these.

    Does NOT check on which day the signer may sign: the day stands in what is signed.
    """
    from securesystemslib.dsse import Envelope
    from securesystemslib.exceptions import VerificationError
    from securesystemslib.signer import Signature

    damaged = PackageRefused(f"{what} is damaged or was changed; do not use it; ask the agency to send it again")
    try:
        found = _ENVELOPE(shape.read_canonical(data, what), what)
        payload, sig = _decoded(found["payload"]), _decoded(found["signatures"][0]["sig"])
    except (ValueError, IndexError):
        raise damaged from None
    if found["payloadType"] != kind:
        raise damaged
    key_id = found["signatures"][0]["keyid"]
    trusted = [one for one in signers if one.key.keyid == key_id]
    if not trusted:
        raise PackageRefused(
            f"{what} is signed by nobody on your list of signers; ask the agency, by phone, for its list of today"
        )
    try:
        if _low(sig) != sig:
            raise ValueError("the larger s")
        Envelope(payload, kind, {key_id: Signature(key_id, sig.hex())}).verify([trusted[0].key], 1)
    except (VerificationError, ValueError):
        raise damaged from None
    return payload, trusted[0]


def _decoded(text: str) -> bytes:
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if base64.b64encode(found).decode() != text:
        raise ValueError("base64 with bits to spare")
    return found


def _low(signature: bytes) -> bytes:
    """The same signature with the smaller of its two valid s, in its one DER form."""
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

    r, s = decode_dss_signature(signature)
    return encode_dss_signature(r, min(s, _ORDER - s))
