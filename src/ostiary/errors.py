"""What can go wrong, and who can mend it.

    OstiaryError            the program itself is at fault                      exit 70
    ├── EngineDisagreement  two engines read one law differently
    └── BadInput            a file or an option is wrong; its author can fix it  exit 2
        ├── PackError       the law's files: a rule, a word, a date, a test
        ├── RequestError    the request file: a key, a code, a date
        └── RollError       the roll: its mapping, a column, a file, a value

A message says where, what, and what to do: lower case, given names in
back-ticks, help after a semicolon. It never repeats a value that may be a
person's: only keys and codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches


class OstiaryError(Exception):
    """A fault of the program: nothing is released, and the operator is called."""

    exit_code = 70


class EngineDisagreement(OstiaryError):
    """Two engines read one law differently: neither is believed."""


class BadInput(OstiaryError):
    """A file or an option is wrong. Its text names the file, the place and the cure."""

    exit_code = 2


class PackError(BadInput):
    """The law's own files are wrong."""


class RequestError(BadInput):
    """The request file is wrong."""


class RollError(BadInput):
    """The roll or its mapping is wrong."""


class ManyErrors(PackError):
    """Several faults of one pack, reported together, a line each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``; did you mean `x`?`` when a known word is near, else an empty text."""
    near = get_close_matches(word, sorted(known), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""
