"""Writers killed at any moment: nothing acknowledged is lost, and no head ever shown is contradicted.

SIGKILL does not test the disk's sync, since the page cache survives it. So the system calls are watched too: what must
be durable is made so before the acknowledgement; and each of them is made to fail in turn.
"""

import re

import pytest

from tests.ledger.faults import CALLS, faults_after, killed, traced


def kill(place, times, *options):
    """Two writers on one log, killed so many times; what was told."""
    connection, _ = place.log()
    connection.commit()
    lines = []
    for seed in range(times):
        lines += killed(place.url, place.folder / "log.key", place.folder / "out", seed, *options)
    return lines


def test_kills_lose_nothing(place):
    lines = kill(place, 4 if place.is_sqlite else 2)

    assert len(lines) >= 2 * 4
    assert faults_after(place.url, place.folder / "log.key", place.folder / "out", lines) == []


@pytest.mark.long
def test_a_hundred_kills_lose_nothing(place):
    lines = kill(place, 50)

    assert faults_after(place.url, place.folder / "log.key", place.folder / "out", lines) == []


def test_a_writer_that_acknowledges_before_it_commits_is_caught(place):
    """The mutation: without it nobody knows whether the test above can fail."""
    lines = kill(place, 3, "--commit-late")

    found = faults_after(place.url, place.folder / "log.key", place.folder / "out", lines)
    assert [fault for fault in found if "was acknowledged and is lost" in fault]


def ready(place):
    """A log of one entry with its export: the arguments of a writer."""
    connection, _ = place.log()
    connection.close()
    arguments = (place.url, place.folder / "log.key", place.folder / "out")
    return arguments, traced(*arguments, "first")[0]


@pytest.mark.long
def test_the_disk_has_it_before_the_acknowledgement(sqlite):
    arguments, _ = ready(sqlite)

    _, calls = traced(*arguments, "second")

    told = next(at for at, call in enumerate(calls) if re.search(r" write\(1<", call))
    before = "\n".join(calls[:told])
    assert re.search(r"fdatasync\(\d+<[^>]*log\.db-wal>", before)
    assert re.search(r"fdatasync\(\d+<[^>]*log\.key\.signed>", before)
    made, shown = before.rindex("linkat(") if "linkat(" in before else before.rindex("link("), before.rindex("rename(")
    assert made < shown
    assert re.search(r"fsync\(\d+<[^>]*/out>", before[shown:])


@pytest.mark.long
@pytest.mark.parametrize("fault", ["error=EIO", "error=ENOSPC", "signal=KILL"])
def test_a_fault_at_any_call_to_the_disk_loses_nothing(sqlite, fault):
    arguments, lines = ready(sqlite)
    told, calls = traced(*arguments, "clean")
    lines += told
    ours = [call for call in calls if str(sqlite.folder) in call]
    tried = 0
    for name in CALLS:
        every = [call for call in calls if f" {name}(" in call]
        for count, call in enumerate(every, 1):
            if call in ours:
                tried += 1
                lines += traced(*arguments, f"{name}{count}", name, fault, f"when={count}")[0]
                assert faults_after(*arguments, lines) == [], f"{name} {count}"
    assert tried >= 20
