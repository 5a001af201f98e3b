"""The law in force, signed: a DSSE envelope over a bundle's digest and the names and versions of its packs.

So an auditor can tell the law that an agency stands by from a folder that somebody edited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ostiary.law.bundle import Bundle
from ostiary.release import shape
from ostiary.release.dsse import sign, verify
from ostiary.release.refused import PackageRefused
from ostiary.release.signers import TrustedSigner

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

SCHEMA = "ostiary.signed-bundle/1"
PAYLOAD_TYPE = "application/vnd.ostiary.bundle+json"
_PACK = shape.record({"name": shape.text(shape.CODE), "version": shape.text(shape.CODE)})
_BUNDLE = shape.record(
    {
        "schema": shape.exactly(SCHEMA),
        "digest": shape.text(shape.DIGEST),
        "packs": shape.rows(_PACK, 200),
        "signed_on": shape.day,
    }
)


@dataclass(frozen=True)
class SignedBundle:
    """What was signed, by whom."""

    digest: str
    packs: tuple[tuple[str, str], ...]
    signed_on: dt.date
    signer: str


def packs_of(bundle: Bundle) -> list[dict[str, Any]]:
    """The packs of a bundle, in their order."""
    return [{"name": pack.name, "version": str(pack.version)} for pack in bundle.packs]


def sign_bundle(bundle: Bundle, signer: Signer, day: dt.date) -> bytes:
    """The envelope of a bundle as it is now."""
    data = {"schema": SCHEMA, "digest": bundle.digest, "packs": packs_of(bundle), "signed_on": day.isoformat()}
    return sign(shape.canonical(data), PAYLOAD_TYPE, signer)


def verify_bundle(data: bytes, bundle: Bundle, signers: Sequence[TrustedSigner]) -> SignedBundle:
    """Check that a trusted signer signed this very bundle.

    :raises PackageRefused: when the signature does not hold, or is of other law; says which packs differ.
    """
    payload, signer = verify(data, PAYLOAD_TYPE, signers, "the signature file")
    try:
        found = _BUNDLE(shape.read_canonical(payload, "the file"), "the file")
    except ValueError as fault:
        raise PackageRefused(f"the signature file cannot be read: {fault}") from None
    signed_on = dt.date.fromisoformat(found["signed_on"])
    if not signer.valid_from <= signed_on <= signer.valid_until:
        raise PackageRefused(f"`{signer.name}` may not sign for {signed_on}; ask who signed, and why then")
    signed = {pack["name"]: pack["version"] for pack in found["packs"]}
    here = {pack["name"]: pack["version"] for pack in packs_of(bundle)}
    if signed != here:
        names = sorted(name for name in signed.keys() | here.keys() if signed.get(name) != here.get(name))
        raise PackageRefused(f"other packs were signed; these differ: {', '.join(f'`{name}`' for name in names)}")
    if found["digest"] != bundle.digest:
        raise PackageRefused(
            "the packs have the signed names and versions, but a file of law in them was changed since; "
            "get the signed packs, or have these signed"
        )
    return SignedBundle(bundle.digest, tuple(signed.items()), signed_on, signer.name)
