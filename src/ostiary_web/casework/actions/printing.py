"""A printed copy for a court, with the same manifest: kept from the sealing to the receipt, where one was asked for.

Once a package is sealed the agency cannot open it. What is to be printed is therefore set aside before, in the private
folder, for its owner alone; and removed with the receipt, the certificate or the recall, whichever comes first.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from ostiary_web.casework import kept, packaging, queries_release, queries_work, roll
from ostiary_web.casework.faults import CaseworkError
from ostiary_web.casework.queries_release import Packing


@dataclass(frozen=True, slots=True)
class Printed:
    """What is printed: the notice, the manifest's digest, and each row as pairs of what it is and its value.

    ``laws``: each column's label and the law by which it leaves.
    """

    release: str
    manifest: str
    notice: str
    rows: tuple[tuple[tuple[str, str], ...], ...]
    laws: tuple[tuple[str, str], ...]


def keep(packing: Packing, release: str) -> None:
    """Set aside what is to be printed, if the custodian was asked for it; done again it does nothing more."""
    if not queries_work.work(packing.work).given.get("printed") or _place(release).exists():
        return
    with packaging.opened(kept.place_of(*packing.place)) as folder:
        made = json.dumps(_contents(folder, packing, release), ensure_ascii=False).encode()
    draft = _place(release).with_suffix(".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
    draft.rename(_place(release))


def _contents(folder: Path, packing: Packing, release: str) -> dict[str, object]:
    import pyarrow.parquet as parquet

    about = json.loads((folder / "dictionary.json").read_text(encoding="utf-8"))["columns"]
    rows = parquet.read_table(folder / "released.parquet").to_pylist()
    return {
        "release": release,
        "manifest": packing.manifest,
        "notice": (folder / "NOTICE.txt").read_text(encoding="utf-8"),
        "rows": [_pairs(row, about) for row in rows],
        "laws": [[_label(name, about), "; ".join(one["citation"] for one in column["authorities"])]
                 for name, column in about.items()],
    }  # fmt: skip


def _pairs(row: dict[str, object], about: dict[str, dict[str, str]]) -> list[list[str]]:
    return [[_label(name, about), str(value)] for name, value in row.items() if value is not None]


def _label(name: str, about: dict[str, dict[str, str]]) -> str:
    column = about[name]
    return f"{column['label']}, {column['program']} ({name.split('__', 2)[2]})"


def read(release: str) -> Printed:
    """What is to be printed.

    :raises CaseworkError: if no printed copy was asked for, or it was removed.
    """
    try:
        found = json.loads(_place(release).read_text(encoding="utf-8"))
    except OSError:
        raise CaseworkError("no printed copy was asked for when it was packed, or it has been removed") from None
    rows = tuple(tuple((label, value) for label, value in row) for row in found["rows"])
    laws = tuple((label, law) for label, law in found["laws"])
    return Printed(found["release"], found["manifest"], found["notice"], rows, laws)


def remove(release: str) -> None:
    """Remove what was set aside."""
    _place(release).unlink(missing_ok=True)


def remove_received() -> int:
    """Remove what was set aside of releases whose receipt has come, or that never will be printed; how much."""
    waiting = {f"{one}.print.json" for one in queries_release.to_be_printed()}
    done = [one for one in roll.folder("releases").glob("*.print.json") if one.name not in waiting]
    for one in done:
        one.unlink(missing_ok=True)
    return len(done)


def _place(release: str) -> Path:
    return roll.folder("releases") / f"{release}.print.json"
