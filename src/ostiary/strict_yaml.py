"""YAML without its traps: what is not plainly text, a number, a date or true/false is an error.

PyYAML keeps the last of two equal keys, reads ``NO`` and ``on`` as booleans,
``012`` as ten and ``12:30`` as 750. A misread prohibition is a release, so none
of that is allowed here. JSON files are read by the same door.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ostiary.errors import BadInput, did_you_mean

_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_MAX_NODES = 400_000  # a scenario file has about 8,000; an alias bomb has millions
_MAX_DEPTH = 40
_MAX_BYTES = 8_000_000

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One file's content, and the line of every key and item in it.

    ``lines`` maps a path into ``data`` (keys and list positions) to a line, from 1.
    """

    name: str
    data: Any
    lines: Mapping[Path_, int]

    def at(self, *path: str | int) -> str:
        """``file:line`` of a path, or of its nearest parent that has one."""
        while path and path not in self.lines:
            path = path[:-1]
        return f"{self.name}:{self.lines.get(path, 1)}"


def read(path: Path, error: type[BadInput] = BadInput, name: str | None = None) -> Document:
    """Read one YAML or JSON file. ``name`` is what messages call it (default: the path as given).

    :raises BadInput: (or ``error``) when it cannot be read, is empty, or holds a trap.
    """
    name = name or str(path)
    try:
        raw = path.read_bytes()
    except OSError as fault:
        raise error(f"{name}: cannot be read: {fault.strerror or 'unknown fault'}") from None
    if len(raw) > _MAX_BYTES:
        raise error(f"{name}: larger than {_MAX_BYTES // 1_000_000} MB; this is not a request or a rule file")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise error(f"{name}: not UTF-8 text at byte {fault.start}; save it as UTF-8") from None
    return parse(text, name, error)


def parse(text: str, name: str, error: type[BadInput] = BadInput) -> Document:
    """Parse YAML text; as :func:`read`."""
    import yaml

    loader_class = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loader = loader_class(text)
        try:
            node = loader.get_single_node()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        line = mark.line + 1 if mark else 1
        raise error(f"{name}:{line}: not valid YAML: {_plain(fault.problem)}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise error(f"{name}:1: not valid YAML: {type(fault).__name__}") from None
    if node is None:
        raise error(f"{name}: the file is empty")
    builder = _Builder(name, error)
    data = builder.build(node, ())
    return Document(name, data, builder.lines)


def _plain(problem: object) -> str:
    """YAML's own words, without what it found in the file: that may be a person's."""
    text = str(problem or "broken")
    return re.sub(r"'[^']*'|\"[^\"]*\"", "…", text)


class _Builder:
    """Turns YAML nodes into plain data, refusing the traps and noting each line."""

    def __init__(self, name: str, error: type[BadInput]) -> None:
        self.name, self.error = name, error
        self.lines: dict[Path_, int] = {}
        self.nodes = 0

    def build(self, node: Any, path: Path_) -> Any:
        self.nodes += 1
        self.lines.setdefault(path, node.start_mark.line + 1)
        if self.nodes > _MAX_NODES or len(path) > _MAX_DEPTH:
            raise self.fault(node, "nested or repeated too much; write it out without anchors")
        maker: Callable[[Any, Path_], Any] = {
            "mapping": self.mapping,
            "sequence": self.sequence,
            "scalar": self.scalar,
        }[node.id]
        return maker(node, path)

    def fault(self, node: Any, what: str) -> BadInput:
        return self.error(f"{self.name}:{node.start_mark.line + 1}: {what}")

    def mapping(self, node: Any, path: Path_) -> dict[str, Any]:
        self.plain_tag(node, "map")
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if key_node.id != "scalar" or not key_node.tag.endswith((":str", ":timestamp", ":int")):
                raise self.fault(key_node, "a key must be plain text; quote it if it is a word like `no` or `on`")
            key = key_node.value
            if key in found:
                raise self.fault(key_node, f"key `{key}` stands twice; keep one of them")
            self.lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = self.build(value_node, (*path, key))
        return found

    def sequence(self, node: Any, path: Path_) -> list[Any]:
        self.plain_tag(node, "seq")
        return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]

    def plain_tag(self, node: Any, kind: str) -> None:
        if node.tag != f"tag:yaml.org,2002:{kind}":
            raise self.fault(node, "tags like `!name` are not allowed; write plain YAML")

    def scalar(self, node: Any, path: Path_) -> Any:
        kind, text = node.tag.rpartition(":")[2], node.value
        if kind == "str":
            return text
        if kind == "bool" and text in ("true", "false"):
            return text == "true"
        if kind == "int" and _DECIMAL.match(text):
            return int(text)
        if kind == "timestamp" and _ISO_DATE.match(text):
            return self.date(node, text)
        raise self.fault(node, _TRAPS.get(kind, "tags like `!name` are not allowed; write plain YAML"))

    def date(self, node: Any, text: str) -> dt.date:
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise self.fault(node, "there is no such day; write a date as YYYY-MM-DD") from None


_TRAPS = {
    "bool": "a bare yes, no, on or off is ambiguous; write true or false, or quote it",
    "int": "a number must be plain decimal digits (no leading zero, `_`, `:` or `0x`); quote it if it is text",
    "float": "a number with a point or exponent is ambiguous; quote it if it is text",
    "null": "the value is missing; leave the key out if it is not known",
    "timestamp": "a date must be YYYY-MM-DD, without a time; quote it if it is text",
    "merge": "`<<` is not allowed; write it out",
    "value": "a bare `=` is not allowed; quote it",
}


class Entry:
    """One mapping of a document, read key by key; a key nobody asks for is an error.

    Errors name the file, the line, the thing (``what``) and the nearest known key.
    """

    def __init__(
        self,
        doc: Document,
        path: Path_,
        what: str,
        keys: Mapping[str, bool],
        error: type[BadInput] = BadInput,
    ) -> None:
        """``keys`` maps each allowed key to whether it is required."""
        self.doc, self.path, self.what, self.error = doc, path, what, error
        data = doc.data
        for step in path:
            data = data[step]
        if not isinstance(data, dict):
            raise error(f"{doc.at(*path)}: {what}: must be a mapping of keys to values")
        self.data: dict[str, Any] = data
        for key in data:
            if key not in keys:
                raise self.fault(f"unknown key `{key}`{did_you_mean(key, keys)}", key)
        for key, required in keys.items():
            if required and key not in data:
                raise self.fault(f"key `{key}` is missing")

    def fault(self, text: str, *path: str | int) -> BadInput:
        """An error at a key of this mapping."""
        return self.error(f"{self.doc.at(*self.path, *path)}: {self.what}: {text}")

    def text(self, key: str, default: str = "") -> str:
        """A non-empty text, or the default when the key is absent."""
        if key not in self.data:
            return default
        value = self.data[key]
        if not isinstance(value, str) or not value.strip():
            raise self.fault(f"`{key}` must be text, and not empty", key)
        return " ".join(value.split())

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, empty when the key is absent."""
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise self.fault(f"`{key}` must be a list of texts", key)
        return tuple(value)

    def flag(self, key: str) -> bool:
        """true or false; false when the key is absent."""
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.fault(f"`{key}` must be true or false", key)
        return value

    def day(self, key: str) -> dt.date | None:
        """A date, or None when the key is absent."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, dt.date):
            raise self.fault(f"`{key}` must be a date (YYYY-MM-DD, not quoted)", key)
        return value

    def choice(self, key: str, known: Iterable[str], default: str = "") -> str:
        """A word of a closed list."""
        word, known = self.text(key, default), tuple(known)
        if word not in known:
            raise self.fault(f"`{key}` cannot be `{word}`{did_you_mean(word, known)}", key)
        return word

    def within(self, key: str, what: str, keys: Mapping[str, bool]) -> Entry:
        """A mapping inside this one."""
        return Entry(self.doc, (*self.path, key), what, keys, self.error)

    def each(self, key: str, what: str, keys: Mapping[str, bool]) -> list[Entry]:
        """A list of mappings inside this one, empty when absent."""
        value = self.data.get(key, [])
        if not isinstance(value, list):
            raise self.fault(f"`{key}` must be a list", key)
        return [Entry(self.doc, (*self.path, key, i), what, keys, self.error) for i in range(len(value))]
