"""Site and worker as processes of their own, each stopped with a word and waited for."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from ostiary.errors import BadInput
from ostiary_web.demo.place import Place

ADDRESS = "127.0.0.1"
PORT = 8000
_DESK = "from ostiary_web.command import main; main()"
_PATIENCE = 20  # seconds that a process has to end after it was told to


@dataclass(frozen=True, slots=True)
class Site:
    """A running desk. ``home``: its address, with no slash at the end."""

    home: str
    server: subprocess.Popen[str]
    worker: subprocess.Popen[str]

    def wait(self) -> None:
        """Return when one of the two ends by itself, or the user has had enough."""
        while self.server.poll() is None and self.worker.poll() is None:
            try:
                self.server.wait(timeout=1)
            except subprocess.TimeoutExpired:
                continue


def free_port(wanted: int = PORT) -> int:
    """This port, or any other where somebody else has it. 0: any.

    :raises BadInput: if there is none.
    """
    for port in (wanted, 0):
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind((ADDRESS, port))
            except OSError:
                continue
            return int(one.getsockname()[1])
    raise BadInput("no port is free on this machine")


@contextmanager
def running(place: Place, port: int, *words: str) -> Iterator[Site]:
    """Site and worker, until the block ends. ``words``: more for ``ostiary-web serve``.

    :raises BadInput: if one does not start; what it said stands in the folder's file ``lines``.
    """
    with ExitStack() as stack:
        lines = stack.enter_context((place.folder / "lines").open("w"))
        worker = stack.enter_context(_process(place, lines, "work"))
        server = stack.enter_context(_process(place, lines, "serve", "--port", str(port), *words))
        assert server.stdout is not None
        home = next((line.strip() for line in server.stdout if line.startswith("http://")), "")
        if not home:
            raise BadInput(f"the site did not start; see {place.folder / 'lines'}")
        yield Site(home.rstrip("/"), server, worker)


@contextmanager
def _process(place: Place, lines: IO[str], *words: str) -> Iterator[subprocess.Popen[str]]:
    # In a session of its own: Ctrl-C reaches this process alone, which then stops the others, once and in order.
    out: Any = subprocess.PIPE if words[0] == "serve" else subprocess.DEVNULL
    command = [sys.executable, "-c", _DESK, *words]
    process = subprocess.Popen(
        command, env=_environment(place), stdin=subprocess.DEVNULL, stdout=out, stderr=lines, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()


def _environment(place: Place) -> dict[str, str]:
    """What the user's own shell has, but for settings of another desk."""
    inherited = os.environ.items()  # noqa: TID251 - handed on to the processes, not read
    return {name: value for name, value in inherited if not name.startswith(("OSTIARY_", "DJANGO_"))} | (
        place.environment()
    )


def stop_on_terminate() -> None:
    """Take SIGTERM as Ctrl-C, so that whoever stops this process stops site and worker too."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
