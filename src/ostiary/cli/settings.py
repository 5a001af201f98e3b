"""The environment, read in one place."""

from __future__ import annotations

import os
from pathlib import Path


def packs_from_environment() -> list[Path]:
    """The folders that ``OSTIARY_PACKS`` names, separated as in ``PATH``; none when it is not set."""
    return [Path(part) for part in os.environ.get("OSTIARY_PACKS", "").split(os.pathsep) if part]


def library() -> Path:
    """The packs that ship with Ostiary: inside the package, or beside the sources."""
    inside = Path(__file__).resolve().parent.parent / "packs"
    return inside if inside.is_dir() else Path(__file__).resolve().parents[3] / "packs"


def roll_url() -> str:
    """Where the agency's own database is (``OSTIARY_ROLL_URL``); empty when not set."""
    return os.environ.get("OSTIARY_ROLL_URL", "")


def spark_remote() -> str | None:
    """The Spark Connect address (``OSTIARY_SPARK_REMOTE``); None for a session of this machine."""
    return os.environ.get("OSTIARY_SPARK_REMOTE") or None


def database_url() -> str:
    """Where the log is (``OSTIARY_DATABASE_URL``): a path of SQLite or a URL of PostgreSQL; empty when not set."""
    return os.environ.get("OSTIARY_DATABASE_URL", "")


def witness_policy() -> Path | None:
    """The file that says whose cosignatures are needed (``OSTIARY_WITNESS_POLICY``); None when not set."""
    file = os.environ.get("OSTIARY_WITNESS_POLICY", "")
    return Path(file) if file else None


def ledger_export() -> Path | None:
    """The folder of the log's public files (``OSTIARY_LEDGER_EXPORT``); None when not set."""
    folder = os.environ.get("OSTIARY_LEDGER_EXPORT", "")
    return Path(folder) if folder else None
