"""A PostgreSQL of our own for the tests: the machine's binaries, an empty directory, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow.parquet as pq
from adbc_driver_postgresql import dbapi

# A server that is thrown away need not survive a power cut.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0")


def binaries() -> Path:
    """Where initdb and postgres are; Debian keeps them off the PATH."""
    found = [Path(p).resolve().parent for p in (shutil.which("postgres"),) if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise RuntimeError("the tests need PostgreSQL's own binaries: apt install postgresql")


def _unprivileged() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


@contextmanager
def postgres(fast: bool = True, socket: bool = False) -> Iterator[str]:
    """A running server's URL. ``fast``: it need not keep what is committed when the power goes. ``socket``: by its
    socket, as on one machine."""
    # Not pytest's folder: it lets only root in, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    bin_, data, port, started = binaries(), folder / "data", _free_port(), False
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "nobody", "nogroup")
        _done(bin_ / "initdb", "-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
        settings += FAST if fast else ()
        options = " ".join(f"-c {setting}" for setting in settings)
        # pg_ctl waits until the server answers, so nothing here must sleep or try again.
        _done(bin_ / "pg_ctl", "start", "-w", "-D", data, "-l", folder / "log", "-o", options)
        started = True
        yield f"postgresql://tester@127.0.0.1:{port}/postgres{f'?host={folder}' if socket else ''}"
    finally:
        if started:
            _done(bin_ / "pg_ctl", "stop", "-m", "immediate", "-D", data)
        shutil.rmtree(folder, ignore_errors=True)


def _done(*command: object) -> None:
    line = [*_unprivileged(), *map(str, command)]
    # Into nothing: the server inherits the streams, and a pipe would stay open as long as it runs.
    found = subprocess.run(line, cwd="/tmp", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if found.returncode:
        raise RuntimeError(f"{line} ended with {found.returncode}")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def load_roll(roll, url, schema="public") -> None:
    """Put each table of a roll of Parquet files into the database, under the name that the roll gives it."""
    with dbapi.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        for name, files in roll.tables.items():
            for place, path in enumerate(sorted(roll.path.parent.glob(files))):
                mode = "append" if place else "create"
                cursor.adbc_ingest(name, pq.read_table(path), mode=mode, db_schema_name=schema)
        connection.commit()
