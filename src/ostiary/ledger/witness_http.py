"""The witness's HTTP side: sizes, rates and waiting are limited; what to answer is ``witness``'s to say.

Speaks plain HTTP: a proxy in front gives it TLS. Keeps no record of who asks.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore, Lock
from typing import Any

from ostiary.ledger.faults import LedgerInput
from ostiary.ledger.witness import MOST_BYTES, Answer, Refusal, Witness

_LENGTH = re.compile(r"0|[1-9][0-9]{0,8}")
_CHECKPOINT = re.compile(r"/([0-9a-f]{64})/checkpoint")
_SECONDS = 15
_MOST_AT_ONCE = 64


class Rate:
    """At most ``limit`` requests from one address in each minute of ``clock`` (seconds)."""

    def __init__(self, limit: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._clock = limit, clock
        self._minute, self._counts = 0, dict[str, int]()
        self._lock = Lock()

    def allows(self, address: str) -> bool:
        """Count one request, and say whether it may pass."""
        with self._lock:
            minute = int(self._clock() // 60)
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            self._counts[address] = self._counts.get(address, 0) + 1
            return self._counts[address] <= self._limit


class WitnessServer(ThreadingHTTPServer):
    """Answers for one witness, each request in a thread, at most 64 at once."""

    daemon_threads = True

    def __init__(self, witness: Witness, host: str, port: int, rate: Rate | None = None) -> None:
        self.witness = witness
        self.rate = rate or Rate(600)
        self._places = BoundedSemaphore(_MOST_AT_ONCE)
        super().__init__((host, port), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Take it, or hang up where there are too many already."""
        if not self._places.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """One connection, in its own thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke: said in one line, without whose it was."""
        print(f"ostiary-witness: a connection broke: {type(sys.exc_info()[1]).__name__}", file=sys.stderr)


class _Handler(BaseHTTPRequestHandler):
    server: WitnessServer
    protocol_version = "HTTP/1.1"
    server_version = "ostiary-witness"
    sys_version = ""
    timeout = _SECONDS
    error_message_format = "%(message)s\n"
    error_content_type = "text/plain; charset=utf-8"

    def do_POST(self) -> None:  # the name is http.server's
        length = self.headers.get("Content-Length", "")
        if self.path != "/add-checkpoint":
            return self._answer(Answer(404, b"there is only add-checkpoint\n"), close=True)
        if "Transfer-Encoding" in self.headers or not _LENGTH.fullmatch(length):
            return self._answer(Answer(411, b"say the length of the body\n"), close=True)
        if int(length) > MOST_BYTES:
            return self._answer(Answer(413, b"too large\n"), close=True)
        body = self.rfile.read(int(length))
        if len(body) != int(length):
            return self._answer(Answer(400, b"the body is cut off\n"), close=True)
        self._guarded(lambda: self.server.witness.add_checkpoint(body))

    def do_GET(self) -> None:  # the name is http.server's
        found = _CHECKPOINT.fullmatch(self.path)
        if found is None:
            return self._answer(Answer(404, b"there is nothing here\n"))
        self._guarded(lambda: self.server.witness.checkpoint(found[1]))

    def _guarded(self, make: Callable[[], Answer]) -> None:
        if not self.server.rate.allows(self.client_address[0]):
            return self._answer(Answer(429, b"too many requests; wait a minute\n"), close=True)
        try:
            answer = make()
        except Refusal as refusal:
            answer = refusal.answer
        self._answer(answer)

    def _answer(self, answer: Answer, close: bool = False) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.type)
        self.send_header("Content-Length", str(len(answer.body)))
        if close:
            # The body was not read, so the next request cannot be found.
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: who asks is nobody's business."""


def serve(witness: Witness, host: str, port: int) -> None:
    """Answer until interrupted.

    :raises LedgerInput: if the port cannot be had.
    """
    try:
        server = WitnessServer(witness, host, port)
    except (OSError, OverflowError):
        raise LedgerInput(f"port {port} on `{host}` cannot be had; is something else using it?") from None
    with server:
        print(f"ostiary-witness: `{witness.key.name}` answers on http://{host}:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("ostiary-witness: stopped")
