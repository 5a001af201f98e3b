"""What can go wrong with the log, and what is certain when it does.

LedgerError (exit 70)  the log or its disk is at fault; nothing was promised
├── Busy               locked or overloaded: nothing was written; ask again
├── Unknown            COMMIT failed: the entry may be in the log; look before asking again
└── Diverged (exit 1)  this database is older than, or differs from, what was published
LedgerInput (exit 2)   a key, an entry, a setting or a path is wrong; who runs the log can mend it
"""

from __future__ import annotations

from ostiary.errors import BadInput, OstiaryError


class LedgerError(OstiaryError):
    """The log does not add up, or cannot be written: stop, and call the operator."""


class Busy(LedgerError):
    """Refused before anything was written; the same entry may be submitted again."""


class Unknown(LedgerError):
    """Nobody can say yet whether the entry is in the log: read the log before submitting again."""


class Diverged(LedgerError):
    """Two heads of one log that cannot both be true. Carries the evidence.

    ``ours`` and ``theirs`` are the signed notes, as bytes.
    """

    exit_code = 1

    def __init__(self, message: str, ours: bytes, theirs: bytes) -> None:
        super().__init__(message)
        self.ours = ours
        self.theirs = theirs


class LedgerInput(BadInput):
    """A key, an entry, a setting or a path is wrong."""
