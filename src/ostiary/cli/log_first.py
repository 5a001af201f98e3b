"""Log first: an entry goes into the log, under a head that the policy trusts, before anything is sealed."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ostiary.cli.shared import read_text
from ostiary.errors import BadInput

if TYPE_CHECKING:
    from ostiary.ledger.log import Log
    from ostiary_verify import Policy


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where the log is, its private key, and the folder of its public files, if any."""

    database: str
    key: Path
    export: Path | None


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Who cosigns the log's heads, and so knows what it was before; nobody where there is no policy."""

    policy: Policy | None = None

    @classmethod
    def of(cls, file: Path | None) -> Witnesses:
        """Those of a policy's file.

        :raises BadInput: if it cannot be read, or is no policy.
        """
        return cls() if file is None else cls(read_policy(file))

    def seen(self, origin: str) -> list[tuple[str, bytes]]:
        """What each witness last cosigned for this log, for the rollback guard.

        :raises BadInput: if too few answer for the policy: a log that nobody vouches for may be a restored backup.
        """
        if self.policy is None:
            return []
        from ostiary.ledger.net import published

        found, faults = published(self.policy.witnesses, origin)
        answered = {one.name for one in self.policy.witnesses} - set(faults)
        if faults and not self.policy.met_by(answered):
            raise BadInput(f"nothing is appended: too few witnesses answer ({', '.join(sorted(faults))})")
        return found

    def cosign(self, log: Log, note: bytes) -> int:
        """Have a head cosigned as the policy asks; how many cosignatures it has then.

        :raises BadInput: if too few answer; what was appended stays.
        """
        if self.policy is None:
            return 0
        from ostiary.ledger.net import TooFewWitnesses, gather
        from ostiary_verify import parse_note

        try:
            cosigned = gather(self.policy, note, log.consistency).note
        except TooFewWitnesses as fault:
            raise BadInput(f"the entries are in the log, but not cosigned: {fault}") from None
        log.publish_cosigned(cosigned)
        return len(parse_note(cosigned).signatures) - 1


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

    witnesses = Witnesses(policy)
    with (
        closing(FileSigner(place.key)) as signer,
        Log(place.database, signer, place.export, partial(witnesses.seen, signer.name)) as log,
    ):
        done = log.append([entry])
        plain = parse_proof(log.prove(done.first))
        try:
            found = gather(policy, plain.checkpoint, log.consistency)
        except TooFewWitnesses as fault:
            raise BadInput(f"the entry is in the log, but nothing is sealed: {fault}; run the command again") from None
        log.publish_cosigned(found.note)
        return proof_text(plain.index, plain.hashes, found.note)


def read_policy(path: Path) -> Policy:
    """The logs and witnesses that are trusted."""
    from ostiary_verify import VerifyError, parse_policy

    try:
        return parse_policy(read_text(path))
    except VerifyError as fault:
        raise BadInput(f"{path}: {fault}") from None
