"""What the desk reads from its environment: one frozen ``Config``, made once, with all faults reported together.

Nothing is guessed: outside the demonstration no variable that matters has a default. A variable that begins with
``OSTIARY_`` and is not known is a fault, since it is most likely a misspelt one.
"""

from __future__ import annotations

import os
import shlex
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import ostiary_verify as verify
from ostiary.errors import BadInput, did_you_mean

ENGINES = ("duckdb", "spark", "adbc")
_PREFIX = "OSTIARY_"
# As Django's own check of a deployment asks for.
_LEAST_SECRET = 50
# Folders that others read: no paper may lie there.
_PUBLIC = ("OSTIARY_LEDGER_EXPORT", "OSTIARY_STATIC")
_ROOT = {Path("/")}
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})


class ConfigError(BadInput):
    """The environment is not fit to start with: every fault, a line each. Never repeats a secret."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the environment.

    ``need``: ``always``, ``never``, ``outside`` (of the demonstration), or the group that is given whole or not.
    """

    name: str
    says: str
    example: str
    need: str = "always"


VARIABLES = (
    Variable(
        "OSTIARY_DATABASE_URL",
        "The desk's database, which holds the log too: `sqlite:///` and a path, or `postgresql://`.",
        "postgresql://desk@db.agency.example/ostiary",
    ),
    Variable(
        "OSTIARY_PACKS", "The folders of the packs in force, separated as in `PATH`.", "/etc/ostiary/packs/agency"
    ),
    Variable("OSTIARY_ROLL", "The file `roll.yaml` that maps the agency's records.", "/etc/ostiary/roll.yaml"),
    Variable("OSTIARY_ENGINE", "What answers for the roll: `duckdb`, `spark` or `adbc`.", "adbc"),
    Variable(
        "OSTIARY_LEDGER_KEY", "The log's private key, a file that only the desk may read.", "/etc/ostiary/log.key"
    ),
    Variable("OSTIARY_LEDGER_EXPORT", "The folder of the log's public files.", "/srv/ostiary/log"),
    Variable(
        "OSTIARY_WITNESS_POLICY",
        "The file that says whose cosignatures a head needs. One that needs none serves only the demonstration.",
        "/etc/ostiary/witness-policy",
    ),
    Variable(
        "OSTIARY_PAPERS",
        "The private folder of the papers that came in; no web server reaches it.",
        "/srv/ostiary/papers",
    ),
    Variable(
        "OSTIARY_SCANNER",
        "The command that looks at each file that is uploaded, run with the file's path: 0 is clean, 1 infected; "
        "anything else, and no answer in a minute, is *not scanned*. What is not clean is refused.",
        "clamdscan --fdpass --no-summary",
        "outside",
    ),
    Variable("OSTIARY_SECRET_KEY", "Signs sessions: at least 50 random characters.", "(50 random characters)"),
    Variable("OSTIARY_HOSTS", "The names that the desk answers to, with commas between them.", "desk.agency.example"),
    Variable("OSTIARY_TIME_ZONE", "Where the agency's day begins.", "America/Chicago"),
    Variable(
        "OSTIARY_STATIC", "A folder for the files that pages load; filled at each start.", "/var/lib/ostiary/static"
    ),
    Variable(
        "OSTIARY_OIDC_ISSUER", "The agency's own identity provider (OpenID Connect).", "https://id.example", "oidc"
    ),
    Variable("OSTIARY_OIDC_NAME", "How the log-in page calls it.", "Agency account", "oidc"),
    Variable("OSTIARY_OIDC_CLIENT", "The desk's client id there.", "ostiary", "oidc"),
    Variable("OSTIARY_OIDC_SECRET", "The desk's client secret there.", "(from the provider)", "oidc"),
    Variable(
        "OSTIARY_MAIL_URL",
        "The server for mail to staff and recipients.",
        "smtps://desk:secret@mail.example:465",
        "mail",
    ),
    Variable("OSTIARY_MAIL_FROM", "The address that mail comes from.", "desk@agency.example", "mail"),
    Variable("OSTIARY_DEMO", "`yes`: a demonstration on this machine alone, over plain HTTP.", "yes", "never"),
    Variable(
        "OSTIARY_SIGNER",
        "Who signs packages: `file:` and a key that only the desk may read, or `hsm:`, `gcpkms:`, `awskms:`. Without "
        "it nothing is sealed. Its holder is never the log key's.",
        "file:/etc/ostiary/manifest.key.pem",
        "never",
    ),
    Variable(
        "OSTIARY_SIGNER_PUBLIC",
        "The signers file of this one key, for all but `file:`.",
        "/etc/ostiary/signer.json",
        "never",
    ),
    Variable("OSTIARY_ROLL_URL", "With the engine `adbc`: the agency's own database.", "postgresql://...", "never"),
    Variable("OSTIARY_SPARK_REMOTE", "With the engine `spark`: the cluster's address.", "sc://spark.example", "never"),
)


@dataclass(frozen=True, slots=True)
class Provider:
    """The agency's identity provider."""

    issuer: str
    name: str
    client: str
    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """The server for mail, as ``smtp://`` or ``smtps://``, and who it comes from."""

    url: str = field(repr=False)
    sender: str


@dataclass(frozen=True, slots=True)
class Config:
    """All that the desk is told from outside. ``hosts``: names without a scheme. ``demo``: plain HTTP, local only.

    ``scanner``: the words of the command that looks at uploads; empty only in a demonstration.
    """

    database_url: str = field(repr=False)
    packs: tuple[Path, ...]
    roll: Path
    engine: str
    ledger_key: Path
    ledger_export: Path
    witness_policy: Path
    papers: Path
    secret_key: str = field(repr=False)
    hosts: tuple[str, ...]
    time_zone: str
    static: Path
    provider: Provider | None = None
    mail: Mail | None = None
    demo: bool = False
    scanner: tuple[str, ...] = ()
    signer: str = field(default="", repr=False)
    signer_public: Path | None = None
    roll_url: str = field(default="", repr=False)
    spark_remote: str = ""

    def zone(self) -> ZoneInfo:
        """The agency's time zone."""
        return ZoneInfo(self.time_zone)

    def policy(self) -> verify.Policy:
        """The witness policy as it stands in its file now.

        :raises ConfigError: if it cannot be read.
        """
        return _policy(self.witness_policy)


def read(environ: Mapping[str, str]) -> Config:
    """The configuration that an environment holds.

    :raises ConfigError: with every fault, if it has any.
    """
    reader = _Reader(environ)
    demo = reader.flag("OSTIARY_DEMO")
    found = Config(
        database_url=reader.database(),
        packs=reader.folders("OSTIARY_PACKS"),
        roll=Path(reader.text("OSTIARY_ROLL")),
        engine=reader.one_of("OSTIARY_ENGINE", ENGINES),
        ledger_key=reader.file("OSTIARY_LEDGER_KEY"),
        ledger_export=Path(reader.text("OSTIARY_LEDGER_EXPORT")),
        witness_policy=reader.witnesses(demo),
        papers=reader.private(),
        scanner=reader.scanner(demo),
        secret_key=reader.secret(),
        hosts=reader.hosts(demo),
        time_zone=reader.zone(),
        static=Path(reader.text("OSTIARY_STATIC")),
        provider=reader.provider(),
        mail=reader.mail(),
        demo=demo,
        signer=reader.optional("OSTIARY_SIGNER"),
        signer_public=reader.optional_file("OSTIARY_SIGNER_PUBLIC"),
        roll_url=reader.optional("OSTIARY_ROLL_URL"),
        spark_remote=reader.optional("OSTIARY_SPARK_REMOTE"),
    )
    reader.unknown()
    if reader.faults:
        raise ConfigError(tuple(reader.faults))
    return found


def _policy(path: Path) -> verify.Policy:
    try:
        return verify.parse_policy(path.read_text(errors="surrogateescape"))
    except OSError as fault:
        raise ConfigError((f"OSTIARY_WITNESS_POLICY: the file cannot be read: {fault.strerror}",)) from None
    except verify.VerifyError as fault:
        raise ConfigError((f"OSTIARY_WITNESS_POLICY: {fault}",)) from None


class _Reader:
    """Reads one variable after another, and goes on after a fault."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.faults: list[str] = []

    def text(self, name: str) -> str:
        value = self._environ.get(name, "").strip()
        if not value:
            self.faults.append(f"{name} is not set; for example `{_example(name)}`")
        return value

    def optional(self, name: str) -> str:
        return self._environ.get(name, "").strip()

    def optional_file(self, name: str) -> Path | None:
        return self.file(name) if self.optional(name) else None

    def flag(self, name: str) -> bool:
        value = self._environ.get(name, "")
        if value not in ("", "yes", "no"):
            self.faults.append(f"{name} must be `yes` or `no`")
        return value == "yes"

    def one_of(self, name: str, known: tuple[str, ...]) -> str:
        value = self.text(name)
        if value and value not in known:
            self.faults.append(f"{name} must be one of {', '.join(known)}{did_you_mean(value, known)}")
        return value

    def file(self, name: str) -> Path:
        value = self.text(name)
        if value and not Path(value).is_file():
            self.faults.append(f"{name} names no file")
        return Path(value)

    def folders(self, name: str) -> tuple[Path, ...]:
        found = tuple(Path(part) for part in self.text(name).split(os.pathsep) if part)
        self.faults += [f"{name}: folder {place} is none" for place, path in enumerate(found, 1) if not path.is_dir()]
        return found

    def database(self) -> str:
        value = self.text("OSTIARY_DATABASE_URL")
        sound = value.startswith("sqlite:///") and len(value) > len("sqlite:///")
        if value and not sound and not value.startswith(("postgresql://", "postgres://")):
            self.faults.append("OSTIARY_DATABASE_URL must begin with `sqlite:///` and a path, or with `postgresql://`")
        return value

    def witnesses(self, demo: bool) -> Path:
        path = self.file("OSTIARY_WITNESS_POLICY")
        if path.is_file():
            try:
                if _policy(path).quorum == "none" and not demo:
                    self.faults.append("OSTIARY_WITNESS_POLICY asks no witness, which serves only the demonstration")
            except ConfigError as fault:
                self.faults += fault.faults
        return path

    def private(self) -> Path:
        path = Path(self.text("OSTIARY_PAPERS"))
        public = {Path(self._environ.get(name, "") or "/").resolve() for name in _PUBLIC}
        if str(path) != "." and any(one == path.resolve() or one in path.resolve().parents for one in public - _ROOT):
            self.faults.append("OSTIARY_PAPERS lies in a folder that others read; choose a private one")
        return path

    def scanner(self, demo: bool) -> tuple[str, ...]:
        value = self._environ.get("OSTIARY_SCANNER", "") if demo else self.text("OSTIARY_SCANNER")
        try:
            words = tuple(shlex.split(value))
        except ValueError:
            self.faults.append("OSTIARY_SCANNER is no command: a quotation mark is not closed")
            return ()
        found = shutil.which(words[0]) if words else None
        if words and found is None:
            self.faults.append("OSTIARY_SCANNER names no program that can be run")
        return () if found is None else (found, *words[1:])

    def secret(self) -> str:
        value = self.text("OSTIARY_SECRET_KEY")
        if value and (len(value) < _LEAST_SECRET or len(set(value)) < 5):
            self.faults.append(f"OSTIARY_SECRET_KEY must be at least {_LEAST_SECRET} random characters")
        return value

    def hosts(self, demo: bool) -> tuple[str, ...]:
        found = tuple(part.strip() for part in self.text("OSTIARY_HOSTS").split(",") if part.strip())
        if "*" in found:
            self.faults.append("OSTIARY_HOSTS: `*` answers to any name; name the hosts")
        if demo and not _LOCAL.issuperset(found):
            self.faults.append(f"OSTIARY_HOSTS: a demonstration answers only to {', '.join(sorted(_LOCAL))}")
        return found

    def zone(self) -> str:
        value = self.text("OSTIARY_TIME_ZONE")
        if value and value not in available_timezones():
            self.faults.append(f"OSTIARY_TIME_ZONE is no time zone{did_you_mean(value, available_timezones())}")
        return value

    def provider(self) -> Provider | None:
        given = self._group("oidc")
        if given is None:
            return None
        issuer, name, client, secret = given
        if not issuer.startswith("https://"):
            self.faults.append("OSTIARY_OIDC_ISSUER must begin with `https://`")
        return Provider(issuer, name, client, secret)

    def mail(self) -> Mail | None:
        given = self._group("mail")
        if given is None:
            return None
        if urlsplit(given[0]).scheme not in ("smtp", "smtps"):
            self.faults.append("OSTIARY_MAIL_URL must begin with `smtp://` or `smtps://`")
        return Mail(given[0], given[1])

    def _group(self, name: str) -> list[str] | None:
        names = [variable.name for variable in VARIABLES if variable.need == name]
        if not any(self._environ.get(one) for one in names):
            return None
        return [self.text(one) for one in names]

    def unknown(self) -> None:
        known = [variable.name for variable in VARIABLES]
        for name in sorted(self._environ):
            if name.startswith(_PREFIX) and name not in known:
                self.faults.append(f"{name} is not known{did_you_mean(name, known)}")


def _example(name: str) -> str:
    return next(variable.example for variable in VARIABLES if variable.name == name)


def settings_page() -> str:
    """Every variable, for the reference."""
    lines = ["# Settings of the desk", "", "Made from `src/ostiary_web/environment.py` by `make docs`.", ""]
    lines += ["Read once, when the desk starts; all faults are reported together. Nothing has a default.", ""]
    lines += ["| variable | what | needed | example |", "|---|---|---|---|"]
    needs = {"always": "yes", "never": "no", "outside": "outside the demonstration"}
    for one in VARIABLES:
        lines.append(
            f"| `{one.name}` | {one.says} | {needs.get(one.need, f'{one.need}: all or none')} | `{one.example}` |"
        )
    return "\n".join([*lines, ""])
