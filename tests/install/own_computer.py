"""The reader's own computer, which the pages carry files through: its `scp` knows the machines by their folders."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.install.machine import PATH, Machine, MachineError
from tests.install.pages import Block

NAME = "your own computer"
# What the pages use of scp, and no more: `root@host:file` is a file in root's home there.
_SCP = """#!/bin/sh
set -eu
there() { case "$1" in
    root@*:/*) one="${1#root@}"; echo "$MACHINES/${one%%:*}/${one#*:}" ;;
    root@*:*) one="${1#root@}"; echo "$MACHINES/${one%%:*}/root""/${one#*:}" ;;
    *) echo "$1" ;;
esac; }
[ "$1" != -3 ] || shift
for last; do :; done
while [ $# -gt 1 ]; do cp "$(there "$1")" "$(there "$last")"; shift; done
"""


class OwnComputer:
    """A folder to work in. ``machines``: by name."""

    def __init__(self, folder: Path, machines: Mapping[str, Machine]) -> None:
        """Lay the folder out."""
        self.folder, self._bin, self._machines = folder / "work", folder / "bin", folder / "machines"
        for one in (self.folder, self._bin, self._machines):
            one.mkdir(parents=True)
        for name, machine in machines.items():
            (self._machines / name).symlink_to(machine.root)
        scp = self._bin / "scp"
        scp.write_text(_SCP)
        scp.chmod(0o755)

    def run(self, block: Block) -> None:
        """Run a block here.

        :raises MachineError: if it fails.
        """
        done = subprocess.run(
            ["/bin/bash", "-euo", "pipefail", "-c", block.text],
            cwd=self.folder, env={"PATH": f"{self._bin}:{PATH}", "MACHINES": str(self._machines)}, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
        if done.returncode:
            raise MachineError(f"{block} ended with {done.returncode}:\n{done.stdout}")
