"""The beat and the clock of a worker process: two threads of their own, so that long work stops neither."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import close_old_connections, connections
from django.utils import timezone

from ostiary_web.logs import log_of
from ostiary_web.worker import actions
from ostiary_web.worker.schedule import duties

# A worker that has missed this many beats is dead.
_MISSED = 6


def do_what_is_due() -> int:
    """Do every duty whose turn has come; how many. A fault in one stops no other; its next turn comes."""
    done = 0
    for duty in duties():
        try:
            if actions.take_turn(duty=duty, at=timezone.now()):
                duty.run()
                done += 1
        except (
            Exception
        ) as fault:  # whatever it was: the clock goes on. The type alone, since a text could name a person
            log_of(__name__).error("a duty failed", job=duty.name, fault=type(fault).__name__)
    return done


@contextmanager
def alive(worker: str, beat: float, *, clock: bool = True) -> Iterator[None]:
    """Be alive, for all to see, and do what falls due, until the block ends.

    :param beat: seconds between two beats. ``clock``: also do what is done again and again.
    """
    lease = dt.timedelta(seconds=beat * _MISSED)

    def pulse() -> None:
        now = timezone.now()
        actions.beat(worker=worker, lease=lease, at=now)
        actions.take_again(at=now)

    pulse()  # before the first job is taken: whoever has no pulse counts as dead
    over = threading.Event()
    threads = [_again(pulse, beat, over)]
    if clock:
        threads.append(_again(do_what_is_due, beat, over))
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join(timeout=10)
        actions.leave(worker=worker, at=timezone.now())


def _again(do: Callable[[], object], seconds: float, over: threading.Event) -> threading.Thread:
    """Run something every so many seconds in a thread with a connection of its own."""

    def run() -> None:
        try:
            while not over.wait(seconds):
                close_old_connections()
                try:
                    do()
                except Exception as fault:  # a database that does not answer now may answer at the next beat
                    log_of(__name__).error("not done", job=do.__name__, fault=type(fault).__name__)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run, name=do.__name__, daemon=True)
    thread.start()
    return thread
