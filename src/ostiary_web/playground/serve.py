"""The playground's server: this machine only, one person, no log of what was asked."""

from __future__ import annotations

import errno
import sys
import webbrowser
from collections.abc import Callable
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from ostiary.errors import BadInput
from ostiary.law.bundle import Bundle
from ostiary_web.playground.catalogue import find_starts
from ostiary_web.playground.pages import Pages
from ostiary_web.playground.turn import Desk

ADDRESS = "127.0.0.1"


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    allow_reuse_address = sys.platform != "win32"  # there it would share a port that is in use


class _Handler(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Method, path and status; never a query, a header or a body."""
        status = next((arg for arg in map(str, args[1:2]) if arg.isdigit()), "-")
        path = getattr(self, "path", "-").partition("?")[0]
        sys.stderr.write(f"{getattr(self, 'command', None) or '-'} {path} {status}\n")

    def address_string(self) -> str:
        """The address as it is: a look-up of its name would ask another machine."""
        return ADDRESS


def make_desk(bundle: Bundle, examples: Path) -> Desk:
    """Everything that the pages need, read once.

    :raises BadInput: no request to start from, or one that cannot be read.
    """
    starts = find_starts(bundle, examples)
    if not starts:
        raise BadInput("no request to start from; the packs have no tests/scenarios*.yaml")
    return Desk(bundle, Pages(bundle), starts)


def configured() -> dict[str, Any]:
    """The playground's settings by name, as Django takes them."""
    from ostiary_web.playground import settings

    return {name: getattr(settings, name) for name in dir(settings) if name.isupper()}


def application(desk: Desk) -> Callable[..., Any]:
    """The WSGI application."""
    import django
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application

    if not settings.configured:
        settings.configure(**configured(), PLAYGROUND=desk)
    django.setup()
    return get_wsgi_application()


def serve(bundle: Bundle, examples: Path, port: int, *, browser: bool, say: Callable[[str], None]) -> None:
    """Serve the page until it is interrupted. Port 0 takes any free one; ``say`` is told the address.

    :raises BadInput: a port that is in use or not allowed.
    """
    app = application(make_desk(bundle, examples))
    try:
        server = make_server(ADDRESS, port, app, _Server, _Handler)
    except (OSError, OverflowError) as fault:
        taken = isinstance(fault, OSError) and fault.errno == errno.EADDRINUSE
        why = "is already in use" if taken else "cannot be used"
        raise BadInput(f"port {port} {why}; give another with --port, or --port 0 for any free one") from None
    with server:
        address = f"http://{ADDRESS}:{server.server_port}/"
        say(address)
        if browser:
            webbrowser.open(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return
