"""The parts of an agency on a second machine, from the how-to alone: `make install-test-two`, as root, on Debian.

    python -m tests.install.two_machines [--root FOLDER] [--desk FOLDER]

Boots two Debians with a cable between them, installs on the first by docs/how-to/install.md, and then runs the blocks of
docs/how-to/two-machines.md where each of them says. After each part the desk is looked at, and the other machine is made to
fail as the page says that it may. ``--root``: an empty Debian to copy. ``--desk``: one on which install.md was run.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.install import at_desk, on_other
from tests.install.fresh_machine import HOW_TO, INSTALL, follow, say, step
from tests.install.machine import Machine, MachineError, booted, copy_sources, given, hand_in, join, make_root
from tests.install.own_computer import NAME as OWN_COMPUTER
from tests.install.own_computer import OwnComputer
from tests.install.pages import blocks

PAGE, WITNESS = (HOW_TO / f"{name}.md" for name in ("two-machines", "run-a-witness"))
DESK, OTHER = "192.0.2.10", "192.0.2.20"  # of the page, which takes them from the addresses kept for examples
ELSEWHERE = ("db.agency.example", "log.agency.example", "witness.example.org")
# What the agency's name server would say.
_NAMES = f"{OTHER} {' '.join(ELSEWHERE)}"


def main() -> int:
    """Do all of it; 0 if everything holds."""
    asked = given("two machines, from the how-to alone", desk="a Debian 12 on which install.md was run, to copy")
    with tempfile.TemporaryDirectory(prefix="ostiary-two-") as folder:
        try:
            with two(Path(folder), asked.root, asked.desk) as (desk, other):
                places = {"desk.agency.example": desk, **dict.fromkeys(ELSEWHERE, other)}
                Walk(places, OwnComputer(Path(folder) / "own", places)).all()
        except MachineError as fault:
            sys.stderr.write(f"{fault}\n")
            return 1
    say("an agency was put on two machines from the how-to alone: 1 passed, 0 failed")
    return 0


@contextmanager
def two(folder: Path, empty: Path | None, installed: Path | None) -> Iterator[tuple[Machine, Machine]]:
    """The desk's machine, installed, and another, with a cable between them."""
    say("two empty Debians 12")
    if empty is None:
        empty = folder / "empty"
        make_root(empty)
    roots = folder / "desk" / "root", folder / "other" / "root"
    for root, source in zip(roots, (installed or empty, empty), strict=True):
        root.parent.mkdir()
        subprocess.run(["cp", "-a", str(source), str(root)], check=True)
        if source is empty:
            shown = hand_in(root)
        copy_sources(root / "usr/local/src/ostiary")
    with booted(roots[0], shown) as desk, booted(roots[1], shown) as other:
        join({DESK: desk, OTHER: other})
        if installed is None:
            follow(desk, INSTALL)
        desk.must(f"sed -i 's/ log.agency.example//' /etc/hosts; echo '{_NAMES}' >> /etc/hosts")
        other.must(f"echo '{DESK} desk.agency.example' >> /etc/hosts; echo '{_NAMES}' >> /etc/hosts")
        yield desk, other


class Walk:
    """The page's sections in order, and what is looked at after each."""

    def __init__(self, places: dict[str, Machine], own: OwnComputer) -> None:
        """``places``: the machine of each name that a block can be run on."""
        self.places, self.own = places, own
        self.desk, self.other = places["desk.agency.example"], places["db.agency.example"]

    def all(self) -> None:
        """:raises MachineError: at the first thing that is not as the page says."""
        self.section("Certificates")
        for name, to in (
            ("log.agency.example.pem", "etc/other-name.pem"),  # of the same body, for another name
            ("log.agency.example.key", "etc/other-name.key"),
            ("ca.pem", "usr/local/share/ca.pem"),  # an outsider's, on the other machine
        ):
            shutil.copy(self.own.folder / name, self.other.root / to)
            (self.other.root / to).chmod(0o644)
        before = at_desk.leaves(self.desk)
        self.section("PostgreSQL")
        on_other.look_at_database(self.desk, self.other, before)
        self.section("A witness")
        follow(self.other, WITNESS)
        self.section("Count on the witness")
        on_other.look_at_witness(self.desk, self.other)
        self.section("The public log")
        on_other.look_at_copy(self.desk, self.other)
        on_other.bring_records(self.desk, self.other)
        self.section("The roll")
        on_other.look_at_roll(self.desk, self.other)
        say(at_desk.docket(self.desk))
        on_other.look_at_copy(self.desk, self.other)

    def section(self, name: str) -> None:
        """Run the blocks of one section, each where it says.

        :raises MachineError: if there are none, one names no place, or one fails.
        """
        found = [block for block in blocks(PAGE) if block.section == name]
        if not found:
            raise MachineError(f"{PAGE.name} has no blocks under `{name}`")
        for block in found:
            if block.place == OWN_COMPUTER:
                self.own.run(block)
            elif block.place in self.places:
                step(self.places[block.place], block)
            else:
                raise MachineError(f"{block} names no machine that there is: `{block.place}`")


if __name__ == "__main__":
    sys.exit(main())
