"""A fresh machine installed from the how-to alone: `make install-test`, as root, on Debian.

    python -m tests.install.fresh_machine [--root FOLDER]

Makes an empty Debian 12, boots it, and runs the shell blocks of docs/how-to/install.md in order. It is looked at from all
sides, upgraded and given a new secret key by their pages, looked at, restarted, and looked at again. ``--root``: an empty
Debian that is there already; a copy of it is used.
"""

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.conftest import ROOT
from tests.install.machine import Machine, MachineError, booted, copy_sources, given, hand_in, make_root
from tests.install.pages import Block, blocks

HOW_TO = ROOT / "docs" / "how-to"
INSTALL, UPGRADE, ROTATE = (HOW_TO / f"{name}.md" for name in ("install", "upgrade", "rotate-keys"))
SERVICES = {
    "ostiary-site": "ostiary", "ostiary-worker": "ostiary", "ostiary-witness": "ostiary_witness", "nginx": "root",
}  # fmt: skip
_HEALTH = "curl -sS --cacert /etc/ostiary/cert.pem https://desk.agency.example/health"
_ALL_WELL = ["well", "database: well", "log: well", "export: well", "worker: well"]
# What systemd itself says of how much a unit is shut in: 0 is nothing left open, 10 all.
_MOST_EXPOSED = 2.0
# Each of these must fail: as whom, and what.
_MAY_NOT = (
    ("ostiary", "psql -qc 'DELETE FROM casework_event' ostiary"),
    ("ostiary", "psql -qc 'UPDATE casework_verdictrow SET docket_id = docket_id' ostiary"),
    ("ostiary", "psql -qc 'UPDATE ledger_entries SET leaf = leaf' ostiary"),
    ("ostiary", "psql -qc 'ALTER TABLE ledger_entries DISABLE TRIGGER ALL' ostiary"),
    ("ostiary", "psql -qc 'CREATE TABLE mine (n int)' ostiary"),
    ("ostiary", "psql -qc 'SET ROLE ostiary_owner' ostiary"),
    ("ostiary", "cat /etc/ostiary/settings"),
    ("ostiary", "cat /var/lib/ostiary-witness/witness.key"),
    ("ostiary", "touch /opt/ostiary/bin/more"),
    ("ostiary_owner", "cat /var/lib/ostiary/keys/log.key"),
    ("ostiary_witness", "cat /var/lib/ostiary/keys/log.key"),
    ("ostiary_witness", "psql -qc 'SELECT 1' ostiary"),
    ("www-data", "cat /var/lib/ostiary/keys/log.key"),
    ("www-data", "ls /var/lib/ostiary/papers"),
    ("www-data", "touch /srv/ostiary/log/more"),
    ("nobody", "ls /srv/ostiary/roll"),
)


def main() -> int:
    """Do all of it; 0 if everything holds."""
    asked = given("install on a fresh machine, from the how-to alone")
    with tempfile.TemporaryDirectory(prefix="ostiary-install-") as folder:
        root = Path(folder) / "root"
        try:
            say("an empty Debian 12")
            if asked.root:
                subprocess.run(["cp", "-a", str(asked.root), str(root)], check=True)
            else:
                make_root(root)
            shown = hand_in(root)
            copy_sources(root / "usr/local/src/ostiary")
            with booted(root, shown) as machine:
                follow(machine, INSTALL)
                look(machine)
                # To the same version: every step of the page is gone, and the log goes on.
                follow(machine, UPGRADE)
                follow(machine, ROTATE)
                look(machine)
            say("the machine is switched off and on again")
            with booted(root, shown) as machine:
                look(machine)
        except MachineError as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
    say("a fresh machine was installed from the how-to alone: 1 passed, 0 failed")
    return 0


def follow(machine: Machine, page: Path) -> None:
    """Run the blocks of a page.

    :raises MachineError: at the first block that fails.
    """
    for block in blocks(page):
        step(machine, block)


def step(machine: Machine, block: Block) -> None:
    """Run one block.

    :raises MachineError: if it fails.
    """
    began = time.monotonic()
    done = machine.run(block.text, network=block.network, longest=1800)
    say(f"{block}: {time.monotonic() - began:.0f} s")
    if done.returncode:
        journal = machine.run("journalctl --no-pager --lines=40 --output=cat --unit='ostiary-*'").stdout
        raise MachineError(f"{block} ended with {done.returncode}:\n{done.stdout}\nThe units said:\n{journal}")
    if not block.network:
        sys.stdout.write("".join(f"    {line}\n" for line in done.stdout.splitlines()))


def look(machine: Machine) -> None:
    """Whether it is what the page says.

    :raises MachineError: with everything that is not so.
    """
    wrong = [*_health(machine), *_services(machine), *_rights(machine), *_pages(machine), *_log(machine)]
    if wrong:
        raise MachineError("\n".join(wrong))
    say(
        f"health, {len(SERVICES)} services, {len(_MAY_NOT)} things that must not be possible, pages, log: as they should be"
    )


def _health(machine: Machine) -> list[str]:
    # After a start the worker's first beat may be still to come: asked until it is well, and no longer than a minute.
    found = machine.must(
        f"for n in $(seq 60); do {_HEALTH} > /tmp/health || true; grep -qx well /tmp/health && break; sleep 1; done; cat /tmp/health"
    )
    return [] if found.split("\n")[:5] == _ALL_WELL else [f"health says: {found}"]


def _services(machine: Machine) -> list[str]:
    wrong = []
    for name, user in SERVICES.items():
        state = machine.run(
            f"systemctl is-active {name}; ps -o user= -p $(systemctl show -P MainPID {name})"
        ).stdout.split()
        if state != ["active", user]:
            wrong.append(f"{name}: {state}, not active as {user}")
    failed = machine.run("systemctl list-units --failed --plain --no-legend 'ostiary*' nginx postgresql").stdout
    verified = machine.run("systemd-analyze verify --man=no /etc/systemd/system/ostiary-*").stdout
    for line in machine.must(
        "systemd-analyze security --no-pager 'ostiary-*.service' | grep Overall || true"
    ).splitlines():
        level = re.search(r"for (\S+): ([0-9.]+)", line)
        if level and float(level[2]) > _MOST_EXPOSED:
            wrong.append(line.strip())
    return wrong + [f"failed: {failed}"] * bool(failed.strip()) + [f"units: {verified}"] * bool(verified.strip())


def _rights(machine: Machine) -> list[str]:
    return [
        f"{user} can: {what}"
        for user, what in _MAY_NOT
        if machine.run(f"cd / && runuser -u {user} -- {what}").returncode == 0
    ]


def _pages(machine: Machine) -> list[str]:
    ask = "curl -sS -o /dev/null -D - --cacert /etc/ostiary/cert.pem"
    wrong = []
    for address, status, says in (
        ("http://desk.agency.example/desk/", "301", "location: https://desk.agency.example/desk/"),
        ("https://desk.agency.example/request/", "200", "strict-transport-security: max-age=31536000"),
        ("https://desk.agency.example/desk/", "302", "content-security-policy: "),
        ("https://log.agency.example/checkpoint", "200", "strict-transport-security: max-age=31536000"),
        ("https://log.agency.example/", "404", ""),
        ("https://log.agency.example/kinds.json", "200", "content-type: application/json"),
    ):
        said = machine.run(f"{ask} {address}").stdout.lower()
        if f" {status}" not in said.splitlines()[0] or says not in said:
            wrong.append(f"{address}: {said}")
    return wrong


def _log(machine: Machine) -> list[str]:
    """An act after all that is in the public log, cosigned by itself within a minute, and verifies from outside."""
    act = 'ostiary-web training course "c_$(date +%H_%M_%S)" --name "A course" --optional --by ada@agency.example'
    done = machine.run(f"ostiary-run {act}")
    if done.returncode:
        return [f"nothing can be done at the desk: {done.stdout}"]
    head = json.loads(machine.must("ostiary-run ostiary log head --json"))
    check = blocks(INSTALL)[-1].text
    said = machine.run(
        f"for n in $(seq 90); do ( {check} ) > /tmp/said 2>&1 && break; sleep 1; done; cat /tmp/said"
    ).stdout
    good = f"has {head['size']} entries" in said and head["root"] in said and "ALARM" not in said
    return [] if good else [f"from outside: {said}"]


def say(text: str) -> None:
    """A line of what is going on, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
