"""``ostiary check``: the packs' tables and scenario files, run as tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from ostiary import strict_yaml
from ostiary.cli.shared import bundle_from, console, draw, progress, write_json
from ostiary.decide.cases import CaseResult, read_tables, run_row, run_scenarios
from ostiary.errors import RequestError
from ostiary.law.bundle import Bundle


def run(files: Sequence[Path], packs: Sequence[Path] | None, *, as_json: bool) -> int:
    """Run scenario files, or the packs' own tests where none is named; 0 when all are right, else 1."""
    bundle = bundle_from(packs)
    results = list(_run_files(bundle, files) if files else _run_packs(bundle))
    if not results:
        raise RequestError("nothing to check: the packs have no tests, and no file is named")
    right = sum(result.right for result in results)
    if as_json:
        write_json({"right": right, "total": len(results), "results": [_json(result) for result in results]})
    else:
        _show(results)
        console().print(f"{right} of {len(results)} scenarios right")
    return 0 if right == len(results) else 1


def _run_files(bundle: Bundle, files: Sequence[Path]) -> Iterator[CaseResult]:
    for path in files:
        doc = strict_yaml.read(path, RequestError)
        yield from progress(path.name, run_scenarios(bundle, doc), len(doc.data))


def _run_packs(bundle: Bundle) -> Iterator[CaseResult]:
    """Tables stand in ``tests/``, scenarios in files named ``scenarios*.yaml``."""
    for pack in bundle.packs:
        for path in sorted((pack.folder / "tests").glob("**/*.yaml")):
            name = f"{pack.name}/{path.relative_to(pack.folder).as_posix()}"
            doc = strict_yaml.read(path, RequestError, name)
            if path.name.startswith("scenarios"):
                yield from progress(name, run_scenarios(bundle, doc), len(doc.data))
            else:
                rows = read_tables(doc, bundle)
                yield from progress(name, (run_row(bundle, row) for row in rows), len(rows))


def _show(results: Sequence[CaseResult]) -> None:
    rows = [(result.where, f"{result.name}: {result.title}", _said(result)) for result in results if not result.right]
    if rows:
        draw("Not right", ["where", "case", "difference"], rows, lines=True)


def _said(result: CaseResult) -> str:
    return "; ".join(
        f"{d.group + ' ' if d.group else ''}{', '.join(d.elements)} {d.what}: wanted {d.wanted}, got {d.got}"
        for d in result.differences
    )


def _json(result: CaseResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "title": result.title,
        "where": result.where,
        "right": result.right,
        "differences": [
            {"elements": list(d.elements), "group": d.group, "what": d.what, "wanted": d.wanted, "got": d.got}
            for d in result.differences
        ],
        "advice_without_a_duty": list(result.advice),
    }
