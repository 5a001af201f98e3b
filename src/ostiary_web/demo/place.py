"""The folder of a demonstration: its keys, its environment, its log-ins. Only its owner reads it.

desk.db  export/  papers/  static/  roll/   the desk
log.key  secret                             made anew with each seed
log-ins.json                                who logs in, with which password and second factor
version                                     of what the desk was seeded from
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import struct
import time
from base64 import b32decode, b32encode
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from ostiary.errors import BadInput
from ostiary.ledger.signing import write_new_key
from ostiary_web.wiring import library

_LOG = "demo.agency.example/log"
_ISSUER = "Ostiary"
_PACK = "demo-agency"
_ZONE = "America/Chicago"
_STEP = 30  # seconds that a code holds (RFC 6238)


@dataclass(frozen=True, slots=True)
class LogIn:
    """What somebody of the demonstration logs in with. ``who``: the code of the role, as ``decider``."""

    who: str
    name: str
    mail: str
    password: str
    secret: str

    @property
    def url(self) -> str:
        """What an authenticator app reads."""
        return f"otpauth://totp/{_ISSUER}:{quote(self.mail)}?secret={self.secret}&issuer={_ISSUER}"

    def code(self, at: float | None = None) -> str:
        """What an authenticator app shows at this moment (RFC 6238, six digits of SHA-1)."""
        counter = int(time.time() if at is None else at) // _STEP
        found = hmac.digest(b32decode(self.secret), struct.pack(">Q", counter), "sha1")
        place = found[-1] & 15
        return f"{(int.from_bytes(found[place : place + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def new_log_in(who: str, name: str, mail: str) -> LogIn:
    """A random password and second factor for somebody."""
    return LogIn(who, name, mail, secrets.token_urlsafe(15), b32encode(secrets.token_bytes(20)).decode())


@dataclass(frozen=True, slots=True)
class Place:
    """The folder."""

    folder: Path

    def lay_out(self) -> None:
        """Make the folder with new keys in it; readable by its owner alone."""
        self.folder.mkdir(parents=True)
        self.folder.chmod(0o700)
        for name in ("export", "papers", "static"):
            (self.folder / name).mkdir()
        vkey = write_new_key(self.folder / "log.key", _LOG)
        (self.folder / "witness-policy").write_text(f"log {vkey}\nquorum none\n")
        private(self.folder / "secret", secrets.token_urlsafe(48))

    def environment(self) -> dict[str, str]:
        """The desk's settings, as ``ostiary-web`` reads them."""
        paths = {
            "OSTIARY_ROLL": "roll/roll.yaml",
            "OSTIARY_LEDGER_KEY": "log.key",
            "OSTIARY_LEDGER_EXPORT": "export",
            "OSTIARY_WITNESS_POLICY": "witness-policy",
            "OSTIARY_PAPERS": "papers",
            "OSTIARY_STATIC": "static",
        }
        return {name: str(self.folder / path) for name, path in paths.items()} | {
            "OSTIARY_DATABASE_URL": f"sqlite:///{self.folder / 'desk.db'}",
            "OSTIARY_PACKS": str(library() / _PACK),
            "OSTIARY_ENGINE": "duckdb",
            "OSTIARY_SECRET_KEY": (self.folder / "secret").read_text(),
            "OSTIARY_HOSTS": "localhost,127.0.0.1",
            "OSTIARY_TIME_ZONE": _ZONE,
            "OSTIARY_DEMO": "yes",
        }

    def keep(self, log_ins: Iterable[LogIn]) -> None:
        """Write down who logs in with what, and of what this was seeded."""
        private(
            self.folder / "log-ins.json", json.dumps([asdict(one) for one in log_ins], indent=1, ensure_ascii=False)
        )
        (self.folder / "version").write_text(version())

    def log_ins(self) -> Mapping[str, LogIn]:
        """Who logs in with what, by the code of the role.

        :raises BadInput: if the desk has not been seeded.
        """
        try:
            rows = json.loads((self.folder / "log-ins.json").read_text())
        except FileNotFoundError:
            raise BadInput("this demonstration has not been seeded; run `ostiary-web demo`") from None
        return {row["who"]: LogIn(**row) for row in rows}

    def log_in(self, who: str) -> LogIn:
        """One of them, by the code of the role or by e-mail address.

        :raises BadInput: if there is none.
        """
        found = self.log_ins()
        for one in found.values():
            if who in (one.who, one.mail):
                return one
        raise BadInput(f"nobody is called so here; choose from {', '.join(found)}")

    def is_seeded(self) -> bool:
        """Whether a desk is here, and was made from what this program makes one from."""
        file = self.folder / "version"
        return file.is_file() and file.read_text() == version()


def private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, from its first moment on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)


def version() -> str:
    """A digest of the tables' migrations and of the stories: a desk of another one is made anew."""
    here = Path(__file__).resolve().parent
    migrations = sorted(str(path.relative_to(here.parent)) for path in here.parent.glob("*/migrations/0*.py"))
    return sha256("\n".join([*migrations, (here / "stories.yaml").read_text()]).encode()).hexdigest()
