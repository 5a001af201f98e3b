"""Reading one pack's folder: ``pack.yaml``, its words, its authorities, its rules."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ostiary.errors import PackError
from ostiary.law.rule import Layer
from ostiary.strict_yaml import Document, Entry, read


@dataclass(frozen=True, slots=True)
class Agency:
    """Who decides under this bundle: its name, its State, and the kinds of agency that it is."""

    name: str
    state: str
    kinds: frozenset[str]


@dataclass(frozen=True, slots=True)
class Pack:
    """One pack as read from disk: what it is, and its files, not yet understood."""

    name: str
    version: str
    title: str
    layer: Layer
    requires: tuple[str, ...]
    binds: frozenset[str]
    tags: dict[str, str]
    agency: Agency | None
    folder: Path
    head: Document
    words: Document | None
    classes: Document | None
    elements: Document | None
    authorities: Document | None
    definitions: Document | None
    rules: tuple[Document, ...]
    tracks: Document | None

    def documents(self) -> Iterator[Document]:
        """Every file that is part of the law (tests and properties are not)."""
        yield self.head
        for doc in (self.words, self.classes, self.elements, self.authorities, self.definitions, self.tracks):
            if doc is not None:
                yield doc
        yield from self.rules


_KEYS = {
    "name": True, "version": True, "title": True, "layer": True, "requires": False,
    "binds": True, "tags": False, "agency": False,
}  # fmt: skip
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\Z")
_KNOWN_FILES = frozenset(
    {
        "pack.yaml",
        "vocabulary.yaml",
        "classes.yaml",
        "elements.yaml",
        "authorities.yaml",
        "definitions.yaml",
        "tracks.yaml",
        "survivors.yaml",  # which mutants of the law no case need notice, and why; no part of the law
        "changes.yaml",  # who approved that more may leave; no part of the law
        "conflicts.yaml",  # which clashes of law were read, and why they stand; no part of the law
    }
)


def read_pack(folder: Path) -> Pack:
    """Read a pack's folder. Every YAML file in it must be one that a pack can have.

    :raises PackError: a file or key that a pack does not have, or broken YAML.
    """
    head = _file(folder, "pack.yaml")
    if head is None:
        raise PackError(f"{folder.name}: is not a pack: it has no pack.yaml")
    entry = Entry(head, (), "pack", _KEYS, PackError)
    name = entry.text("name")
    if not _NAME.match(name):
        raise entry.fault("a pack's name is lower-case words joined by dashes", "name")
    for stray in sorted(folder.glob("*.y*ml")):
        if stray.name not in _KNOWN_FILES:
            raise PackError(f"{folder.name}/{stray.name}: a pack has no such file; rules stand in rules/")
    return Pack(
        name,
        entry.text("version"),
        entry.text("title"),
        Layer(entry.choice("layer", [layer.value for layer in Layer])),
        entry.texts("requires"),
        frozenset(entry.texts("binds")),
        _tags(entry),
        _agency(entry),
        folder,
        head,
        _file(folder, "vocabulary.yaml"),
        _file(folder, "classes.yaml"),
        _file(folder, "elements.yaml"),
        _file(folder, "authorities.yaml"),
        _file(folder, "definitions.yaml"),
        tuple(_document(path, folder) for path in sorted((folder / "rules").glob("**/*.yaml"))),
        _file(folder, "tracks.yaml"),
    )


def _file(folder: Path, name: str) -> Document | None:
    path = folder / name
    return _document(path, folder) if path.is_file() else None


def _document(path: Path, folder: Path) -> Document:
    """Messages and digests name a file from its pack's folder on: the same on every machine."""
    return read(path, PackError, f"{folder.name}/{path.relative_to(folder).as_posix()}")


def _tags(entry: Entry) -> dict[str, str]:
    if "tags" not in entry.data:
        return {}
    inner = entry.within("tags", "tags", dict.fromkeys(entry.data["tags"], True))
    return {name: inner.text(name) for name in inner.data}


def _agency(entry: Entry) -> Agency | None:
    if "agency" not in entry.data:
        return None
    inner = entry.within("agency", "agency", {"name": True, "state": False, "kinds": True})
    return Agency(inner.text("name"), inner.text("state"), frozenset(inner.texts("kinds")))
