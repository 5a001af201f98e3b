"""Both databases of the ledger: every test of the store runs on SQLite and on a PostgreSQL of our own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ostiary.ledger import store
from ostiary.ledger.opening import connect
from tests import postgres as server
from tests.ledger.making import a_signer


@dataclass
class Place:
    """An empty database, and as many connections to it as a test wants."""

    url: str
    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)

    @property
    def is_sqlite(self) -> bool:
        return "://" not in self.url

    def open(self) -> Any:
        connection = connect(self.url, new=True)
        self.stack.callback(connection.close)
        return connection

    def log(self) -> tuple[Any, Any]:
        """An empty log: a connection, and its signer."""
        connection, signer = self.open(), self.signer()
        head = store.create(connection, signer)
        connection.commit()
        signer.confirm(head.note)
        return connection, signer

    def signer(self) -> Any:
        signer = a_signer(self.folder)
        self.stack.callback(signer.close)
        return signer


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server that keeps its promises: the log refuses one that would not."""
    with ExitStack() as stack:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(server, "FAST", ())
            url = stack.enter_context(server.postgres())
        yield url


@pytest.fixture
def postgresql(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    """An empty PostgreSQL."""
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    found = Place(postgres_url, tmp_path)
    with found.stack:
        yield found


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Place]:
    """An empty SQLite."""
    found = Place(str(tmp_path / "log.db"), tmp_path)
    with found.stack:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest) -> Any:
    """An empty database of each kind in turn."""
    return request.getfixturevalue(request.param)


@pytest.fixture
def run() -> Callable[..., list[Any]]:
    """Run one statement as the database's owner would; its rows, if any."""

    def run_one(connection: Any, text: str, values: tuple[Any, ...] = ()) -> list[Any]:
        cursor = connection.cursor()
        postgresql = isinstance(connection, psycopg.Connection)
        cursor.execute(text.replace("?", "%s") if postgresql else text, values)
        return cursor.fetchall() if cursor.description else []

    return run_one
