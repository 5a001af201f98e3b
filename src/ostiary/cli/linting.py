"""``ostiary lint``: the faults that a lawyer would find in a pack."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ostiary import strict_yaml
from ostiary.cli.shared import bundle_from, console, draw, progress, write_json
from ostiary.decide import coverage
from ostiary.decide.cases import Row, read_tables
from ostiary.decide.mutants import explained
from ostiary.errors import BadInput, RequestError, did_you_mean
from ostiary.law.approval import read_approvals
from ostiary.law.bundle import Bundle
from ostiary.law.known_clash import read_known_clashes
from ostiary.law.lint import faults
from ostiary.law.property import read_properties


def run(pack: str, packs: Sequence[Path] | None, *, as_json: bool) -> int:
    """Print every fault, or those of one pack; 0 when there is none, else 1."""
    bundle = bundle_from(packs)
    names = [known.name for known in bundle.packs]
    if pack and Path(pack).name not in names:
        raise BadInput(f"no pack `{pack}` in the bundle{did_you_mean(pack, names)}")
    _read_beside(bundle)
    rows = _rows(bundle)
    seen = coverage.observe(bundle, progress("tables", rows, len(rows)))
    found = [*faults(bundle), *coverage.gaps(bundle, seen)]
    if pack:
        found = [fault for fault in found if fault.startswith(f"{Path(pack).name}/")]
    if as_json:
        write_json({"faults": found, "rules": len(bundle.rules), "rows": len(rows), "digest": bundle.digest})
    elif found:
        split = [fault.partition(": ") for fault in found]
        draw("Faults", ["where", "what, and what to do"], [(where, what) for where, _, what in split])
    if not as_json:
        word = "clean" if not found else f"{len(found)} faults"
        console().print(f"{word}: {len(bundle.rules)} rules, {len(bundle.authorities)} authorities, {len(rows)} rows")
    return 1 if found else 0


def _read_beside(bundle: Bundle) -> None:
    """What stands beside the law must be well formed too, though it decides nothing."""
    read_properties(bundle)
    read_known_clashes(bundle)
    read_approvals(bundle)
    explained(bundle)


def _rows(bundle: Bundle) -> list[Row]:
    rows: list[Row] = []
    for pack in bundle.packs:
        for path in sorted((pack.folder / "tests").glob("**/*.yaml")):
            if not path.name.startswith("scenarios"):
                name = f"{pack.name}/{path.relative_to(pack.folder).as_posix()}"
                rows += read_tables(strict_yaml.read(path, RequestError, name), bundle)
    return rows
