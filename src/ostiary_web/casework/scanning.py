"""Every file that somebody uploads is looked at by the agency's own scanner before anything of it is kept.

The file's content is never opened here: no page of it is read, nothing in it is unpacked. What the scanner does not
call clean is refused, whatever the reason.
"""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

from ostiary_web.casework.faults import CaseworkError
from ostiary_web.logs import log_of
from ostiary_web.wiring import config

LONGEST = 60  # seconds
_CLEAN, _INFECTED = 0, 1


class Infected(CaseworkError):
    """The scanner found something."""


class NotScanned(CaseworkError):
    """The scanner gave no answer, so the file is refused."""


def scan(data: bytes, *, longest: float = LONGEST) -> None:
    """Have an upload looked at. Call it before the transaction that keeps it: it can take a minute.

    Without a scanner, which the environment allows only in a demonstration, nothing is looked at.

    :raises Infected, NotScanned: nothing was kept.
    """
    command = config().scanner
    if not command:
        return
    found = _answer(command, data, longest)
    if found == _CLEAN:
        return
    log_of(__name__).warning("upload refused", fault="infected" if found == _INFECTED else "not scanned")
    if found == _INFECTED:
        raise Infected("the scanner found something harmful in the file; nothing was kept. Send a clean copy")
    raise NotScanned("the file could not be scanned, so it was not kept. Try again later, or bring the paper by post")


def _answer(command: tuple[str, ...], data: bytes, longest: float) -> int | None:
    """The scanner's exit status; None where it could not be asked, or did not answer in time."""
    try:
        path = _laid_out(data)
    except OSError:
        return None
    try:
        # Nothing of the desk's environment is handed on: its secrets are no scanner's business.
        done = subprocess.run(
            [*command, str(path)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath},
            timeout=longest,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    finally:
        path.unlink(missing_ok=True)
    return done.returncode


def _laid_out(data: bytes) -> Path:
    """The bytes as a file under a name of our own, in the private folder, readable by nobody else."""
    folder = config().papers
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f".scan-{secrets.token_hex(8)}"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb") as out:
        out.write(data)
    return path
