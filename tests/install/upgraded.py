"""A desk of an older version, upgraded by the how-to alone: `make install-test-upgrade`, as root, on Debian.

    python -m tests.install.upgraded [--root FOLDER] [--desk FOLDER]

Installs the sources of an earlier commit by its own docs/how-to/install.md, works at the desk, puts this tree in their place,
and follows docs/how-to/upgrade.md. The log must go on: every old entry byte for byte, and an outsider who saw it before sees
that it only grew. ``--root``: an empty Debian to copy. ``--desk``: one on which that was done up to the work at the desk.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT
from tests.install.at_desk import act, docket, head, leaves, must_be
from tests.install.fresh_machine import INSTALL, UPGRADE, follow, look, say
from tests.install.machine import Machine, MachineError, booted, copy_sources, given, hand_in, make_root
from tests.install.pages import blocks

# The first commit with docs/how-to/install.md: no older one can be installed by it.
OLDEST = "83792acf5f48f6455c33d89f13b43ec03f0218ef"
_SOURCES = "usr/local/src/ostiary"


def main() -> int:
    """Do all of it; 0 if everything holds."""
    asked = given(
        "upgrade from an older version, from the how-to alone",
        desk="a Debian 12 on which the older version was installed, to copy",
    )
    with tempfile.TemporaryDirectory(prefix="ostiary-upgrade-") as folder:
        root, old = Path(folder) / "root", Path(folder) / "old"
        try:
            older_tree(old)
            if asked.root or asked.desk:
                subprocess.run(["cp", "-a", str(asked.desk or asked.root), str(root)], check=True)
            else:
                make_root(root)
            shown = hand_in(root) if asked.desk is None else []
            with booted(root, shown) as machine:
                if asked.desk is None:
                    install(machine, old)
                upgrade(machine)
        except MachineError as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
    say("a desk of an older version was upgraded from the how-to alone: 1 passed, 0 failed")
    return 0


def older_tree(to: Path) -> None:
    """The sources of the oldest version.

    :raises MachineError: if this clone does not have them; nothing is skipped.
    """
    if subprocess.run(["git", "cat-file", "-e", f"{OLDEST}^{{commit}}"], cwd=ROOT, check=False).returncode:
        raise MachineError(f"this clone has no commit {OLDEST[:12]}, from which is upgraded; git fetch --unshallow")
    to.mkdir()
    tree = subprocess.run(["git", "archive", OLDEST], cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout
    subprocess.run(["tar", "--extract", f"--directory={to}"], input=tree, check=True)


def install(machine: Machine, old: Path) -> None:
    """The older version, by its own page."""
    say(f"an agency of {OLDEST[:12]}")
    shutil.copytree(old, machine.root / _SOURCES, symlinks=True)
    follow(machine, old / "docs/how-to/install.md")


def upgrade(machine: Machine) -> None:
    """Work at the old desk, upgrade it, and look at what has become of that.

    :raises MachineError: with what is not as it was.
    """
    for _ in range(3):
        act(machine)
    docket(machine)
    say(outside(machine))
    before, was = leaves(machine), head(machine)
    shutil.rmtree(machine.root / _SOURCES)
    copy_sources(machine.root / _SOURCES)
    follow(machine, UPGRADE)
    must_be(leaves(machine).startswith(before), "an old entry is not what it was")
    must_be(int(str(head(machine)["size"])) >= int(str(was["size"])), "the log has shrunk")
    say(machine.must("ostiary-run ostiary-web replay; ostiary-run ostiary log fsck"))
    # The state that the outsider kept is of the older version: the new head must follow from it.
    act(machine)
    say(outside(machine))
    docket(machine)
    look(machine)


def outside(machine: Machine) -> str:
    """What an outsider finds, who remembers what it found before."""
    machine.must("ostiary-run ostiary-web log publish")
    return machine.must(blocks(INSTALL)[-1].text)


if __name__ == "__main__":
    sys.exit(main())
