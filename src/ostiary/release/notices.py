"""Notices of correction, signed: a DSSE envelope over all that one past recipient is told about one release at once.

Each notice is of the form ``ostiary.correction/1`` (see ``corrections``). So a recipient can tell the agency's word
from a letter that somebody made up to have records struck out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ostiary.release import shape
from ostiary.release.corrections import SCHEMA as ONE
from ostiary.release.dsse import sign, verify
from ostiary.release.refused import PackageRefused
from ostiary.release.signers import TrustedSigner

if TYPE_CHECKING:
    from securesystemslib.signer import Signer

SCHEMA = "ostiary.correction-notices/1"
PAYLOAD_TYPE = "application/vnd.ostiary.correction+json"
_COLUMN = r"[A-Za-z0-9_]{1,200}"


def _none(value: object, where: str) -> None:
    if value is not None:
        raise ValueError(f"{where} must be empty")


_NOTICE = shape.record(
    {
        "schema": shape.exactly(ONE),
        "docket": shape.text(shape.CODE),
        "decision": shape.text(shape.CODE),
        "recipient": shape.text(shape.NAME),
        "sealed_on": shape.day,
        "file": shape.text(shape.CODE),
        "file_sha256": shape.text(shape.HEX_32),
        "row": shape.count,
        "element": shape.text(shape.CODE),
        "label": shape.text(most=300),
        "program": shape.text(shape.CODE),
        "columns": shape.rows(shape.text(_COLUMN), 200),
        "found_on": shape.day,
        "note": shape.text(),
        "ledger_entry": _none,  # the entry commits to these bytes, so they are older than it
    }
)
_NOTICES = shape.record({"schema": shape.exactly(SCHEMA), "signed_on": shape.day, "notices": shape.rows(_NOTICE)})


@dataclass(frozen=True)
class SignedNotices:
    """What was signed: the notices in their order, when, and by whom."""

    notices: tuple[Mapping[str, Any], ...]
    signed_on: dt.date
    signer: str


def sign_notices(notices: Sequence[Mapping[str, Any]], signer: Signer, day: dt.date) -> bytes:
    """The envelope of the notices about one release.

    :raises BadInput: when the key cannot be used.
    """
    data = {"schema": SCHEMA, "signed_on": day.isoformat(), "notices": [dict(one) for one in notices]}
    return sign(shape.canonical(data), PAYLOAD_TYPE, signer)


def verify_notices(data: bytes, signers: Sequence[TrustedSigner]) -> SignedNotices:
    """The notices in an envelope, if somebody signed them whom the reader trusts, on a day when they could.

    :raises PackageRefused: when the signature does not hold, or what is signed is no such notice.
    """
    payload, signer = verify(data, PAYLOAD_TYPE, signers, "the notice")
    try:
        found = _NOTICES(shape.read_canonical(payload, "the notice"), "the notice")
    except ValueError as fault:
        raise PackageRefused(f"the notice cannot be read: {fault}; ask the agency to send it again") from None
    signed_on = dt.date.fromisoformat(found["signed_on"])
    if not signer.valid_from <= signed_on <= signer.valid_until:
        raise PackageRefused(f"`{signer.name}` may not sign for {signed_on}; ask who signed, and why then")
    return SignedNotices(tuple(found["notices"]), signed_on, signer.name)
