"""The shell blocks of a page, as a reader would run them."""

import re
from dataclasses import dataclass
from pathlib import Path

_BLOCK = re.compile(r"^( *)```sh\n(.*?)^\1```$", re.M | re.S)
_HEADING = re.compile(r"^##+ (.*)$", re.M)  # a shell comment has one
_PLACE = re.compile(r"# on (\S.*)\n")
_NEEDS_NETWORK = re.compile(r'(?:apt-get|pip"? install) ')


@dataclass(frozen=True)
class Block:
    """``line``: where it stands in the page, from 1. ``network``: it fetches packages.

    ``place``: the machine that its first line names (``# on db.agency.example``); empty where a page is about one.
    ``section``: the heading above it.
    """

    page: str
    line: int
    text: str
    section: str

    @property
    def place(self) -> str:
        named = _PLACE.match(self.text)
        return named[1] if named else ""

    @property
    def network(self) -> bool:
        return _NEEDS_NETWORK.search(self.text) is not None

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks(page: Path) -> list[Block]:
    """The blocks marked ``sh``, in order, without the page's own indentation."""
    text = page.read_text()
    found = []
    for match in _BLOCK.finditer(text):
        indent = len(match[1])
        lines = [line[indent:] for line in match[2].splitlines()]
        above = text[: match.start()]
        section = (_HEADING.findall(above) or [""])[-1]
        found.append(Block(page.name, above.count("\n") + 2, "\n".join(lines) + "\n", section))
    return found
