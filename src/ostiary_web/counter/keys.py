"""The counter's secrets and numbers, made from what a form bore: sent or saved twice, it gives the same ones.

A form that is sent twice (a double click, a lost answer) would otherwise open one docket whose secret nobody ever saw.
Whoever has the form's own key, and what was typed, is whoever filled it in.
"""

from __future__ import annotations

import hmac
from base64 import b32encode, urlsafe_b64encode
from hashlib import sha256

from ostiary_web.wiring import config

_BYTES = 18  # 144 bits


def secret_of(what: str, key: str, content: str = "") -> str:
    """A secret of 24 characters. ``what``: what it opens; ``content``: what was typed, if it is bound to that."""
    return urlsafe_b64encode(_made(what, key, content)[:_BYTES]).decode()


def saved_number(key: str) -> str:
    """The number of a saved request: told apart from a docket's by its letter."""
    return "S-" + b32encode(_made("saved number", key, "")[:5]).decode()


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return sha256(secret.strip().encode()).hexdigest()


def fits(secret: str, digest: str) -> bool:
    """Whether this is the secret of which the digest was kept; takes the same time whatever it is."""
    return hmac.compare_digest(digest_of(secret), digest)


def address_of(address: str, stretch: str) -> str:
    """An address as it is counted in one stretch of time."""
    return _made("address", stretch, address).hex()


def _made(what: str, key: str, content: str) -> bytes:
    text = "\x00".join((f"counter: {what}", key, content))
    return hmac.digest(config().secret_key.encode(), text.encode(), "sha256")
