"""``ostiary play``: the playground for counsel, on one local page."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from ostiary.cli.settings import library
from ostiary.cli.shared import bundle_from
from ostiary.errors import BadInput


def run(packs: Sequence[Path] | None, port: int, *, browser: bool) -> int:
    """Serve the playground until it is stopped."""
    if find_spec("django") is None:
        raise BadInput("the playground needs Django; install the extra: pip install 'ostiary[web]'")
    from ostiary_web.playground.serve import serve

    serve(bundle_from(packs), library().parent / "examples", port, browser=browser, say=_say)
    return 0


def _say(address: str) -> None:
    sys.stdout.write(f"The playground is at {address}\nOnly this machine can reach it. Nothing is stored. ")
    sys.stdout.write("Stop it with Ctrl-C.\n")
    sys.stdout.flush()
