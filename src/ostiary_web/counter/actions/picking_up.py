"""A recipient comes for a package: whoever has the code and proves to be the requester signs, and takes it once.

The proof is the secret of the request's own receipt. Where the request came on paper and has none, it is the end of
the digest of the registered key, which was compared with the recipient over another channel.
"""

from __future__ import annotations

import datetime as dt
import hmac
from pathlib import Path

from ostiary_web.casework import queries as casework
from ostiary_web.casework.actions import offering
from ostiary_web.casework.actions.offering import Offered
from ostiary_web.counter import queries
from ostiary_web.counter.models import Receipt


def found(*, code: str, number: str, proof: str, at: dt.datetime) -> Offered | None:
    """What waits behind a code, for the recipient; None for whatever does not fit, all alike."""
    offered = offering.offered(code.strip(), at)
    if offered is None:
        return None
    if not _proved(offered.docket, number.strip(), proof.strip(), at):
        offering.not_proved(code.strip(), at)
        return None
    return offered


def _proved(docket: str, number: str, proof: str, at: dt.datetime) -> bool:
    if casework.row(docket).number != number:
        return False
    if Receipt.objects.filter(docket=docket).exists():
        followed = queries.followed(number, proof, at)
        return followed is not None and followed.docket == docket
    end = offering.key_end(docket)
    return end != "" and hmac.compare_digest(end, proof.lower())


def sign(*, code: str, number: str, proof: str, name: str, at: dt.datetime) -> Offered | None:
    """Sign for the package; what waits then, or None.

    :raises CaseworkError, Refused: as ``offering.sign``.
    """
    offered = found(code=code, number=number, proof=proof, at=at)
    if offered is not None:
        offering.sign(secret=code.strip(), name=name, proved=True, at=at)
    return offered


def take(*, code: str, number: str, proof: str, at: dt.datetime) -> tuple[str, Path] | None:
    """The file, once; None for whatever does not fit.

    :raises CaseworkError, Refused: as ``offering.take``.
    """
    if found(code=code, number=number, proof=proof, at=at) is None:
        return None
    return offering.take(secret=code.strip(), at=at)
