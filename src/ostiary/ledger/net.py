"""Asking witnesses: the only module of the ledger that opens sockets as a client. C2SP tlog-witness.

https, or http on this machine only; no redirect is followed, no answer larger than 64 KiB is read. What a witness
answers is believed only after its cosignature verifies. The caller's proofs are made in the caller's own thread.
"""

from __future__ import annotations

import http.client
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

import ostiary_verify as verify
from ostiary.ledger.faults import LedgerError, LedgerInput

# From old size and new size, the hashes that show that the log only grew. Called with 0 < old < new.
Prove = Callable[[int, int], Sequence[bytes]]

_MOST_BYTES = 65_536
_MOST_PROOF = 63
# A witness that another process of ours moved on may answer 409 more than once; one that does so for ever is at fault.
_MOST_TRIES = 4
_AGENT = {"User-Agent": "ostiary-ledger", "Connection": "close"}


class TooFewWitnesses(LedgerError):
    """The policy's quorum was not reached: nothing may be disclosed on this head yet.

    ``note``: the head with the cosignatures that did come. ``faults``: for each other witness, why.
    """

    def __init__(self, message: str, note: bytes, faults: Mapping[str, str]) -> None:
        super().__init__(message)
        self.note = note
        self.faults = dict(faults)


class WitnessFault(LedgerError):
    """One witness did not answer, refused, or answered what does not verify."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A head whose cosignatures meet the policy, and what went wrong with the witnesses that were not needed."""

    note: bytes
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Moved:
    """The witness's answer 409: the size of the head that it last cosigned."""

    size: int


def gather(
    policy: verify.Policy,
    note: bytes,
    prove: Prove,
    *,
    known: Mapping[str, int] | None = None,
    timeout: float = 10.0,
) -> Gathered:
    """Ask every witness of a policy at once, until its quorum is reached.

    :param note: the log's signed head.
    :param known: by witness name, the size that it last cosigned; one that is not known is asked from 0, and says.
    :param timeout: seconds for all of it.
    :raises TooFewWitnesses: if the quorum is not reached in time.
    :raises verify.VerifyError: if the note is not a head that a log of the policy signed.
    """
    asking = _Asking(policy, verify.parse_note(note), prove, time.monotonic() + timeout)
    pool = ThreadPoolExecutor(max_workers=max(1, len(policy.witnesses)), thread_name_prefix="witness")
    try:
        return asking.run(pool, known or {})
    finally:
        # The slow ones end by themselves, at their own time limit.
        pool.shutdown(wait=False, cancel_futures=True)


class _Asking:
    """One round of questions."""

    def __init__(self, policy: verify.Policy, note: verify.Note, prove: Prove, deadline: float) -> None:
        self._policy, self._note, self._prove, self._deadline = policy, note, prove, deadline
        self._size = verify.parse_checkpoint(note.text).size
        self._faults: dict[str, str] = {}
        self._tries: dict[str, int] = {}
        self._running: dict[Future[verify.Signature | Moved], verify.Party] = {}

    def run(self, pool: ThreadPoolExecutor, known: Mapping[str, int]) -> Gathered:
        lack = self._lack()
        # Two cosignatures of one witness, at two times, would make the note ambiguous.
        there = {(one.name, one.key_id) for one in self._note.signatures}
        for party in self._policy.witnesses:
            if lack and party.url is not None and (party.key.name, party.key.key_id) not in there:
                self._ask(pool, party, min(known.get(party.name, 0), self._size))
        while lack and self._running:
            left = self._deadline - time.monotonic()
            done, _ = wait(self._running, timeout=max(0.0, left), return_when=FIRST_COMPLETED)
            if not done:
                self._faults |= {party.name: "did not answer in time" for party in self._running.values()}
                break
            for future in done:
                self._take(pool, self._running.pop(future), future)
            lack = self._lack()
        if lack:
            raise TooFewWitnesses(lack, self._note.to_bytes(), self._faults)
        return Gathered(self._note.to_bytes(), self._faults)

    def _lack(self) -> str:
        """What the policy still lacks; a head that no log of the policy signed is an error at once."""
        try:
            self._policy.check(self._note)
        except verify.VerifyError as fault:
            verify.verify_note(self._note, [log.key for log in self._policy.logs])
            return str(fault)
        return ""

    def _ask(self, pool: ThreadPoolExecutor, party: verify.Party, old: int) -> None:
        proof: Sequence[bytes] = self._prove(old, self._size) if 0 < old < self._size else ()
        future = pool.submit(submit, party, self._note, old, proof, self._deadline)
        self._running[future] = party

    def _take(self, pool: ThreadPoolExecutor, party: verify.Party, future: Future[verify.Signature | Moved]) -> None:
        try:
            found = future.result()
        except WitnessFault as fault:
            self._faults[party.name] = str(fault)
            return
        if isinstance(found, verify.Signature):
            self._note = verify.Note(self._note.text, (*self._note.signatures, found))
            return
        tries = self._tries[party.name] = self._tries.get(party.name, 0) + 1
        if found.size > self._size:
            self._faults[party.name] = (
                f"has cosigned {found.size:,} entries, and this head has {self._size:,}: is this database older than "
                "what was published?"
            )
        elif tries >= _MOST_TRIES:
            self._faults[party.name] = "asks again and again for another proof"
        else:
            self._ask(pool, party, found.size)


def submit(
    party: verify.Party, note: verify.Note, old: int, proof: Sequence[bytes], deadline: float
) -> verify.Signature | Moved:
    """Ask one witness once (``POST add-checkpoint``); its cosignature, verified, or the size that it holds.

    :param deadline: on the clock of ``time.monotonic``.
    :raises WitnessFault: for any other answer, and for none.
    """
    if len(proof) > _MOST_PROOF:
        raise WitnessFault("a proof of more than 63 hashes cannot be sent")
    lines = [f"old {old}\n", *(verify.encode_base64(one) + "\n" for one in proof), "\n"]
    status, body = _request(party, "POST", "add-checkpoint", "".join(lines).encode() + note.to_bytes(), deadline)
    if status == http.client.CONFLICT and body.endswith(b"\n"):
        try:
            return Moved(verify.parse_size(body[:-1]))
        except verify.VerifyError:
            pass
    if status != http.client.OK:
        raise WitnessFault(_REFUSALS.get(status, f"answers {status}"))
    return _cosignature(party, note, body)


_REFUSALS = {
    400: "says that the request is malformed (400)",
    403: "knows the log by another key (403)",
    404: "does not know this log (404); ask its operator to add the log's key",
    409: "holds another head of the same size (409): is there a second log under this key?",
    422: "says that the head does not follow from the one that it holds (422): is there a second log under this key?",
    429: "has been asked too often (429)",
}


def _cosignature(party: verify.Party, note: verify.Note, body: bytes) -> verify.Signature:
    try:
        lines = verify.parse_note(note.text + b"\n" + body).signatures
        mine = tuple(one for one in lines if (one.name, one.key_id) == (party.key.name, party.key.key_id))
        verify.cosignature_time(verify.Note(note.text, mine), party.key)
    except verify.VerifyError as fault:
        raise WitnessFault(f"its cosignature is not good: {fault}") from None
    return mine[0]


def latest(party: verify.Party, origin: str, *, timeout: float = 10.0) -> bytes | None:
    """The head that a witness last cosigned for a log, as a signed note; None if it has none.

    Does NOT verify it: the rollback guard does.

    :raises WitnessFault: if it does not answer, or answers an error.
    """
    path = sha256(origin.encode()).hexdigest() + "/checkpoint"
    status, body = _request(party, "GET", path, None, time.monotonic() + timeout)
    if status == http.client.NOT_FOUND:
        return None
    if status != http.client.OK:
        raise WitnessFault(f"answers {status}")
    return body


def published(
    parties: Sequence[verify.Party], origin: str, *, timeout: float = 10.0
) -> tuple[list[tuple[str, bytes]], dict[str, str]]:
    """What each witness last cosigned, as (name, note), for the rollback guard; and who did not answer, and why."""
    found: list[tuple[str, bytes]] = []
    faults: dict[str, str] = {}
    for party in parties:
        if party.url is None:
            continue
        try:
            note = latest(party, origin, timeout=timeout)
        except WitnessFault as fault:
            faults[party.name] = str(fault)
            continue
        if note is not None:
            found.append((party.name, note))
    return found, faults


def _request(party: verify.Party, method: str, path: str, body: bytes | None, deadline: float) -> tuple[int, bytes]:
    """Status and body of one request; the body in pieces, so that a trickle cannot outlive the deadline."""
    try:
        connection, prefix = _connect(party.url or "", deadline - time.monotonic())
    except LedgerInput as fault:
        raise WitnessFault(str(fault)) from None
    try:
        connection.request(method, f"{prefix}/{path}", body, _AGENT)
        answer = connection.getresponse()
        data = b""
        while piece := answer.read1(8192):
            data += piece
            if len(data) > _MOST_BYTES or time.monotonic() > deadline:
                raise WitnessFault("answers too much, or too slowly")
        return answer.status, data
    except (OSError, ValueError, http.client.HTTPException) as fault:
        raise WitnessFault(f"cannot be reached: {type(fault).__name__}") from None
    finally:
        connection.close()


def _connect(url: str, timeout: float) -> tuple[http.client.HTTPConnection, str]:
    parts = check_url(url)
    host, seconds = parts.hostname or "", max(0.001, timeout)
    prefix = parts.path.rstrip("/")
    if parts.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, parts.port, timeout=seconds, context=context), prefix
    return http.client.HTTPConnection(host, parts.port, timeout=seconds), prefix


def check_url(url: str) -> SplitResult:
    """The parts of a witness's address.

    :raises LedgerInput: unless it is https, or http on this machine, with no user, query or fragment.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        parts.port  # noqa: B018  a port that is no number is found here
    except ValueError:
        raise LedgerInput("a witness's address must be a URL") from None
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        raise LedgerInput("a witness's address must begin with https:// (http:// on this machine only)")
    if parts.query or parts.fragment or parts.username is not None or any(one.isspace() for one in url):
        raise LedgerInput("a witness's address must hold no user, `?`, `#` or space")
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
