"""Makers of places for a desk: an environment with its files."""

from pathlib import Path

from ostiary.ledger.signing import write_new_key
from tests.conftest import ROOT

LOG = "desk.test.example/log"


def an_environment(folder: Path, **more: str) -> dict[str, str]:
    """A lawful environment of a demonstration in a folder; with ``more``, or less where a value is empty."""
    key, policy = folder / "log.key", folder / "witness-policy"
    if not key.exists():
        vkey = write_new_key(key, LOG)
        policy.write_text(f"log {vkey}\nquorum none\n")
    found = {
        "OSTIARY_DATABASE_URL": f"sqlite:///{folder / 'desk.db'}",
        "OSTIARY_PACKS": str(ROOT / "packs" / "demo-agency"),
        "OSTIARY_ROLL": str(folder / "roll.yaml"),
        "OSTIARY_ENGINE": "duckdb",
        "OSTIARY_LEDGER_KEY": str(key),
        "OSTIARY_LEDGER_EXPORT": str(folder / "export"),
        "OSTIARY_WITNESS_POLICY": str(policy),
        "OSTIARY_PAPERS": str(folder / "papers"),
        "OSTIARY_SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnopqrstuvwxyz-",
        "OSTIARY_HOSTS": "localhost,127.0.0.1",
        "OSTIARY_TIME_ZONE": "America/Chicago",
        "OSTIARY_STATIC": str(folder / "static"),
        "OSTIARY_DEMO": "yes",
    } | more
    return {name: value for name, value in found.items() if value}
