"""Log first: an entry goes into the log, under a head that the policy trusts, before anything is sealed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.errors import BadInput

if TYPE_CHECKING:
    from ostiary_verify import Policy


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where the log is, its private key, and the folder of its public files, if any."""

    database: str
    key: Path
    export: Path | None


def append_and_prove(place: LogPlace, policy: Policy, entry: bytes) -> bytes:
    """Append an entry, have its head cosigned as the policy asks, and give the proof.

    The entry stays in the log if the witnesses do not answer: a later try appends it anew, and the log
    tells of both. Nothing is sealed meanwhile.

    :raises BadInput: the log cannot be written to, or too few witnesses cosigned its head.
    """
    from ostiary.ledger.log import Log
    from ostiary.ledger.net import TooFewWitnesses, gather
    from ostiary.ledger.signing import FileSigner
    from ostiary_verify import parse_proof, proof_text

    with closing(FileSigner(place.key)) as signer, Log(place.database, signer, place.export) as log:
        done = log.append([entry])
        plain = parse_proof(log.prove(done.first))
        try:
            found = gather(policy, plain.checkpoint, log.consistency)
        except TooFewWitnesses as fault:
            raise BadInput(f"the entry is in the log, but nothing is sealed: {fault}; run the command again") from None
        return proof_text(plain.index, plain.hashes, found.note)
