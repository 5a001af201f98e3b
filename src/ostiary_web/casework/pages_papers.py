"""The papers of a docket: which can be looked at on the page, by what their first bytes are; never by their name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ostiary_web.casework import papers
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.pages_docket import Case
from ostiary_web.casework.queries import PaperRow

# What a browser may show, by its first bytes. Nothing that could run: no SVG, no HTML.
_KINDS: Mapping[bytes, str] = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
}


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper on the page. ``short``: its digest without prefix; ``kind``: its type, empty where it is only saved."""

    name: str
    short: str
    size: int
    kind: str

    @property
    def image(self) -> bool:
        """Whether the page itself shows it."""
        return self.kind.startswith("image/")


def kind_of(data: bytes) -> str:
    """The type of a paper that a browser may show; empty for any other."""
    return next((kind for first, kind in _KINDS.items() if data.startswith(first)), "")


def lines(case: Case) -> list[PaperLine]:
    """Every paper, in the order in which they came."""
    return [PaperLine(one.name, one.digest.removeprefix("sha256:"), one.size, _kind(one)) for one in case.papers]


def looked_at(found: list[PaperLine], short: str) -> PaperLine | None:
    """The paper that was asked for, else the newest that can be shown; None where none can."""
    seen = [one for one in found if one.kind]
    return next((one for one in seen if one.short == short), seen[-1] if seen else None)


def _kind(one: PaperRow) -> str:
    try:
        return kind_of(papers.head(one.digest))
    except CaseworkError:
        return ""
