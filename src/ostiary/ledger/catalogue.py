"""The catalogue of kinds and columns as one page of Markdown, for the reference."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ostiary.ledger.entry import SIZES
from ostiary.ledger.kinds import Catalogue, Kind, ReportFile, catalogue, report_files
from ostiary.ledger.order import in_words

_HEAD = """# The ledger's entries

Made from `kinds.json` and `report_columns.json` by `make docs`.

An entry says which kind of step was taken, in which thread (a random number), on which day, and the few public
fields of its kind. All else is committed to in 32 bytes and can be opened later, to a person, a court or an auditor.
No field is free text. A private person who asks stands by kind only. Every entry is padded to one of"""


def sources(kinds: Mapping[str, Kind]) -> dict[str, list[str]]:
    """For each column that is fed, as ``file.column``: ``kind.field``, or what of the entry itself it is."""
    found: dict[str, list[str]] = {}
    for kind in kinds.values():
        for field in kind.public.values():
            for column in field.feeds:
                found.setdefault(column, []).append(f"{kind.name}.{field.name}")
        for field in kind.private.values():
            for column in field.feeds:
                found.setdefault(column, []).append(f"{kind.name}, committed: {field.name}")
        for part, columns in kind.feeds.items():
            for column in columns:
                found.setdefault(column, []).append(f"{kind.name}: {_PARTS[part]}")
    return found


_PARTS = {"day": "its day", "docket": "its thread", "index": "its place in the log", "entries": "how many"}


def catalogue_page() -> str:
    """The whole page."""
    kinds = catalogue()
    lines = [f"{_HEAD} {', '.join(map(str, SIZES))} bytes.", ""]
    lines += ["## Types", "", *_table(("type", "what it holds"), kinds.types.items())]
    lines += ["## Bands", "", "Numbers of people: " + ", ".join(f"`{band.name}`" for band in kinds.bands) + ".", ""]
    threads = dict.fromkeys(kind.thread for kind in kinds.kinds.values())
    for thread in threads:
        lines += [f"## Kinds of a thread of sort `{thread}`", ""]
        for kind in kinds.kinds.values():
            if kind.thread == thread:
                lines += _kind(kind)
    lines += _lists(kinds)
    lines += ["## Columns of the reports", ""]
    found = sources(kinds.kinds)
    for file in report_files():
        lines += _file(file, found)
    return "\n".join(lines)


def _kind(kind: Kind) -> list[str]:
    lines = [f"### {kind.name}", "", kind.says + (" For audit only." if kind.for_audit else ""), ""]
    if kind.public:
        rows = [
            (
                f"`{one.name}`",
                one.type + (f" (`{one.list}`)" if one.list else ""),
                one.says,
                _when(one.optional, one.later),
            )
            for one in kind.public.values()
        ]
        lines += _table(("public field", "type", "what", ""), rows)
    for field in kind.private.values():
        lines.append(f"- committed, `{field.name}`: {field.says}")
    lines += [f"- needs {in_words(need)}" + _tracks(need.tracks) for need in kind.needs]
    for block in kind.blocked_by:
        lines.append(f"- not after `{block.kind}`" + (f", until `{block.until}`" if block.until else ""))
    return [*lines, ""] if lines[-1] else lines


def _when(optional: bool, later: bool) -> str:
    return "may be opened later" if later else "may be left out" if optional else ""


def _tracks(tracks: frozenset[str]) -> str:
    return f" (track {' or '.join(sorted(tracks))})" if tracks else ""


def _lists(kinds: Catalogue) -> list[str]:
    rows = [(f"`{name}`", ", ".join(sorted(codes))) for name, codes in kinds.lists.items()]
    rows += [(f"`{name}`", f"{says} (not in this catalogue)") for name, says in kinds.other_lists.items()]
    named = f"Requesters that may be named: {', '.join(sorted(kinds.nameable))}."
    return ["## Lists of codes", "", *_table(("list", "codes"), rows), named, ""]


def _file(file: ReportFile, found: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [f"### {file.name}", "", file.says[0].upper() + file.says[1:] + ".", ""]
    rows = [(f"`{name.partition('.')[2]}`", "; ".join(found.get(name, ()))) for name in file.all()]
    return [*lines, *_table(("column", "from"), rows)]


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
    return [*lines, *(f"| {' | '.join(row)} |" for row in rows), ""]
