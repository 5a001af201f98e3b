"""Unit files of systemd, as far as these tests ask."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Unit:
    """``pairs``: every setting in order; a name can come again."""

    name: str
    text: str
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, name: str, text: str) -> "Unit":
        lines = [line.strip() for line in text.splitlines()]
        kept = [line.partition("=") for line in lines if line and line[0] not in "#;["]
        return cls(name, text, tuple((key.strip(), value.strip()) for key, _, value in kept))

    def all(self, key: str) -> list[str]:
        return [value for name, value in self.pairs if name == key]

    def one(self, key: str) -> str:
        """The only value of a setting; a fault where it stands not once."""
        (found,) = self.all(key)
        return found


def read_unit(path: Path) -> Unit:
    return Unit.read(path.name, path.read_text())
