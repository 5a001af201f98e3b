"""What every page asks of the registers, kept for as long as the log's head stays the same.

Every change of a register is an entry of the log, in the same transaction. So what was read under a head holds until
there is another one, in whichever process it was read. Only pages that show something keep answers: an act, and every
guard with it, asks everything anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from ostiary.ledger import store
from ostiary_web.ledger_link.queries import raw_connection

_P = ParamSpec("_P")
_R = TypeVar("_R")
_SO_MANY = 256
# The signed head under which this page is made; empty where nothing is kept.
_head: ContextVar[bytes] = ContextVar("head", default=b"")


@contextmanager
def showing() -> Iterator[None]:
    """Keep answers while a page is made that changes nothing. The head is read first: an answer is never older."""
    before = _head.set(store.head_note(raw_connection()))
    try:
        yield
    finally:
        _head.reset(before)


@contextmanager
def acting() -> Iterator[None]:
    """Ask everything anew, also where a page is being made: nothing is done on what was kept."""
    before = _head.set(b"")
    try:
        yield
    finally:
        _head.reset(before)


def until_the_log_grows(ask: Callable[_P, _R]) -> Callable[_P, _R]:
    """A question to the registers whose answer nobody changes: kept by its arguments and the head of the log."""

    @lru_cache(maxsize=_SO_MANY)
    def kept(_: bytes, *args: _P.args, **more: _P.kwargs) -> _R:
        return ask(*args, **more)

    @wraps(ask)
    def answer(*args: _P.args, **more: _P.kwargs) -> _R:
        head = _head.get()
        return kept(head, *args, **more) if head else ask(*args, **more)  # type: ignore[arg-type]

    return answer
