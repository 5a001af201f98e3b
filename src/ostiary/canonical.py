"""One form of data that is the same bytes on every machine (RFC 8785), and its digest."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any


def plain(data: Any) -> Any:
    """Data with its dates as ISO texts, so that it can be written as JSON."""
    if isinstance(data, dict):
        return {key: plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [plain(item) for item in data]
    return data.isoformat() if isinstance(data, dt.date) else data


def digest(data: Any) -> str:
    """``sha256:`` and the hash, in hex, of the canonical JSON of some data."""
    import rfc8785

    return "sha256:" + hashlib.sha256(rfc8785.dumps(plain(data))).hexdigest()
