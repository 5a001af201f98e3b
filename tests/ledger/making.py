"""Makers for the ledger's tests: keys, logs, entries."""

from contextlib import closing
from hashlib import sha256

from ostiary.ledger import store
from ostiary.ledger.opening import connect
from ostiary.ledger.signing import FileSigner, write_new_key

NAME = "ledger.test.example/log"


def a_signer(folder, name=NAME):
    path = folder / "log.key"
    if not path.exists():
        write_new_key(path, name)
    return FileSigner(path)


def some_entries(count, start=0):
    """Entries of many lengths, the same each time."""
    return [b"%d:" % n + sha256(b"%d" % n).digest() * (n % 5) for n in range(start, start + count)]


def a_log(folder, count=0):
    """A SQLite log of this many entries; its path and its signer."""
    signer, path = a_signer(folder), folder / "log.db"
    with closing(connect(str(path), new=True)) as connection:
        head = store.create(connection, signer)
        connection.commit()
        signer.confirm(head.note)
        if count:
            add(connection, signer, some_entries(count))
    return path, signer


def add(connection, signer, entries):
    """Append in one transaction; the head and the first index."""
    head, first = store.append(connection, entries, signer)
    connection.commit()
    signer.confirm(head.note)
    return head, first
