"""Checkpoints of one log's key, read by the outsider's own verifier."""

from __future__ import annotations

import ostiary_verify as verify
from ostiary_verify import Checkpoint, VerifyError


def verified(note: bytes, vkey: str) -> Checkpoint:
    """The head in a note that this key has signed, and whose log has the key's name.

    :raises ostiary_verify.VerifyError: if the form, the name or the signature is wrong.
    """
    key, parsed = verify.parse_vkey(vkey), verify.parse_note(note)
    verify.verify_note(parsed, [key])
    head = verify.parse_checkpoint(parsed.text)
    if head.origin != key.name:
        raise VerifyError(f"the head is of the log `{head.origin}`, and the key of `{key.name}`")
    return head


def unverified(note: bytes) -> Checkpoint:
    """The head in a note, whoever signed it.

    :raises ostiary_verify.VerifyError: if the form is wrong.
    """
    return verify.parse_checkpoint(verify.parse_note(note).text)
