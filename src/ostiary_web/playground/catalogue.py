"""The requests that one can start from: the shipped examples, and the scenarios of the packs' tests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ostiary import strict_yaml
from ostiary.decide.cases import COMPLETE
from ostiary.decide.request import Request, read_request
from ostiary.errors import RequestError
from ostiary.law.bundle import Bundle
from ostiary.strict_yaml import Document, Path_
from ostiary.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Start:
    """One request to start from. ``complete``: what its file takes as complete, as scenarios do."""

    key: str
    family: str
    title: str
    document: Document
    at: Path_ = ()
    complete: tuple[str, ...] = ()

    def request(self, words: Vocabulary) -> Request:
        """The request, as ``ostiary decide`` and ``ostiary check`` read it."""
        return read_request(self.document, words, at=self.at, complete=self.complete)


def find_starts(bundle: Bundle, examples: Path) -> tuple[Start, ...]:
    """Every example in a folder (none where it is not there), then every scenario of the packs.

    :raises RequestError: a file that cannot be read.
    """
    return (*_examples(examples), *_scenarios(bundle))


def pasted(text: str) -> Start:
    """A start made of a text that somebody pasted.

    :raises RequestError: text that is not plain YAML.
    """
    return Start("", "", "the text you gave", strict_yaml.parse(text, "your text", RequestError))


def _examples(folder: Path) -> Iterator[Start]:
    for path in sorted(folder.glob("*.yaml")):
        first = path.read_text(encoding="utf-8").partition("\n")[0]
        title = first.removeprefix("#").strip() if first.startswith("#") else path.stem
        yield Start(f"example:{path.stem}", "Examples", title, strict_yaml.read(path, RequestError, path.name))


def _scenarios(bundle: Bundle) -> Iterator[Start]:
    for pack in bundle.packs:
        for path in sorted((pack.folder / "tests").glob("**/scenarios.yaml")):
            name = f"{pack.name}/{path.relative_to(pack.folder).as_posix()}"
            doc = strict_yaml.read(path, RequestError, name)
            for index, entry in enumerate(doc.data if isinstance(doc.data, list) else ()):
                if isinstance(entry, dict) and "facts" in entry:
                    key = f"scenario:{name}:{entry.get('id', index)}"
                    title = f"{entry.get('id', index)}: {entry.get('title', 'without a title')}"
                    yield Start(key, f"Scenarios of {pack.name}", title, doc, (index, "facts"), COMPLETE)
